import pytest

from tenants.jobs import control
from tenants.organizations.roles import Role
from tests.support.jobs import begun

URL = "/acme/jobs/"


def test_lists_running_and_finished_jobs(editor, job, worker):
    assert "waiting" in editor.get(URL).content.decode()

    worker()

    page = editor.get(URL).content.decode()
    assert "Rename services" in page
    assert "2 / 2" in page
    assert "1 failed" in page
    assert "EDITOR" in page
    assert "OPS-1" in page


@pytest.mark.parametrize(
    ("state", "shown"),
    [("", True), ("open", False), ("paused", False), ("ended", True), ("failed", True)],
)
def test_is_filtered_by_state(editor, job, worker, state, shown):
    worker()

    page = editor.get(f"{URL}?state={state}").content.decode()

    assert ("Rename services" in page) is shown


def test_empty_list_says_so(editor):
    assert "No jobs yet" in editor.get(URL).content.decode()


def test_help_desk_sees_only_its_own_jobs(acme, member, editor, job):
    desk = member(Role.HELP_DESK)
    assert "Rename services" not in desk.get(URL).content.decode()

    begun(acme, "HELP_DESK")

    assert "Rename services" in desk.get(URL).content.decode()


def test_missing_worker_is_reported(editor, job, worker):
    assert "No worker is running" in editor.get(URL).content.decode()

    worker()

    assert "No worker is running" not in editor.get(URL).content.decode()


def test_menu_counts_running_jobs(editor, job):
    assert "1 running" in editor.get("/acme/").content.decode()

    control.pause_job(job, editor_of(job))

    assert "1 running" not in editor.get("/acme/").content.decode()


def editor_of(job):
    from tenants.audit.actor import Actor

    return Actor(job.starter_id, job.actor, "editor", job.organization_id, "acme")
