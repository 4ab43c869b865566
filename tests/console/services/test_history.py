from pytest_django.asserts import assertContains, assertTemplateNotUsed

from tests.support.markup import compact

URL = "/acme/services/us/17/history/"
RISK = "The lifetime is at least doubled, also for stolen tokens."


def test_shows_actor_change_and_reason(editor, submit_settings, save):
    submit_settings(editor, access_token_duration=2)
    save(editor, reason="Agreed with risk", ticket="CHG-3")

    response = editor.get(URL)

    assertContains(response, "Access token duration")
    assertContains(response, "Agreed with risk")
    assertContains(response, "CHG-3")


def test_risk_is_named_before_and_after_the_save(editor, submit_settings, save, sandbox):
    sandbox.services[17]["accessTokenDuration"] = 600
    submit_settings(editor, access_token_duration=86_400)

    assertContains(editor.get("/acme/services/us/17/review/"), RISK)
    assertContains(editor.get(save(editor)["Location"]), RISK)
    assertContains(editor.get(URL), RISK)


def test_older_changes_are_paged(editor, submit_settings, save):
    for number in range(2, 24):
        submit_settings(editor, access_token_duration=number)
        save(editor, ticket=f"CHG-{number}")

    response = editor.get(URL)

    assertContains(response, "CHG-23")
    assert "CHG-3<" not in compact(response)
    older = editor.get(URL + response.context["next"])
    assertContains(older, "CHG-3")
    assertTemplateNotUsed(editor.get(URL, headers={"HX-Request": "true"}), "base.html")


def test_empty_history_says_so(editor):
    assertContains(editor.get(URL), "No changes yet")


def test_invalid_cursors_are_ignored(editor):
    for cursor in ("x", "-1", "o" + "9" * 400, ""):
        assert editor.get(URL, {"cursor": cursor}).status_code == 200


def test_history_works_while_the_region_is_down(editor, submit_settings, save, sandbox):
    submit_settings(editor, access_token_duration=2)
    save(editor, reason="Shorter, says risk")
    sandbox.fault("status", status=503)

    page = editor.get(URL)

    assertContains(page, "Shorter, says risk")
    assertContains(page, "Authlete failed")
