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
    results = [json.loads(line) for line in text.splitlines()]
    acted = [result["acted"] for result in results] or [0.0]
    down = [result["down"] for result in results] or [0.0]
    return COLUMNS.format(
        way.split()[0],
        WAYS[way],
        len(results),
        f"{median(down):.0f} s",
        sum(result["done"] for result in results),
        sum(result["refused"] for result in results),
        f"{median(acted):.1f} s",
        f"{max(acted):.1f} s",
        ended,
    )


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in WAYS}
        ways = sys.argv[1:] or [*WAYS]
        started = {name: start(name, files[name]) for name in ways}
        outputs = {name: process.communicate()[0] for name, process in started.items()}
        for name, process in started.items():
            if process.returncode:
                print(outputs[name])
        heads = "way", "on", "times", "down", "executed", "refused", "after", "worst"
        print(COLUMNS.format(*heads, "whole, and by itself"))
        for name, process in started.items():
            print(line(name, files[name], "no" if process.returncode else "yes"))
    return int(any(process.returncode for process in started.values()))


if __name__ == "__main__":
    sys.exit(main())
