"""The smallest Django application with the same pages, as the baseline.

    gunicorn bench.baseline

Session, sign-in, the same call with httpx, and a table of the response. Environment:
UPSTREAM and TOKEN for the call, FLOOR_DATABASE for the sessions.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
import httpx
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BASE_TEMPLATE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{% block title %}Console{% endblock %}</title>
<link rel="stylesheet" href="/static/app.css"></head><body>
<header><nav><a href="/">Home</a> <a href="/audit">Audit</a></nav></header>
<main>{% block main %}{% endblock %}</main></body></html>"""
CLIENTS_TEMPLATE = """{% extends "base.html" %}{% block title %}Clients{% endblock %}
{% block main %}<h1>{{ total }}</h1><form><input name="q"></form><table><tbody>
{% for one in clients %}<tr><th>{{ one.clientName }}</th><td>{{ one.clientId }}</td>
<td>{{ one.clientType }}</td><td>{{ one.tokenAuthMethod }}</td>
<td>{{ one.grantTypes|join:", " }}</td><td>{{ one.redirectUris|join:", " }}</td>
<td>{{ one.modifiedAt }}</td></tr>{% endfor %}</tbody></table>{% endblock %}"""
SERVICE_TEMPLATE = """{% extends "base.html" %}{% block title %}Service{% endblock %}
{% block main %}<h1>{{ name }}</h1><table><tbody>
{% for name, value in rows %}<tr><th>{{ name }}</th><td>{{ value }}</td></tr>
{% endfor %}</tbody></table>{% endblock %}"""

if not settings.configured:
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106  of a page that holds nothing
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ["FLOOR_DATABASE"],
                "CONN_MAX_AGE": None,
                "OPTIONS": {"init_command": "PRAGMA journal_mode=wal;"},
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                (
                                    "django.template.loaders.locmem.Loader",
                                    {
                                        "base.html": BASE_TEMPLATE,
                                        "service.html": SERVICE_TEMPLATE,
                                        "clients.html": CLIENTS_TEMPLATE,
                                    },
                                )
                            ],
                        )
                    ]
                },
            }
        ],
    )
    django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402  needs settings
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.template.loader import get_template  # noqa: E402

SERVICE_PAGE = get_template("service.html")
CLIENTS_PAGE = get_template("clients.html")
ROWS_PER_PAGE = 100  # a page
threads = ThreadPoolExecutor(64)
upstream = httpx.Client(
    base_url=os.environ["UPSTREAM"],
    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
    trust_env=False,
    limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
)


@login_required
def show(request: HttpRequest, service_id: int) -> HttpResponse:
    service = json.loads(upstream.get(f"/api/{service_id}/service/get").content)
    context = {"name": service["serviceName"], "rows": list(service.items())}
    return HttpResponse(SERVICE_PAGE.render(context))


@login_required
def clients(request: HttpRequest, service_id: int) -> HttpResponse:
    """Show one page of a service's clients.

    With ``q``: those of all clients whose name contains it; the other pages are requested
    at once.
    """
    path = f"/api/{service_id}/client/get/list"

    def page(start: int) -> dict[str, Any]:
        query = {"start": start, "end": start + ROWS_PER_PAGE}
        found: dict[str, Any] = json.loads(upstream.get(path, params=query).content)
        return found

    first = page(0)
    rows, total = first["clients"], first["totalCount"]
    if query_text := request.GET.get("q"):
        for more in threads.map(page, range(ROWS_PER_PAGE, total, ROWS_PER_PAGE)):
            rows += more["clients"]
        rows = [row for row in rows if query_text in row["clientName"].lower()]
        total = len(rows)
    return HttpResponse(CLIENTS_PAGE.render({"total": total, "clients": rows[:ROWS_PER_PAGE]}))


def sign_in(request: HttpRequest) -> HttpResponse:
    """Create a user, sign them in, and return their session."""
    call_command("migrate", verbosity=0)
    user, _ = get_user_model().objects.get_or_create(username="bench")
    login(request, user)
    request.session.save()
    return HttpResponse(request.session.session_key)


urlpatterns = [
    path("enter", sign_in),
    path("service/<int:service_id>", show),
    path("clients/<int:service_id>", clients),
]
application = get_wsgi_application()
