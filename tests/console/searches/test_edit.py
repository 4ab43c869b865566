from console.models import SavedSearch
from tenants.audit.models import AuditEntry
from tenants.models import Membership
from tenants.organizations.roles import Role


def test_shared_search_of_a_former_member_stays_shared(save, signed_in_client):
    save(shared="on")
    Membership.objects.get(user__username="AUDITOR").delete()
    search = SavedSearch.objects.get()

    url = f"/acme/audit/searches/{search.pk}/"
    admin = signed_in_client(Role.ADMIN)
    page = admin.get(url).content.decode()
    admin.post(url, {"name": "Token lifetimes"})

    search.refresh_from_db()
    assert 'name="shared"' not in page
    assert (search.name, search.shared) == ("Token lifetimes", True)
    entry = AuditEntry.objects.get(operation="search.change")
    assert entry.object == f"{search.pk} shared"


def test_own_search_is_renamed_shared_and_pinned(auditor, save, signed_in_client):
    save()
    search = SavedSearch.objects.get()
    url = f"/acme/audit/searches/{search.pk}/"

    theirs = signed_in_client(Role.ADMIN).post(url, {"name": "Taken", "shared": "on"})
    auditor.post(url, {"name": "Token lifetimes", "shared": "on", "query": "x=1"})

    search.refresh_from_db()
    assert theirs.status_code == 404
    assert (search.name, search.shared, search.pinned) == ("Token lifetimes", True, False)
    assert search.query == "field=accessTokenDuration"
    entry = AuditEntry.objects.get(operation="search.change")
    assert entry.object == f"{search.pk} shared"
