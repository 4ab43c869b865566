"""Seed the bench's database: one organization, four credentials, one admin."""

import time
from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from pydantic import SecretStr

from console.accounts.sessions import SessionStore
from tenants.models import Credential, Membership, Organization
from tenants.organizations.roles import Role


def seed(slug: str, tokens: Mapping[str, str]) -> str:
    """Create an admin, sign them in, and return their session cookie."""
    if connection.introspection.table_names():
        raise RuntimeError("the database is not empty, and the bench would fill it")
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    organization = Organization.objects.create(slug=slug, name="Harbor")
    for region, token in tokens.items():
        credential = Credential(organization=organization, region=region)
        credential.set_token(SecretStr(token)).save()
    user = User.objects.create_user("ida@bench.example", "ida@bench.example")
    Membership.objects.create(organization=organization, user=user, role=Role.ADMIN)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    request = HttpRequest()
    request.session = session = SessionStore()
    login(request, user, settings.AUTHENTICATION_BACKENDS[0])
    session.update({"began": int(time.time()), "seen": int(time.time())})
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.cookie_key}"
