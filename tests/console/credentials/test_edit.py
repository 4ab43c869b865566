from datetime import date

import pytest

from tenants.models import Credential
from tests.support.credentials import GOOD, entries, everywhere

URL = "/acme/credentials/jp/"


def test_working_token_is_saved_with_its_service_count(post_token, accept, stored_token):
    response = post_token(accept(GOOD), number="1234")

    assert response.status_code == 302
    assert stored_token() == GOOD
    credential = Credential.objects.get(region="jp")
    assert (credential.number, credential.services, credential.problem) == (1234, 0, "")
    assert credential.changed_by == "ADMIN"


def test_next_page_confirms_the_save(admin, accept):
    response = admin.post(URL, {"token": accept(GOOD)}, follow=True)

    assert "tested and saved. 0 services found." in response.content.decode()


def test_read_only_token_is_saved_and_named(admin, post_token, accept, stored_token):
    response = post_token(accept(GOOD, permissions=("view_service",)), region="us")

    assert response.status_code == 302
    assert stored_token("us") == GOOD
    page = admin.get("/acme/credentials/").content.decode()
    assert "Read-only" in page
    assert "with the permission modify_service" in page


@pytest.mark.parametrize(
    ("idp", "is_linked"), [("https://login.authlete.com", True), ("https://idp.acme.test", False)]
)
def test_form_explains_permissions_and_the_organization_id(admin, settings, idp, is_linked):
    settings.AUTHLETE_IDPS = {"jp": idp}

    page = admin.get(URL).content.decode()

    assert "modify_service" in page
    assert "the number after /org/" in page
    assert ("https://console.authlete.com" in page) is is_linked


def test_surrounding_spaces_are_removed(post_token, accept, stored_token):
    post_token(f"  {accept(GOOD)}\n")

    assert stored_token() == GOOD


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (None, "Authlete does not know this token"),
        ({"revoked": True}, "expired, revoked"),
        ({"expires_at": 1.0}, "expired, revoked"),
        ({"regions": ("us",)}, "from another region"),
        ({"service_id": 17}, "the access token of one service"),
        ({"permissions": ("create_service",)}, "may not list services"),
    ],
    ids=["unknown", "revoked", "expired", "other region", "service", "rights"],
)
def test_failing_token_is_not_saved_and_explained(post_token, accept, stored_token, options, says):
    if options is not None:
        accept(GOOD, **options)

    response = post_token(GOOD)

    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert "Not saved" in page
    assert stored_token() is None


def test_missing_plan_feature_is_explained(post_token, accept, stored_token, sandbox):
    sandbox.fault("status", operation="service.list", status=403, code="A436001")

    response = post_token(accept(GOOD))

    assert response.status_code == 422
    assert stored_token() is None


def test_failing_token_preserves_the_old_one(post_token, stored_token):
    post_token("nobody-knows-this-one", region="us")

    assert stored_token("us") == "t0p"


def test_untested_token_is_saved_only_on_request(post_token, accept, stored_token, sandbox):
    sandbox.fault("status", status=503)

    response = post_token(accept(GOOD))
    assert response.status_code == 422
    assert "Save without testing" in response.content.decode()
    assert stored_token() is None

    assert post_token(GOOD, anyway="on").status_code == 302
    assert stored_token() == GOOD
    credential = Credential.objects.get(region="jp")
    assert credential.problem in ("failing", "unreachable")  # the breaker may have opened


def test_rejected_token_is_never_saved(post_token, stored_token):
    assert post_token("nobody-knows-this-one", anyway="on").status_code == 422
    assert stored_token() is None


def test_limited_token_is_saved_with_a_warning(admin, accept, stored_token):
    accept(GOOD, ("view_client",), regions=("us",))

    page = admin.post("/acme/credentials/us/", {"token": GOOD}, follow=True)

    assert stored_token("us") == GOOD
    assert "sees only part" in page.content.decode()


def test_changes_the_number_alone(post_token, stored_token):
    post_token("", region="us", number="99")

    assert stored_token("us") == "t0p"
    assert Credential.objects.get(region="us").number == 99
    (entry,) = entries("credential.change")
    assert entry.changes == [{"field": "number", "before": None, "after": 99}]


def test_same_token_changes_nothing(post_token):
    post_token("t0p", region="us")

    assert entries("credential.change") == []
    assert Credential.objects.get(region="us").tried_at


def test_needs_a_token_where_there_is_none(post_token):
    assert post_token("").status_code == 422


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", str(2**63), "9" * 5000])
def test_refuses_what_is_no_number(post_token, number):
    assert post_token("", region="us", number=number).status_code == 422


@pytest.mark.parametrize("token", ["a b", "tök", "x" * 5000, "line\nbreak"])
def test_refuses_what_no_header_can_carry(post_token, stored_token, token, sandbox):
    response = post_token(token)

    assert response.status_code == 422
    assert stored_token() is None


def test_unknown_region_is_not_found(admin):
    assert admin.get("/acme/credentials/mars/").status_code == 404


def test_token_appears_in_no_response_and_no_row(post_token, accept):
    answers = [post_token("wrong-token-0123456789abcdef"), post_token(accept(GOOD))]
    answers.append(post_token("wrong-token-0123456789abcdef"))

    for answer in answers:
        assert "0123456789" not in answer.content.decode()
    assert "0123456789" not in everywhere()


def test_token_field_is_masked(admin):
    page = admin.get(URL).content.decode()
    field = page[page.index('name="token"') - 40 :][:300]

    assert 'type="password"' in field
    assert 'autocomplete="off"' in field
    assert "value=" not in field


def test_change_is_logged_by_fingerprint(post_token, accept):
    post_token(accept(GOOD), number="7")

    (added,) = entries("credential.add")
    changes = {change["field"]: change for change in added.changes}
    assert added.region == "jp"
    assert changes["number"]["after"] == 7
    assert changes["token"]["before"] is None
    assert changes["token"]["after"] == {"fingerprint": added.object}
    (tried,) = entries("credential.probe")
    assert (tried.outcome, tried.object) == ("done", added.object)


def test_failed_test_is_logged(post_token):
    post_token("nobody-knows-this-one")

    (tried,) = entries("credential.probe")
    assert tried.outcome == "refused"
    assert tried.label.startswith("Authlete does not know this token")
    assert [entry.operation for entry in entries("credential.add")] == []


def test_expiry_date_is_saved(post_token, accept):
    day = date(2101, 1, 31)

    refused = post_token(accept(GOOD), expires_on="2001-01-01")
    post_token(accept(GOOD), expires_on=day)

    assert "Enter a future date" in refused.content.decode()
    assert Credential.objects.get(region="jp").expires_on == day
