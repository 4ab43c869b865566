"""The page of a batch."""

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.batches import CANARY, line

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_X_POLL": "yes"}


def test_names_line_and_column_of_every_fault(upload, work, admin):
    batch = work(upload(line(1), line(2, scopes=["openid", "loans"])))

    page = admin.get(f"/acme/batches/{batch.pk}/")

    assertContains(page, "The service doesn&#x27;t support this scope.")
    assertContains(page, "A106201")
    assertContains(page, "Upload fixed file")
    assertNotContains(page, CANARY)


def test_looks_again_until_there_is_nothing_to_wait_for(submitted, work, admin):
    batch = submitted(3)
    path = f"/acme/batches/{batch.pk}/"
    before = admin.get(path, **HTMX)
    assertContains(before, 'hx-trigger="every 2s"')
    assertNotContains(before, "<html")

    work(batch)

    after = admin.get(path, **HTMX)
    assertNotContains(after, "hx-trigger")
    assertContains(after, "3 tokens were created")
    assertContains(after, 'hx-swap-oob="innerHTML">tokens.jsonl: succeeded</div>')


def test_a_viewer_can_do_nothing_with_it(tried, member):
    batch = tried(1)

    page = member(Role.VIEWER).get(f"/acme/batches/{batch.pk}/").content.decode()

    assert "Submission" in page  # a stage
    assert f"/acme/batches/{batch.pk}/submit/" not in page
    assert "Cancel batch" not in page


def test_is_nobody_elses(tried, client, other_admin):
    batch = tried(1)

    assert other_admin.get(f"/other/batches/{batch.pk}/").status_code == 404
