from pytest_django.asserts import assertContains, assertNotContains

from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.support.batches import line


def test_batches_are_listed_with_their_results(submitted, run_worker, admin):
    batch = run_worker(submitted(3))

    page = admin.get("/acme/batches/")

    assertContains(page, "tokens.jsonl")
    assertContains(page, "succeeded")
    assertContains(page, f"/acme/batches/{batch.pk}/")
    for where in ("/acme/", "/acme/batches/"):
        assertContains(admin.get(where), "Your batch tokens.jsonl: succeeded")


def test_batches_are_filtered_sorted_and_exported(submitted, upload, run_worker, admin):
    run_worker(submitted(3))
    run_worker(upload(line(8), line(9)))

    def tokens(query):
        rows = admin.get(f"/acme/batches/{query}").context["list_page"].rows
        return [batch.tokens for batch in rows]

    assert tokens("") == [2, 3]
    assert tokens("?sort=-tokens") == [3, 2]
    assert tokens("?state=succeeded") == [3]
    assert tokens("?state=faulty") == []
    exported = admin.get("/acme/batches/?state=succeeded&download=csv").getvalue().decode()
    assert len(exported.splitlines()) == 2
    assert "tokens.jsonl,succeeded,3,3" in exported


def test_new_batch_asks_for_a_service(admin, acme, token_service):
    admin.get("/acme/services/")
    assertContains(admin.get("/acme/batches/"), "New batch")

    response = admin.get("/acme/batches/?service=us/17")

    assert response["Location"] == "/acme/services/us/17/batches/new/"


def test_viewers_get_no_actions(member, acme, token_service):
    page = member(Role.VIEWER).get("/acme/batches/")

    assertContains(page, "No batches yet")
    assertNotContains(page, "New batch")


def test_new_batch_needs_a_connected_region(admin, acme, token_service):
    admin.get("/acme/services/")
    Credential.objects.all().delete()

    page = admin.get("/acme/batches/")

    assertNotContains(page, "New batch")
    assertNotContains(page, "Select a service")
