import json

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from console.audit_log.change_descriptions import (
    describe_changes,
    load_changes,
    settings_for_operation,
)
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.keys import HSM

URL = f"{HSM}new/"
WHY = {"reason": "Yearly", "ticket": "CHG-9"}


@pytest.fixture
def editor(member, hsm_service):
    return member(Role.EDITOR)


def make(browser, **entered):
    body = fill_form(browser.get(URL), "alg", **{"alg": "PS256"} | WHY | entered)
    return browser.post(URL, body, content_type=URLENCODED)


def test_key_use_and_type_follow_from_the_algorithm(editor, hsm_service):
    response = make(editor, alg="RSA-OAEP-256", kid="till-3", hsm_name="luna")

    key = hsm_service["hsks"][-1]
    assertRedirects(response, f"{HSM}key/{key['handle']}/", fetch_redirect_response=False)
    assert (key["kty"], key["use"], key["kid"], key["hsmName"]) == ("RSA", "enc", "till-3", "luna")
    entry = AuditEntry.objects.get(operation="key.create")
    assert (entry.outcome, entry.label, entry.reason) == ("done", "till-3", "Yearly")
    descriptions = describe_changes(
        load_changes(entry.changes), settings_for_operation(entry.operation)
    )
    assert {(description.label, description.after) for description in descriptions} == {
        ("Type", "RSA"),
        ("Use", "enc"),
        ("Algorithm", "RSA-OAEP-256"),
        ("Key ID", "till-3"),
        ("HSM", "luna"),
    }


def test_missing_key_id_is_generated(editor, hsm_service):
    make(editor)

    assert len(hsm_service["hsks"][-1]["kid"]) == 43


@pytest.mark.parametrize("kid", ["till-1", "soft-1", "sch\u00e4tz", "a b"])
def test_duplicate_or_invalid_key_ids_are_refused(editor, hsm_service, sandbox, kid):
    keys = [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "kid": "soft-1"}]
    hsm_service["jwks"] = json.dumps({"keys": keys})

    assertContains(make(editor, kid=kid), 'id="id_kid_error"')

    assert len(hsm_service["hsks"]) == 2
    assert "key.create" not in {call.operation for call in sandbox.calls}


def test_unsupported_algorithm_is_explained(editor, hsm_service):
    response = make(editor, alg="ES512")

    assertContains(response, "The hardware security module does not support this")
    assertContains(response, "Nothing was changed")
    assert len(hsm_service["hsks"]) == 2


def test_lost_response_is_resolved_by_the_list(editor, hsm_service, sandbox):
    sandbox.fault("reset", operation="key.create", after=True, times=1)
    made = make(editor, kid="till-3")
    sandbox.fault("reset", operation="key.create", times=1)
    not_made = make(editor, kid="till-4")
    sandbox.fault("reset", operation="key.create", after=True, times=1)
    body = fill_form(editor.get(URL), "alg", alg="PS256", kid="till-5", **WHY)
    sandbox.fault("status", operation="key.list", status=503, times=9)

    assert f"{HSM}key/{hsm_service['hsks'][2]['handle']}/" == made.url
    assertContains(not_made, "The key isn't listed yet")
    response = editor.post(URL, body, content_type=URLENCODED)
    assertContains(response, "The key list couldn't be loaded")


def test_second_submit_creates_no_second_key(editor, hsm_service):
    body = fill_form(editor.get(URL), "alg", alg="PS256", **WHY)

    first, second = (editor.post(URL, body, content_type=URLENCODED) for _ in range(2))

    assert first.url == second.url
    assert len(hsm_service["hsks"]) == 3
