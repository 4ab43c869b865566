import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.tokens import creation
from tenants.audit.models import AuditEntry
from tenants.sandbox.seeding.keys import create_jwk_set
from tests.support.forms import URLENCODED, fill_form
from tests.support.secret_scanner import SecretScanner, dump_database
from tests.support.tokens import SUBJECT, TOKENS

URL = f"{TOKENS}new/"
LISTED = f"{TOKENS}?client=44"
ENTERED = {
    "grant_type": "AUTHORIZATION_CODE",
    "client": "44",
    "subject": SUBJECT,
    "scopes": ["openid", "email"],
    "access_seconds": "600",
    "refresh_seconds": "1200",
    "hidden": "floor=b2-of-the-house",
    "reason": "To reproduce INC-7",
    "ticket": "INC-7",
}


@pytest.fixture
def make(admin):
    """Fill in the form, and send it."""

    def make(**entered):
        body = fill_form(admin.get(URL), "grant_type", **(ENTERED | entered))
        return admin.post(URL, body, content_type=URLENCODED)

    return make


def live_tokens(token_service):
    return token_service.region("us").tokens[17]


def test_values_are_shown_once_with_one_log_entry(admin, token_service, make):
    response = make()

    (token,) = live_tokens(token_service)
    assertContains(response, token.access_token, count=1)
    assertContains(response, token.refresh_token, count=1)
    assertContains(response, 'data-hides="120"')
    assert "no-store" in response["Cache-Control"]
    assert (token.client_id, token.subject) == (44, SUBJECT)
    assert token.scopes == ("openid", "email")
    assert abs(token.expires_at - token.created_at - 600_000) <= 2000
    assert token.refresh_expires_at > token.expires_at
    assert token.properties[0]["hidden"] is True
    entry = AuditEntry.objects.get(operation="token.create")
    assert (entry.effect, entry.client, entry.subject) == ("reveal", "44", SUBJECT)
    assert (entry.reason, entry.ticket) == ("To reproduce INC-7", "INC-7")
    assert "b2-of-the-house" not in entry.changed


def test_jwt_access_token_is_shown(token_service, make):
    token_service.services[17] |= {
        "issuer": "https://shop.example",
        "accessTokenSignAlg": "ES256",
        "jwks": create_jwk_set("shop", "ES256"),
    }

    response = make()

    assertContains(response, "Access token (JWT)")
    assertContains(response, "Token value in the JWT")


def test_client_credentials_token_is_created(token_service, make):
    response = make(
        grant_type="CLIENT_CREDENTIALS", subject="", refresh_seconds="", client="app-45"
    )

    assertContains(response, "Token created for Web shop")
    assertContains(response, "No refresh token was issued")
    assert live_tokens(token_service)[0].client_id == 45


def test_reload_creates_and_shows_nothing(admin, token_service):
    body = fill_form(admin.get(URL), "grant_type", **ENTERED)
    admin.post(URL, body, content_type=URLENCODED)

    again = admin.post(URL, body, content_type=URLENCODED)

    assert again["Location"] == LISTED
    assert len(live_tokens(token_service)) == 1
    assertNotContains(admin.get(LISTED), live_tokens(token_service)[0].access_token)


@pytest.mark.parametrize(
    ("entered", "wrong"),
    [
        ({"reason": " "}, "Enter a reason for the audit log."),
        ({"subject": ""}, "Enter a subject"),
        ({"subject": "älice"}, "only ASCII characters"),
        ({"grant_type": "CLIENT_CREDENTIALS"}, "Leave this empty"),
        ({"grant_type": "REFRESH_TOKEN"}, "Select a valid choice"),
        ({"client": "Nix"}, "No client matches"),
        ({"client": "Til"}, "No client matches"),
        ({"access_seconds": "-1"}, "greater than or equal to 1"),
        ({"scopes": ["telepathy"]}, "Select a valid choice"),
        ({"hidden": "floor"}, "Write “floor” as name=value"),
    ],
)
def test_invalid_input_creates_no_token(token_service, make, entered, wrong):
    assertContains(make(**entered), wrong, status_code=422)
    assert not live_tokens(token_service)
    assert "token.create" not in {call.operation for call in token_service.calls}


