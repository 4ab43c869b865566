"""Helpers for the tests of webhooks."""

import base64
import hashlib
import hmac
import json

from console.models import Webhook
from console.models.webhooks import generate_secret
from console.webhooks import delivery
from tenants.audit.models import AuditRecord


def make_webhook(organization, url="https://siem.example/in/s3cr3t-path", **more):
    """A webhook, from the first row on."""
    columns = {"name": "SIEM", "created_by": "ida", "position": 0} | more
    webhook = Webhook(organization=organization, **columns).set_secret(generate_secret())
    origin = "/".join(url.split("/")[:3])
    webhook.set_url(url, origin).save()
    return webhook


def deliver(webhook):
    """What a worker does, until there is nothing to do just now."""
    delivery.deliver_due(webhook.pk)
    webhook.refresh_from_db()


def row_numbers(rows):
    """The numbers in the log of rows that were delivered without them."""
    return [AuditRecord.objects.get(entry=row["entry"], phase=row["phase"]).seq for row in rows]


def read_delivery(request, *secrets):
    """What a receiver reads of a request, once each of the secrets has verified it: as
    Standard Webhooks has it, without any code of ours.
    """
    headers = request.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    signatures = headers["webhook-signature"].split()
    for secret in secrets:
        key = base64.b64decode(secret.partition("_")[2])
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        assert f"v1,{mac.decode()}" in signatures
    assert len(signatures) == len(secrets)
    return json.loads(request.body)
