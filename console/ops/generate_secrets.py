"""Prints the secret part of a new ``.env``: ``python -m console.ops.generate_secrets``.

Needs nothing but Python, so that it can run before anything is set up.
"""

from base64 import b64encode
from secrets import token_bytes, token_urlsafe


def generate_secrets() -> dict[str, str]:
    """Return a random value for every setting that must be secret."""
    return {
        "SECRET_KEY": token_urlsafe(50),
        "VAULT_KEYS": f"v1:{_random_key()}",
        "AUDIT_KEYS": f"a1:{_random_key()}",
        "AUDIT_SIGNING_KEYS": f"s1:{_random_key()}",
        "FINGERPRINT_KEY": f"f1:{_random_key()}",
        "POSTGRES_PASSWORD": token_urlsafe(24),
        "CONSOLE_DB_PASSWORD": token_urlsafe(24),
        "WORKER_DB_PASSWORD": token_urlsafe(24),
    }


def _random_key() -> str:
    return b64encode(token_bytes(32)).decode()


if __name__ == "__main__":
    for name, value in generate_secrets().items():
        print(f"{name}={value}")
