import pytest

from tenants.organizations.roles import Role
from tests.support.job_pages import send, state
from tests.tenants.jobs.lifetimes import updates


def test_pausing_needs_confirmation(editor, job):
    page = editor.get(f"/acme/jobs/{job.pk}/pause/").content.decode()

    assert "Pause “Rename services”?" in page
    assert state(job) == "waiting"


def test_paused_job_starts_no_item(editor, job, worker, sandbox):
    response = send(editor, job, "pause")
    worker()

    assert response.headers["Location"] == f"/acme/jobs/{job.pk}/"
    assert state(job) == "paused"
    page = editor.get(f"/acme/jobs/{job.pk}/").content.decode()
    assert "Paused" in page
    assert "You can leave this page" not in page
    assert not updates(sandbox)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMIN, 302), (Role.VIEWER, 403), (Role.AUDITOR, 403)]
)
def test_only_admins_and_the_starter_may_pause(member, editor, job, role, status):
    key = {"idempotency_key": "k" * 24}

    response = member(role).post(f"/acme/jobs/{job.pk}/pause/", key)

    assert response.status_code == status


def test_another_editor_may_not_pause(acme, editor, job, django_user_model):
    from django.test import Client

    from tenants.models import Membership

    user = django_user_model.objects.create_user("other editor")
    Membership.objects.create(organization=acme, user=user, role=Role.EDITOR)
    browser = Client()
    browser.force_login(user)

    assert browser.get(f"/acme/jobs/{job.pk}/pause/").status_code == 403
