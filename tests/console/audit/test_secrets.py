"""No audit page contains a secret."""

import json
import re

import pytest

from tenants.audit.models import AuditEntry

KEY = {"kty": "oct", "kid": "k1", "alg": "HS256", "use": "sig"}
BEFORE = {
    "apiSecret": "canary-api-secret-before",
    "jwks": json.dumps({"keys": [KEY | {"k": "Y2FuYXJ5LWp3ay1iZWZvcmU"}]}),
    "snsCredentials": [{"sns": "FACEBOOK", "apiKey": "app", "apiSecret": "canary-sns-before"}],
    "developerSnsCredentials": [],
    "authenticationCallbackApiSecret": "canary-callback-before",
    "futureSecret": "canary-unknown-before",
}
AFTER = {
    "jwks": json.dumps({"keys": [KEY | {"k": "Y2FuYXJ5LWp3ay1hZnRlcg"}]}),
    "snsCredentials": [{"sns": "FACEBOOK", "apiKey": "app", "apiSecret": "canary-sns-after"}],
    "authenticationCallbackApiSecret": "canary-callback-after",
    "accessTokenDuration": 600,
}
CANARY = re.compile("canary|Y2FuYXJ5|t0p")
URL = "/acme/audit/"


@pytest.mark.parametrize("is_refused", [False, True])
def test_no_audit_page_contains_a_secret(auditor, update, sandbox, is_refused):
    sandbox.services[17] |= BEFORE
    if is_refused:
        message = "[A031217] canary-callback-after is not good"
        sandbox.fault("status", operation="service.update", status=400, message=message)
        with pytest.raises(Exception, match="A031217"):
            update(AFTER)
    else:
        update(AFTER)
        assert sandbox.services[17]["authenticationCallbackApiSecret"] == ("canary-callback-after")

    auditor.get(URL, {"q": "canary-callback-after"})
    entries = list(AuditEntry.objects.all())
    pages = [URL, f"{URL}?reads=1"] + [f"{URL}{entry.entry}/" for entry in entries]
    responses = {page: auditor.get(page) for page in pages}

    assert len(responses) > 5
    assert {response.status_code for response in responses.values()} == {200}
    leaking = [page for page, response in responses.items() if CANARY.search(response.text)]
    assert leaking == []
    changed = AuditEntry.objects.get(operation="service.update")
    page = responses[f"{URL}{changed.entry}/"]
    fields = {change["field"] for change in changed.changes}
    assert "authenticationCallbackApiSecret" in fields
    assert "fingerprint" in page.text
