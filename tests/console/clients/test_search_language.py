"""Each query finds the same clients in the inventory as in the live list of their service."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models import KnownClient, SettingsProfile
from tenants.organizations.roles import Role
from tests.support.clients import make_client

ALL = "/acme/clients/"
ONE = "/acme/services/us/17/clients/"
DAY_MS = 86_400_000


@pytest.fixture
def clients(acme, sandbox):
    """Four clients of service 17."""
    now = int(timezone.now().timestamp() * 1000)
    for values in (
        make_client(
            1,
            clientName="Ärzte",
            contacts=["ops@acme.com", "it@other.org"],
            pkceRequired=True,
            idTokenSignAlg="RS256",
            defaultMaxAge=3600,
            createdAt=1_767_225_600_000,  # 2026-01-01T00:00Z
            modifiedAt=now - 2 * DAY_MS,
        ),
        make_client(
            2,
            clientName="Bank",
            contacts=["it@acme.com.evil.org"],
            pkceRequired=False,
            idTokenSignAlg="ES256",
            defaultMaxAge=100,
            extension={"accessTokenDuration": 86_400, "refreshTokenDuration": 0},
            modifiedAt=now - 60 * DAY_MS,
        ),
        make_client(
            3,
            clientName="Café *",
            description="100% of_it\nsecond line",
            jwks='{"keys":[{"kty":"RSA","kid":"key-1","d":"private"}]}',
            grantTypes=["CIBA"],
            locked=True,
        ),
        make_client(4, clientName="Dental", defaultMaxAge=7200, grantTypes=["CIBA", "PASSWORD"]),
    ):
        sandbox.clients[values["clientId"]] = values
    return sandbox


def names(response):
    return sorted(row.name[:1] for row in response.context["list_page"].rows)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("pkceRequired:true", "Ä"),
        ("-pkceRequired:true", "BCD"),
        ("pkcerequired:false", "BCD"),
        ("pkceRequired:none", "BCD"),
        ("idTokenSignAlg:RS256", "Ä"),
        ("idTokenSignAlg:rs256,es256", "BÄ"),
        ("-idTokenSignAlg:RS256", "BCD"),
        ("idTokenSignAlg:*", "BÄ"),
        ("idTokenSignAlg:?S*", ""),
        ("idTokenSignAlg:*256", "BÄ"),
        ("defaultMaxAge>3600", "D"),
        ("defaultMaxAge>=1h", "DÄ"),
        ("defaultMaxAge<1h", "B"),
        ("defaultMaxAge:1h", "Ä"),
        ("defaultMaxAge:50..1h", "BÄ"),
        ("defaultMaxAge:1h..", "DÄ"),
        ("-defaultMaxAge:..1h", "CD"),
        ("defaultMaxAge:none", "C"),
        ("accessTokenDuration>=1d", "B"),
        ("extension.accessTokenDuration:1d", "B"),
        ("refreshTokenDuration:*", ""),
        ("contacts:*@acme.com", "Ä"),
        ("contacts:*@ACME.com,*evil*", "BÄ"),
        ("-contacts:*@acme.com", "BCD"),
        ("contacts:none", "CD"),
        ("contacts:it@other.org", "Ä"),
        ("clientName:ärzte", "Ä"),
        ("clientName:Ä*", "Ä"),
        ('clientName:"café *"', "C"),
        ('clientName:"c*"', ""),
        ("name:bank", "B"),
        ("description:*of_it*", "C"),
        ('description:*second*', "C"),
        ("jwks:key-1", "C"),
        ("jwks:*private*", ""),
        ("jwks:*", "C"),
        ("createdAt:2026", "Ä"),
        ("createdAt:2026-01-01", "Ä"),
        ("createdAt<2026-01-01", "BCD"),
        ("createdAt>2026-01-01", ""),
        ("createdAt>=2026-01-01", "Ä"),
        ("createdAt:2025-12..2026-01", "Ä"),
        ("modifiedAt>30d", "Ä"),
        ("modifiedAt>-90d", "BÄ"),
        ("clientId:2..3", "BC"),
        ("clientId>3", "D"),
        ("locked:yes", "C"),
        ("-locked:true", "BDÄ"),
        ("grant:ciba", "CD"),
        ("grant:ciba -grant:password", "C"),
        ("grant:*", "BCDÄ"),
        ("redirect:*example*", "BCDÄ"),
        ("-redirect:app1.example.com", "BC"),
        ("bank", "B"),
        ("-bank", "CDÄ"),
        ("clientType:confidential -grant:ciba name:b*", "B"),
    ],
)  # fmt: skip
def test_query_finds_the_same_in_both_lists(member, clients, q, expected):
    viewer = member(Role.VIEWER)
    viewer.get(ALL)  # fills the inventory

    live, indexed = viewer.get(ONE, {"q": q}), viewer.get(ALL, {"q": q})

    assert "".join(names(live)) == "".join(sorted(expected)), live.context["query"].problem
    assert "".join(names(indexed)) == "".join(sorted(expected))


@pytest.mark.parametrize("q", ["idTokenSignAlg:*", "-pkceRequired:true -idTokenSignAlg:none"])
def test_many_matches_are_read_in_order(member, clients, monkeypatch, q):
    monkeypatch.setattr("console.clients.listing.search.MAX_SCANNED_CLIENTS", 0)
    viewer = member(Role.VIEWER)
    viewer.get(ALL)

    response = viewer.get(ALL, {"q": q})

    expected = ["B", "Ä"] if q.startswith("id") else ["B"]
    assert names(response) == expected
    assert response.context["list_page"].total == len(expected)
    assert response.context["list_page"].facet_counts is None
    assert names(viewer.get(ALL, {"q": q, "all": "yes"})) == expected


@pytest.mark.parametrize(
    ("q", "message"),
    [
        ("pkceRequred:true", "Did you mean “pkceRequired”?"),
        ("pkceRequired:perhaps", "use true or false"),
        ("idTokenSignAlg:RS265", "Did you mean “RS256”?"),
        ("tokenAuthMethod:client", "isn&#x27;t a value of tokenAuthMethod"),
        ("clientName>5", "has no order"),
        ("defaultMaxAge>soon", "Use a value such as defaultMaxAge&gt;1d"),
        ("createdAt>2026-02-30", "Use a value such as createdAt&gt;2026-01-31"),
        ("defaultMaxAge>1,2", "Enter one value"),
        ("contacts:", "Enter a value after"),
        ("x" * 501, "Enter at most 500 characters."),
    ],
)
def test_invalid_query_is_refused_and_kept(member, clients, q, message):
    viewer = member(Role.VIEWER)

    for url in (ALL, ONE):
        response = viewer.get(url, {"q": f"{q} bank" if len(q) < 500 else q})

        assert names(response) == []
        assertContains(response, message)
        assert q in response.context["query"].text


def test_unknown_choice_is_searched_in_quotes(member, clients):
    clients.clients[1]["idTokenSignAlg"] = "NEW512"
    viewer = member(Role.VIEWER)
    viewer.get(ALL)

    assert names(viewer.get(ALL, {"q": 'idTokenSignAlg:"NEW512"'})) == ["Ä"]


def test_clients_with_the_same_settings_share_a_profile(member, clients):
    clients.clients[5] = clients.clients[4] | {"clientId": 5, "clientName": "Eye"}
    member(Role.VIEWER).get(ALL)

    assert KnownClient.objects.count() == 5
    assert SettingsProfile.objects.count() == 4


def test_inventory_holds_no_secret(member, clients):
    member(Role.VIEWER).get(ALL)

    stored = str([*KnownClient.objects.values(), *SettingsProfile.objects.values()])
    assert "private" not in stored
    assert clients.clients[1]["clientSecret"] not in stored
    assert "sealed:" not in stored
