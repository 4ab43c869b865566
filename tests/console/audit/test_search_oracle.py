"""Searches find exactly what a scan of all entries finds."""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils import timezone

from console.audit_log.export_formats import iter_entries
from console.audit_log.search_form import AuditSearchForm
from console.audit_log.search_language import quote_value
from console.models import KnownClient
from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import OUTCOME_TIMEOUT, AuditEntry, to_microseconds
from tenants.audit.records import Record
from tenants.audit.search.entries import count_entries
from tenants.audit.writer import writer
from tenants.authlete.changes import FieldChange
from tenants.authlete.outcome import Outcome
from tenants.models import Membership, Organization
from tenants.versions.models import Version
from tests.support.audit import NOW
from tests.support.inventory import add_known_service

ODD = ["50%", "a_b", "back\\slash", 'said "no"', "Ärger", "ÄRGER", "пароль", "a\u202eb"]
ACTORS = ["ida@x.example", "bo@x.example", "bo2@x.example", "gone@x.example", "worker"]
PEOPLE = {"Bo Ek": ACTORS[1:3], "gone long ago": [ACTORS[3]]}
SERVICES = {  # by name: all that have it or had it
    "Shop": {("us", "17"), ("eu", "17"), ("eu", "19")},
    "web shop": {("us", "17")},
    "Dropped": {("us", "99")},
}
CLIENTS = {  # the same
    "Till": {("us", "42"), ("us", "43"), ("eu", "77")},
    "old till": {("us", "42")},
    "left": {("us", "77")},
}
FIELDS = {"Require PKCE": {"pkceRequired"}, "scopes": {"scopes"}, "ROLE": {"role"}}
VALUES = [True, None, 3600, "plain", ["a", "b"], {"z": {"y": "In"}}, *ODD]
READS = "effect outcome operation request subject code status reads".split()
LEADING = "actor service client subject field ticket request address".split()
THROUGH = "role region reason old new".split()


def expected_outcome(entry):
    if entry.outcome:
        return entry.outcome
    return "unknown" if datetime.now(UTC) - entry.time > OUTCOME_TIMEOUT else "open"


def inside(value, *texts):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    wanted = (json.dumps(one, ensure_ascii=False)[1:-1] for one in texts)
    return all(item.lower() in text.lower() for item in wanted)


def member_of(change):
    return re.split(r"[.\[]", change["field"])[0]


def has(text, part):
    return part.lower() in text.lower()


SAYS = {  # whether an entry is what a word says with one value
    "actor": lambda e, v: e.actor in PEOPLE.get(v, [v.lower()]),
    "role": lambda e, v: e.role == v.lower(),
    "address": lambda e, v: e.address == v,
    "region": lambda e, v: e.region == v,
    "service": lambda e, v: (
        (e.region, e.service) in SERVICES[v] if v in SERVICES else e.service == v
    ),
    "client": lambda e, v: (e.region, e.client) in CLIENTS[v] if v in CLIENTS else e.client == v,
    "subject": lambda e, v: e.subject == v,
    "operation": lambda e, v: e.operation == v,
    "effect": lambda e, v: e.effect == v.lower(),
    "outcome": lambda e, v: expected_outcome(e) == v,
    "code": lambda e, v: e.code == v.upper(),
    "status": lambda e, v: re.fullmatch(v.lower().replace("x", "."), str(e.status)),
    "field": lambda e, v: any(member_of(c) in FIELDS[v] for c in e.changes),
    "old": lambda e, v: any(inside(c["before"], v) for c in e.changes),
    "new": lambda e, v: any(inside(c["after"], v) for c in e.changes),
    "reason": lambda e, v: has(e.reason, v),
    "ticket": lambda e, v: e.ticket == v,
    "request": lambda e, v: v.lower() in (e.entry, e.page),
    "": lambda e, v: (
        any(has(text, v) for text in (e.label, e.reason, e.ticket, e.actor))
        or e.actor in PEOPLE.get(v, ())
    ),
}


