"""Events that someone on duty should hear of, one machine-readable line each.

The logger is ``meridian.alert``. Names and members are listed in
`docs/how-to/monitor.md`, "Alerts"; once released they stay.
"""

import json
import logging

from tenants.concurrency.counters import WindowCounter, should_report

log = logging.getLogger("meridian.alert")
_counter = WindowCounter()


def alert(event: str, *, level: int = logging.WARNING, **details: str | int) -> None:
    """Log ``event``; the same one is told the 1st, 2nd, 4th ... time in a minute."""
    times = _counter.count(event, *details.values())
    if should_report(times):
        told = {"event": event, **details, "times": times}
        log.log(level, json.dumps(told), extra={"alert": told})
