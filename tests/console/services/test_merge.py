import pytest
from pytest_django.asserts import assertContains, assertRedirects

from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/us/17/merge/"
REVIEW = "/acme/services/us/17/review/"


@pytest.fixture
def conflict(editor, submit_settings, sandbox):
    """Both changed the access token; each of them something else besides."""
    submit_settings(
        editor,
        access_token_duration=24,
        access_token_duration__unit="hours",
        access_token_signature_key_id="mine",
    )
    sandbox.services[17] |= {
        "accessTokenDuration": 60,
        "refreshTokenDuration": 600,
        "modifiedAt": 2,
    }
    return editor


def choose(browser, keep):
    entered = {"keep-accessTokenDuration": keep} if keep else {}
    body = fill_form(browser.get(URL), "version", **entered)
    return browser.post(URL, body, content_type=URLENCODED)


def test_shows_base_own_and_current_values(conflict):
    response = conflict.get(URL)

    assertContains(response, "Choose a value for 1 setting")
    lines = {line.member: line for line in response.context["lines"]}
    both = lines["accessTokenDuration"]
    texts = [text.partition(" (")[0] for text in (both.base, both.theirs, both.mine)]
    assert texts == ["1 hour", "1 minute", "24 hours"]
    assert lines["accessTokenSignatureKeyId"].is_mine
    assert not lines["refreshTokenDuration"].is_mine


@pytest.mark.parametrize(("keep", "seconds"), [("mine", 86400), ("theirs", 60)])
def test_chosen_value_is_saved(conflict, save, sandbox, keep, seconds):
    response = choose(conflict, keep)

    assertRedirects(response, REVIEW, fetch_redirect_response=False)
    save(conflict)
    service = sandbox.services[17]
    assert service["accessTokenDuration"] == seconds
    assert service["accessTokenSignatureKeyId"] == "mine"
    assert service["refreshTokenDuration"] == 600


def test_missing_choice_is_an_error(conflict, sandbox):
    response = choose(conflict, None)

    assertContains(response, "Choose a value.")
    assert sandbox.services[17]["accessTokenDuration"] == 60


def test_newer_change_asks_for_a_new_choice(conflict, sandbox):
    body = fill_form(conflict.get(URL), "version", **{"keep-accessTokenDuration": "mine"})
    sandbox.services[17] |= {"accessTokenDuration": 30, "modifiedAt": 3}

    response = conflict.post(URL, body, content_type=URLENCODED)

    assertContains(response, "Someone else saved changes again")
    assert response.context["lines"][0].theirs == "30 seconds"
