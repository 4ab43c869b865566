from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError
from django.utils import timezone
from pydantic import SecretStr
from pytest_django.asserts import (
    assertContains,
    assertNotContains,
    assertRedirects,
    assertTemplateNotUsed,
)

from console.audit import views
from tenants.audit import events, rows
from tenants.audit.log import AuditLog
from tenants.audit.models import AuditEntry, AuditHead, microseconds
from tenants.audit.notes import note
from tenants.audit.writer import writer
from tenants.authlete.api import services
from tenants.authlete.changes import Change
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.authlete.fanout import fan_out
from tenants.connect import connect
from tenants.models import Credential, Organization
from tenants.roles import Role

URL = "/acme/audit/"


def shown(response):
    """What the lines tell, newest first."""
    return [line.title for line in response.context["lines"]]


@pytest.fixture
def keep(who):
    """Add an entry to the record that is ``ago`` old."""

    def make(
        operation="service.update",
        effect="change",
        end=Outcome.DONE,
        ago=timedelta(0),
        actor=None,
        **told,
    ):
        row = rows.intent(actor or who(), operation, effect, **told)
        at = microseconds(timezone.now() - ago)
        row = type(row)(
            **{name: getattr(row, name) for name in row.__slots__ if name != "at"},
            at=at,
        )
        ending = [rows.outcome(row.entry, end)] if end else []
        writer.write([row, *ending])
        return row

    return make


# Lines


def test_tells_who_did_what_where_and_why(auditor, update):
    update({"accessTokenDuration": 600}, ticket="CHG-2107")

    response = auditor.get(URL)

    (line,) = response.context["lines"]
    assert line.title == "Saved Shop"
    for words in ("ida@acme.example", "Editor", "CHG-2107", "service.update", "done"):
        assertContains(response, words)
    assertContains(response, '<del class="was"><bdi>1 hour</bdi></del>')
    assertContains(response, '<ins class="now"><bdi>10 minutes</bdi></ins>')


def test_does_not_say_that_it_was_done_when_it_was_refused(auditor, update, sandbox):
    sandbox.fault("status", operation="service.update", status=400)
    with pytest.raises(AuthleteError):
        update({"accessTokenDuration": 600})

    response = auditor.get(URL)

    assert shown(response) == ["Tried to save Shop"]
    assertContains(response, 'data-outcome="refused"')


def test_tells_the_name_of_a_service_that_its_list_showed(auditor, update, known):
    known("us", 17, "Web shop")
    update({"accessTokenDuration": 600})

    assertContains(auditor.get(URL), "Web shop")
    assert "Read the settings of Web shop" in shown(auditor.get(URL, {"reads": "1"}))


def test_tells_what_many_regions_were_asked_in_one_line(auditor, acme, sandbox, who):
    Credential(organization=acme, region="eu").keep(SecretStr("t0p")).save()
    watch = AuditLog(who())
    asked = [connect(acme, region, watch) for region in ("us", "eu")]
    fan_out([(one, one.ask(services.LIST)) for one in asked])

    response = auditor.get(URL, {"operation": "service.list"})

    (line,) = response.context["lines"]
    assert (line.title, line.entries) == ("Read the list of services", 2)
    assert sorted(line.regions) == ["eu", "us"]
    page = auditor.get(URL, {"page": line.entry.page})
    assert len(page.context["lines"]) == 2


def test_shows_no_subject(auditor, keep):
    keep("token.list", "read", subject="anna@customer.example", service="17")

    assertNotContains(auditor.get(URL, {"reads": "1"}), "anna@customer")


def test_shows_nothing_of_another_organization(auditor, keep, who):
    other = Organization.objects.create(slug="other", name="Other")
    keep(label="Theirs", actor=who("eve@other.example", organization=other))

    response = auditor.get(URL, {"reads": "1"})

    assertNotContains(response, "Theirs")
    assertNotContains(response, "eve@other.example")


# Reads


def test_leaves_reads_out_and_says_so(auditor, update):
    update({"accessTokenDuration": 600})

    response = auditor.get(URL)

    assert shown(response) == ["Saved Shop"]
    assertContains(response, "Reads are left out")


