"""What a WSGI server loads: ``gunicorn console.wsgi``."""

import logging
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, SystemCheckError
from django.core.wsgi import get_wsgi_application

GUNICORN_BOOT_ERROR = 3  # exit code that stops gunicorn instead of starting another process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
# Start with no settings that every command rejects, such as a region that must not get a token.
try:
    application = get_wsgi_application()
    BaseCommand().check()
except (ImproperlyConfigured, SystemCheckError) as error:
    print(error, file=sys.stderr)
    sys.exit(GUNICORN_BOOT_ERROR)

from console.ops.health import check_mail  # noqa: E402  needs the applications

for text in check_mail().values():
    logging.getLogger("meridian").warning(text)
