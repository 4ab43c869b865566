"""What a WSGI server loads: ``gunicorn console.wsgi``."""

import os

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
application = get_wsgi_application()
# Raises `SystemCheckError`. Without it a server would start with settings that every
# command refuses: a region that a token must not be sent to, for one.
BaseCommand().check()
