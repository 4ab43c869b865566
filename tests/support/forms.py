"""Fill in and submit the forms of a page."""

from tests.support.form_data import build_form_data

URLENCODED = "application/x-www-form-urlencoded"


def fill_form(response, field_name, **entered):
    """Return the encoded form that has an input ``field_name``, with values entered.

    None omits a field; write ``__`` for a dot in a field name.
    """
    for html in response.content.decode().split("<form")[1:]:
        form = html.partition("</form>")[0]
        if f'name="{field_name}"' in form:
            return build_form_data(form.partition(">")[2], **entered).urlencode()
    raise AssertionError(f"no form has {field_name!r}")


def settings_editor(base, usual):
    """Return a function that enters settings below ``base`` and opens the review."""

    def enter(browser, section=usual, **entered):
        url = f"{base}edit/{section}/"
        body = fill_form(browser.get(url), "base", **entered)
        return browser.post(url, body, content_type=URLENCODED)

    return enter


def draft_saver(base):
    """Return a function that saves the reviewed draft of the object at ``base``."""

    def save(browser, reason="Agreed with risk", ticket="CHG-1", page=None):
        url = f"{base}review/"
        page = page or browser.get(url)
        body = fill_form(page, "reviewed", reason=reason, ticket=ticket)
        return browser.post(url, body, content_type=URLENCODED)

    return save
