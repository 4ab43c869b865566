"""`.env.example` and what is really read from the environment are the same list."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from console.ops.environment import Environment
from console.ops.generate_secrets import generate_secrets

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$")
READ = re.compile(r"""\benv(?:\.\w+)?\(\s*"([A-Z_]+)"|environ\.get\(\s*"([A-Z_]+)"|\$\{([A-Z_]+)""")


def listed():
    """Every setting of `.env.example` with its value, and whether it is optional."""
    text = (ROOT / ".env.example").read_text()
    for line in text.splitlines():
        if match := LINE.match(line):
            yield match[1], match[2], line.startswith("#")


def read():
    files = ("console/settings.py", "gunicorn.conf.py", "compose.yaml")
    texts = [(ROOT / file).read_text() for file in files]
    names = [match for text in texts for match in READ.findall(text)]
    return {name for match in names for name in match if name}


def test_env_example_lists_every_setting():
    assert {name for name, _, _ in listed()} == read()


def test_env_example_explains_each_setting_once():
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [name for name, _, _ in listed()]

    assert len(names) == len(set(names))
    for before, line in pairwise(lines):
        if LINE.match(line):
            assert before.startswith("# "), line
            assert not LINE.match(before), line


def test_secrets_command_fills_all_empty_secrets():
    empty = {name for name, value, optional in listed() if not (value or optional)}

    assert empty == set(generate_secrets())


def test_env_example_can_be_sourced():
    text = "".join(f"{name}={value}\n" for name, value, _ in listed())
    script = f"{text}env -0"
    output = subprocess.run(
        ["sh", "-eua", "-c", script], check=True, capture_output=True, text=True, env={}
    ).stdout
    sourced = dict(entry.split("=", 1) for entry in output.rstrip("\0").split("\0"))

    assert {name: value for name, value, _ in listed()}.items() <= sourced.items()


def test_env_example_passes_the_deployment_check(tmp_path):
    environment = {name: value for name, value, optional in listed() if not optional}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/meridian.sqlite3"
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment, **generate_secrets()},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"SESSION_IDLE": "soon"},
        {"AUTHLETE_REGIONS": "us"},
        {"AUTHLETE_API_SERVERS": "us=first"},
        {"DATABASE_URL": "x"},
    ],
    ids=["nothing is set", "no number", "no pair", "no pair with a number", "no database"],
)
def test_command_without_settings_reports_them(environment):
    needed = generate_secrets() | {"DATABASE_URL": "sqlite://"} if environment else {}
    result = subprocess.run(
        [sys.executable, "manage.py", "add_organization", "--help"],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **needed, **environment},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert result.stderr.startswith("manage.py: ")
    assert (next(iter(environment), "") or "SECRET_KEY") in result.stderr
    assert ".env.example" in result.stderr
    assert "Traceback" not in result.stderr


def test_command_reports_an_unusable_database(tmp_path):
    environment = generate_secrets() | {"DATABASE_URL": f"sqlite:///{tmp_path}/away/m.sqlite3"}
    result = subprocess.run(
        [sys.executable, "manage.py", "add_organization", "--slug=a", "--name=A"],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert result.stderr.startswith("manage.py: the database")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "meant"), [("true", True), ("Yes", True), ("1", True), (" off ", False), ("0", False)]
)
def test_boolean_values_are_parsed(monkeypatch, text, meant):
    monkeypatch.setenv("REQUIRE_MFA", text)

    assert Environment().bool("REQUIRE_MFA", default=True) is meant


@pytest.mark.parametrize("text", ["", "enabled", "maybe", "2", "tru"])
def test_invalid_boolean_is_rejected(monkeypatch, text):
    monkeypatch.setenv("REQUIRE_MFA", text)

    with pytest.raises(ImproperlyConfigured, match="REQUIRE_MFA cannot be read"):
        Environment().bool("REQUIRE_MFA", default=True)


@pytest.mark.parametrize("text", ["", "soon", "-1", "0", "1e3", "9" * 20, "1" * 5000])
def test_number_out_of_range_is_rejected(monkeypatch, text):
    monkeypatch.setenv("SESSION_IDLE", text)

    with pytest.raises(ImproperlyConfigured, match="SESSION_IDLE cannot be read"):
        Environment().integer("SESSION_IDLE", default=1800, minimum=1)


@pytest.mark.parametrize(
    ("name", "most"), [("SECRET_MAX_AGE_DAYS", 36_500), ("BATCH_KEPT_HOURS", 876_000)]
)
def test_excessive_retention_period_is_rejected(name, most):
    """In one process each, as it is read once."""
    command = [sys.executable, "-c", "import console.settings"]
    known = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://", **generate_secrets()}

    result = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=known | {name: str(most + 1)},
        capture_output=True,
        text=True,
    )

    assert f"{name} cannot be read: {most + 1} is not between 1 and {most}" in (result.stderr)


@pytest.mark.parametrize("text", ["us", "us=", "=x", "us=a,us=b"])
def test_malformed_pairs_are_rejected(monkeypatch, text):
    monkeypatch.setenv("AUTHLETE_REGIONS", text)

    with pytest.raises(ImproperlyConfigured, match="AUTHLETE_REGIONS cannot be read"):
        Environment().dict("AUTHLETE_REGIONS")


def test_lists_are_comma_separated(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example.com, b.example.com,")
    monkeypatch.setenv("AUTHLETE_API_SERVERS", "harbor=7, pier=8")

    assert Environment().list("ALLOWED_HOSTS") == ["a.example.com", "b.example.com"]
    mapping = Environment().integer_mapping("AUTHLETE_API_SERVERS", default={})
    assert mapping == {"harbor": 7, "pier": 8}


def test_unknown_choice_names_the_choices(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "xml")

    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT must be one of: json, text"):
        Environment().choice("LOG_FORMAT", ("json", "text"), default="json")
