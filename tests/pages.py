"""Pages as a person uses them: one of their forms, filled in and sent."""

from tests.console.forms.browser import sent

FORM = "application/x-www-form-urlencoded"


def filled(response, having, **entered):
    """What the form with an input ``having`` sends after ``entered``; None leaves a
    name out, and a name's dots are written as two underscores."""
    for html in response.content.decode().split("<form")[1:]:
        form = html.partition("</form>")[0]
        if f'name="{having}"' in form:
            return sent(form.partition(">")[2], **entered).urlencode()
    raise AssertionError(f"no form has {having!r}")
