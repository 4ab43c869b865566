"""Runs all measurements, or those that are named: ``python -m bench.run pages``."""

import sys
import time
from importlib import import_module

from bench.said import say
from bench.stage import Stage

PARTS = ("pages", "fleet")


def main(names: list[str]) -> None:
    began = time.monotonic()
    with Stage() as stage:
        for name in names or PARTS:  # they need the settings that the stage makes
            import_module(f"bench.{name}").measure(stage)
    say("", f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
