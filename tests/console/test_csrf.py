"""No other site can send a form of ours for somebody who is signed in here."""

import pytest

from tenants.roles import Role
from tests.console.test_access import MAY, NO_SUCH_METHOD, path

FORBIDDEN = 403


@pytest.mark.parametrize("htmx", [False, True])
def test_no_page_takes_a_form_without_its_token(member, sandbox, htmx):
    strict = member(Role.ADMIN)
    strict.handler.enforce_csrf_checks = True
    headers = {"HX-Request": "true"} if htmx else {}

    for name in MAY:
        answer = strict.post(path(name), {"reason": "x"}, headers=headers)
        assert answer.status_code in (FORBIDDEN, NO_SUCH_METHOD), name
    assert not sandbox.calls
