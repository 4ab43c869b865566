import pytest

from tenants.organizations.roles import PERMISSIONS_BY_ROLE, Role

URL = "/acme/members/"


def test_lists_everyone_with_role_and_factor(admin, bo):
    page = admin.get(URL).content.decode()

    assert "bo@acme.example" in page
    assert "Editor" in page
    assert "never" in page


def test_members_without_password_are_marked(admin, bo):
    bo.user.set_unusable_password()
    bo.user.save()

    assert "no password yet" in admin.get(URL).content.decode()


def test_members_of_other_organizations_are_not_listed(admin, elsewhere):
    assert "eve@other.example" not in admin.get(URL).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_needs_an_admin(member, role):
    assert member(role).get(URL).status_code == 403


def test_permission_table_is_shown(admin):
    page = admin.get(URL).content.decode()
    table = page[page.index('id="roles"') :]

    granted = sum(len(needs) for needs in PERMISSIONS_BY_ROLE.values())
    with_factor = 3  # administrator, editor, help desk
    assert table.count("</svg>yes") == granted + with_factor


def test_members_are_filtered_sorted_and_exported(admin, bo):
    def people(query):
        return [str(row.user) for row in admin.get(URL + query).context["list_page"].rows]

    assert people("?q=bo%40acme") == ["bo@acme.example"]
    assert people("?role=editor") == ["bo@acme.example"]
    assert people("?sort=-role")[0] == "bo@acme.example"
    exported = admin.get(f"{URL}?role=editor&download=csv").getvalue().decode().splitlines()
    assert exported[0] == "name,account,role,second_factor,state,last_sign_in"
    assert len(exported) == 2
