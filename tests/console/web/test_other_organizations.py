"""Objects of other organizations are out of reach."""

import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pydantic import SecretStr

from console.models import (
    Batch,
    BatchRequest,
    Delivery,
    Draft,
    EvidencePackage,
    Receipt,
    Rollover,
    Rotation,
    SavedSearch,
    Selection,
    Stream,
    VerificationRun,
    Webhook,
)
from console.models.streams import generate_token
from console.webhooks import payloads
from tenants.audit.actor import Actor
from tenants.audit.events import MEMBER_ADD
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.positions import seal_position
from tenants.audit.recorder import record_event
from tenants.jobs.control import start_job
from tenants.jobs.models import Job, NewItem
from tenants.models import Credential, Membership, Organization
from tenants.organizations.roles import Role
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.state import StoredToken
from tests.support.access import METHOD_NOT_ALLOWED, ORGANIZATION_PAGES, page_path
from tests.support.audit_tampering import advance_log
from tests.support.authentication import set_last_authentication
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import rollover
from tests.support.tiers import slow_after_first
from tests.support.webhooks import make_webhook

THEIRS = "quail-7731"  # in all that is theirs
KEPT = (
    Stream,
    Draft,
    Receipt,
    Rollover,
    Rotation,
    SavedSearch,
    Selection,
    Job,
    Credential,
    Membership,
    Webhook,
)
AT = {"region": "us", "service_id": 18, "client_id": 50}


@pytest.fixture
def other(acme, sandbox):
    """Another organization, with a service and a client in the same region."""
    number = sandbox.state.organization("other", "Other")
    sandbox.state.accept(ApiToken("theirs", number, ORGANIZATION_PERMISSIONS))
    region = sandbox.region("us")
    region.services[18] = {
        "apiKey": 18,
        "serviceName": THEIRS,
        "modifiedAt": 1,
        "supportedScopes": [{"name": THEIRS}],
    }
    region.owners[18] = number
    token = StoredToken("h" * 43, 50, "AUTHORIZATION_CODE", (THEIRS,), 1, 0, THEIRS)
    region.tokens[18].append(token)
    region.clients[18][50] = make_client(50, clientName=THEIRS, clientSecret=f"{THEIRS}-s")
    other = Organization.objects.create(slug="other", name=THEIRS)
    Credential(organization=other, region="us").set_token(SecretStr("theirs")).save()
    return other


@pytest.fixture
def bo(other):
    """A browser of its admin."""
    user = User.objects.create_user("bo@other.example")
    Membership.objects.create(organization=other, user=user, role=Role.ADMIN)
    browser = Client()
    browser.force_login(user)
    return set_last_authentication(browser)


@pytest.fixture
def foreign_objects(bo, other):
    """The other organization's objects: a saved change, a draft, a rotation, a job."""
    send(bo, "clients:edit", "base", section="basics", description=f"{THEIRS} was here")
    send(bo, "clients:review", "reviewed", reason=f"{THEIRS} says so")
    send(bo, "clients:edit", "base", section="basics", description=f"{THEIRS} draft")
    send(bo, "clients:stage", "reason", reason=f"{THEIRS} yearly")
    bo.get(page_path("clients:index", organization="other"))  # so that lists have seen it
    pk = User.objects.get(username="bo@other.example").pk
    actor = Actor(pk, "bo@other.example", Role.ADMIN, other.pk, "other")
    item = NewItem("us", 18, 50, label=THEIRS, payload={"rotation": THEIRS})
    chosen = {"within": "us/18", "object": ["us/18/50"]}
    bulk = bo.post(page_path("clients:bulk_select", organization="other"), chosen)["Location"]
    bo.post(bulk, {"action": "lock"})
    job = start_job(actor, other, "client.activate_secret", THEIRS, [item], reason=THEIRS)
    receipt = Receipt(organization=other, actor=THEIRS, reason=THEIRS).seal_subject(THEIRS)
    receipt.save()
    batch = Batch.objects.create(
        organization=other, region="us", service_id=18, file_name=THEIRS, actor=THEIRS
    )
    BatchRequest.objects.create(batch=batch, position=1, state="unknown", text=THEIRS)
    stream = Stream.objects.create(organization=other, name=THEIRS, created_by=THEIRS)
    return {
        "batch": batch.pk,
        "receipt": receipt.pk,
        "stream": stream.pk,
        "webhook": make_webhook(other, name=THEIRS).pk,
        "search": SavedSearch.objects.create(
            organization=other, user_id=pk, name=THEIRS, query="", shared=True
        ).pk,
        "job": job.pk,
        "selection": Selection.objects.get(organization=other).pk,
        "rollover": rollover(other, service_id=18, label=THEIRS, reason=THEIRS).pk,
        "entry": AuditEntry.objects.get(operation="client.update").entry,
        "pk": Membership.objects.get(organization=other).pk,
    }


def send(browser, name, having, organization="other", section="basics", **entered):
    place = page_path(name, **AT, organization=organization, section=section)
    body = fill_form(browser.get(place), having, **entered)
    response = browser.post(place, body, content_type=URLENCODED)
    assert response.status_code in (200, 302)
    return response


