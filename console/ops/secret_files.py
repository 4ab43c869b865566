"""Secrets in files: ``NAME_FILE`` instead of ``NAME``. Needs nothing but Python."""

import os
from collections.abc import Mapping
from pathlib import Path

# Settings that are secrets or URLs with credentials.
SECRET_SETTINGS = (
    "SECRET_KEY",
    "VAULT_KEYS",
    "AUDIT_KEYS",
    "AUDIT_SIGNING_KEYS",
    "FINGERPRINT_KEY",
    "DATABASE_URL",
    "EMAIL_URL",
    "AUDIT_SINKS",
    "AUTHLETE_PROXY",
    "OTEL_EXPORTER_OTLP_HEADERS",
)


def read_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that are set as files, without their trailing newline.

    Raises `ValueError` for a secret that is set twice or whose file can't be read.
    """
    return {
        name: _read_secret(name, path, environment)
        for name in SECRET_SETTINGS
        if (path := environment.get(f"{name}_FILE"))
    }


def ignore_secret_files() -> None:
    """Unset the files, for programs that don't use the deployment's secrets."""
    for name in SECRET_SETTINGS:
        os.environ.pop(f"{name}_FILE", None)


def _read_secret(name: str, path: str, environment: Mapping[str, str]) -> str:
    if environment.get(name):
        raise ValueError(f"{name} and {name}_FILE are both set; remove one")
    try:
        text = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError(f"{name}_FILE cannot be read: {path} is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"{name}_FILE cannot be read: {path}: {error.strerror}") from None
    if not text:
        raise ValueError(f"{name}_FILE cannot be read: {path} is empty")
    return text
