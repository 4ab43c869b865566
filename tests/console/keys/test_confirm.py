from django.contrib.auth.models import User
from pytest_django.asserts import assertContains

from console.keys.rollover.actions import schedule_step
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tests.support.keys import KEYS, act, kids, page
from tests.support.markup import compact


def test_old_key_signs_until_confirmed(admin, bank, fed, come, submit_form, worker):
    assert come(fed) == "published"
    assertContains(page(admin, fed), "every superior has the new key")
    submit_form(admin, f"rollovers/{fed.pk}/resume/", reason="", ticket="")
    act(submit_form, admin, fed, "advance")
    worker()
    assert bank["federationSignatureKeyId"] == "fed"
    assertContains(act(submit_form, admin, fed, "confirm"), "The old key signs until you confirm")

    response = act(submit_form, admin, fed, "confirm", known="on")

    assert response.status_code == 302
    assert come(fed) == "switched"
    assert bank["federationSignatureKeyId"] == "fed-2"
    entry = AuditEntry.objects.get(operation="rollover.confirm")
    assert entry.reason == "Yearly, says risk"


def test_old_key_is_published_until_the_new_one_is_trusted(
    admin, bank, fed, come, submit_form, worker
):
    act(submit_form, admin, fed, "confirm", known="on")
    assert come(fed) == "switched"
    assert come(fed) == "switched"
    assertContains(page(admin, fed), "until the old key is retired")
    act(submit_form, admin, fed, "advance")
    worker()
    assert kids(bank, "federationJwks") == ["fed", "fed-2"]
    assertContains(act(submit_form, admin, fed, "confirm"), "isn&#x27;t retired until you confirm")

    act(submit_form, admin, fed, "confirm", known="on")

    assert come(fed) == "retired"
    assert kids(bank, "federationJwks") == ["fed-2"]


def test_older_job_waits_for_confirmation(bank, fed, come):
    admin = User.objects.get(username="ADMIN")
    actor = Actor(admin.pk, "ADMIN", organization_id=fed.organization_id)
    job = schedule_step(actor, fed, fed.state, None)
    fed.transition(fed.state, job=job.pk)

    assert come(fed) == "published"

    assert fed.job is None
    assert bank["federationSignatureKeyId"] == "fed"


def test_other_rollovers_need_no_confirmation(admin, start_rollover, worker):
    rollover = start_rollover()
    worker()

    response = admin.get(f"{KEYS}rollovers/{rollover.pk}/confirm/")

    assertContains(response, "Nothing to confirm")
    assert 'type="submit">Confirm' not in compact(response)
