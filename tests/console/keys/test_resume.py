from pytest_django.asserts import assertContains

from tenants.jobs.models import Job
from tests.support.keys import act, page


def test_rollover_resumes_after_its_job_was_cancelled(
    admin, bank, start_rollover, come, worker, submit_form
):
    one = start_rollover()
    worker()
    one.refresh_from_db()
    due = one.due_at
    submit_form(admin, f"/acme/jobs/{one.job}/cancel/", reason=None, ticket=None)
    assertContains(page(admin, one), "needs attention")

    act(submit_form, admin, one, "resume", reason=None, ticket=None)

    one.refresh_from_db()
    assert Job.objects.get(pk=one.job).run_at == one.due_at == due
    assert come(one) == "switched"
