"""Runs all measurements, or those that are named: ``python -m bench.run pages``."""

import sys
import time
from importlib import import_module

from bench.said import say
from bench.stage import Stage

# In this order: the last two of the record write what no key vouches for.
PARTS = ("pages", "fleet", "record", "search", "forms", "reading")


def main(names: list[str]) -> None:
    if unknown := set(names) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(unknown)}; {', '.join(PARTS)}")
    began = time.monotonic()
    with Stage() as stage:
        for name in PARTS:
            if name in names or not names:  # imported late: they need its settings
                import_module(f"bench.{name}").measure(stage)
    say("", f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
