"""The page of a batch."""

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.batches import CANARY, line

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_X_POLL": "yes"}


def test_issues_show_line_and_column(upload, run_worker, admin):
    batch = run_worker(upload(line(1), line(2, scopes=["openid", "loans"])))

    page = admin.get(f"/acme/batches/{batch.pk}/")

    assertContains(page, "The service doesn&#x27;t support this scope.")
    assertContains(page, "A106201")
    assertContains(page, "Upload fixed file")
    assertNotContains(page, CANARY)


def test_page_refreshes_until_the_batch_ends(submitted, run_worker, admin):
    batch = submitted(3)
    path = f"/acme/batches/{batch.pk}/"
    before = admin.get(path, **HTMX)
    assertContains(before, 'hx-trigger="every 2s"')
    assertNotContains(before, "<html")

    run_worker(batch)

    after = admin.get(path, **HTMX)
    assertNotContains(after, "hx-trigger")
    assertContains(after, "3 tokens were created")
    assertContains(after, 'hx-swap-oob="innerHTML">tokens.jsonl: succeeded</div>')


def test_viewers_get_no_actions(dry_run_batch, member):
    batch = dry_run_batch(1)

    page = member(Role.VIEWER).get(f"/acme/batches/{batch.pk}/").content.decode()

    assert "Submission" in page  # a stage
    assert f"/acme/batches/{batch.pk}/submit/" not in page
    assert "Cancel batch" not in page


def test_batch_of_another_organization_is_not_found(dry_run_batch, client, other_admin):
    batch = dry_run_batch(1)

    assert other_admin.get(f"/other/batches/{batch.pk}/").status_code == 404
