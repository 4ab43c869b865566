from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role


def test_batches_are_listed_with_their_results(submitted, work, admin):
    batch = work(submitted(3))

    page = admin.get("/acme/batches/")

    assertContains(page, "tokens.jsonl")
    assertContains(page, "succeeded")
    assertContains(page, f"/acme/batches/{batch.pk}/")
    for where in ("/acme/", "/acme/batches/"):
        assertContains(admin.get(where), "Your batch tokens.jsonl: succeeded")
    assertContains(admin.get("/acme/batches/?state=faulty"), "No batches in this state")


def test_new_batch_asks_for_a_service(admin, acme, shop):
    admin.get("/acme/services/")
    assertContains(admin.get("/acme/batches/"), "New batch")

    response = admin.get("/acme/batches/?service=us/17")

    assert response["Location"] == "/acme/services/us/17/batches/new/"


def test_viewers_get_no_actions(member, acme, shop):
    page = member(Role.VIEWER).get("/acme/batches/")

    assertContains(page, "No batches yet")
    assertNotContains(page, "New batch")
