"""Steps: pages that confirm an action, shown in a dialog over the page that links them.

A link or form with ``data-step`` opens its page in the dialog; the script asks for it
with ``HX-Target: step``. Only the frame around the page differs, so that permissions,
forms and redirects are the same with and without JavaScript
(`docs/explanation/decisions/steps-in-place.md`).
"""

from django.http import HttpRequest

DIALOG_ID = "step"
DIALOG_FRAME = "base_step.html"


def is_in_dialog(request: HttpRequest) -> bool:
    """Return whether the response is for the dialog of steps."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and htmx.target == DIALOG_ID
