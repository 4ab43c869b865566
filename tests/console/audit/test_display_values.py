"""Displayed values work as values of ``old:`` and ``new:`` in searches."""

import pytest

from console.audit_log.display_values import parse_display_value
from console.audit_log.entry_rows import describe_entry_changes
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import FieldChange
from tenants.authlete.redaction.fingerprint import Fingerprint
from tests.support.audit import URL, titles

CHANGES = [
    FieldChange("accessTokenDuration", 2700, 86_400),
    FieldChange("refreshTokenDuration", 2_592_000, 0),
    FieldChange("pkceRequired", True, None),
    FieldChange("parRequired", False, True),
    FieldChange("accessTokenSignAlg", None, "RS256"),
    FieldChange("tokenAuthMethod", "CLIENT_SECRET_BASIC", "PRIVATE_KEY_JWT"),
    FieldChange("description", "", "Plain"),
    FieldChange("supportedScopes", [], None),
    FieldChange("supportedResponseTypes", ["CODE", "CODE_ID_TOKEN"], None),
    FieldChange("supportedAuthorizationDetailsTypes", ["Ä b", "c"], None),
    FieldChange("fromTheFuture", [{"b": 1, "a": "Ä"}], None),
    FieldChange("supportedBackchannelTokenDeliveryModes", None, ["PING", "POLL"]),
    FieldChange("clientSecret", Fingerprint("4f2a11bc" * 4), Fingerprint("aa00bb11" * 4)),
]


@pytest.fixture
def entry_with_changes(add_entry):
    add_entry("service.update", label="Shop", changes=CHANGES)
    add_entry("service.update", label="Other", changes=[FieldChange("number", 2700, 0)])
    return AuditEntry.objects.get(label="Shop")


def test_displayed_values_find_their_entry(auditor, entry_with_changes):
    descriptions = describe_entry_changes(entry_with_changes)
    typed = [
        {"field": description.name, name: words}
        for description in descriptions
        for name, words in (("old", description.before), ("new", description.after))
    ]

    lost = [query for query in typed if titles(auditor.get(URL, query)) != ["Update Shop"]]

    assert len(typed) == 2 * len(CHANGES)
    assert lost == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"old": "45 minutes"}, ["Update Shop"]),
        ({"old": "2 700 SECONDS"}, ["Update Shop"]),
        ({"old": "45m"}, ["Update Shop"]),
        ({"new": "24h"}, ["Update Shop"]),
        ({"old": "2700"}, ["Update Other", "Update Shop"]),
        ({"field": "pkceRequired", "old": "yes", "new": "off"}, ["Update Shop"]),
        ({"field": "parRequired", "old": "on"}, []),
        ({"field": "accessTokenDuration", "new": "45 minutes"}, []),
        ({"-old": "45 minutes"}, ["Update Other"]),
    ],
)
def test_displayed_values_are_parsed(auditor, entry_with_changes, typed, expected):
    assert titles(auditor.get(URL, typed)) == expected


def test_other_text_is_not_parsed_as_a_value():
    for text in ("", "plain", "2700", "https://a.example", "5 apples", "\0", "%"):
        assert parse_display_value(text) == []
