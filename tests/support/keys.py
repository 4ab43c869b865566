"""Helpers for the tests of keys."""

import json
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from console.models import KnownKey, Rollover
from tenants.sandbox.seeding.keys import cached_public_key_der, create_jwk_set
from tenants.sandbox.signing import parse_keys

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


def page(browser, rollover):
    return browser.get(f"{KEYS}rollovers/{rollover.pk}/")


def act(do, browser, rollover, name, **entered):
    """Do with a rollover what one of its pages is for."""
    return do(browser, f"{KEYS}rollovers/{rollover.pk}/{name}/", **entered)


def kids(service, member="jwks"):
    """The IDs of the keys in one of its sets."""
    return [key["kid"] for key in json.loads(service[member])["keys"]]


def rollover(organization, **members):
    """One that has published its key, as it is kept."""
    columns = {
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
    return Rollover.objects.create(organization=organization, **columns | members)


START = datetime(2026, 11, 25, 9, tzinfo=UTC)
ENDS = START + timedelta(days=120)


def certificate(acme, ends_at=ENDS, thumbprint="ab12", **more):
    columns = {"region": "eu", "subject": "CN=gateway.example", "service_id": 17, **more}
    return KnownKey.objects.create(
        organization=acme,
        client_id=44,
        position=KnownKey.objects.count(),
        kind="client",
        owner="Ledger",
        ends_at=ends_at,
        thumbprint=thumbprint,
        **columns,
    )


UP = "https://anchor.example"
