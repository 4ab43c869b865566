import base64
import hashlib
import hmac
import json

import pytest

from console.models import Webhook
from console.models.webhooks import new_secret
from console.webhooks import sending
from tenants.audit.events import MEMBER_ADD
from tenants.audit.models import AuditHead
from tenants.audit.notes import note
from tenants.audit.who import Who
from tenants.roles import Role
from tests.receiver import receiving


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with receiving() as receiver:
        yield receiver


def hook(organization, url="https://siem.example/in/s3cr3t-path", **more):
    """A webhook, from the first row on."""
    given = {"name": "SIEM", "made_by": "ida", "position": 0} | more
    webhook = Webhook(organization=organization, **given).keep(new_secret())
    origin = "/".join(url.split("/")[:3])
    webhook.lead_to(url, origin).save()
    return webhook


@pytest.fixture
def hooked(acme, receiver):
    """Make a webhook of acme that leads to the receiver."""
    return lambda **more: hook(acme, receiver.url, **more)


@pytest.fixture
def happen(acme):
    """Have entries kept of an organization: two rows each."""

    def happen(times=1, event=MEMBER_ADD, organization=acme, **told):
        who = Who(1, "ida", "admin", organization.pk, organization.slug)
        for number in range(times):
            note(who, event, **({"object": f"person {number}"} | told))
        return AuditHead.objects.get().seq

    return happen


def bring(webhook):
    """What a worker does, until there is nothing to do just now."""
    sending.bring(webhook.pk)
    webhook.refresh_from_db()


def taken(request, *secrets):
    """What a receiver reads of a request, once each of the secrets has verified it: as
    Standard Webhooks has it, without any code of ours."""
    told = request.headers
    signed = (
        f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + request.body
    )
    given = told["webhook-signature"].split()
    for secret in secrets:
        key = base64.b64decode(secret.partition("_")[2])
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        assert f"v1,{mac.decode()}" in given
    assert len(given) == len(secrets)
    return json.loads(request.body)