def foreign_state(sandbox, other):
    """Return the other organization's whole state, at Authlete and here, as JSON."""
    region = sandbox.region("us")
    rows = [
        list(model.objects.filter(organization=other).order_by("pk").values()) for model in KEPT
    ]
    objects = [region.services[18], region.clients[18], region.tokens[18]]
    return json.dumps([*objects, rows], default=str)


@pytest.mark.parametrize("at", slow_after_first([AT, {}]), ids=["their service", "our service"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_neither_show_nor_change_foreign_objects(
    member, other, foreign_objects, sandbox, at, method
):
    """The other organization's IDs in URLs of this one."""
    sandbox.clients[44] = make_client(44)
    browser, before = member(Role.ADMIN), foreign_state(sandbox, other)
    why = {"reason": "x", "idempotency_key": "x" * 24, "anyway": "on", "seen": ""}
    sandbox.calls.clear()

    for name in ORGANIZATION_PAGES:
        place = page_path(name, **foreign_objects, **at)
        response = getattr(browser, method)(place, why if method == "post" else {})
        if response.status_code == METHOD_NOT_ALLOWED:
            continue
        text = b"".join(response).decode()
        assert THEIRS not in text, name

    assert foreign_state(sandbox, other) == before
    reached = [call for call in sandbox.calls if "/18/" in call.path]
    assert not reached


@pytest.mark.parametrize("url", ["", "?q=quail", "?size=100"])
def test_lists_contain_no_foreign_objects(member, foreign_objects, url):
    browser = member(Role.ADMIN)

    for name in ("clients:index", "services:index", "jobs:index", "audit:index"):
        assert THEIRS not in browser.get(page_path(name) + url).text, name


ROWS_OF_ALL = 9_187_654_000_000  # so many that no other number on a page begins like it
NUMBER = re.compile(f"{ROWS_OF_ALL}"[:8] + "|" + f"{ROWS_OF_ALL:x}"[:8])
FILES = ("audit:export_file", "webhooks:show", "members:index", "clients:index")


@pytest.fixture
def after_many_others(acme):
    """The log, after others have written far more than this organization."""
    record_event(Actor(1, "ida", organization_id=acme.pk), MEMBER_ADD)
    advance_log(ROWS_OF_ALL)


@pytest.fixture
def logged(after_many_others, other, foreign_objects):
    """Entries on several pages, and what was delivered and verified of them."""
    actor = Actor(1, THEIRS, "admin", other.pk, other.slug)
    for number in range(60):
        record_event(actor, MEMBER_ADD, object=str(number))
    first = AuditEntry.objects.filter(organization_id=other.pk).earliest("seq").seq
    head, now = AuditHead.objects.get().seq, timezone.now()
    Webhook.objects.filter(organization=other).update(position=first - 1)
    webhook = Webhook.objects.get(organization=other)
    sent = payloads.next_batch(webhook)
    assert isinstance(sent, Delivery)
    sent.save()
    Webhook.objects.update(position=sent.until)
    counts = {"rows": head, "entries": head, "covered": head - 1, "outside": head - 2}
    VerificationRun.objects.create(
        organization=other, removed=head, bad=None, ended_at=now, outside_at=now, **counts
    )
    VerificationRun.objects.create(organization=other, bad=head, error=f"row {head}", ended_at=now)
    package = EvidencePackage.objects.create(
        organization=other, covered=head, completed_at=now, job=foreign_objects["job"], actor=THEIRS
    )
    return foreign_objects | {"pack": package.pk, "delivery": sent.pk, "first": first}


def numbers_in(text):
    return NUMBER.findall(text.replace(",", ""))


@pytest.mark.slow
def test_no_page_or_file_counts_the_rows_of_all_organizations(bo, other, logged):
    places = {kind: value for kind, value in logged.items() if kind not in ("delivery", "first")}
    opened, leaks = [], set()
    for name in ORGANIZATION_PAGES:
        response = bo.get(page_path(name, organization="other", **places, **AT))
        leaks |= {name} if numbers_in(b"".join(response).decode()) else set()
        opened += [name] if response.status_code == 200 else []
    for name in FILES:
        path = page_path(name, organization="other", **places, **AT)
        for form in ("csv", "jsonl", "print"):
            response = bo.get(path, {"format": form, "download": form})
            leaks |= {f"{name} as {form}"} if numbers_in(b"".join(response).decode()) else set()
    replay = page_path("webhooks:replay", organization="other", **places)
    assert not numbers_in(bo.get(replay, {"delivery": logged["delivery"]}).text)

    assert not leaks
    assert {"audit:index", "audit:entry", "webhooks:show", "audit:verify"} <= {*opened}
    assert len(opened) > 60


def test_no_delivered_row_has_its_number_among_those_of_all(client, other, logged):
    membership = Membership.objects.get(organization=other)
    stream, token = Stream(organization=other, name="SIEM", owner=membership), generate_token()
    stream.set_token(token).save()
    webhook, sent = Webhook.objects.get(), Delivery.objects.get()

    after = seal_position(other.pk, logged["first"] - 1)
    headers = {"Authorization": f"Bearer {token}"}
    page = client.get("/other/audit/stream", {"after": after}, headers=headers)

    text = b"".join(page.streaming_content).decode()
    assert text.count('"entry"') > 100
    assert not numbers_in(text + str(page.headers))
    body = payloads.build_body(webhook, sent).decode()
    assert body.count('"mac"') == sent.rows
    assert not numbers_in(body)
