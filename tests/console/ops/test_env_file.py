import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.ops.env_file import complete_env_file, parse_env
from console.ops.generate_secrets import generate_secrets

ROOT = Path(__file__).parents[3]
TEMPLATE = (ROOT / ".env.example").read_text()


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".env"


def source(text):
    """Return the variables that sh has after sourcing a text."""
    script = ["sh", "-eua", "-c", f"{text}\nenv -0"]
    output = subprocess.run(script, check=True, capture_output=True, text=True, env={}).stdout
    return dict(entry.split("=", 1) for entry in output.rstrip("\0").split("\0"))


def test_new_file_is_complete_and_private(path):
    added = complete_env_file(path, TEMPLATE, "meridian.acme.test")

    values = parse_env(path.read_text())
    assert added == list(generate_secrets())
    assert all(values.values())
    assert values["ALLOWED_HOSTS"] == "meridian.acme.test"
    assert values["CONSOLE_URL"] == "https://meridian.acme.test"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_new_file_can_be_sourced(path):
    complete_env_file(path, TEMPLATE)

    assert parse_env(path.read_text()).items() <= source(path.read_text()).items()


def test_existing_values_never_change(path):
    before = "# mine\nSECRET_KEY='abc'\nVAULT_KEYS_FILE=/run/vault\nAUDIT_KEYS=\nOTHER=x"
    path.write_text(before)
    path.chmod(0o644)

    added = complete_env_file(path, TEMPLATE, "meridian.acme.test")

    text = path.read_text()
    values = parse_env(text)
    assert set(generate_secrets()) - set(added) == {"SECRET_KEY", "VAULT_KEYS"}
    assert "VAULT_KEYS" not in values
    assert "ALLOWED_HOSTS" not in values
    assert (values["SECRET_KEY"], values["OTHER"]) == ("abc", "x")
    assert text.startswith("# mine\nSECRET_KEY='abc'\nVAULT_KEYS_FILE=/run/vault\nAUDIT_KEYS=a1:")
    assert path.stat().st_mode & 0o777 == 0o600
    assert complete_env_file(path, TEMPLATE) == []
    assert path.read_text() == text


def test_linked_file_stays_linked(path, tmp_path):
    target = tmp_path / "secrets"
    target.write_text("OTHER=x\n")
    path.symlink_to(target)

    complete_env_file(path, TEMPLATE)

    assert path.is_symlink()
    assert "SECRET_KEY=" in target.read_text()


@pytest.mark.parametrize(
    "line",
    [
        "A=",
        "A=b",
        "export A=b",
        "A='b c $d & #e'",
        'A="b c"',
        "A=postgresql://m:p%2Fw@[::1]:5432/m?sslmode=require",
        "A=name=value,name=a*b?",
    ],
)
def test_value_is_read_as_sh_reads_it(line):
    assert parse_env(line)["A"] == source(line)["A"]


@pytest.mark.parametrize(
    "line", ["A=b c", "A=b&c", "A=$b", 'A="$b"', "A=~/b", "A='b'c", "A=b #c", "A=`b`", "A=b\\c"]
)
def test_value_that_programs_read_differently_is_rejected(line):
    with pytest.raises(ValueError, match="line 2: put the value of A in single quotes"):
        parse_env(f"# comment\n{line}\n")


def test_other_line_is_rejected():
    with pytest.raises(ValueError, match="line 1 is not NAME=value"):
        parse_env("unset A")


def run_setup(path, *options, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", "setup", f"--env-file={path}", *options],
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def test_setup_prints_names_but_no_secret(path):
    # Unreadable settings end it before the checks, which would call the regions.
    path.write_text("DATABASE_URL=sqlite://\nSESSION_IDLE=soon\n")

    result = run_setup(path)

    secrets = [parse_env(path.read_text())[name] for name in generate_secrets()]
    assert result.stdout == f"{path}: added {', '.join(generate_secrets())}\n"
    assert result.stderr.startswith("manage.py: SESSION_IDLE cannot be read")
    assert not [value for value in secrets if value in result.stdout + result.stderr]


def test_setup_writes_nothing_if_the_environment_has_secrets(path):
    result = run_setup(path, **generate_secrets(), DATABASE_URL="x")

    assert result.stderr.startswith("manage.py: DATABASE_URL cannot be read")
    assert not path.exists()


def test_setup_help_writes_nothing(path):
    assert "--env-file" in run_setup(path, "--help").stdout
    assert not path.exists()


def test_setup_reports_an_unusable_file_in_one_line(path):
    result = run_setup(path / "missing")

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert str(path.parent) in result.stderr
