import pytest
from pytest_django.asserts import assertContains, assertRedirects

from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/us/17/clients/44/merge/"
REVIEW = "/acme/services/us/17/clients/44/review/"


@pytest.fixture
def conflict(editor, enter, ledger):
    """Both renamed the client; each of them changed something else besides."""
    enter(editor, client_name="Mine", description="Mine as well")
    ledger |= {"clientName": "Theirs", "softwareId": "theirs", "modifiedAt": 2}
    return editor


def test_shows_the_three_versions(conflict):
    response = conflict.get(URL)

    assertContains(response, "Choose a value for 1 setting")
    line = response.context["lines"][0]
    assert (line.base, line.theirs, line.mine) == ("Ledger sync", "Theirs", "Mine")


@pytest.mark.parametrize(("keep", "name"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_takes_what_was_chosen_and_keeps_the_rest(conflict, save, sandbox, keep, name):
    body = fill_form(conflict.get(URL), "version", **{"keep-clientName": keep})
    response = conflict.post(URL, body, content_type=URLENCODED)

    assertRedirects(response, REVIEW, fetch_redirect_response=False)
    save(conflict)
    kept = sandbox.clients[44]
    assert (kept["clientName"], kept["description"]) == (name, "Mine as well")
    assert kept["softwareId"] == "theirs"


def test_brings_together_what_both_changed_inside_the_extension(
    editor, enter, save, sandbox, ledger
):
    ledger["extension"] = {"accessTokenDuration": 60}
    enter(editor, "tokens", extension__access_token_duration=2)
    limit = {"requestableScopesEnabled": True, "accessTokenDuration": 60}
    ledger |= {"extension": limit, "modifiedAt": 2}

    page = editor.get(REVIEW)

    assertContains(page, "Someone else saved changes")
    save(editor, page=page)
    kept = sandbox.clients[44]["extension"]
    assert kept["requestableScopesEnabled"] is True
    assert kept["accessTokenDuration"] == 120


@pytest.mark.parametrize(("keep", "access"), [("mine", 120), ("theirs", 180)])
def test_who_gives_way_inside_the_extension_keeps_what_is_apart(
    editor, enter, save, sandbox, ledger, keep, access
):
    ledger["extension"] = {"accessTokenDuration": 60}
    lifetimes = {"extension__access_token_duration": "2"}
    lifetimes |= {"extension__refresh_token_duration": "500"}
    enter(editor, "tokens", **lifetimes)
    ledger |= {"extension": {"accessTokenDuration": 180}, "modifiedAt": 2}

    body = fill_form(editor.get(URL), "version", **{"keep-extension": keep})
    editor.post(URL, body, content_type=URLENCODED)
    save(editor)

    kept = sandbox.clients[44]["extension"]
    assert kept["accessTokenDuration"] == access
    assert kept["refreshTokenDuration"] == 500