def holds(entry, asked, moments):
    """``asked``: values by word, with a minus before what is left out."""
    together = {"old": asked.get("old", []), "new": asked.get("new", [])}
    if any(together.values()) and not any(
        inside(c["before"], *together["old"])
        and inside(c["after"], *together["new"])
        and any(member_of(c) in FIELDS[f] for f in asked["field"] or [])
        if "field" in asked
        else inside(c["before"], *together["old"]) and inside(c["after"], *together["new"])
        for c in entry.changes
    ):
        return False
    for word, values in asked.items():
        if word in ("after", "before"):
            moment = moments[values[0]]
            if (entry.time < moment) is (word == "after"):
                return False
        elif word.startswith("-"):
            if any(SAYS[word[1:]](entry, value) for value in values):
                return False
        elif word not in ("old", "new", "reads"):
            each = all if word in ("", "reason") else any
            if not each(SAYS[word](entry, value) for value in values):
                return False
    if entry.effect == "read" and not ({*READS} & {*asked} or {"-effect", "-outcome"} & {*asked}):
        return False
    left_out = any(word.startswith("-") and word[1:] not in READS[:2] for word in asked)
    begins = moments[asked["before"][0]] if "before" in asked else timezone.now()
    fine = any(status[0] not in "45" for status in asked.get("status", ()))
    is_read_through = "" in asked or left_out or fine or {*THROUGH} & {*asked}
    if "after" in asked or {*LEADING} & {*asked} or not is_read_through:
        return True
    return entry.time >= begins - timedelta(days=30)


@pytest.fixture
def entries(acme):
    """Some hundreds of entries of all sorts, and those of another organization."""
    draw = random.Random(6)
    other = Organization.objects.create(slug="other", name="Other")
    people = [("ida@x.example", "Ida", "A"), *((actor, "Bo", "Ek") for actor in ACTORS[1:3])]
    for name, first, last in [*people, ("gone@x.example", "gone", "long ago")]:
        user = User.objects.create_user(name, first_name=first, last_name=last)
        if name != "gone@x.example":
            Membership.objects.create(organization=acme, user=user, role="editor")
    pages = [record_builder.new_entry_id() for _ in range(20)]
    records: list[Record] = []
    for number in range(250):
        home = other if number % 10 == 9 else acme
        service = draw.choice(["", "17", "17", "19", "99"])
        entry_actor = Actor(
            1,
            draw.choice(ACTORS),
            draw.choice(["admin", "editor", "help desk", ""]),
            home.pk,
            home.slug,
            draw.choice(pages),
            draw.choice(["192.0.2.1", "2001:db8::7", ""]),
        )
        row = record_builder.build_intent(
            entry_actor,
            draw.choice(["service.update", "client.update", "service.get", "sign_out"]),
            draw.choice(["read", "change", "destroy", "reveal"]),
            region=draw.choice(["us", "eu"]) if service else "",
            service=service,
            client=draw.choice(["", "42", "43", "77"]) if service else "",
            subject=draw.choice(["", "", "anna", " anna", "bo"]),
            label=draw.choice(["", "Shop", *ODD]),
            reason=draw.choice(["", "because of", *ODD]),
            ticket=draw.choice(["", "CHG-1", "chg-1", "50%"]),
            changes=[
                FieldChange(name, draw.choice(VALUES), draw.choice(VALUES))
                for name in ("pkceRequired", "scopes[x].name", "role", "roles.a")
                if draw.random() < 0.3
            ],
        )
        ago = timedelta(seconds=draw.choice([1, 86_400 * draw.random() * 60]))
        records.append(replace(row, at=to_microseconds(timezone.now() - ago)))
        if draw.random() < 0.9:
            end = draw.choice([outcome for outcome in Outcome if outcome])
            code = draw.choice(["", "A001", "A004"])
            status = draw.choice([None, 200, 404, 409, 503])
            records.append(record_builder.build_outcome(row.entry, end, status=status, code=code))
    writer.write(records)
    own = list(AuditEntry.objects.filter(organization_id=acme.pk))
    columns = [field.attname for field in AuditEntry._meta.concrete_fields]
    return [
        SimpleNamespace(
            **{name: getattr(entry, name) for name in columns},
            changes=entry.changes,
            time=entry.time,
        )
        for entry in own
    ]


