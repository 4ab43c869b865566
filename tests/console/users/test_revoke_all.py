"""Revoking all access of a user in every region."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Receipt, ReceiptService
from tenants.audit.models import AuditEntry
from tenants.jobs import control
from tenants.jobs.completion import worker_actor as worker_of
from tenants.jobs.models import Item, ItemState, Job
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.users import SUBJECT, WHY, YESTERDAY, issue


@pytest.fixture
def world(world_with_scopes):
    return world_with_scopes


@pytest.fixture
def look_again(monkeypatch):
    """Do not wait before something is tried again."""
    monkeypatch.setattr("tenants.jobs.failure_policy.FIRST_DELAY_SECONDS", 0.0)
    monkeypatch.setattr("tenants.jobs.failure_policy.MAX_DELAY_SECONDS", 0.0)


def remaining_tokens(world, subject=SUBJECT):
    return [
        token
        for region in world.state.regions.values()
        for held in region.tokens.values()
        for token in held
        if token.subject == subject
    ]


def file(browser, path):
    return browser.get(path, {"format": "json"}).json()


def test_preview_shows_effects_and_unchecked_services(help_desk, revoke_all_path, world):
    world.fault("down", region="jp")

    page = help_desk.get(revoke_all_path)

    assertContains(page, "2 apps lose their access")
    assertContains(page, "1 active and 2 expired tokens")
    assertContains(page, "Scopes granted to 1 app are deleted")
    assertContains(page, "Some services weren't checked")
    assertContains(page, "All services:", count=1)
    assertNotContains(page, "<bdi>Bank</bdi>")  # one of them
    assertContains(page, "Not connected", count=0)
    assert not AuditEntry.objects.filter(effect="destroy").exists()


def test_everything_is_revoked_and_proven_by_the_receipt(help_desk, begin, worker, world):
    path = begin()
    assertContains(help_desk.get(path), "0 of 3")

    worker()

    assert not remaining_tokens(world)
    assert remaining_tokens(world, "user-2")
    assert not world.region("us").granted[17]
    receipt = file(help_desk, path)
    assert receipt["proven"] is True
    assert not receipt["not_proven"]
    counted = {"live_before": 2, "expired_before": 2, "ended": 4, "live_after": 0}
    assert receipt["tokens"] | counted == receipt["tokens"]
    assert receipt["scopes_forgotten"] == 1
    assert receipt["regions"] == ["us", "jp", "eu"]
    assert receipt["regions_not_connected"] == ["br"]
    apps = {service["name"]: len(service["apps"]) for service in receipt["services"]}
    assert apps == {"Shop": 2, "Bank": 1, "Empty": 0}
    assert {call["outcome"] for call in receipt["calls"]} == {"done"}
    assert receipt["noted"]["same"]
    page = help_desk.get(path)
    assertContains(page, "fully confirmed")
    assertContains(page, "1 service has no tokens")
    assertNotContains(page, 'hx-trigger="every')


def test_reason_naming_the_subject_is_encrypted_with_it(begin, worker, world, member):
    world.fault("status", operation="service.list", region="jp", status=503, times=1)
    begin(reason=f"GDPR, {SUBJECT}", ticket=SUBJECT)
    worker()

    entries = AuditEntry.objects.filter(reason__contains=SUBJECT, ticket=SUBJECT)
    assert entries.filter(effect="destroy").count() > 1
    assert not entries.filter(subject="")
    auditor = member(Role.AUDITOR)
    for path in ("/acme/jobs/", f"/acme/jobs/{Job.objects.get().pk}/"):
        assertNotContains(auditor.get(path), SUBJECT)


def listings(world):
    """The services whose tokens of the subject were listed, once for each call."""
    calls = [call.path for call in world.calls if "token/get/list" in call.path]
    return [path.split("/")[2] for path in calls]


def test_one_call_before_and_after_lists_the_tokens_of_all_apps(begin, worker, world):
    begin()
    world.calls.clear()

    worker()

    assert sorted(listings(world)) == ["17", "17", "19", "19", "20"]


def test_long_token_lists_are_read_app_by_app(help_desk, begin, worker, world):
    for _ in range(20):
        issue(world, 45)
    path = begin()
    world.calls.clear()

    worker()

    assert listings(world).count("17") > 2
    assert file(help_desk, path)["tokens"]["live_before"] == 22
    assert file(help_desk, path)["tokens"]["ended"] == 24


def test_items_alternate_between_regions(begin, world):
    world.services[18] = {"apiKey": 18, "serviceName": "Till", "modifiedAt": 1}

    begin()

    items = Item.objects.values_list("region", flat=True)
    assert list(items) == ["us", "jp", "us", "jp"]


def test_job_and_title_do_not_contain_the_subject(help_desk, begin, worker, world):
    path = begin()
    worker()

    stored = str([list(model.objects.values()) for model in (Job, Item, ReceiptService)])
    assert SUBJECT not in stored
    assert Receipt.objects.get().subject == SUBJECT
    (job,) = Job.objects.all()
    assert SUBJECT not in help_desk.get(f"/acme/jobs/{job.pk}/").text
    assert SUBJECT not in path
    begun = AuditEntry.objects.get(operation="subject.revoke_all")
    assert (begun.subject, begun.object) == (SUBJECT, str(Receipt.objects.get().pk))


def test_job_waits_for_an_unavailable_region(help_desk, begin, worker, world, look_again):
    world.fault("down", region="jp", times=2)  # the preview and the list

    path = begin()
    (jp,) = Item.objects.filter(region="jp")
    assert not jp.service_id
    worker()

    assert not remaining_tokens(world)
    assert file(help_desk, path)["proven"] is True


def test_unavailable_region_is_reported_and_can_be_retried(
    help_desk, begin, worker, world, look_again, monkeypatch
):
    monkeypatch.setattr("tenants.jobs.failure_policy.MAX_TRIES", 1)
    world.fault("status", status=503, region="jp")

    path = begin()
    worker()

    assert [remaining_token.client_id for remaining_token in remaining_tokens(world)] == [46]
    receipt = file(help_desk, path)
    assert receipt["proven"] is False
    assert {region_row["region"] for region_row in receipt["not_proven"]} == {"jp"}
    page = help_desk.get(path)
    assertContains(page, "partly confirmed")
    assertContains(page, "All services of this region")
    assertContains(page, "Retry failed items")

    world.faults.clear()
    monkeypatch.setattr("tenants.jobs.failure_policy.MAX_TRIES", 12)
    retry = f"/acme/jobs/{Job.objects.get().pk}/retry/"
    help_desk.post(
        retry, fill_form(help_desk.get(retry), "idempotency_key"), content_type=URLENCODED
    )
    worker()
    receipt = file(help_desk, path)
    assert receipt["proven"] is receipt["noted"]["same"] is True
    assert AuditEntry.objects.filter(operation="receipt.made").count() == 2
    assert not remaining_tokens(world)


def test_receipt_can_be_closed_without_an_unavailable_region(help_desk, begin, worker, world):
    world.fault("down", region="jp")
    path = begin()
    worker()
    page = help_desk.get(path)
    assertContains(page, "1 service pending")
    assertContains(page, "No response since")
    assertContains(page, "This region is unreachable")

    cancel = f"/acme/jobs/{Job.objects.get().pk}/cancel/"
    assertContains(page, cancel)
    confirmation = help_desk.get(cancel)
    assertContains(confirmation, "is skipped and listed in the receipt")
    assertContains(confirmation, "Remaining services")
    response = help_desk.post(
        cancel, fill_form(confirmation, "idempotency_key"), content_type=URLENCODED
    )

    assert response["Location"] == path
    page = help_desk.get(path)
    assertContains(page, "Revocation of all access not confirmed")
    assertContains(page, "Skipped: the job ended first")
    assertContains(page, "Check the user again")
    assertNotContains(page, "Retry failed items")
    receipt = file(help_desk, path)
    assert receipt["proven"] is False
    (jp,) = receipt["not_proven"]
    assert (jp["region"], jp["state"]) == ("jp", "skipped")
    assert receipt["noted"]["same"]
    assert SUBJECT not in str(list(Item.objects.values()))


def test_receipt_waits_for_running_items_of_a_cancelled_job(help_desk, begin):
    path = begin()
    job = Job.objects.get()
    (last, *_rest) = Item.objects.filter(job=job)
    Item.objects.filter(pk=last.pk).update(state=ItemState.RUNNING)
    control.cancel_job(job, worker_of(job))

    page = help_desk.get(path)
    assertContains(page, 'hx-trigger="every')
    assertNotContains(page, "Digest")
    assert file(help_desk, path)["noted"] is None

    Item.objects.filter(pk=last.pk).update(state=ItemState.SKIPPED)
    assertNotContains(help_desk.get(path), 'hx-trigger="every')


@pytest.mark.parametrize("kind", [{"status": 401}, {"status": 403, "path": "/19/"}])
def test_rejection_does_not_stop_other_services(help_desk, begin, worker, world, kind):
    world.fault("status", region="jp", path=kind.get("path", ""), status=kind["status"])

    path = begin()
    worker()

    assert Job.objects.get().is_over
    assert [remaining_token.client_id for remaining_token in remaining_tokens(world)] == [46]
    receipt = file(help_desk, path)
    assert {region_row["region"] for region_row in receipt["not_proven"]} == {"jp"}
    assert any(region_row["why"] for region_row in receipt["not_proven"])


class Killed(BaseException):
    """As the process would end."""


@pytest.mark.parametrize("call", [5, 6, 7, 8, 9, 11])
def test_killed_worker_continues_from_the_saved_state(
    help_desk, begin, worker, world, monkeypatch, call
):
    """After the one call that is the last of a worker, and that it hears nothing of."""
    path = begin()
    answer, calls = world.answer, []

    def answer_or_die(region, request):
        reply = answer(region, request)
        calls.append(request.path)
        if len(calls) == call:
            raise Killed
        return reply

    monkeypatch.setattr(world, "answer", answer_or_die)
    worker()
    assert len(calls) == call
    Job.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    worker()

    destroyed = [call for call in calls if "/delete" in call]
    assert len(destroyed) == len(set(destroyed)) == 4
    receipt = file(help_desk, path)
    assert receipt["proven"] is True
    assert receipt["tokens"]["live_before"] == receipt["tokens"]["expired_before"] == 2
    assert receipt["tokens"]["ended"] == 4
    assert receipt["scopes_forgotten"] == 1


def test_tokens_issued_during_revocation_are_revoked(help_desk, begin, worker, world):
    """A token that is made between the delete and the second look."""
    path = begin()
    deletes = [0]
    known = world.answer

    def answer(region, request):
        reply = known(region, request)
        if "authorization/delete" in request.path and not deletes[0]:
            deletes[0] = 1
            issue(world, 44)
        return reply

    world.answer = answer

    worker()

    assert not remaining_tokens(world)
    assert file(help_desk, path)["proven"] is True


@pytest.mark.parametrize("entered", [{"typed": "xxxx"}, {"typed": ""}, {"reason": " "}])
def test_reason_and_confirmation_are_required(help_desk, revoke_all_path, world, entered):
    body = fill_form(help_desk.get(revoke_all_path), "typed", **(WHY | entered))

    response = help_desk.post(revoke_all_path, body, content_type=URLENCODED)

    assert response.status_code == 422
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("subject", "expired", "message"),
    [("only-expired", 1, "0 active, 1 expired"), ("nobody-knows-me", 0, "Nothing to revoke")],
)
def test_user_without_active_tokens_has_nothing_to_revoke(
    help_desk, look_up, world, worker, subject, expired, message
):
    if expired:
        issue(world, 45, subject=subject, expires_at=YESTERDAY)
    place = f"{look_up(subject)}revoke/"
    body = fill_form(help_desk.get(place), "typed", **(WHY | {"typed": subject[-4:]}))

    path = help_desk.post(place, body, content_type=URLENCODED)["Location"]
    worker()

    assert file(help_desk, path)["tokens"]["ended"] == expired
    assertContains(help_desk.get(path), message)
    assertContains(help_desk.get(path), "fully confirmed")
    assert not remaining_tokens(world, subject)


def test_short_subject_is_confirmed_in_full(help_desk, look_up, world):
    place = f"{look_up('bob')}revoke/"
    body = fill_form(help_desk.get(place), "typed", **(WHY | {"typed": "bob"}))

    assert help_desk.post(place, body, content_type=URLENCODED).status_code == 302


def test_second_submit_starts_no_second_job(help_desk, revoke_all_path):
    body = fill_form(help_desk.get(revoke_all_path), "typed", **WHY)

    first, second = (help_desk.post(revoke_all_path, body, content_type=URLENCODED) for _ in "12")

    assert first["Location"] == second["Location"]
    assert Job.objects.count() == Receipt.objects.count() == 1


def test_receipt_is_linked_from_user_job_and_audit_log(help_desk, begin, worker, look_up, member):
    path = begin()
    worker()
    begun = AuditEntry.objects.get(operation="subject.revoke_all").entry
    ended = AuditEntry.objects.filter(effect="destroy")[0].entry
    job = Job.objects.get().pk

    assertContains(help_desk.get(look_up()), path)
    assertContains(help_desk.get(f"/acme/jobs/{job}/"), path)
    auditor = member(Role.AUDITOR)
    for entry in (begun, ended):
        assertContains(auditor.get(f"/acme/audit/{entry}/"), path)
    viewer = member(Role.VIEWER)
    assertNotContains(viewer.get(f"/acme/jobs/{job}/"), path)