def test_shows_reads_when_asked_to(auditor, update):
    update({"accessTokenDuration": 600})

    response = auditor.get(URL, {"reads": "1"})

    assert "Saved Shop" in shown(response)
    assert "Read the settings of service 17" in shown(response)
    assertNotContains(response, "Reads are left out")


@pytest.mark.parametrize(
    "asked",
    [{"operation": "service.get"}, {"effect": "read"}, {"outcome": "done"}],
)
def test_leaves_no_reads_out_of_what_is_asked_for_by_kind(auditor, update, asked):
    update({"accessTokenDuration": 600})

    assert "Read the settings of service 17" in shown(auditor.get(URL, asked))


# Filters


FILTERS = [
    {"actor": "bo@acme.example"},
    {"role": "admin"},
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
    {"field": "pkceRequired"},
    {"field": "Require PKCE"},
    {"ticket": "CHG-1"},
    {"object": "the other"},
    {"q": "retail"},
    {"q": "because"},
    {"q": "ticket:CHG-1"},
    {"q": '"ng:1"'},
    {"q": 'service:"Retail banking" field:pkceRequired because'},
]


@pytest.mark.parametrize("asked", FILTERS, ids=str)
def test_finds_what_the_filters_name(auditor, keep, who, known, asked):
    known("eu", 18, "Retail banking")
    keep(service="17", region="us", label="Shop")
    odd = keep(
        "service.delete",
        "destroy",
        Outcome.REFUSED,
        actor=who("bo@acme.example", "admin"),
        service="18",
        region="eu",
        client="5",
        object="the other",
        label="Retail banking",
        reason="because of ng:1",
        ticket="CHG-1",
        changes=[Change("pkceRequired", False, True)],
    )
    keep(service="17", region="us", label="Shop", ago=timedelta(days=2))

    response = auditor.get(URL, asked, follow=True)

    assert response.status_code == 200
    (line,) = response.context["lines"]
    assert line.entry.entry == odd.entry
    assertContains(response, "1 entry")


def test_counts_days_where_the_reader_is(member, keep, settings, time_machine):
    settings.TIME_ZONE = "Asia/Tokyo"  # nine hours ahead
    time_machine.move_to("2026-11-24T16:30:00Z", tick=False)
    auditor = member(Role.AUDITOR)
    keep(label="In Tokyo this was on the 25th")
    keep(label="In Tokyo this was on the 24th", ago=timedelta(hours=2))

    on = {"since": "2026-11-25", "until": "2026-11-25"}
    assert shown(auditor.get(URL, on)) == ["Saved In Tokyo this was on the 25th"]
    on = {"until": "2026-11-24"}
    assert shown(auditor.get(URL, on)) == ["Saved In Tokyo this was on the 24th"]


REFUSED = [
    {"service": "no such service"},
    {"region": "mars"},
    {"role": "king"},
    {"operation": "service.explode"},
    {"effect": "explode"},
    {"effect": ["destroy", "explode"]},
    {"outcome": "fine"},
    {"field": "noSuchSetting"},
    {"field": "a b"},
    {"since": "yesterday"},
    {"since": "0001-01-01"},
    {"until": "9999-12-31"},
    {"since": "2026-11-24", "until": "2026-11-23"},
    {"reads": "maybe"},
    {"ticket": "x" * 61},
    {"actor": "a\0b"},
    {"colour": "red"},
    {"q": "colour:red"},
    {"q": "-effect:read"},
    {"q": "effect:explode"},
    {"q": "ticket:A", "ticket": "B"},
    {"ticket": ["A", "B"]},
]


@pytest.mark.parametrize("asked", REFUSED, ids=str)
def test_shows_nothing_for_a_filter_that_it_does_not_understand(auditor, keep, asked):
    keep(label="Shop")

    response = auditor.get(URL, asked)

    assert response.status_code == 422
    assertNotContains(response, "<td", status_code=422)
    assertContains(response, "field-error", status_code=422)
    assertContains(response, "Nothing is shown", status_code=422)


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", ".*(a+)+$", "'; DROP TABLE audit_auditentry; --", '"']
)
def test_takes_words_as_they_are(auditor, keep, text):
    keep(label="Shop")

    response = auditor.get(URL, {"q": f"x{text}"})

    assert shown(response) == []
    assertContains(response, "No entry fits")


