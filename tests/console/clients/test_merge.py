import pytest
from pytest_django.asserts import assertContains, assertRedirects

from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/us/17/clients/44/merge/"
REVIEW = "/acme/services/us/17/clients/44/review/"


@pytest.fixture
def conflict(editor, submit_settings, ledger):
    """Both renamed the client; each of them changed something else besides."""
    submit_settings(editor, client_name="Mine", description="Mine as well")
    ledger |= {"clientName": "Theirs", "softwareId": "theirs", "modifiedAt": 2}
    return editor


def test_shows_base_own_and_current_values(conflict):
    response = conflict.get(URL)

    assertContains(response, "Choose a value for 1 setting")
    line = response.context["lines"][0]
    assert (line.base, line.theirs, line.mine) == ("Ledger sync", "Theirs", "Mine")


@pytest.mark.parametrize(("keep", "name"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_chosen_value_is_saved_and_the_rest_preserved(conflict, save, sandbox, keep, name):
    body = fill_form(conflict.get(URL), "version", **{"keep-clientName": keep})
    response = conflict.post(URL, body, content_type=URLENCODED)

    assertRedirects(response, REVIEW, fetch_redirect_response=False)
    save(conflict)
    client = sandbox.clients[44]
    assert (client["clientName"], client["description"]) == (name, "Mine as well")
    assert client["softwareId"] == "theirs"


def test_changes_of_different_nested_settings_are_merged(
    editor, submit_settings, save, sandbox, ledger
):
    ledger["extension"] = {"accessTokenDuration": 60}
    submit_settings(editor, "tokens", extension__access_token_duration=2)
    limit = {"requestableScopesEnabled": True, "accessTokenDuration": 60}
    ledger |= {"extension": limit, "modifiedAt": 2}

    page = editor.get(REVIEW)

    assertContains(page, "Someone else saved changes")
    save(editor, page=page)
    extension = sandbox.clients[44]["extension"]
    assert extension["requestableScopesEnabled"] is True
    assert extension["accessTokenDuration"] == 120


@pytest.mark.parametrize(("keep", "access"), [("mine", 120), ("theirs", 180)])
def test_yielding_a_nested_conflict_preserves_other_changes(
    editor, submit_settings, save, sandbox, ledger, keep, access
):
    ledger["extension"] = {"accessTokenDuration": 60}
    lifetimes = {"extension__access_token_duration": "2"}
    lifetimes |= {"extension__refresh_token_duration": "500"}
    submit_settings(editor, "tokens", **lifetimes)
    ledger |= {"extension": {"accessTokenDuration": 180}, "modifiedAt": 2}

    body = fill_form(editor.get(URL), "version", **{"keep-extension": keep})
    editor.post(URL, body, content_type=URLENCODED)
    save(editor)

    extension = sandbox.clients[44]["extension"]
    assert extension["accessTokenDuration"] == access
    assert extension["refreshTokenDuration"] == 500
