from tests.support.members import entries


def url(person):
    return f"/acme/members/{person.pk}/remove/"


def test_removal_needs_confirmation(admin, bo, role_of):
    page = admin.get(url(bo)).content.decode()

    assert "Remove bo@acme.example from the organization?" in page
    assert role_of("bo@acme.example") == "editor"


def test_removal_takes_effect_at_once(admin, bo, role_of, client):
    client.force_login(bo.user)

    admin.post(url(bo))

    assert role_of("bo@acme.example") is None
    assert client.get("/acme/").status_code == 404
    role = {"field": "role", "before": "editor", "after": None}
    assert entries("member.remove") == [("bo@acme.example", "done", [role])]


def test_last_admin_cannot_be_removed(admin, admin_membership):
    response = admin.post(url(admin_membership()))

    assert response.status_code == 422
    assert admin_membership().role == "admin"


def test_member_of_another_organization_is_not_found(admin, elsewhere):
    assert admin.post(url(elsewhere)).status_code == 404
    elsewhere.refresh_from_db()
