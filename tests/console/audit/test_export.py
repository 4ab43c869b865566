"""The export page of the audit log."""

import pytest

from console.models import EvidencePackage
from tenants.jobs.models import Job
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/audit/export/"


@pytest.fixture
def entries(acme, add_entry):
    add_entry(effect="destroy")
    add_entry(effect="change")


def test_repeated_submit_starts_one_package(auditor, entries):
    path = f"{URL}?effect=destroy"
    page = auditor.get(path)
    body = fill_form(page, "idempotency_key")
    answers = [auditor.post(path, body, content_type=URLENCODED) for _ in "12"]

    assert "1 entry" in page.content.decode()
    pack = EvidencePackage.objects.get()
    assert {response["Location"] for response in answers} == {f"/acme/audit/packs/{pack.pk}/"}
    assert (pack.search, pack.actor) == ("effect:destroy", "AUDITOR")
    assert Job.objects.get().pk == pack.job
    assert "effect:destroy" in auditor.get(URL).content.decode()


def test_invalid_search_redirects_back(auditor):
    answer = auditor.get(f"{URL}?effect=nonsense")

    assert (answer.status_code, answer["Location"]) == (302, "/acme/audit/?effect=nonsense")


def test_audit_log_links_here_with_its_search(auditor, entries):
    page = auditor.get("/acme/audit/?effect=destroy").content.decode()

    assert f'href="{URL}?effect=destroy"' in page
    assert "/acme/audit/verify/" in page


def test_editors_get_403(member):
    assert member(Role.EDITOR).get(URL).status_code == 403