@pytest.fixture
def named(acme):
    """What services and clients are called, and were."""
    for region, number, name in (("us", 17, "Web shop"), ("eu", 17, "SHOP")):
        add_known_service(acme, region, number, name)
    add_known_service(acme, "eu", 19, "Shop")
    for number, name in ((42, "Till"), (43, "till")):
        KnownClient.objects.create(
            organization=acme, region="us", service_id=17, client_id=number, name=name, seen_at=NOW
        )
    for at, (home, region, service, client, name) in enumerate(
        [
            (acme.pk, "us", 17, 0, "Shop"),
            (acme.pk, "us", 99, 0, "dropped"),
            (acme.pk, "us", 17, 42, "Old till"),
            (acme.pk, "us", 99, 77, "Left"),
            (acme.pk, "eu", 19, 77, "Till"),
            (acme.pk + 1, "us", 55, 0, "Shop"),
            (acme.pk + 1, "us", 55, 56, "Till"),
        ]
    ):
        Version.objects.create(
            organization_id=home,
            region=region,
            service_id=service,
            client_id=client,
            number=at + 1,
            name=name,
            first_at=NOW,
            last_at=NOW,
        )


def searches(entries):
    """Values by word: each word with each value, then mixtures."""
    draw = random.Random(7)
    some = draw.sample(entries, 3)
    values = {
        "actor": [*ACTORS[:3], "IDA@x.example", *PEOPLE, "worker"],
        "role": ["admin", "Editor", "help desk"],
        "address": ["192.0.2.1", "2001:db8::7"],
        "region": ["us", "eu"],
        "service": [*SERVICES, "17", "99", "5"],
        "client": [*CLIENTS, "42"],
        "subject": ["anna", " anna", "nobody"],
        "operation": ["service.update", "sign_out"],
        "effect": ["read", "CHANGE", "destroy", "reveal"],
        "outcome": ["done", "refused", "not sent", "unknown", "open", "not done"],
        "code": ["a001", "A004", "A9"],
        "status": ["404", "5XX", "2xx", "429"],
        "field": [*FIELDS],
        "old": ["true", "null", "36", '"a","b"', "in", *ODD],
        "new": ["plain", "z", "null", *ODD],
        "reason": ["because", "of", *ODD],
        "ticket": ["CHG-1", "chg-1", "50%"],
        "request": [entry.entry.upper() for entry in some] + [entry.page for entry in some],
        "": ["shop", "x.example", *PEOPLE, *ODD],
    }
    for word, offered in values.items():
        for entry in offered:
            yield {word: [entry]}
            yield {f"-{word}": [entry]}
        yield {word: offered[:3], "reads": ["yes"]}
        yield {f"-{word}": offered[-2:], "reads": ["yes"]}
    for _ in range(60):
        words = draw.sample([*values], draw.choice([2, 2, 3]))
        filters = {
            draw.choice(["", "", "-"]) + word: draw.sample(values[word], draw.choice([1, 1, 2]))
            for word in words
        }
        if draw.random() < 0.5:
            filters["reads"] = ["yes"]
        for word in ("after", "before"):
            if draw.random() < 0.3:
                filters[word] = [draw.choice(["7d", "30d", "yesterday", "this-month"])]
        yield filters


def typed(asked):
    terms = []
    for word, values in asked.items():
        sign, name = ("-", word[1:]) if word.startswith("-") else ("", word)
        quoted = [quote_value(value) for value in values]
        terms += [f"{sign}{term}" for term in quoted] if not name else []
        terms += [f"{sign}{name}:{','.join(quoted)}"] if name else []
    return " ".join(terms)


@pytest.mark.slow
def test_search_equals_a_scan_of_all_entries(acme, entries, named):
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    now = timezone.now()
    moments = {
        "7d": now - timedelta(days=7),
        "30d": now - timedelta(days=30),
        "yesterday": today - timedelta(days=1),
        "this-month": today.replace(day=1),
    }
    wrong: list[object] = []
    hits = 0
    for search in searches(entries):
        data = QueryDict(mutable=True)
        data["q"] = typed(search)
        form = AuditSearchForm(data, acme, is_posted=True)
        if not form.is_valid():
            wrong.append((data["q"], form.errors.as_text()))
            continue
        filters = form.to_filters()
        seqs = [entry.seq for entry in iter_entries(acme.pk, filters)]
        want = [entry.seq for entry in entries if holds(entry, search, moments)]
        hits += bool(want)
        if seqs != want or (search.get("reads") and count_entries(acme.pk, filters) != len(want)):
            wrong.append((data["q"], len(seqs), len(want)))

    assert wrong == []
    assert hits > 150
