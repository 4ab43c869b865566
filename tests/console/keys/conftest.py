import json
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from console.models import Rollover
from tenants.jobs.models import Job
from tenants.organizations.roles import Role
from tenants.sandbox.handlers.jwks import parse_keys
from tenants.sandbox.seeding.keys import cached_public_key_der, create_jwk_set
from tests.pages import FORM, filled

HSM = "/acme/services/us/17/keys/hsm/"


def key(kid, alg="ES256", **members):
    """A key in hardware, as the sandbox keeps it."""
    return {
        "kty": "EC" if alg.startswith("E") else "RSA",
        "use": "enc" if "OAEP" in alg else "sig",
        "kid": kid,
        "hsmName": "google",
        "handle": f"handle-of-{kid}".ljust(43, "x"),
        "publicKey": cached_public_key_der(kid, alg),
        "alg": alg,
        **members,
    }


@pytest.fixture
def shop(acme, sandbox):
    """Service 17, with two keys in hardware, of which one signs ID tokens."""
    shop = sandbox.services[17]
    shop |= {
        "hsmEnabled": True,
        "hsks": [key("till-1"), key("till-2", "RSA-OAEP-256")],
        "idTokenSignatureKeyId": "till-1",
    }
    return shop


KEYS = "/acme/services/us/17/keys/"


def jwk(kid, alg="ES256"):
    """A key with its private part, as a service keeps it in a set."""
    return parse_keys(create_jwk_set("x", alg))[0] | {"kid": kid}


class Stored(MutableMapping[str, Any]):
    """A service as the sandbox keeps it now, which each update replaces."""

    def __init__(self, services, number):
        self.services, self.number = services, number

    def __getitem__(self, name):
        return self.services[self.number][name]

    def __setitem__(self, name, value):
        self.services[self.number][name] = value

    def __delitem__(self, name):
        del self.services[self.number][name]

    def __iter__(self):
        return iter(self.services[self.number])

    def __len__(self):
        return len(self.services[self.number])


@pytest.fixture
def bank(acme, sandbox):
    """Service 17, which signs ID tokens and JWT access tokens with the key old; keep
    is another that nothing names."""
    sandbox.services[17] |= {
        "issuer": "https://bank.example",
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
        "supportedScopes": [{"name": "openid"}],
        "refreshTokenDuration": 864_000,
        "idTokenDuration": 7200,
        "accessTokenSignAlg": "ES256",
        "jwks": json.dumps({"keys": [jwk("old"), jwk("keep", "RS256")]}),
        "idTokenSignatureKeyId": "old",
        "accessTokenSignatureKeyId": "old",
    }
    return Stored(sandbox.services, 17)


@pytest.fixture
def admin(member, bank):
    return member(Role.ADMIN)


@pytest.fixture
def do():
    """Fill in one of the pages about the keys of service 17 and send it."""

    def do(browser, page, having="idempotency_key", **entered):
        url = page if page.startswith("/") else f"{KEYS}{page}"
        why = {"reason": "Yearly, says risk", "ticket": "CHG-7"} if having else {}
        body = filled(browser.get(url), having, **why | entered)
        return browser.post(url, body, content_type=FORM)

    return do


@pytest.fixture
def rolling(admin, do):
    """Start a rollover of the key old, and return it."""

    def rolling(**entered):
        response = do(admin, "roll/?set=jwks&key=0", kid="new", **entered)
        assert response.status_code == 302, response.content.decode()
        return Rollover.objects.get(state__in=Rollover.OPEN)

    return rolling


@pytest.fixture
def come(worker):
    """Let the time of what a rollover does next come, and a worker do it."""

    def come(rollover):
        rollover.refresh_from_db()
        past = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=rollover.job).update(run_at=past, due_at=past)
        DBTaskResult.objects.update(run_after=past)
        worker()
        rollover.refresh_from_db()
        return rollover.state

    return come


def page(browser, rollover):
    return browser.get(f"{KEYS}rollovers/{rollover.pk}/")


def act(do, browser, rollover, name, **entered):
    """Do with a rollover what one of its pages is for."""
    return do(browser, f"{KEYS}rollovers/{rollover.pk}/{name}/", **entered)


def kids(service, member="jwks"):
    """The IDs of the keys in one of its sets."""
    return [one["kid"] for one in json.loads(service[member])["keys"]]


def rollover(organization, **members):
    """One that has published its key, as it is kept."""
    told = {
        "region": "us",
        "service_id": 17,
        "label": "Shop",
        "state": "published",
        "member": "jwks",
        "settings": ["idTokenSignatureKeyId"],
        "old_kid": "old",
        "old_thumbprint": "o" * 43,
        "new_kid": "new",
        "new_thumbprint": "n" * 43,
        "caches": 86_400,
        "tokens": 86_400,
        "reason": "Yearly",
        "started_by": "ada@acme.example",
        "published_at": timezone.now(),
        "due_at": timezone.now() + timedelta(days=1),
    }
    return Rollover.objects.create(organization=organization, **told | members)
