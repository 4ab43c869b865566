from tests.support.job_pages import send, state


def test_resumed_job_continues(editor, job, worker, sandbox):
    send(editor, job, "pause")
    send(editor, job, "resume")
    worker()

    assert state(job) == "done"
    assert sandbox.services[17]["serviceName"] == "Till"


def test_finished_job_cannot_be_resumed(editor, job, worker):
    worker()
    path = f"/acme/jobs/{job.pk}/"

    response = editor.post(f"{path}resume/", {"idempotency_key": "k" * 24}, follow=True)

    assert "state has changed" in response.content.decode()
    assert state(job) == "done"
