"""Write a complete ``.env`` and read it. Needs nothing but Python."""

import argparse
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from console.ops.generate_secrets import generate_secrets

ROOT = Path(__file__).parents[2]
ASSIGNMENT = re.compile(r"(?:export )?([A-Z][A-Z_]*)=(.*)")
# What sh and Docker Compose read alike: single quotes, or nothing that sh would interpret.
PORTABLE_VALUE = re.compile(r"""'[^']*'|"[^"$`\\]*"|[^\s'"$`\\&;|<>()#~][^\s'"$`\\&;|<>()#]*|""")

DESCRIPTION = (
    "Write the secrets that .env lacks, unless the environment has them, then check settings, "
    "database, folders, mail, regions and clock. Safe to repeat: existing values never change, "
    "and no secret is printed. Exit code 1 if something is missing."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``manage.py setup``."""
    parser.add_argument("--env-file", type=Path, default=ROOT / ".env", help="file to complete")
    parser.add_argument("--host", default="", help="host name of the console, for a new file")


def prepare_environment(arguments: Sequence[str]) -> None:
    """Complete the file and set the environment from it, unless the latter has secrets already.

    Ends the process with one line if the file can't be used or Django isn't installed.
    """
    if os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE"):
        return
    parser = argparse.ArgumentParser("manage.py setup", description=DESCRIPTION)
    add_options(parser)
    options = parser.parse_args(arguments)
    path = options.env_file
    try:
        added = complete_env_file(path, (ROOT / ".env.example").read_text(), options.host)
        values = parse_env(path.read_text())
    except OSError as error:
        sys.exit(f"manage.py: {error.filename}: {error.strerror}")
    except ValueError as error:
        sys.exit(f"manage.py: {path}: {error}")
    print(f"{path}: added {', '.join(added)}" if added else f"{path}: complete", flush=True)
    for name, value in values.items():
        os.environ.setdefault(name, value)
    if not find_spec("django"):
        sys.exit("Not checked: run it again with the requirements installed, or in the container.")


def complete_env_file(path: Path, template: str, host: str = "") -> list[str]:
    """Add what is missing to ``path``, readable by its owner alone; return the names.

    A new file starts as ``template``, with ``host`` in place of the example's. Existing values
    never change. Raises `OSError` and `ValueError`.
    """
    path = path.resolve()
    try:
        before = path.read_text()
    except FileNotFoundError:
        before = template.replace("console.example.com", host) if host else template
    values = parse_env(before)
    missing = {
        name: value
        for name, value in generate_secrets().items()
        if not (values.get(name) or values.get(f"{name}_FILE"))
    }
    text = before
    for name, value in missing.items():
        line = f"{name}={shlex.quote(value)}"
        text, count = re.subn(rf"(?m)^(?:export )?{name}=.*$", line, text)
        if not count:
            text = f"{text.rstrip()}\n{line}\n"
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
    return list(missing)


def parse_env(text: str) -> dict[str, str]:
    """Return the settings of a file as sh and Docker Compose read them.

    Raises `ValueError` for a line that they would read differently.
    """
    return dict(_parse_lines(text))


def _parse_lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = ASSIGNMENT.fullmatch(line.rstrip())
        if not match:
            raise ValueError(f"line {number} is not NAME=value")
        if not PORTABLE_VALUE.fullmatch(match[2]):
            raise ValueError(f"line {number}: put the value of {match[1]} in single quotes")
        yield match[1], "".join(shlex.split(match[2]))
