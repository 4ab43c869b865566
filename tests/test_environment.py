"""`.env.example` and what is really read from the environment are the same list."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from console.fresh_secrets import fresh

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$")
READ = re.compile(
    r"""\benv(?:\.\w+)?\(\s*"([A-Z_]+)"|environ\.get\(\s*"([A-Z_]+)"|\$\{([A-Z_]+)"""
)


def listed():
    """Every setting of `.env.example` with its value, and whether it is optional."""
    text = (ROOT / ".env.example").read_text()
    for line in text.splitlines():
        if found := LINE.match(line):
            yield found[1], found[2], line.startswith("#")


def read():
    files = ("console/settings.py", "gunicorn.conf.py", "compose.yaml")
    texts = [(ROOT / file).read_text() for file in files]
    found = [match for text in texts for match in READ.findall(text)]
    return {name for match in found for name in match if name}


def test_every_setting_is_listed_and_every_listed_one_is_read():
    assert {name for name, _, _ in listed()} == read()


def test_each_is_listed_once_with_a_line_of_why():
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [name for name, _, _ in listed()]

    assert len(names) == len(set(names))
    for before, line in pairwise(lines):
        if LINE.match(line):
            assert before.startswith("# "), line
            assert not LINE.match(before), line


def test_secrets_are_empty_and_the_command_for_them_fills_exactly_those():
    empty = {name for name, value, optional in listed() if not (value or optional)}

    assert empty == set(fresh())


def test_it_makes_a_deployment_that_django_finds_nothing_wrong_with(tmp_path):
    environment = {name: value for name, value, optional in listed() if not optional}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/meridian.sqlite3"
    found = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment, **fresh()},
        capture_output=True,
        text=True,
    )

    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"SESSION_IDLE": "soon"},
        {"AUTHLETE_REGIONS": "us"},
        {"AUTHLETE_API_SERVERS": "us=first"},
        {"DATABASE_URL": "x"},
    ],
    ids=[
        "nothing is set",
        "no number",
        "no pair",
        "no pair with a number",
        "no database",
    ],
)
def test_a_command_without_its_settings_says_so_in_words(given):
    needed = fresh() | {"DATABASE_URL": "sqlite://"} if given else {}
    found = subprocess.run(
        [sys.executable, "manage.py", "add_organization", "--help"],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **needed, **given},
        capture_output=True,
        text=True,
    )

    assert found.returncode == 1
    assert found.stderr.startswith("manage.py: ")
    assert (next(iter(given), "") or "SECRET_KEY") in found.stderr
    assert ".env.example" in found.stderr
    assert "Traceback" not in found.stderr
