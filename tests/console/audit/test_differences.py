"""Values of an entry link to a search that finds the entry."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict

from console.audit_log.search_form import AuditSearchForm
from console.models import KnownClient
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import search_entries
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.models import Membership
from tests.support.audit import NOW

URL = "/acme/audit/"
LONG = "because it is so, " * 21
YEAR = timedelta(days=400)
LINK = re.compile(r'href="(?:/acme/audit/)?(\?[^"]+)"')
ENTRIES: dict[str, dict[str, Any]] = {
    "a change": {
        "region": "us",
        "service": "17",
        "client": "till",
        "label": "Shop",
        "reason": LONG,
        "ticket": "CHG 1&2",
        "code": "A001",
        "status": 409,
        "changes": [
            FieldChange("accessTokenDuration", 3600, 600),
            FieldChange("pkceRequired", None, True),
            FieldChange("description", 'Say "ä" + 100%_', "\u202edlo.\\elpmaxe"),
            FieldChange("redirectUris", ["https://a.example/?x=1&y"], ["https://b.example"]),
            FieldChange("extension.note", "x" * 999, ""),
            FieldChange("tosUri", "from\u20282026-01-01\u2028on", "\x851.2.3\x85"),
            FieldChange("clientSecret", Fingerprint("ab" * 16), Fingerprint("cd" * 16)),
            FieldChange("attributes", [{"key": "k", "value": "v"}], None),
        ],
    },
    "an old change": {"ago": YEAR, "region": "us", "reason": "due", "status": 200},
    "an old read": {
        "operation": "sign_in.done",
        "effect": "read",
        "ago": YEAR,
        "object": "ida",
        "reason": "due",
        "ticket": "CHG-1",
    },
    "a denial": {
        "operation": "access.denied",
        "effect": "read",
        "end": Outcome.REJECTED,
        "object": "services:edit",
        "label": "/acme/services/",
    },
    "a token": {
        "operation": "token.create",
        "region": "us",
        "service": "17",
        "client": "5",
        "subject": "anna@x.example",
        "reason": "asked by anna@x.example",
        "changes": [
            FieldChange("scopes", [], ["openid"]),
            FieldChange("properties", None, [{"key": "who", "value": "anna@x.example"}]),
        ],
    },
    "a webhook": {
        "operation": "webhook.change",
        "object": "7",
        "changes": [FieldChange("name", "SIEM", "Chat"), FieldChange("role", "x", "y")],
    },
}


@pytest.fixture
def entry(request, add_entry, make_actor, acme):
    """One of the entries, by an actor with a member's name."""
    for person, name in (("ida@acme.example", "Ida"), ("bo@acme.example", "Bo")):
        user = User.objects.create_user(person, first_name=name)
        Membership.objects.create(organization=acme, user=user, role="admin")
    KnownClient.objects.create(
        organization=acme,
        region="us",
        service_id=17,
        client_id=42,
        name="Till",
        alias="till",
        seen_at=NOW,
    )
    actor = replace(make_actor("Bo"), ip_address="2001:db8::7")
    return AuditEntry.objects.get(entry=add_entry(actor=actor, **ENTRIES[request.param]).entry)


def finds(organization, query, entry):
    form = AuditSearchForm(QueryDict(unescape(query[1:])), organization)
    if not form.is_valid():
        return False
    return entry in search_entries(organization.pk, form.to_filters()).rows


@pytest.mark.parametrize("entry", ENTRIES, indirect=True)
def test_value_links_find_their_own_entry(auditor, acme, entry):
    page = auditor.get(f"{URL}{entry.entry}/").content.decode()
    rows = auditor.get(URL, {"operation": entry.operation, "reads": "1"})
    _head, _, table = rows.content.decode().partition("<tbody")

    queries = dict.fromkeys([*LINK.findall(page), *LINK.findall(table)])
    assert len(queries) > 8
    assert [query for query in queries if not finds(acme, query, entry)] == []
    assert not [query for query in queries if "anna" in query]
