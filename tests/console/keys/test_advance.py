from pytest_django.asserts import assertContains

from tenants.jobs.models import Job
from tests.support.keys import KEYS, act


def test_early_advance_needs_confirmation(admin, bank, start_rollover, worker, submit_form):
    rollover = start_rollover()
    worker()
    url = f"{KEYS}rollovers/{rollover.pk}/advance/"
    assertContains(admin.get(url), "Verifiers with cached keys will reject new tokens")
    rollover.refresh_from_db()
    waiting = rollover.job

    act(submit_form, admin, rollover, "advance")
    worker()

    rollover.refresh_from_db()
    assert rollover.state == "switched"
    assert Job.objects.get(pk=waiting).state == "cancelled"
    assertContains(admin.get(url), "Unexpired tokens will be rejected")
