from tenants.jobs.models import Item
from tests.support.job_pages import send, state
from tests.tenants.jobs.lifetimes import updates


def test_cancelling_skips_items_not_started(editor, job, worker, sandbox):
    send(editor, job, "cancel")
    worker()

    assert state(job) == "cancelled"
    assert {item.state for item in Item.objects.all()} == {"skipped"}
    assert not updates(sandbox)
