"""``make test-outages``: fail the store of the record in every way, all beside each other;
``python -m tests.outages stalled`` in that way alone.

Each way has a database of its own, on PostgreSQL a server of its own, and 20 outages,
the first for 30 seconds and the others for longer than anything waits. Prints what was
executed meanwhile and how long work took to go on.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

TEST = "tests/tenants/audit/test_outages.py"
WAYS = {
    "held_file": "sqlite",
    "full_disk": "sqlite",
    "moved": "sqlite",
    "slow sqlite": "sqlite",
    "held_head": "postgresql",
    "read_only": "postgresql",
    "revoked": "postgresql",
    "dropped": "postgresql",
    "slow postgresql": "postgresql",
    "stalled": "postgresql",
}
# What each is run with, so that the suite is on that database.
WITH = {"sqlite": [], "postgresql": [".ci/with-postgres"]}
SECONDS = "30 11"  # nothing waits for more than 10
COLUMNS = "{:<10} {:<10} {:>5} {:>7} {:>8} {:>7} {:>6} {:>6}  {}"


def start(way: str, told: Path) -> subprocess.Popen[str]:
    """One way in a process of its own."""
    environment = {
        "OUTAGES": "20",
        "OUTAGE_SECONDS": SECONDS,
        **os.environ,
        "OUTAGE_WAY": way.split()[0],
        "OUTAGES_TOLD": str(told),
    }
    return subprocess.Popen(
        [*WITH[WAYS[way]], sys.executable, "-m", "pytest", "-q", TEST],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def line(way: str, told: Path, ended: str) -> str:
    text = told.read_text() if told.exists() else ""
    found = [json.loads(line) for line in text.splitlines()]
    acted = [one["acted"] for one in found] or [0.0]
    down = [one["down"] for one in found] or [0.0]
    return COLUMNS.format(
        way.split()[0],
        WAYS[way],
        len(found),
        f"{median(down):.0f} s",
        sum(one["done"] for one in found),
        sum(one["refused"] for one in found),
        f"{median(acted):.1f} s",
        f"{max(acted):.1f} s",
        ended,
    )


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        files = {way: Path(folder) / way for way in WAYS}
        ways = sys.argv[1:] or [*WAYS]
        started = {way: start(way, files[way]) for way in ways}
        said = {way: process.communicate()[0] for way, process in started.items()}
        for way, process in started.items():
            if process.returncode:
                print(said[way])
        heads = "way", "on", "times", "down", "executed", "refused", "after", "worst"
        print(COLUMNS.format(*heads, "whole, and by itself"))
        for way, process in started.items():
            print(line(way, files[way], "no" if process.returncode else "yes"))
    return int(any(process.returncode for process in started.values()))


if __name__ == "__main__":
    sys.exit(main())
