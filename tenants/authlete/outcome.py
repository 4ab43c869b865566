"""The outcome of a call, as the audit log stores it."""

from enum import StrEnum

from tenants.authlete.messages import gettext_noop as _


class Outcome(StrEnum):
    """The outcome of a call. Values are stored in the audit log; labels are translated."""

    OPEN = ""  # not recorded yet
    SUCCEEDED = "done"
    REJECTED = "refused"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"
    FAILED = "not done"  # was unknown, and resolved as failed later

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    Outcome.OPEN: _("in progress"),
    Outcome.SUCCEEDED: _("succeeded"),
    Outcome.REJECTED: _("rejected"),
    Outcome.NOT_SENT: _("not sent"),
    Outcome.UNKNOWN: _("unknown"),
    Outcome.FAILED: _("failed"),
}
