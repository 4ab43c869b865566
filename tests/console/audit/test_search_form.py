"""Filters, URLs and presets of the audit log."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from pytest_django.asserts import assertContains, assertNotContains

from console.audit_log import value_filters
from console.audit_log.event_labels import EVENT_EFFECTS
from console.models import KnownClient
from tenants.audit import events
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.subject_index import fingerprint_subject
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.models import Membership
from tenants.organizations.roles import Role
from tests.support.audit import NOW, URL, titles


class Mark(str):
    """A subject in the place of which its mark is asked for."""


FILTERS = [
    {"actor": "bo@acme.example"},
    {"role": "admin"},
    {"address": "2001:DB8:0::7"},
    {"q": "-address:192.0.2.41"},
    {"region": "eu"},
    {"service": "18"},
    {"service": "18", "region": "eu"},
    {"service": "retail"},
    {"client": "5"},
    {"operation": "service.delete"},
    {"effect": "destroy"},
    {"effect": ["destroy", "reveal"]},
    {"outcome": "refused"},
    {"outcome": ["refused", "unknown"]},
    {"status": "404"},
    {"q": "status:5xx,4XX -status:409"},
    {"q": "outcome:refused -status:2xx,500"},
    {"field": "pkceRequired"},
    {"field": "Require PKCE"},
    {"ticket": "CHG-1"},
    {"object": "the other"},
    {"q": "retail"},
    {"q": "because"},
    {"q": "ticket:CHG-1"},
    {"q": '"ng:1"'},
    {"q": 'service:"Retail banking" field:pkceRequired because'},
    {"q": "code:a001"},
    {"q": 'actor:"Bo Ek" client:Till -service:17,nil -role:editor'},
    {"q": "-outcome:done -effect:read,reveal reason:NG:1 code:a,A001"},
    {"q": "field:hsks,pkceRequired old:false new:TRUE after:1d"},
    {"mark": Mark("anna")},
    {"-mark": Mark("bo"), "-object": "nil", "client": "5"},
    {"q": "service:Shop,18 -operation:service.update outcome:Refused"},
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filters_find_matching_entries(auditor, add_entry, make_actor, add_service, acme, filters):
    for region, number, name in (("eu", 18, "Retail banking"), ("jp", 3, "Shop")):
        add_service(region, number, name)
    add_service("us", 20, "nil")
    KnownClient.objects.create(
        organization=acme, region="eu", service_id=18, client_id=5, name="Till", seen_at=NOW
    )
    User.objects.create_user("bo@acme.example", first_name="Bo", last_name="Ek")
    Membership.objects.create(
        organization=acme, user=User.objects.get(first_name="Bo"), role="admin"
    )
    add_entry(service="17", region="us", label="Shop")
    odd = add_entry(
        "service.delete",
        "destroy",
        Outcome.REJECTED,
        actor=replace(make_actor("bo@acme.example", "admin"), ip_address="2001:db8::7"),
        service="18",
        region="eu",
        client="5",
        object="the other",
        label="Retail banking",
        reason="because of ng:1",
        ticket="CHG-1",
        subject="anna",
        code="A001",
        status=404,
        changes=[FieldChange("pkceRequired", False, True)],
    )
    add_entry(service="17", region="us", label="Shop", ago=timedelta(days=2))

    filters = {
        name: fingerprint_subject(acme.pk, value) if isinstance(value, Mark) else value
        for name, value in filters.items()
    }
    response = auditor.get(URL, filters, follow=True)

    assert response.status_code == 200
    (line,) = response.context["rows"]
    assert line.entry.entry == odd.entry
    assertContains(response, "1 entry")


def test_days_are_in_the_readers_time_zone(member, add_entry, settings, time_machine):
    settings.TIME_ZONE = "Asia/Tokyo"  # nine hours ahead
    time_machine.move_to("2026-11-24T16:30:00Z", tick=False)
    auditor = member(Role.AUDITOR)
    add_entry(label="In Tokyo this was on the 25th")
    add_entry(label="In Tokyo this was on the 24th", ago=timedelta(hours=2))

    on = {"since": "2026-11-25", "until": "2026-11-25"}
    assert titles(auditor.get(URL, on)) == ["Update In Tokyo this was on the 25th"]
    on = {"until": "2026-11-24"}
    assert titles(auditor.get(URL, on)) == ["Update In Tokyo this was on the 24th"]


REFUSED = [
    {"service": "no such service"},
    {"region": "mars"},
    {"role": "king"},
    {"operation": "service.explode"},
    {"effect": "explode"},
    {"effect": ["destroy", "explode"]},
    {"outcome": "fine"},
    {"status": "40"},
    {"q": "status:6xx"},
    {"field": "noSuchSetting"},
    {"field": "a b"},
    {"since": "yesterday"},
    {"since": "0001-01-01"},
    {"until": "9999-12-31"},
    {"since": "2026-11-24", "until": "2026-11-23"},
    {"reads": "maybe"},
    {"ticket": "x" * 61},
    {"actor": "a\0b"},
    {"actor": "nobody@acme.example"},
    {"-actor": "nobody@acme.example"},
    {"colour": "red"},
    {"q": "colour:red"},
    {"q": "-after:2026-11-24"},
    {"q": "effect:explode"},
    {"q": "ticket:" + ",".join("abcdefghijklmnopqrstu")},
    {"since": ["2026-11-24", "2026-11-23"]},
    {"q": "actor:"},
    {"-service": "no such service"},
    {"after": "teatime"},
    {"-q": "anna"},
    {"-since": "2026-11-24"},
    {"mark": "anna"},
    {"subject": "anna"},
    {"q": "subject:anna"},
    {"q": 'actor:""'},
    {"q": "address:192.0.2.300"},
    {"q": 'service:" "'},
    {"q": "after:1d before:2d"},
    {"after": "2026-11-24T12:00Z", "before": "2026-11-24T12:00Z"},
]


@pytest.mark.parametrize("query", REFUSED, ids=str)
def test_invalid_filter_shows_an_error_and_no_entries(auditor, add_entry, query):
    add_entry(label="Shop")

    response = auditor.get(URL, query)

    assert response.status_code == 422
    assertNotContains(response, "<td", status_code=422)
    assertContains(response, "field-error", status_code=422)
    assertContains(response, "Invalid filter", status_code=422)


def test_every_event_can_be_filtered():
    offered = {choice[0] for group in value_filters.event_choices()[1:] for choice in group[1]}

    assert offered == EVENT_EFFECTS.keys()


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", ".*(a+)+$", "'; DROP TABLE audit_auditentry; /*", '"']
)
def test_words_are_matched_literally(auditor, add_entry, text):
    add_entry(label="Shop")

    response = auditor.get(URL, {"q": f"x{text}"}, follow=True)

    assert titles(response) == []
    assertContains(response, "No matching entries")


@pytest.mark.parametrize("name", ["q", "service", "ticket", "field", "since", "page"])
def test_overlong_filter_is_an_error(auditor, add_entry, name):
    add_entry(label="Shop")

    assert auditor.get(URL, {name: "9" * 5000}).status_code == 422


def test_overlong_query_is_not_parsed(auditor):
    """To do so would keep a thread busy for minutes."""
    response = auditor.post(URL, {"q": "actor: " * 3000})

    assertContains(response, "at most 4000 characters", status_code=422)
    assertNotContains(response, "Enter a value after", status_code=422)


def test_name_matches_all_services_with_it(auditor, add_entry, add_service):
    for region, number, name in (("us", 17, "Shop"), ("eu", 18, "Shop"), ("eu", 9, "Shops")):
        add_service(region, number, name)
    add_entry(service="18", region="eu", label="In Europe")
    add_entry(service="17", region="us", label="In America")
    add_entry(service="9", region="eu", label="Another")

    assert titles(auditor.get(URL, {"service": "shop"})) == [
        "Update In America",
        "Update In Europe",
    ]
    within = auditor.get(URL, {"service": "shop", "region": "eu"})
    assert titles(within) == ["Update In Europe"]
    response = auditor.get(URL, {"service": "sho"})
    assertContains(response, "Several services match: Shops (eu 9), Shop", status_code=422)


def test_subject_is_replaced_by_its_fingerprint(auditor, add_entry):
    add_entry("token.list", "read", subject="anna@x.example", service="17")
    add_entry("token.list", "read", subject="bo@x.example", service="18")

    response = auditor.post(URL, {"q": 'subject:"anna@x.example" effect:read'})

    assert response.status_code == 302
    assert "anna" not in response.url
    results = auditor.get(response.url)
    assert [line.entry.service for line in results.context["rows"]] == ["17"]
    assert "anna" not in AuditEntry.objects.filter(operation="audit.read")[0].object
    response = auditor.post(URL, {"subject": "anna@x.example"})
    assert "anna" not in response.url


def test_slow_search_says_how_far_it_looked(auditor, add_entry):
    add_entry(label="Old", ago=timedelta(days=40))

    response = auditor.get(URL, {"region": "us", "q": "Old"})

    assert titles(response) == []
    assertContains(response, "Showing the last 30 days")
    further = auditor.get(URL + response.context["further"])
    assertNotContains(further, "Showing the last 30 days")


# The address, chips and saved searches


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"actor": "auditor", "ticket": "", "q": ""}, {"actor": ["AUDITOR"]}),
        ({"q": ["one", "two"]}, {"q": ["one two"]}),
        (
            {"q": 'field:pkceRequired effect:change effect:destroy "two words"'},
            {"field": ["pkceRequired"], "effect": ["change", "destroy"], "q": ['"two words"']},
        ),
        ({"field": "Require PKCE"}, {"field": ["pkceRequired"]}),
        (
            {"q": "after:2026-11-01 before:2026-12-01 -role:admin,editor x -y reads:yes"},
            {
                "-role": ["admin", "editor"],
                "since": ["2026-11-01"],
                "until": ["2026-11-30"],
                "q": ["x -y"],
                "reads": ["1"],
            },
        ),
        ({"after": "2026-11-01T10:00+09:00"}, {"after": ["2026-11-01T01:00:00Z"]}),
        (
            {"since": "2026-11-01", "after": "2026-11-01T10:00Z"},
            {"since": ["2026-11-01"], "after": ["2026-11-01T10:00:00Z"]},
        ),
    ],
)
def test_search_has_a_shareable_url(auditor, typed, expected):
    response = auditor.get(URL, typed)

    assert response.status_code == 302
    assert parse_qs(urlsplit(response.url).query) == expected
    results = auditor.get(response.url)
    assert results.status_code == 200
    again = auditor.post(URL, {"q": results.context["form"].text})
    assert parse_qs(urlsplit(again.url).query) == expected


def test_each_filter_can_be_removed(auditor, add_entry):
    add_entry()

    response = auditor.get(URL, {"effect": ["change", "destroy"], "ticket": "T"})

    rest = {chip.label: chip.path for chip in response.context["chips"]}
    assert rest == {
        "Ticket: T": "?effect=change&effect=destroy",
        "Effect: Change": "?ticket=T&effect=destroy",
        "Effect: Destroy": "?ticket=T&effect=change",
    }


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"after": "7d"}, "From 7 days ago"),
        ({"before": "1h"}, "Until 1 hour ago"),
        ({"after": "Last Quarter"}, "From last quarter (1 Jul 2026)"),
        ({"after": "2026-11-01T10:00+09:00"}, "From 1 Nov 2026, 01:00:00 +00:00"),
    ],
)
def test_times_are_in_the_readers_time_zone(auditor, typed, expected):
    chips = auditor.get(URL, typed, follow=True).context["chips"]

    assert [chip.label for chip in chips] == [expected]


def test_values_link_to_their_filter(auditor, add_entry):
    add_entry(ticket="CHG 1&2", service="17", region="us")

    response = auditor.get(URL, {"effect": "change"})

    assertContains(response, "?effect=change&amp;ticket=CHG+1%262")
    assertContains(response, "?effect=change&amp;service=17&amp;region=us")
    assertContains(response, "?effect=change&amp;actor=ida%40acme.example")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Destructive", ["Delete the service Old"]),
        ("Revealed", ["Rotate the secret of Till"]),
        ("Rejected or unknown", ["Denied access to the page services:edit"]),
        ("Denied access", ["Denied access to the page services:edit"]),
        ("Non-members", []),
        ("Mine", ["Test a credential"]),
    ],
)
def test_presets_find_what_auditors_need(auditor, add_entry, make_actor, label, expected):
    add_entry("service.delete", "destroy", label="Old")
    add_entry("client.refresh_secret", "reveal", label="Till")
    record_event(
        make_actor(), events.ACCESS_DENIED, outcome=Outcome.REJECTED, object="services:edit"
    )
    add_entry("credential.probe", "change", actor=make_actor("AUDITOR"))

    saved = {link.label: link.path for link in auditor.get(URL).context["saved"]}
    response = auditor.get(URL + saved[label])

    assert titles(response) == expected
    assert [link.label for link in response.context["saved"] if link.is_active] == [label]


def test_periods_can_be_chosen(member, add_entry, time_machine):
    time_machine.move_to("2026-11-24T12:00:00Z", tick=False)
    auditor = member(Role.AUDITOR)
    for days, label in ((80, "E"), (50, "D"), (20, "C"), (3, "B"), (0, "A")):
        add_entry(label=label, ago=timedelta(days=days))

    periods = {period.label: period.path for period in auditor.get(URL).context["periods"]}

    titles_by_period = {name: titles(auditor.get(URL + path)) for name, path in periods.items()}
    assert titles_by_period == {
        "Today": ["Update A"],
        "7 days": ["Update A", "Update B"],
        "30 days": ["Update A", "Update B", "Update C"],
        "Last quarter": ["Update E"],
    }
