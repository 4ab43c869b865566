"""A key rollover from start to end, with interruptions."""

import json

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Rollover
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import resolve
from tenants.authlete.outcome import Outcome
from tenants.jobs import queue
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import Role
from tests.support.keys import act, jwk, kids, page
from tests.support.markup import compact
from tests.support.tiers import slow_after_first


def test_rollover_replaces_the_key(admin, bank, start_rollover, come, worker):
    rollover = start_rollover()

    worker()

    rollover.refresh_from_db()
    assert (rollover.state, kids(bank)) == ("published", ["old", "keep", "new"])
    assert bank["idTokenSignatureKeyId"] == "old"
    new = json.loads(bank["jwks"])["keys"][2]
    assert (new["alg"], new["crv"], new["use"]) == ("ES256", "P-256", "sig")
    assert (rollover.due_at - rollover.published_at).total_seconds() == rollover.caches == 24 * 3600
    assertContains(page(admin, rollover), "published, waiting for caches")

    assert come(rollover) == "switched"
    named = (bank["idTokenSignatureKeyId"], bank["accessTokenSignatureKeyId"])
    assert (named, kids(bank)) == (("new", "new"), ["old", "keep", "new"])
    assert (rollover.due_at - rollover.switched_at).total_seconds() == rollover.tokens == 3 * 3600

    assert come(rollover) == "retired"
    assert kids(bank) == ["keep", "new"]
    assertContains(page(admin, rollover), "You can't undo this")
    assert bank["fromTheFuture"] == {"kept": True}
    saved = AuditEntry.objects.filter(operation="service.update")
    assert {entry.reason for entry in saved} == {"Yearly, says risk"}
    assert {entry.page for entry in saved} == set(
        map(str, Job.objects.values_list("pk", flat=True))
    )


def test_interrupted_step_is_not_repeated(bank, start_rollover, come, worker, monkeypatch):
    """The worker dies after Authlete changed, before the result is stored."""
    rollover = start_rollover()
    turn = Rollover.transition
    killed: list[str] = []

    def dying(self, to, **more):
        if to != self.state and not killed:
            killed.append(to)
            raise SystemExit
        return turn(self, to, **more)

    monkeypatch.setattr(Rollover, "transition", dying)
    with pytest.raises(SystemExit):
        queue.work_on(rollover.job)
    assert killed == ["published"]
    before = bank["jwks"]
    Job.objects.filter(pk=rollover.job).update(lease_until=rollover.started_at)

    assert come(rollover) == "published"

    assert bank["jwks"] == before
    assert kids(bank) == ["old", "keep", "new"]
    assert come(rollover) == "switched"


@pytest.mark.parametrize(
    ("change", "message"),
    slow_after_first(
        [
            ({"idTokenSignatureKeyId": "keep"}, "ID token signature key ID names the key keep."),
            ({"idTokenSignatureKeyId": None}, "ID token signature key ID names no key."),
            (["old", "keep"], "The key new is no longer in the JWK Set."),
            (["new", "keep"], "The key old is no longer in the JWK Set."),
            (["old", "new"], "The JWK Set has another key with the ID old."),
            ("", "The key old is no longer in the JWK Set."),
        ]
    ),
)
def test_conflicting_change_stops_the_rollover(
    admin, bank, start_rollover, come, worker, submit_form, change, message
):
    rollover = start_rollover()
    worker()
    before = dict(bank)
    match change:
        case dict():
            bank.update(change)
        case str():
            bank["jwks"] = change
        case ["old", "new"]:
            others = [jwk("old"), *json.loads(bank["jwks"])["keys"][1:]]
            bank["jwks"] = json.dumps({"keys": others})
        case list():
            keys = [k for k in json.loads(bank["jwks"])["keys"] if k["kid"] in change]
            bank["jwks"] = json.dumps({"keys": keys})
    changed = dict(bank)

    assert come(rollover) == "published"

    assert dict(bank) == changed
    assert rollover.error == message
    assertContains(page(admin, rollover), message)
    assert AuditEntry.objects.filter(operation="rollover.stop").exists()
    bank.update(before)
    act(submit_form, admin, rollover, "advance")
    assert come(rollover) == "switched"
    assert not rollover.error


def test_rollover_waits_for_an_unavailable_region(
    admin, sandbox, bank, start_rollover, worker, come
):
    rollover = start_rollover()
    sandbox.fault("status", operation="service.get", status=503)
    worker()
    assertContains(page(admin, rollover), "Waiting for the region")

    sandbox.faults.clear()
    Item.objects.update(retry_at=None)

    assert come(rollover) == "published"


def test_lost_response_leaves_one_new_key(sandbox, bank, start_rollover, worker, come):
    rollover = start_rollover()
    sandbox.fault("reset", operation="service.update", after=True, times=1)
    worker()
    assert kids(bank) == ["old", "keep", "new"]
    Item.objects.update(retry_at=None)

    assert come(rollover) == "published"

    assert kids(bank) == ["old", "keep", "new"]
    assert come(rollover) == "switched"


def test_resolution_of_a_lost_response_is_shown(admin, acme, sandbox, start_rollover, worker):
    rollover = start_rollover()
    sandbox.fault("reset", operation="service.update", after=True, times=1)
    worker()
    Item.objects.update(state="unknown")  # as after too many tries
    Job.objects.update(state="done", ended_at=timezone.now())
    lost = AuditEntry.objects.get(operation="service.update", outcome="unknown")

    resolve(Actor(1, "ada", organization_id=acme.pk), lost, Outcome.SUCCEEDED, "")

    assert "marked as succeeded by<bdi>ada</bdi>" in compact(page(admin, rollover))
    assertContains(page(admin, rollover), "Resume the rollover to continue")


def test_concurrent_save_is_preserved(sandbox, bank, start_rollover, worker, come):
    rollover = start_rollover()
    worker()
    bank["description"] = "of a colleague"
    bank["modifiedAt"] += 1

    assert come(rollover) == "switched"

    assert bank["description"] == "of a colleague"


def test_viewers_get_no_actions(member, start_rollover, worker):
    rollover = start_rollover()
    worker()

    html = page(member(Role.VIEWER), rollover)

    assertContains(html, "Progress")
    assertNotContains(html, "/undo/")
