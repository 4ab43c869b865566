"""Steps that the job pages share."""

from tests.support.forms import URLENCODED, fill_form


def send(browser, job, name):
    """Press the button of one of these pages."""
    path = f"/acme/jobs/{job.pk}/{name}/"
    return browser.post(
        path, fill_form(browser.get(path), "idempotency_key"), content_type=URLENCODED
    )


def state(job):
    job.refresh_from_db()
    return job.state
