"""Pages that may be opened without an audit entry, and why."""

from tenants.audit.models import AuditEntry

FORM = "a form or confirmation without stored data"
INDEX = "data synced before; each call to Authlete is logged when it is made"
OWN = "the console's own configuration and jobs"
PERSONAL = "preferences and notifications of one member"
UNLOGGED_PAGES = {
    **dict.fromkeys(
        "services:discard clients:discard clients:refresh clients:bulk_select clients:columns"
        " services:columns clients:bulk_action clients:bulk_setting clients:bulk_preview"
        " services:bulk_select services:bulk_action services:bulk_setting services:bulk_preview"
        " tokens:lookup tokens:verify batches:columns users:index searches:new webhooks:new"
        " policies:new"
        " streams:new members:new credentials:edit credentials:check"
        " credentials:remove audit:suggest dashboard:dismiss_overdue".split(),
        FORM,
    ),
    **dict.fromkeys(
        "clients:rotations clients:overdue_secrets keys:expiry keys:rollovers batches:index"
        " dashboard:index search:index findings:index findings:show compare:index"
        " compare:twins services:note".split(),
        INDEX,
    ),
    **dict.fromkeys(
        "jobs:index searches:index webhooks:index streams:index policies:index audit:verify"
        " members:index credentials:index".split(),
        OWN,
    ),
    **dict.fromkeys(
        "watches:index watches:mark_read watches:watches watches:jobs".split(), PERSONAL
    ),
}


def opens_without_log_entry(browser, path):
    """Return whether the page exists and opening it logs nothing."""
    before = AuditEntry.objects.count()
    is_there = browser.get(path).status_code == 200
    return is_there and AuditEntry.objects.count() == before
