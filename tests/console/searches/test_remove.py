from pytest_django.asserts import assertContains

from console.models import SavedSearch
from tenants.audit.models import AuditEntry
from tenants.roles import Role


def test_removes_ones_own_and_says_who_loses_it(auditor, save, browser):
    save(shared="on")
    url = f"/acme/audit/searches/{SavedSearch.objects.get().pk}/remove/"

    assert browser(Role.ADMIN).post(url).status_code == 404
    assertContains(auditor.get(url), "Those it is shared with lose it too")
    auditor.post(url)

    assert not SavedSearch.objects.exists()
    assert AuditEntry.objects.get(operation="search.remove").label == "Lifetimes"
