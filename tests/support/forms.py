"""Pages as a person uses them: one of their forms, filled in and sent."""

from tests.support.form_data import sent

FORM = "application/x-www-form-urlencoded"


def filled(response, having, **entered):
    """What the form with an input ``having`` sends after ``entered``; None leaves a
    name out, and a name's dots are written as two underscores."""
    for html in response.content.decode().split("<form")[1:]:
        form = html.partition("</form>")[0]
        if f'name="{having}"' in form:
            return sent(form.partition(">")[2], **entered).urlencode()
    raise AssertionError(f"no form has {having!r}")


def entering(base, usual):
    """Fills in some settings below ``base`` and sends them on to the review."""

    def enter(browser, section=usual, **entered):
        url = f"{base}edit/{section}/"
        body = filled(browser.get(url), "base", **entered)
        return browser.post(url, body, content_type=FORM)

    return enter


def saving(base):
    """Saves the draft of what is at ``base`` as it was just reviewed."""

    def save(browser, reason="Agreed with risk", ticket="CHG-1", page=None):
        url = f"{base}review/"
        page = page or browser.get(url)
        body = filled(page, "reviewed", reason=reason, ticket=ticket)
        return browser.post(url, body, content_type=FORM)

    return save