@pytest.mark.parametrize("name", ["q", "service", "ticket", "field", "since", "page"])
def test_stands_what_is_far_too_long(auditor, keep, name):
    keep(label="Shop")

    assert auditor.get(URL, {name: "9" * 5000}).status_code == 422


def test_asks_which_one_when_services_have_the_same_name(auditor, keep, known):
    for region, number in (("us", 17), ("eu", 18)):
        known(region, number, "Shop")
    keep(service="18", region="eu", label="Shop")

    response = auditor.get(URL, {"service": "shop"})

    assertContains(response, "Shop (eu 18), Shop (us 17)", status_code=422)
    assert shown(auditor.get(URL, {"service": "shop", "region": "eu"})) == [
        "Saved Shop"
    ]


def test_says_that_it_looks_back_no_further_than_it_does(auditor, keep):
    keep(label="Old", ago=timedelta(days=40))

    response = auditor.get(URL, {"region": "us", "q": "Old"})

    assert shown(response) == []
    assertContains(response, "looks back 30 days")
    further = auditor.get(URL + response.context["further"])
    assertNotContains(further, "looks back 30 days")


# The address, chips and saved searches


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"actor": "ida", "ticket": "", "q": ""}, {"actor": ["ida"]}),
        (
            {"q": 'field:pkceRequired effect:change effect:destroy "two words"'},
            {
                "field": ["pkceRequired"],
                "effect": ["change", "destroy"],
                "q": ['"two words"'],
            },
        ),
        ({"field": "Require PKCE"}, {"field": ["pkceRequired"]}),
    ],
)
def test_has_an_address_to_share(auditor, typed, asked):
    response = auditor.get(URL, typed)

    assert response.status_code == 302
    assert parse_qs(urlsplit(response.url).query) == asked
    assert auditor.get(response.url).status_code == 200


def test_offers_to_take_each_filter_away(auditor, keep):
    keep()

    response = auditor.get(URL, {"effect": ["change", "destroy"], "ticket": "T"})

    rest = {chip.label: chip.path for chip in response.context["chips"]}
    assert rest == {
        "Ticket: T": "?effect=change&effect=destroy",
        "Effect: Change": "?ticket=T&effect=destroy",
        "Effect: Destroy": "?ticket=T&effect=change",
    }


def test_leads_from_a_value_to_its_filter(auditor, keep):
    keep(ticket="CHG 1&2", service="17", region="us")

    response = auditor.get(URL, {"effect": "change"})

    assertContains(response, "?effect=change&amp;ticket=CHG+1%262")
    assertContains(response, "?effect=change&amp;service=17&amp;region=us")
    assertContains(response, "?effect=change&amp;actor=ida%40acme.example")


@pytest.mark.parametrize(
    ("label", "titles"),
    [
        ("Destructive", ["Deleted the service Old"]),
        ("Revealed", ["Replaced the secret of Till by a new one"]),
        ("Refused or unknown", ["Was refused the page services:edit"]),
        ("Denied access", ["Was refused the page services:edit"]),
        ("Strangers", []),
        ("Mine", ["Tried out a credential"]),
    ],
)
def test_has_searches_that_auditors_need(auditor, keep, who, label, titles):
    keep("service.delete", "destroy", label="Old")
    keep("client.refresh_secret", "reveal", label="Till")
    note(who(), events.ACCESS_DENIED, outcome=Outcome.REFUSED, object="services:edit")
    keep("credential.probe", "change", actor=who("AUDITOR"))

    saved = {link.label: link.path for link in auditor.get(URL).context["saved"]}
    response = auditor.get(URL + saved[label])

    assert shown(response) == titles
    assert [link.label for link in response.context["saved"] if link.on] == [label]


def test_has_periods(member, keep, time_machine):
    time_machine.move_to("2026-11-24T12:00:00Z", tick=False)
    auditor = member(Role.AUDITOR)
    for days, label in ((50, "D"), (20, "C"), (3, "B"), (0, "A")):
        keep(label=label, ago=timedelta(days=days))

    periods = {one.label: one.path for one in auditor.get(URL).context["periods"]}

    found = {name: shown(auditor.get(URL + path)) for name, path in periods.items()}
    assert found == {
        "Today": ["Saved A"],
        "7 days": ["Saved A", "Saved B"],
        "30 days": ["Saved A", "Saved B", "Saved C"],
    }


