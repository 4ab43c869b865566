"""The settings of a demo: made before Django reads any."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from console.ops.generate_secrets import generate_secrets

ROOT = Path(__file__).parents[2]
REGIONS = ("us", "jp", "eu", "br")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``manage.py demo``."""
    parser.add_argument("--port", type=int, default=8000, help="of the console")
    parser.add_argument("--sandbox-port", type=int, default=9100, help="the first of five in a row")
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / "data" / "demo",
        help="directory that holds all that the demo keeps",
    )


def prepare_environment(arguments: Sequence[str]) -> None:
    """Set the environment for this process and those that it starts."""
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    asked, _ = parser.parse_known_args(arguments)
    data = asked.data.resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.update(demo_settings(data, asked.port, asked.sandbox_port))


def demo_settings(data: Path, port: int, sandbox: int) -> dict[str, str]:
    """Return the settings that the demo needs, and those that keep it local."""
    urls = {name: f"http://127.0.0.1:{sandbox + at}" for at, name in enumerate(REGIONS)}
    idp = f"http://127.0.0.1:{sandbox + len(REGIONS)}"
    return load_keys(data / "keys") | {
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "MALLOC_ARENA_MAX": "2",  # as the image has them
        "MALLOC_MMAP_THRESHOLD_": "131072",  # bytes
        "MALLOC_TRIM_THRESHOLD_": "131072",  # bytes
        "INSECURE": "true",
        "REQUIRE_MFA": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CONSOLE_URL": f"http://localhost:{port}",
        "CSRF_TRUSTED_ORIGINS": "",
        "TRUSTED_PROXIES": "0",
        "WEB_CONCURRENCY": "1",
        "DATABASE_URL": f"sqlite:///{data / 'meridian.sqlite3'}",
        "STATIC_ROOT": str(data / "static-files"),
        "AUDIT_SINKS": f"file://{data / 'checkpoints.jsonl'}",
        "AUDIT_SINK_PATIENCE": "900",
        "AUDIT_PUBLIC_KEYS": "",
        "EMAIL_URL": f"file://{data / 'mail'}",
        "ALERT_MAIL": "",
        "WEBHOOK_PRIVATE_HOSTS": "",
        "WEBHOOK_PORTS": "",
        "AUTHLETE_REGIONS": ",".join(f"{name}={url}" for name, url in urls.items()),
        "AUTHLETE_IDPS": ",".join(f"{name}={idp}" for name in urls),
        "AUTHLETE_API_SERVERS": "",
    }


def load_keys(path: Path) -> dict[str, str]:
    """Return the demo's own keys; create them on first use, readable by their owner alone."""
    lines = path.read_text().splitlines() if path.exists() else []
    kept = dict(line.split("=", 1) for line in lines)
    keys = generate_secrets() | kept
    if keys != kept:
        text = "".join(f"{name}={value}\n" for name, value in keys.items())
        draft = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(text)
        draft.rename(path)
    return keys
