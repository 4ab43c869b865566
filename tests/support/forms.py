"""Pages as a person uses them: one of their forms, filled in and sent."""

from tests.support.form_data import build_form_data

URLENCODED = "application/x-www-form-urlencoded"


def fill_form(response, field_name, **entered):
    """What the form with an input ``having`` sends after ``entered``; None leaves a
    name out, and a name's dots are written as two underscores."""
    for html in response.content.decode().split("<form")[1:]:
        form = html.partition("</form>")[0]
        if f'name="{field_name}"' in form:
            return build_form_data(form.partition(">")[2], **entered).urlencode()
    raise AssertionError(f"no form has {field_name!r}")


def settings_editor(base, usual):
    """Fills in some settings below ``base`` and sends them on to the review."""

    def enter(browser, section=usual, **entered):
        url = f"{base}edit/{section}/"
        body = fill_form(browser.get(url), "base", **entered)
        return browser.post(url, body, content_type=URLENCODED)

    return enter


def draft_saver(base):
    """Saves the draft of what is at ``base`` as it was just reviewed."""

    def save(browser, reason="Agreed with risk", ticket="CHG-1", page=None):
        url = f"{base}review/"
        page = page or browser.get(url)
        body = fill_form(page, "reviewed", reason=reason, ticket=ticket)
        return browser.post(url, body, content_type=URLENCODED)

    return save
