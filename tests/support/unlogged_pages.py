"""Pages that may be opened without an audit entry, and why."""

from tenants.audit.models import AuditEntry

FORM = "a form or a question, with nothing of what is kept in it"
INDEX = "what was seen before; each look at Authlete is kept when it is taken"
OWN = "the console's own: how it is set up, and what it works on"
UNLOGGED_PAGES = {
    **dict.fromkeys(
        "services:discard clients:discard clients:refresh clients:bulk clients:columns"
        " clients:bulk_action clients:bulk_setting clients:bulk_preview tokens:check"
        " tokens:verify batches:columns subjects:index searches:new webhooks:new"
        " streams:new members:new credentials:edit credentials:probe"
        " credentials:remove audit:complete".split(),
        FORM,
    ),
    **dict.fromkeys(
        "clients:rotations clients:overdue keys:expiry keys:rollovers batches:index"
        " dashboard:index".split(),
        INDEX,
    ),
    **dict.fromkeys(
        "jobs:index searches:index webhooks:index streams:index audit:verify"
        " members:index credentials:index".split(),
        OWN,
    ),
}


def opens_without_log_entry(browser, path):
    """Return whether the page exists and opening it logs nothing."""
    before = AuditEntry.objects.count()
    is_there = browser.get(path).status_code == 200
    return is_there and AuditEntry.objects.count() == before
