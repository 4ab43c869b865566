"""Names in searches: resolution and suggestions."""

from collections import Counter
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from pytest_django.asserts import assertContains, assertNotContains

from console.audit_log import name_lookup
from console.models import KnownClient
from tenants.audit.models import AuditEntry
from tenants.versions.models import Version
from tests.support.audit import NOW, URL, titles
from tests.support.markup import compact


def known_client(organization, name, client_id=42):
    """Let the list of clients have shown one."""
    KnownClient.objects.create(
        organization=organization,
        region="us",
        service_id=17,
        client_id=client_id,
        name=name,
        seen_at=NOW,
    )


def test_calls_clients_by_their_names(auditor, acme, add_entry):
    known_client(acme, "Till <1>")
    add_entry("client.update", region="us", service="17", client="42")

    response = auditor.get(URL, {"client": "42"})

    assert titles(response) == ["Update Till <1>"]
    assert [chip.label for chip in response.context["chips"]] == ["Client: Till <1> (42)"]
    assertContains(response, "<bdi>Till &lt;1&gt;</bdi></a></small>", count=1)
    entry = AuditEntry.objects.get(operation="client.update").entry
    link = f'<a href="{URL}?client=42&amp;region=us"><bdi>Till &lt;1&gt;</bdi></a>'
    assert link in compact(auditor.get(f"{URL}{entry}/"))


def test_client_name_does_not_match_equal_ids_elsewhere(auditor, acme, add_entry):
    known_client(acme, "Till")
    add_entry("client.update", region="us", service="17", client="42", label="Ours")
    add_entry("client.update", region="eu", service="18", client="42", label="Other")

    assert titles(auditor.get(URL, {"client": "till"})) == ["Update Ours"]
    assert titles(auditor.get(URL, {"-client": "till"})) == ["Update Other"]
    assert len(titles(auditor.get(URL, {"client": "42"}))) == 2


def test_accents_match_in_any_normalization(auditor, acme, add_entry, add_service):
    add_service("us", 17, "Caf\u00e9")
    add_service("us", 18, "Cafe\u0301 two")
    known_client(acme, "Kasse\u0301")
    add_entry(region="us", service="17", label="One")
    add_entry(region="us", service="18", label="Two", reason="caf\u00e9")
    add_entry("client.update", region="us", service="19", client="42", label="Till")

    for typed, expected in (
        ({"service": "CAFE\u0301"}, ["Update One"]),
        ({"service": "caf\u00e9 two"}, ["Update Two"]),
        ({"client": "Kass\u00e9"}, ["Update Till"]),
        ({"reason": "Cafe\u0301"}, ["Update Two"]),
    ):
        assert titles(auditor.get(URL, typed)) == expected


def test_removed_regions_can_be_searched(auditor, acme, add_entry):
    once(acme, "Lost", region="old-3")
    add_entry(region="old-1", label="Gone")
    add_entry(region="us", label="Shop")

    response = auditor.get(URL, {"region": "old-1"})

    assert titles(response) == ["Update Gone"]
    assert [chip.label for chip in response.context["chips"]] == ["Region: old-1"]
    assert titles(auditor.get(URL, {"-region": "old-1"})) == ["Update Shop"]
    assert auditor.get(URL, {"region": "old-2"}).status_code == 422
    offered = auditor.post(f"{URL}complete/", {"q": "region:ol"}).context["suggestions"]
    assert [suggestion.completion for suggestion in offered] == ["old-3"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('region:"united states"', "region=us"),
        ('-operation:"sign in"', "-operation=sign_in.done"),
        ('operation:"create the client"', "operation=client.create"),
        (
            'operation:"Create the service …"',
            "operation=idp.create_service&operation=service.create",
        ),
    ],
)
def test_displayed_names_of_regions_and_operations_are_accepted(auditor, typed, expected):
    assert auditor.post(URL, {"q": typed}).url == f"{URL}?{expected}"


def test_placeholder_choices_are_refused(auditor):
    assert auditor.post(URL, {"q": 'region:"Any region"'}).status_code == 422


SUGGESTED = [
    ("servise:Shop", "service"),
    ("who:ida", "actor"),
    ("effect:destory", "destroy"),
    ("operation:service.updte", "service.update"),
    ("field:pkceRequird", "pkceRequired"),
    ("service:Shpo", "Shop"),
    ("client:Tlil", "Till"),
    ("after:last-quater", "last-quarter"),
    ("on:2026-11-24", "after"),
    ("-actor:auditro", "AUDITOR"),
    ("-outcome:refusd", "refused"),
    ("status:Refused", "outcome:refused"),
    ("http:500", "status"),
    ("effect:Delete", "destroy"),
    ("operation:delete", "key.delete"),
    ("field:Durat", "cnonceDuration"),
]


