from pytest_django.asserts import assertContains

from tenants.jobs.models import Job
from tests.support.keys import act, page


def test_rollover_resumes_after_its_job_was_cancelled(
    admin, bank, start_rollover, come, worker, submit_form
):
    rollover = start_rollover()
    worker()
    rollover.refresh_from_db()
    due = rollover.due_at
    submit_form(admin, f"/acme/jobs/{rollover.job}/cancel/", reason=None, ticket=None)
    assertContains(page(admin, rollover), "needs attention")

    act(submit_form, admin, rollover, "resume", reason=None, ticket=None)

    rollover.refresh_from_db()
    assert Job.objects.get(pk=rollover.job).run_at == rollover.due_at == due
    assert come(rollover) == "switched"
