from pytest_django.asserts import assertContains

from tests.support.batches import CANARY, line


def test_issue_list_contains_no_value(upload, run_worker, admin):
    batch = run_worker(upload(line(1, scopes=[CANARY]), CANARY))

    page = admin.get(f"/acme/batches/{batch.pk}/faults/")
    table = admin.get(f"/acme/batches/{batch.pk}/faults/?download")

    assertContains(page, "2 issues")
    head, first, second = table.content.decode().splitlines()
    assert head == "line,column,field,issue,code"
    assert first.startswith("1,")
    assert "A106201" in first
    assert second == "2,1,,Invalid JSON.,"
    assert CANARY not in page.content.decode() + table.content.decode()


def test_empty_list_says_so(dry_run_batch, admin):
    batch = dry_run_batch(1)

    page = admin.get(f"/acme/batches/{batch.pk}/faults/")

    assertContains(page, "No issues found")
