"""What pages show for a value finds that value, after ``old:`` and ``new:``."""

import pytest

from console.audit.lines import changes_of
from console.audit.spoken import meanings
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import Change
from tenants.authlete.redaction import Fingerprint
from tests.console.audit.test_filters import URL, shown

CHANGES = [
    Change("accessTokenDuration", 2700, 86_400),
    Change("refreshTokenDuration", 2_592_000, 0),
    Change("pkceRequired", True, None),
    Change("parRequired", False, True),
    Change("accessTokenSignAlg", None, "RS256"),
    Change("tokenAuthMethod", "CLIENT_SECRET_BASIC", "PRIVATE_KEY_JWT"),
    Change("description", "", "Plain"),
    Change("supportedScopes", [], None),
    Change("supportedResponseTypes", ["CODE", "CODE_ID_TOKEN"], None),
    Change("supportedAuthorizationDetailsTypes", ["Ä b", "c"], None),
    Change("fromTheFuture", [{"b": 1, "a": "Ä"}], None),
    Change("supportedBackchannelTokenDeliveryModes", None, ["PING", "POLL"]),
    Change("clientSecret", Fingerprint("4f2a11bc" * 4), Fingerprint("aa00bb11" * 4)),
]


@pytest.fixture
def kept(keep):
    keep("service.update", label="Shop", changes=CHANGES)
    keep("service.update", label="Other", changes=[Change("number", 2700, 0)])
    return AuditEntry.objects.get(label="Shop")


def test_words_of_an_entry_find_it(auditor, kept):
    told = changes_of(kept)
    typed = [
        {"field": one.name, name: words}
        for one in told
        for name, words in (("old", one.was), ("new", one.now))
    ]

    lost = [
        asked for asked in typed if shown(auditor.get(URL, asked)) != ["Saved Shop"]
    ]

    assert len(typed) == 2 * len(CHANGES)
    assert lost == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"old": "45 minutes"}, ["Saved Shop"]),
        ({"old": "2 700 SECONDS"}, ["Saved Shop"]),
        ({"old": "45m"}, ["Saved Shop"]),
        ({"new": "24h"}, ["Saved Shop"]),
        ({"old": "2700"}, ["Saved Other", "Saved Shop"]),
        ({"field": "pkceRequired", "old": "yes", "new": "off"}, ["Saved Shop"]),
        ({"field": "parRequired", "old": "on"}, []),
        ({"field": "accessTokenDuration", "new": "45 minutes"}, []),
        ({"-old": "45 minutes"}, ["Saved Other"]),
    ],
)
def test_words_mean_what_they_say(auditor, kept, typed, found):
    assert shown(auditor.get(URL, typed)) == found


def test_other_text_means_itself_alone():
    for text in ("", "plain", "2700", "https://a.example", "5 apples", "\0", "%"):
        assert meanings(text) == []