# Pages


@pytest.fixture
def pages_of_two(monkeypatch):
    monkeypatch.setattr(views, "SIZE", 2)


def test_pages_lead_there_and_back(auditor, keep, pages_of_two):
    for number in range(5):
        keep(label=str(number), ticket="T")

    first = auditor.get(URL, {"ticket": "T"})
    second = auditor.get(URL + first.context["older"])
    keep(label="new", ticket="T")
    third = auditor.get(URL + second.context["older"])
    back = auditor.get(URL + third.context["newer"])

    assert [shown(page) for page in (first, second, third, back)] == [
        ["Saved 4", "Saved 3"],
        ["Saved 2", "Saved 1"],
        ["Saved 0"],
        ["Saved 2", "Saved 1"],
    ]
    assert first.context["newer"] == third.context["older"] == ""
    assertContains(second, "Older")


def test_counts_no_further_than_it_has_to(auditor, keep, monkeypatch):
    monkeypatch.setattr("tenants.audit.search.MOST", 3)
    monkeypatch.setattr(views, "MOST", 3)
    for _ in range(4):
        keep()

    assertContains(auditor.get(URL), "More than 3 entries")


@pytest.mark.parametrize("cursor", ["x", "o0", "n", "o" + "f" * 40])
def test_begins_at_the_newest_where_a_place_makes_no_sense(auditor, keep, cursor):
    keep(label="Shop")

    assert shown(auditor.get(URL, {"at": cursor})) == ["Saved Shop"]


# Nothing to show


def test_says_that_nothing_was_changed_yet(auditor):
    assertContains(auditor.get(URL), "Nothing was changed yet")


def test_says_that_all_is_filtered_away(auditor, keep):
    keep()

    response = auditor.get(URL, {"ticket": "T"})

    assertContains(response, "No entry fits")
    assertNotContains(response, "Nothing was changed yet")


def test_says_that_it_could_not_read_the_record(auditor, monkeypatch):
    def search(*_, **__):
        raise OperationalError("the disk is on fire")

    monkeypatch.setattr(views, "search", search)
    response = auditor.get(URL)

    assertContains(response, "The record could not be read")
    assertNotContains(response, "Nothing was changed yet")
    assertNotContains(response, "on fire")


def test_can_be_read_although_nothing_can_be_written(auditor, keep):
    keep(label="Shop")
    AuditHead.objects.update(mac="forged")

    response = auditor.get(URL)

    assert shown(response) == ["Saved Shop"]
    assertContains(response, "The record takes no new entries")


# Who


def test_reading_the_record_is_in_the_record(auditor):
    auditor.get(URL, {"ticket": "T"})

    entry = AuditEntry.objects.get(operation="audit.read")
    assert (entry.actor, entry.object, entry.effect) == ("AUDITOR", "ticket=T", "read")


def test_does_not_keep_the_words_that_were_looked_for(auditor):
    auditor.get(URL, {"q": "anna@customer.example"})

    assert AuditEntry.objects.get(operation="audit.read").object == "q"


@pytest.mark.parametrize("role", Role)
def test_is_for_those_who_may_read_the_record(member, role):
    allowed = role in (Role.ADMIN, Role.AUDITOR)
    assert member(role).get(URL).status_code == (200 if allowed else 403)


def test_is_closed_to_strangers(client, django_user_model, acme):
    assertRedirects(
        client.get(URL), f"/accounts/login/?next={URL}", fetch_redirect_response=False
    )
    client.force_login(django_user_model.objects.create_user("eve"))
    assert client.get(URL).status_code == 404


# htmx


def test_answers_htmx_with_the_record_alone(auditor, keep):
    keep(label="Shop")

    response = auditor.get(
        URL, {"ticket": "", "effect": "change"}, headers={"HX-Request": "true"}
    )

    assertContains(response, "Saved")
    assertTemplateNotUsed(response, "base.html")
    assert response["HX-Push-Url"] == f"{URL}?effect=change"


def test_tells_htmx_what_is_wrong_with_a_filter(auditor):
    response = auditor.get(URL, {"effect": "x"}, headers={"HX-Request": "true"})

    assertContains(response, "field-error", status_code=422)
    assertTemplateNotUsed(response, "base.html")
