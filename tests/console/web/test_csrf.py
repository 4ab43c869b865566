"""Cross-site requests."""

import pytest

from tenants.organizations.roles import Role
from tests.support.access import ALLOWED_ROLES, METHOD_NOT_ALLOWED, page_path

FORBIDDEN, OK = 403, 200
PAGE = "/acme/services/"


@pytest.mark.parametrize("htmx", [False, True])
def test_forms_without_csrf_token_are_refused(member, sandbox, htmx):
    strict = member(Role.ADMIN)
    strict.handler.enforce_csrf_checks = True
    headers = {"HX-Request": "true"} if htmx else {}

    for name in ALLOWED_ROLES:
        answer = strict.post(page_path(name), {"reason": "x"}, headers=headers)
        assert answer.status_code in (FORBIDDEN, METHOD_NOT_ALLOWED), name
    assert not sandbox.calls


@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin"])
def test_cross_site_reads_are_refused(member, sandbox, mode):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}

    answer = member(Role.ADMIN).get(PAGE, headers=headers)

    assert answer.status_code == FORBIDDEN
    assert not sandbox.calls


def test_cross_site_forms_are_refused_even_with_the_token(member, sandbox):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    answer = member(Role.ADMIN).post(PAGE, {"reason": "x"}, headers=headers)

    assert answer.status_code == FORBIDDEN
    assert not sandbox.calls


@pytest.mark.parametrize("site", ["cross-site", "same-origin", "same-site", "none"])
def test_links_from_other_sites_work(member, sandbox, site):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}

    assert member(Role.ADMIN).get(PAGE, headers=headers).status_code == OK


def test_same_origin_requests_are_answered(member, sandbox):
    headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}

    assert member(Role.ADMIN).get(PAGE, headers=headers).status_code == OK