@pytest.mark.parametrize(("typed", "meant"), SUGGESTED)
def test_misspelled_name_gets_a_suggestion(auditor, acme, add_entry, add_service, typed, meant):
    add_service("us", 17, "Shop")
    known_client(acme, "Till")
    add_entry()

    response = auditor.post(URL, {"q": typed})

    assertContains(response, f"Did you mean “{meant}”", status_code=422)
    assertContains(response, f'value="{typed}"', status_code=422)
    assertNotContains(response, "<td", status_code=422)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("after:2026-02-30", "after: Enter a date like 24 Nov 2026 or 2026-11-24."),
        ("after:2026-11-24 before:2026-11-24", "before: The end date is before"),
        ("role:boss", "Allowed: admin, editor, help desk, auditor, viewer."),
    ],
)
def test_errors_quote_the_typed_words(auditor, typed, message):
    assertContains(auditor.post(URL, {"q": typed}), message, status_code=422)


def once(organization, name, service=17, client=0, number=1, region="us"):
    """Let something have had a name in the version of a number."""
    Version.objects.create(
        organization_id=organization.pk,
        region=region,
        service_id=service,
        client_id=client,
        number=number,
        name=name,
        first_at=NOW,
        last_at=NOW,
    )


@pytest.mark.parametrize("query", ["Shop", "web SHOP"])
def test_former_service_names_are_found(auditor, acme, add_entry, add_service, query):
    add_service("us", 17, "Web shop")
    once(acme, "Shop")
    once(acme, "Shops", 18)
    add_entry(region="us", service="17", label="Shop")
    add_entry(region="us", service="18", label="Another")

    response = auditor.get(URL, {"service": query})

    assert titles(response) == ["Update Shop"]
    assert response.context["chips"][0].label == "Service: Web shop (us)"


def test_deleted_objects_are_found_by_name(auditor, acme, add_entry, add_service):
    """Another may have the name by now."""
    add_service("us", 20, "Shop")
    once(acme, "Draft of a shop")
    once(acme, "Shop", number=2)
    once(acme, "Till", client=42)
    once(acme, "Till", client=43)
    add_entry("client.delete", "destroy", region="us", service="17", client="42")
    add_entry(region="us", service="17")

    response = auditor.get(URL, {"service": "Shop"})
    assert [(line.service, line.client) for line in response.context["rows"]] == [
        ("Shop", ""),
        ("Shop", "Till"),
    ]
    response = auditor.get(URL, {"client": "till", "service": "Shop"})
    assert titles(response) == ["Delete the client Till"]


def test_common_names_match_every_object(auditor, acme, add_service):
    for number in range(1, 31):
        add_service("us" if number < 11 else "eu", number, "Shop")
        known_client(acme, "Till", number)

    for query in ({"service": "shop"}, {"client": "till"}):
        response = auditor.get(URL, query)
        assertContains(response, "More than 20 are named", status_code=422)
    response = auditor.get(URL, {"service": "shop", "region": "us"})
    assert response.status_code == 200


def test_former_members_are_found_by_name(auditor, add_entry, make_actor):
    for name in ("bo@acme.example", "eve@other.example"):
        User.objects.create_user(name, first_name="Bo", last_name="Ek")
    add_entry(actor=make_actor("bo@acme.example"), label="Shop")

    for actor in ("bo ek", "BO@acme.example"):
        assert titles(auditor.get(URL, {"actor": actor}, follow=True)) == ["Update Shop"]
    assert auditor.get(URL, {"actor": "eve@other.example"}).status_code == 422


def test_label_matches_all_settings_that_have_it(acme):
    called = Counter(
        _(label) for labels in name_lookup.SETTING_LABELS.values() for label in set(labels)
    )
    label, times = called.most_common(1)[0]

    assert times > 1
    assert len(name_lookup.find_settings(acme, label.upper())) == times


@pytest.mark.parametrize(
    ("label", "member"),
    [("Access token duration", "accessTokenDuration"), ("Organization ID", "number")],
)
def test_settings_are_found_by_every_displayed_name(acme, label, member):
    assert member in name_lookup.find_settings(acme, label)


@pytest.mark.parametrize("address", ["192.0.2.9", "::FFFF:c000:209"])
def test_ipv4_addresses_match_their_ipv6_notations(auditor, add_entry, make_actor, address):
    ways = ["192.0.2.9", "::ffff:192.0.2.9", "::ffff:c000:209"]
    for notation in (*ways, "192.0.2.10"):
        add_entry(actor=replace(make_actor(), ip_address=notation), label=notation)

    assert titles(auditor.get(URL, {"address": address}, follow=True)) == [
        f"Update {notation}" for notation in reversed(ways)
    ]
    left = auditor.get(URL, {"q": f"-address:{address} effect:change"}, follow=True)
    assert titles(left) == ["Update 192.0.2.10"]


def test_word_finds_entries_of_people_with_that_name(auditor, add_entry, make_actor):
    User.objects.create_user("io7@acme.example", first_name="Ida", last_name="Öst")
    add_entry(label="Theirs", actor=make_actor("io7@acme.example"))
    add_entry(label="Another's", actor=make_actor("bo@acme.example"))

    assert titles(auditor.get(URL, {"q": '"ida ö"'})) == ["Update Theirs"]
    assert titles(auditor.get(URL, {"q": "-öst"})) == ["Update Another's"]
