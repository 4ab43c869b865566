from dataclasses import replace

from pytest_django.asserts import assertContains, assertNotContains

from tenants.jobs import control
from tenants.jobs.registry import JOB_HANDLERS
from tenants.organizations.roles import Role
from tests.support.jobs import start_restore

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


def test_jobs_are_filtered_sorted_and_exported(editor, acme, job, worker):
    worker()
    start_restore(acme, title="Another job")

    def titles(query):
        return [row.job.title for row in editor.get(URL + query).context["list_page"].rows]

    assert titles("") == ["Another job", "Rename services"]
    assert titles("?sort=started") == ["Rename services", "Another job"]
    assert titles("?state=done") == ["Rename services"]
    assert titles("?failures=yes") == ["Rename services"]
    assert titles("?q=OPS-1&state=paused") == []
    exported = editor.get(f"{URL}?state=done&download=csv").getvalue().decode().splitlines()
    assert len(exported) == 2
    assert "Rename services,done,2,1,2" in exported[1]


def test_empty_list_says_so(editor):
    assert "No jobs yet" in editor.get(URL).content.decode()


def test_help_desk_sees_only_its_own_jobs(acme, member, editor, job):
    desk = member(Role.HELP_DESK)
    assert "Rename services" not in desk.get(URL).content.decode()

    start_restore(acme, "HELP_DESK")

    assert "Rename services" in desk.get(URL).content.decode()


def test_reasons_that_may_name_users_are_hidden(editor, job):
    JOB_HANDLERS[job.kind] = replace(JOB_HANDLERS[job.kind], reason_names_subject=True)

    assertContains(editor.get(URL), "hidden")
    assertNotContains(editor.get(URL), "OPS-1")
    assert editor.get(f"{URL}?q=OPS-1").context["list_page"].total == 0
    assert b"OPS-1" not in editor.get(f"{URL}?download=jsonl").getvalue()


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
