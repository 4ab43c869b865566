import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from console.ops.environment import Environment
from console.ops.generate_secrets import generate_secrets
from console.ops.secret_files import SECRET_SETTINGS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def secret(tmp_path):
    return tmp_path / "secret"


@pytest.mark.parametrize("name", SECRET_SETTINGS)
@pytest.mark.parametrize(("text", "value"), [("a\n", "a"), ("a\r\n", "a"), (" a b", " a b")])
def test_secret_is_read_from_its_file(monkeypatch, secret, name, text, value):
    secret.write_bytes(text.encode())
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(secret))

    assert Environment().str(name) == value


def test_empty_value_counts_as_unset(monkeypatch, secret):
    secret.write_text("s1:abc\n")
    monkeypatch.setenv("AUDIT_SIGNING_KEYS", "")
    monkeypatch.setenv("AUDIT_SIGNING_KEYS_FILE", str(secret))

    assert Environment().str("AUDIT_SIGNING_KEYS") == "s1:abc"


def test_secret_set_twice_is_rejected(monkeypatch, secret):
    monkeypatch.setenv("EMAIL_URL", "smtp://mail")
    monkeypatch.setenv("EMAIL_URL_FILE", str(secret))

    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL and EMAIL_URL_FILE are both set"):
        Environment()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
    ],
)
def test_unusable_file_is_rejected_without_its_content(monkeypatch, secret, content, reason):
    if content is not None:
        secret.write_bytes(content)
    monkeypatch.delenv("EMAIL_URL", raising=False)
    monkeypatch.setenv("EMAIL_URL_FILE", str(secret))

    with pytest.raises(ImproperlyConfigured, match=f"EMAIL_URL_FILE cannot be read: .*{reason}"):
        Environment()


def run(command, **environment):
    return subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "command",
    [["-c", "import console.wsgi"], ["manage.py", "check"], ["-m", "gunicorn", "--check-config"]],
    ids=["wsgi", "manage", "gunicorn"],
)
def test_start_stops_with_one_line(command, tmp_path):
    environment = generate_secrets() | {"DATABASE_URL_FILE": str(tmp_path / "missing")}
    result = run(command, **environment)

    assert result.returncode != 0
    (line,) = result.stderr.splitlines()
    assert "DATABASE_URL_FILE cannot be read" in line


def test_deployment_with_files_alone_passes_the_check(tmp_path):
    values = generate_secrets() | {"DATABASE_URL": f"sqlite:///{tmp_path}/m.sqlite3"}
    files = {}
    for name in SECRET_SETTINGS:
        if name in values:
            file = tmp_path / name
            file.write_text(f"{values[name]}\n")
            files[f"{name}_FILE"] = str(file)
    result = run(["manage.py", "check"], **files)
    config = "import runpy; print(runpy.run_path('gunicorn.conf.py')['_on_sqlite'])"

    assert (result.returncode, result.stderr) == (0, "")
    assert run(["-c", config], **files).stdout == "True\n"


@pytest.mark.parametrize(("url", "lines"), [("", 1), ("smtp://mail.acme.test", 0)])
def test_start_warns_once_of_missing_mail(url, lines):
    environment = generate_secrets() | {"DATABASE_URL": "sqlite://", "EMAIL_URL": url}
    result = run(["-c", "import console.wsgi"], **environment)

    assert result.returncode == 0
    assert result.stderr.count("EMAIL_URL is not set") == lines


@pytest.mark.parametrize("command", ["fields", "operations"])
def test_command_without_secrets_needs_no_file(command, tmp_path):
    result = run(["manage.py", command], SECRET_KEY_FILE=str(tmp_path / "missing"))

    assert (result.returncode, result.stderr) == (0, "")
