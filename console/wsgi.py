"""What a WSGI server loads: ``gunicorn console.wsgi``."""

import logging
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, SystemCheckError
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError

from tenants.database_errors import describe_database_error

GUNICORN_BOOT_ERROR = 3  # exit code that stops gunicorn instead of starting another process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
# Start with no settings that every command rejects, such as a region that must not get a token.
try:
    application = get_wsgi_application()
    BaseCommand().check()
except (ImproperlyConfigured, SystemCheckError) as error:
    print(error, file=sys.stderr)
    sys.exit(GUNICORN_BOOT_ERROR)
except DatabaseError as error:
    print(
        "the database that DATABASE_URL names cannot be used:",
        describe_database_error(error),
        file=sys.stderr,
    )
    sys.exit(GUNICORN_BOOT_ERROR)

from console.ops.setup_checks import list_startup_problems  # noqa: E402  needs the applications

for problem in list_startup_problems():
    logging.getLogger("meridian").warning(problem)
