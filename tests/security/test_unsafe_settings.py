"""Threat: a console starts with settings that anyone can guess or that accept anyone."""

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from django.core.checks import run_checks

from console.ops.generate_secrets import generate_secrets
from tests.settings import create_key

ROOT = Path(__file__).parents[2]
ZERO_KEY = f"z1:{b64encode(bytes(32)).decode()}"
RINGS = ["VAULT_KEYS", "AUDIT_KEYS", "FINGERPRINT_KEY", "AUDIT_SIGNING_KEYS", "AUDIT_PUBLIC_KEYS"]

pytestmark = pytest.mark.django_db  # a check of Django asks the database for its features


@pytest.fixture(autouse=True)
def production(settings):
    """Set safe settings of a deployment."""
    for name, value in generate_secrets().items():
        setattr(settings, name, value)
    settings.INSECURE = False
    settings.REQUIRE_MFA = True
    settings.ALLOWED_HOSTS = ["console.example.com"]
    settings.CONSOLE_URL = "https://console.example.com"
    assert find_errors() == []
    return settings


def find_errors():
    return [
        error.msg for error in run_checks() if (error.id or "").startswith(("keys.", "server."))
    ]


def expect_error(text):
    (message,) = find_errors()
    assert text in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "key", ["short", "x" * 80, "abcdefghijkl" * 8, "abcabcde" * 10, "0123456789" * 5]
)
def test_weak_secret_key_is_rejected(settings, key):
    settings.SECRET_KEY = key

    expect_error("SECRET_KEY")
    assert key not in find_errors()[0]


@pytest.mark.parametrize("ring", RINGS)
def test_zero_key_is_rejected_at_any_place_in_a_ring(settings, ring):
    setattr(settings, ring, f"{create_key('n1')},{ZERO_KEY}")

    expect_error(f"{ring}: the key z1 isn't random")


@pytest.mark.parametrize("secret", [b"\x01" * 32, b"password" * 4, bytes(31) + b"\x01"])
def test_repetitive_key_is_rejected(settings, secret):
    settings.VAULT_KEYS = f"v1:{b64encode(secret).decode()}"

    expect_error("VAULT_KEYS: the key v1 isn't random")


@pytest.mark.parametrize("ring", RINGS)
def test_key_repeated_in_its_ring_is_rejected(settings, ring):
    key = create_key("n1")
    setattr(settings, ring, f"{key},n2:{key.partition(':')[2]}")

    expect_error(f"{ring}: the key n2 is the same as n1 in {ring}")


@pytest.mark.parametrize("ring", RINGS[1:])
def test_key_of_another_ring_is_rejected(settings, ring):
    setattr(settings, ring, settings.VAULT_KEYS)

    expect_error(f"{ring}: the key v1 is the same as v1 in VAULT_KEYS")


@pytest.mark.parametrize("hosts", [["*"], ["console.example.com", "*"]])
def test_any_host_is_rejected(settings, hosts):
    settings.ALLOWED_HOSTS = hosts

    expect_error("ALLOWED_HOSTS")


def test_optional_two_factor_authentication_is_rejected(settings):
    settings.REQUIRE_MFA = False

    expect_error("REQUIRE_MFA")


@pytest.mark.parametrize("host", ["console.example.com", ".localhost.example", "10.0.0.1", "[::]"])
def test_plain_http_on_a_public_host_is_rejected(settings, host):
    settings.INSECURE = True
    settings.ALLOWED_HOSTS = ["localhost", host]
    settings.CONSOLE_URL = "http://localhost:8000"

    expect_error(f"ALLOWED_HOSTS has {host}")


def test_plain_http_with_a_public_url_is_rejected(settings):
    settings.INSECURE = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "demo.localhost"]

    expect_error("CONSOLE_URL has console.example.com")


UNSAFE = {
    "SECRET_KEY": "x" * 60,
    "VAULT_KEYS": ZERO_KEY,
    "ALLOWED_HOSTS": "*",
    "REQUIRE_MFA": "false",
}


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import console.wsgi"],
        ["manage.py", "worker"],
        ["-m", "gunicorn", "--bind=127.0.0.1:0"],
    ],
    ids=["wsgi", "worker", "gunicorn"],
)
def test_start_stops_with_one_line_for_each_unsafe_setting(command):
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://", "WEB_CONCURRENCY": "1"}
    result = subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=ROOT,
        env=environment | generate_secrets() | UNSAFE,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    for name in UNSAFE:
        assert len([line for line in result.stderr.splitlines() if f") {name}: " in line]) == 1


@pytest.mark.parametrize(
    ("text", "problem"), [(None, "No such file"), ("password\n", "isn't a SHA-1 digest")]
)
def test_unusable_list_of_breached_passwords_is_rejected(settings, tmp_path, text, problem):
    path = tmp_path / "breached.txt"
    if text:
        path.write_text(text)
    settings.BREACHED_PASSWORDS = str(path)

    expect_error(problem)
