from contextlib import nullcontext
from datetime import timedelta

import pytest

from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.audit.reconciliation import evidence
from tenants.audit.reconciliation.resolutions import resolve
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuditUnavailableError, AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tests.support.backdating import backdate_calls
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact


@pytest.fixture
def lost(acme, sandbox, update):
    """An update of the service 17 whose reply did not come, and its page to settle."""
    update({"description": "As Authlete lays it out"})

    def lost(sent=backdate_calls, **fault):
        sandbox.fault("reset", operation="service.update", times=1, **fault)
        with sent(), pytest.raises(AuthleteError):
            update({"accessTokenDuration": 60})
        entry = AuditEntry.objects.filter(outcome="unknown").get()
        return entry, f"/acme/audit/{entry.entry}/settle/"

    return lost


@pytest.mark.parametrize(("after", "expected"), [(True, "done"), (False, "not done")])
def test_call_is_resolved_from_authletes_state(member, lost, after, expected):
    admin = member(Role.ADMIN)
    entry, url = lost(after=after)
    rows = AuditRecord.objects.filter(entry=entry.entry).count()
    page = admin.get(url)

    body = fill_form(page, "reason", reason="Somebody waits for it", ticket="INC-1")
    assert f"Mark as {'succeeded' if after else 'failed'}" in page.content.decode()
    admin.post(url, body, content_type=URLENCODED)
    admin.post(url, body, content_type=URLENCODED)

    assert AuditEntry.objects.get(entry=entry.entry).outcome == expected
    assert AuditRecord.objects.filter(entry=entry.entry).count() == rows + 1
    settling = AuditEntry.objects.get(operation="audit.settle")
    assert (settling.object, settling.reason) == (entry.entry, "Somebody waits for it")
    assert verify_audit_log().first_bad_row is None
    html = admin.get(f"/acme/audit/{entry.entry}/").content.decode()
    assert settling.entry in html
    assert "No response arrived" in html
    assert "Somebody waits for it" in html
    assert "/settle/" not in html
    resolution_html = admin.get(f"/acme/audit/{settling.entry}/").content.decode()
    assert "Resolve the outcome of “<bdi>" in resolution_html


def test_follow_up_work_is_linked(member, acme, sandbox, make_actor):
    """A secret that nobody saw, a token that nobody has, clients that it may be."""
    till = {"clientName": "Till", "clientSecret": "t1ll-secret", "modifiedAt": 5}
    for id in (44, 45):
        sandbox.clients[id] = till | {"clientId": id}
    sandbox.services[17]["supportedGrantTypes"] = ["CLIENT_CREDENTIALS"]
    service = connect(load_credentials(acme), "us", AuditLogSink(make_actor())).service(17)
    secret = service.client(44).get().get("clientSecret").hex
    sandbox.fault("reset", method="GET", path="refresh", after=True)
    sandbox.fault("reset", operation="token.create", after=True)
    sandbox.fault("reset", operation="client.create")
    for call in (
        lambda: service.client(44).refresh_secret(secret),
        lambda: service.tokens.create("CLIENT_CREDENTIALS", 44),
        lambda: service.clients.create({"clientName": "Till"}),
    ):
        with pytest.raises(AuthleteError):
            call()

    admin = member(Role.ADMIN)
    page = "".join(
        compact(admin.get(f"/acme/audit/{entry.entry}/settle/"))
        for entry in AuditEntry.objects.filter(outcome="unknown")
    )

    assert 'href="/acme/services/us/17/clients/44/reveal/">Reveal secret' in page
    assert 'href="/acme/services/us/17/tokens/">Find and revoke the token' in page
    assert '<a href="/acme/services/us/17/clients/45/">45</a>' in page
    assert '<a class="mono" href="/acme/services/us/17/">17</a>' in page


def test_missing_chain_key_resolves_nothing(acme, lost):
    entry, _url = lost(after=True)
    AuditHead.objects.update(key="gone")

    with pytest.raises(AuditUnavailableError, match="Nothing was resolved"):
        resolve(Actor(0, "ida", organization_id=acme.pk), entry, Outcome.SUCCEEDED, "seen")

    assert AuditEntry.objects.get(entry=entry.entry).outcome == "unknown"


def test_outcome_changed_since_the_form_is_not_resolved(member, sandbox, lost):
    admin = member(Role.ADMIN)
    entry, url = lost(after=True)
    data = fill_form(admin.get(url), "reason", reason="As it says")
    sandbox.services[17] |= {"description": "Theirs", "modifiedAt": 2**41}

    moved = admin.post(url, f"{data}&outcome=done", content_type=URLENCODED)

    assert "has changed since you opened this page" in moved.content.decode()
    assert AuditEntry.objects.get(entry=entry.entry).outcome == "unknown"
    body = fill_form(moved, "reason", outcome="not done")
    admin.post(url, body, content_type=URLENCODED)
    assert AuditEntry.objects.get(entry=entry.entry).outcome == "not done"


def test_ambiguous_state_is_decided_by_a_person(member, sandbox, lost):
    admin = member(Role.ADMIN)
    entry, url = lost(after=True)
    sandbox.services[17]["description"] = "Somebody else's"
    body = fill_form(admin.get(url), "reason", reason="Compared by hand", outcome=None)

    undecided = admin.post(url, body, content_type=URLENCODED)
    assert "Select the outcome." in undecided.content.decode()
    assert AuditEntry.objects.get(entry=entry.entry).outcome == "unknown"

    body = fill_form(undecided, "reason", reason="Compared by hand", outcome="done")
    admin.post(url, body, content_type=URLENCODED)
    assert AuditEntry.objects.get(entry=entry.entry).outcome == "done"


def test_unreadable_state_is_explained_and_can_be_rechecked(member, sandbox, lost):
    admin = member(Role.ADMIN)
    _entry, url = lost(after=True)
    sandbox.fault("status", operation="service.get", status=400, times=1)
    unseen = admin.get(url).content.decode()
    page = admin.get(url)

    refused = admin.post(url, fill_form(page, "reason"), content_type=URLENCODED)
    assert "couldn&#x27;t check" in unseen
    assert f'href="{url}">Check again</a>' in unseen
    assert "Succeeded" in page.content.decode()
    assert refused.status_code == 422
    assert "Enter a reason for the audit log." in refused.content.decode()


def unanswered(entry):
    """Let it be a call that was given up after ten seconds."""
    late = entry.at + 10_000_000
    AuditEntry.objects.filter(pk=entry.pk).update(ended_at=late)


def test_call_in_flight_is_not_marked_as_failed(member, sandbox, lost, monkeypatch):
    monkeypatch.setattr(evidence, "MAX_IN_FLIGHT", timedelta(minutes=9))
    admin = member(Role.ADMIN)
    entry, url = lost(sent=nullcontext)
    unanswered(entry)
    data = {"reason": "Now", "ticket": "INC-1", "outcome": "not done", "idempotency_key": "x"}

    for page in (admin.get(url), admin.post(url, data)):
        assert "Can't be determined yet" in page.text
        assert "Check again in" in page.text
        assert 'type="submit">Resolve' not in compact(page)
        assert "keeps both outcomes" not in page.text
    assert AuditEntry.objects.get(entry=entry.entry).outcome == "unknown"
