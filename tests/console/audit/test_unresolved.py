import re
from datetime import timedelta

from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tenants.audit.record_builder import new_entry_id
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import Role
from tests.support.markup import compact

URL = "/acme/audit/unknown/"
MINUTES = timedelta(minutes=3)


def test_calls_with_unknown_outcome_are_listed(auditor, add_entry):
    add_entry("client.delete", "destroy", Outcome.UNKNOWN, label="Till", ticket="CHG-1")
    add_entry("client.update", end=None, label="Cut off", ago=MINUTES)
    add_entry("client.update", end=None, label="Under way")
    add_entry("client.update", label="Known")
    add_entry("client.get", "read", Outcome.UNKNOWN, label="Verified")

    page = auditor.get(URL)

    assert page.status_code == 200
    for text in ("Delete the client <bdi>Till</bdi>", "Cut off", "CHG-1"):
        assert text in page.content.decode()
    for other in ("Under way", "Known", "Verified", "/settle/"):
        assert other not in page.content.decode()


def test_resolve_all_is_offered_for_several_calls(member, add_entry):
    admin = member(Role.ADMIN)
    add_entry("client.update", end=None, ago=MINUTES)
    assert f"{URL}settle/" not in admin.get(URL).text

    add_entry("client.delete", "destroy", Outcome.UNKNOWN)

    assert "Resolve all 2" in admin.get(URL).text


def test_unknown_outcomes_are_filtered_sorted_and_exported(auditor, add_entry):
    add_entry("client.update", end=None, label="Till", ago=MINUTES)
    add_entry("client.delete", "destroy", Outcome.UNKNOWN, label="Kiosk")

    def labels(query):
        return [row.entry.label for row in auditor.get(URL + query).context["list_page"].rows]

    assert labels("") == ["Kiosk", "Till"]
    assert labels("?sort=when") == ["Till", "Kiosk"]
    assert labels("?operation=client.update") == ["Till"]
    assert labels("?q=kiosk&effect=change") == []
    exported = auditor.get(f"{URL}?effect=destroy&download=csv").getvalue().decode().splitlines()
    assert len(exported) == 2
    assert "client.delete,Delete the client Kiosk,destroy" in exported[1]


def test_calls_of_one_job_are_one_row(member, add_entry, make_actor):
    admin, page = member(Role.ADMIN), new_entry_id()
    for client in ("7", "8", "9"):
        lost = {"service": "17", "client": client, "region": "us", "actor": make_actor(page=page)}
        add_entry("client.update", "change", Outcome.UNKNOWN, **lost)
    add_entry("client.delete", "destroy", Outcome.UNKNOWN, label="Kiosk")

    response = admin.get(URL)

    assert [row.count for row in response.context["list_page"].rows] == [1, 3]
    assertContains(response, "Resolve all 4")
    assertContains(admin.get(f"{URL}settle/?page={page}"), "Resolve 3 unknown outcomes")
    assertContains(admin.get(f"{URL}settle/?some=1&page={page}"), "Resolve 3 unknown outcomes")
    group = admin.get(f"/acme/audit/groups/{page}/?outcome=unknown", headers={"HX-Request": "true"})
    assert len(group.context["expanded_group"].entries) == 3
    exported = admin.get(f"{URL}?download=csv").getvalue().decode().splitlines()
    assert len(exported) == 1 + 4


def test_audit_log_counts_unknown_outcomes(auditor, add_entry):
    add_entry("client.update", end=None, ago=MINUTES)
    add_entry("client.get", "read", Outcome.UNKNOWN)

    (count,) = re.findall(
        r'Unknown outcomes<span class="badge warn">(\d+)', compact(auditor.get("/acme/audit/"))
    )

    assert count == "1"


def test_reading_is_logged(auditor):
    auditor.get(URL)

    assert AuditEntry.objects.get(operation="audit.read").object == "unknown outcomes"
