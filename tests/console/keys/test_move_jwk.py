from tenants.organizations.roles import Role
from tests.support.keys import KEYS, kids

UP = "move/?set=jwks&key=1&to=0"


def test_key_is_moved(member, bank, submit_form):
    before = bank["jwks"]

    response = submit_form(member(Role.EDITOR), UP)

    assert "/saved/" in response["Location"]
    assert kids(bank) == ["keep", "old"]
    assert sorted(bank["jwks"]) == sorted(before.replace(": ", ":").replace(", ", ","))


def test_invalid_position_redirects_back(member, bank):
    response = member(Role.EDITOR).get(KEYS + UP.replace("to=0", "to=9"))

    assert response["Location"] == KEYS
