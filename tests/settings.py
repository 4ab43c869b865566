"""The console's settings with values that are good for tests alone."""

import os
import tempfile
from base64 import b64encode
from hashlib import sha256, sha512
from importlib.metadata import distribution


def create_key(name):
    """Return a key that is the same in each process."""
    return f"{name}:{b64encode(sha256(name.encode()).digest()).decode()}"


SAFE = {
    "SECRET_KEY": sha512(b"not a secret").hexdigest(),
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "INSECURE": "true",
    "VERSIONS_EVERY": "0",  # turned on where it is tested
    "DRAIN_SECONDS": "0",
    "REQUIRE_MFA": "false",  # turned on where it is tested
    "DATABASE_URL": "sqlite://",
    "VAULT_KEYS": create_key("v1"),
    "AUDIT_KEYS": create_key("a1"),
    "FINGERPRINT_KEY": create_key("f1"),
}
# Playwright runs a loop in the thread of the test.
SAFE["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
for name, value in SAFE.items():
    os.environ.setdefault(name, value)

from console.settings import *  # noqa: E402, F403  after the environment is set

if DATABASES["default"]["ENGINE"].endswith("sqlite"):  # noqa: F405
    # A live server's threads would share one connection to a database in memory, and
    # with it each other's transactions. It looks at NAME, before the tests' own is
    # made.
    _file = os.path.join(tempfile.gettempdir(), f"meridian-test-{os.getpid()}.sqlite3")
    # It is thrown away: what would survive a power failure need not be waited for.
    _options = DATABASES["default"]["OPTIONS"]  # noqa: F405
    _quick = f"{_options['init_command']} PRAGMA synchronous=OFF;"
    DATABASES["default"] |= {  # noqa: F405
        "NAME": _file,
        "TEST": {"NAME": _file},
        "OPTIONS": _options | {"init_command": _quick},
    }
PAGE_READ_SECONDS = 10.0  # a busy machine is no outage
AUTHLETE_TRANSPORT = "tenants.sandbox.app.transport"
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# What is wrong with a page is looked for by axe, which pages have from here.
_axe = distribution("pytest-playwright-axe")
STATICFILES_DIRS = [str(_axe.locate_file("pytest_playwright_axe/resources"))]
MIDDLEWARE = [one for one in MIDDLEWARE if "whitenoise" not in one]  # noqa: F405
