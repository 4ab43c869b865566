"""Runs all measurements, or those that are named: ``python -m bench.run pages``."""

import os
import sys
import time
from importlib import import_module

from bench.said import say
from bench.stage import Stage

PARTS = {  # what runs on the servers' core: a server, or the measurement itself
    "pages": False,
    "fleet": False,
    "subject": False,
    "revoke": True,  # of whom nothing is left after it
    "clients": False,
    "fanout": True,
    "record": True,  # after it the record is not whole, since it writes without keys
    "search": True,
    "audit": False,
    "export": True,
    "verify": True,
    "pack": True,
    "forms": True,
    "reading": True,
}


def main(names: list[str]) -> None:
    if unknown := set(names) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(unknown)}; {', '.join(PARTS)}")
    began = time.monotonic()
    with Stage() as stage:
        for name, inside in PARTS.items():
            if name in names or not names:  # imported late: they need its settings
                os.sched_setaffinity(0, stage.servers if inside else stage.askers)
                import_module(f"bench.{name}").measure(stage)
    say("", f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
