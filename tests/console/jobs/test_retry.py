from tenants.jobs.models import Item
from tests.support.job_pages import send, state


def test_retry_repeats_failed_items_only(editor, job, worker, sandbox):
    worker()
    assert state(job) == "done"
    sandbox.services[900] = sandbox.services[17] | {"apiKey": 900, "serviceName": "x"}
    before = len(sandbox.calls)

    send(editor, job, "retry")
    worker()

    assert state(job) == "done"
    assert {item.state for item in Item.objects.all()} == {"done"}
    paths = {call.path for call in list(sandbox.calls)[before:]}
    assert paths == {"/api/service/get/list", "/api/900/service/get", "/api/900/service/update"}
