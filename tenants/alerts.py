"""Events that someone on duty should hear of, one machine-readable line each.

The logger is ``meridian.alert``. Names and members are listed in
`docs/operating.md`, "Alerts"; once released they stay.
"""

import json
import logging

from tenants.tally import Tally, worth_telling

log = logging.getLogger("meridian.alert")
_tally = Tally()


def alert(event: str, *, level: int = logging.WARNING, **facts: str | int) -> None:
    """Log ``event``; the same one is told the 1st, 2nd, 4th ... time in a minute."""
    times = _tally.count(event, *facts.values())
    if worth_telling(times):
        told = {"event": event, **facts, "times": times}
        log.log(level, json.dumps(told), extra={"alert": told})
