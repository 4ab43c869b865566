import pytest
from pytest_django.asserts import assertContains

from console.models import SavedSearch
from tenants.audit.models import AuditEntry
from tenants.models import Membership
from tenants.organizations.roles import Role


def test_own_search_is_removed_with_a_warning(auditor, save, signed_in_client):
    save(shared="on")
    url = f"/acme/audit/searches/{SavedSearch.objects.get().pk}/remove/"

    assert signed_in_client(Role.ADMIN).post(url).status_code == 404
    assertContains(auditor.get(url), "It disappears for everyone")
    auditor.post(url)

    assert not SavedSearch.objects.exists()
    assert AuditEntry.objects.get(operation="search.remove").label == "Lifetimes"


@pytest.mark.parametrize("left", [True, False], ids=["left", "reads no more"])
def test_admin_removes_searches_of_former_members(save, signed_in_client, left):
    save(shared="on")
    save("Their own")
    theirs = Membership.objects.get(user__username="AUDITOR")
    shared, private = (
        f"/acme/audit/searches/{SavedSearch.objects.get(name=name).pk}/remove/"
        for name in ("Lifetimes", "Their own")
    )
    admin = signed_in_client(Role.ADMIN)
    if left:
        theirs.delete()
    else:
        Membership.objects.filter(pk=theirs.pk).update(role=Role.VIEWER)

    assertContains(admin.get("/acme/audit/searches/"), "no longer has access")
    assert admin.post(private).status_code == 404
    admin.post(shared)

    assert [saved_search.name for saved_search in SavedSearch.objects.all()] == ["Their own"]
