import pytest
from pytest_django.asserts import assertContains, assertRedirects

from console.models import SavedSearch
from tenants.audit.models import AuditEntry

URL = "/acme/audit/searches/new/"


def test_current_search_is_saved(auditor, save):
    form_page = auditor.get(URL, {"field": "accessTokenDuration", "-outcome": "done"})
    assertContains(form_page, "field:accessTokenDuration -outcome:done")

    response = save(query="field=accessTokenDuration&-outcome=done&at=o5", pinned="on")

    record = "/acme/audit/?field=accessTokenDuration&-outcome=done"
    assertRedirects(response, record, fetch_redirect_response=False)
    chip = auditor.get(record).context["pinned_searches"][0]
    assert (chip.label, chip.is_active) == ("Lifetimes", True)
    entry = AuditEntry.objects.get(operation="search.save")
    assert (entry.label, entry.outcome) == ("Lifetimes", "done")


def test_subjects_are_not_saved(save):
    save(query="subject=anna&-subject=bo&effect=read&mark=" + "a" * 32)

    assert SavedSearch.objects.get().query == "effect=read&mark=" + "a" * 32


def test_name_must_be_unique(save):
    save()

    response = save("lifetimes")

    assertContains(response, "A search with this name already exists", status_code=422)
    assert SavedSearch.objects.count() == 1


@pytest.mark.parametrize(
    "query", ["colour=red", "q=subject%3Aanna", "q=effect%3Aread", "q=%22", "-x=1"]
)
def test_invalid_search_is_not_saved(save, query):
    response = save(query=query)

    assertContains(response, "Invalid search.", status_code=422)
    assert not SavedSearch.objects.exists()


def test_long_query_is_saved(save):
    save(query="q=" + "%E6%89%8B" * 500)

    assert SavedSearch.objects.get().query.count("%E6%89%8B") == 500
