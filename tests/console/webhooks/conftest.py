import base64
import hashlib
import hmac
import json

import pytest

from console.models import Webhook
from console.models.webhooks import generate_secret
from console.webhooks import delivery
from tenants.audit.actor import Actor
from tenants.audit.events import MEMBER_ADD
from tenants.audit.models import AuditHead
from tenants.audit.recorder import record_event
from tenants.organizations.roles import Role
from tests.receiver import receiving


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with receiving() as receiver:
        yield receiver


def make_webhook(organization, url="https://siem.example/in/s3cr3t-path", **more):
    """A webhook, from the first row on."""
    given = {"name": "SIEM", "made_by": "ida", "position": 0} | more
    webhook = Webhook(organization=organization, **given).set_secret(generate_secret())
    origin = "/".join(url.split("/")[:3])
    webhook.set_url(url, origin).save()
    return webhook


@pytest.fixture
def hooked(acme, receiver):
    """Make a webhook of acme that leads to the receiver."""
    return lambda **more: make_webhook(acme, receiver.url, **more)


@pytest.fixture
def record_events(acme):
    """Have entries kept of an organization: two rows each."""

    def record_events(times=1, event=MEMBER_ADD, organization=acme, **told):
        who = Actor(1, "ida", "admin", organization.pk, organization.slug)
        for number in range(times):
            record_event(who, event, **({"object": f"person {number}"} | told))
        return AuditHead.objects.get().seq

    return record_events


def deliver(webhook):
    """What a worker does, until there is nothing to do just now."""
    delivery.deliver_due(webhook.pk)
    webhook.refresh_from_db()


def read_delivery(request, *secrets):
    """What a receiver reads of a request, once each of the secrets has verified it: as
    Standard Webhooks has it, without any code of ours."""
    told = request.headers
    signed = f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + request.body
    given = told["webhook-signature"].split()
    for secret in secrets:
        key = base64.b64decode(secret.partition("_")[2])
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        assert f"v1,{mac.decode()}" in given
    assert len(given) == len(secrets)
    return json.loads(request.body)
