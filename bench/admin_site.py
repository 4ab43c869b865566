"""The Django admin over models as wide as a service and as a client, for comparison.

    gunicorn bench.admin_site

Environment: ADMIN_DATABASE, a path for its SQLite database.
"""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

ROWS_PER_PAGE = 100
COLUMNS = [f"field_{at}" for at in range(7)]

if not settings.configured:
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106  of a page that holds nothing
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "bench",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ["ADMIN_DATABASE"],
                "CONN_MAX_AGE": None,
                "OPTIONS": {"init_command": "PRAGMA journal_mode=wal;"},
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()

from django.contrib import admin  # noqa: E402  needs settings
from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402

from bench.models import Narrow, Wide  # noqa: E402

admin.site.register(Narrow, list_display=COLUMNS, list_per_page=ROWS_PER_PAGE)
admin.site.register(Wide)


def sign_in(request: HttpRequest) -> HttpResponse:
    """Create the rows and an admin, sign them in, and return their session."""
    call_command("migrate", verbosity=0, run_syncdb=True)
    if not Wide.objects.exists():
        Narrow.objects.bulk_create(Narrow() for _ in range(ROWS_PER_PAGE))
        Wide.objects.create(pk=1)
    user, _ = get_user_model().objects.get_or_create(
        username="bench", is_staff=True, is_superuser=True
    )
    login(request, user)
    request.session.save()
    return HttpResponse(request.session.session_key)


urlpatterns = [path("enter", sign_in), path("admin/", admin.site.urls)]
application = get_wsgi_application()
