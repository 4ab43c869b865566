"""Alerts for operators: one JSON line each on the logger ``meridian.alert``.

Names and fields are listed in the documentation and never change once released.
"""

import json
import logging

from tenants.concurrency.counters import WindowCounter, should_report

log = logging.getLogger("meridian.alert")
_counter = WindowCounter()


def alert(event: str, *, level: int = logging.WARNING, **details: str | int) -> None:
    """Log an alert; a repeated one at counts 1, 2, 4, 8 ... within a minute."""
    times = _counter.count(event, *details.values())
    if should_report(times):
        payload = {"event": event, **details, "times": times}
        log.log(level, json.dumps(payload), extra={"alert": payload})
