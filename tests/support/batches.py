"""Helpers for the tests of batches."""

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from console.batches.periodic_tasks import get_starter
from console.models import BatchRequest

NEW = "/acme/services/us/17/batches/new/"
CANARY = "kestrel-4471-canary-of-an-uploaded-token"
WHY = {"reason": "Migration of the old tokens", "ticket": "CHG-7"}


def line(number, **more):
    """A line of a file, with a token of a chosen value."""
    return {
        "grantType": "AUTHORIZATION_CODE",
        "clientId": 5,
        "subject": f"cust-{number}",
        "scopes": ["openid"],
        "accessToken": f"{CANARY}-{number}",
        **more,
    }


def file(*lines, name="tokens.jsonl"):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return SimpleUploadedFile(name, text.encode())


def starter(batch):
    """Who started it, for what is done by people."""
    actor = get_starter(batch)
    assert actor
    return actor


def fates(batch):
    requests = BatchRequest.objects.filter(batch=batch, is_dry=False)
    return list(requests.values_list("state", flat=True))