def test_rejection_is_explained(token_service, make):
    token_service.clients[44]["locked"] = True

    response = make()

    assertContains(response, "A107203")
    assertContains(response, "Nothing was changed")
    assert not live_tokens(token_service)


@pytest.mark.parametrize(
    ("after", "verdict"),
    [(True, "The token was created, but its value is lost"), (False, "No token was created")],
)
def test_lost_response_is_resolved_by_the_list(token_service, issue, make, after, verdict):
    issue(1)
    token_service.fault("reset", operation="token.create", after=after)

    response = make()

    assertContains(response, verdict)
    token = live_tokens(token_service)[-1]
    revoke = f"{TOKENS}44/{token.access_hash}/revoke/"
    assert (revoke in response.content.decode()) is after
    assertNotContains(response, token.access_token)


def test_too_many_similar_tokens_stay_unresolved(token_service, issue, make, monkeypatch):
    monkeypatch.setattr(creation, "MAX_SIMILAR_TOKENS", 20)
    for number in range(21):
        issue(number)
    token_service.fault("reset", operation="token.create", after=True)

    assertContains(make(), "Outcome unknown")


def test_hourly_limit_applies(token_service, make, settings):
    settings.REVEALS_PER_HOUR = 0

    assertContains(make(), "Nothing was revealed", status_code=429)
    assert not live_tokens(token_service)


def test_service_without_supported_grants_is_explained(admin, token_service):
    token_service.services[17]["supportedGrantTypes"] = ["REFRESH_TOKEN"]

    assertContains(admin.get(URL), "This service can't issue tokens")


BROUGHT = {
    "import_value": "on",
    "access_value": "crane-import-7dKq2WvT9xLm4ZpR",
    "access_seconds": "",
}
REFRESH = "egret-import-3GhN8sYc5uBj1EfA"


def test_imported_values_are_not_shown(admin, token_service, make, caplog):
    response = make(**BROUGHT, refresh_value=f" {REFRESH} ")

    (token,) = live_tokens(token_service)
    assert (token.access_token, token.refresh_token) == (BROUGHT["access_value"], REFRESH)
    assertContains(response, "Imported value")
    hunt = SecretScanner({token.access_token, token.refresh_token})
    assert not hunt.find_leak(response.text)
    assert not hunt.find_leak(caplog.text)
    assert not any(hunt.find_leak(text) for _, text in dump_database())
    taken = make(**BROUGHT)
    assertContains(taken, "A144201")
    assert not hunt.find_leak(taken.text)


@pytest.mark.parametrize(
    ("entered", "wrong"),
    [
        ({"access_value": ""}, "Enter the value to import"),
        ({"import_value": None}, "Select this to import the values"),
        ({"access_value": "two words"}, "Character 4 is U+0020"),
        ({"access_value": "x" * 16_385}, "16385 characters"),
        ({"refresh_value": BROUGHT["access_value"]}, "the value of the access token"),
        (
            {"grant_type": "CLIENT_CREDENTIALS", "subject": "", "refresh_value": REFRESH},
            "This grant type or service has no refresh tokens",
        ),
        ({"access_value": "4711" * 20}, "This value is guessable"),
    ],
)
def test_invalid_import_is_refused(token_service, make, entered, wrong):
    response = make(**BROUGHT | entered)

    assertContains(response, wrong, status_code=422)
    sent = [value for value in entered.values() if value and len(value) > 12]
    assert not any(value in response.text for value in sent if value != "CLIENT_CREDENTIALS")
    assert not live_tokens(token_service)


def test_weak_value_needs_confirmation(token_service, make, admin):
    weak = BROUGHT | {"access_value": "1234567890123456"}
    refused = make(**weak)
    assertContains(refused, "Import a guessable value", status_code=422)

    body = fill_form(refused, "grant_type", access_value=weak["access_value"], allow_guessable="on")
    admin.post(URL, body, content_type=URLENCODED)

    assert live_tokens(token_service)[0].access_token == weak["access_value"]
