"""States of objects: their labels, and the colours of their badges."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """A state that pages show as a badge, or as a dot if it needs no attention."""

    # clients and their secrets
    CONFIDENTIAL = "confidential", _("confidential")
    PUBLIC = "public", _("public")
    MANUAL = "manual", _("static registration")
    DYNAMIC = "dynamic", _("dynamic registration")
    FEDERATION_AUTOMATIC = "federation-automatic", _("automatic registration (federation)")
    FEDERATION_EXPLICIT = "federation-explicit", _("explicit registration (federation)")
    METADATA_DOCUMENT = "metadata-document", _("client ID metadata document")
    LOCKED = "locked", _("locked")
    NOT_LOCKED = "not-locked", _("not locked")
    DELETED = "deleted", _("deleted")
    OVERDUE = "overdue", _("overdue")
    ROTATING = "rotating", _("rotating")
    NOT_REVEALED = "not-revealed", _("not revealed")
    SCHEDULED = "scheduled", _("scheduled")
    READY = "ready", _("ready to activate")
    NOT_STORED = "not-stored", _("not confirmed as stored")
    UNKNOWN = "unknown", _("unknown")
    UNSUPPORTED = "unsupported", _("not supported yet")
    # previews and jobs
    IN_PROGRESS = "in-progress", _("in progress")
    UNCHANGED = "unchanged", _("no change")
    SKIPPED = "skipped", _("skipped")
    BLOCKED = "blocked", _("can't change")
    NOT_LOADED = "not-loaded", _("not loaded")
    NEEDS_ATTENTION = "needs-attention", _("needs attention")
    NEW = "new", _("new")
    # tokens
    VALID = "valid", _("valid")
    REVOKED = "revoked", _("revoked")
    REFRESHABLE = "refreshable", _("expired, refreshable")
    TOKEN_EXPIRED = "token-expired", _("expired")
    REDACTED = "redacted", _("redacted")
    HIDDEN = "hidden", _("hidden from client")
    # users and receipts
    ACCESS_REVOKED = "access-revoked", _("revoked")
    SCOPES_DELETED = "scopes-deleted", _("deleted")
    STILL_GRANTED = "still-granted", _("still granted")
    NONE_ACTIVE = "none-active", _("none active")
    NOT_CHECKED = "not-checked", _("not checked")
    CONFIRMED = "confirmed", _("fully confirmed")
    PARTLY_CONFIRMED = "partly-confirmed", _("partly confirmed")
    NOT_CONFIRMED = "not-confirmed", _("not confirmed")
    # keys and expiry
    EXPIRED = "expired", _("expired")
    EXPIRES_SOON = "expires-soon", _("soon")
    DUPLICATE_ID = "duplicate-id", _("duplicate ID")
    # the audit log
    VERIFIED = "verified", _("verified")
    NOT_VERIFIED = "not-verified", _("not verified")
    TOMBSTONE_VERIFIED = "tombstone-verified", _("deleted, tombstone verified")
    MISMATCH = "mismatch", _("mismatch")
    LOG_VERIFIED = "log-verified", _("log verified")
    UNPROTECTED = "unprotected", _("verified, but protection is off")
    VERIFICATION_FAILED = "verification-failed", _("verification failed")
    LOG_MATCH = "log-match", _("matches the audit log")
    LOG_MISMATCH = "log-mismatch", _("receipt changed: doesn't match the audit log")
    NOT_IN_LOG = "not-in-log", _("not in the audit log")
    ENTRY_DELETED = "entry-deleted", _("deleted after its retention period")
    # webhooks and checkpoints
    ACTIVE = "active", _("active")
    BEHIND = "behind", _("behind")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")
    RETRYING = "retrying", _("retrying")
    FAILING = "failing", _("failing")
    PLAIN_TEXT = "plain-text", _("in plain text")
    # regions, credentials, members and sessions
    UP = "up", _("Up")
    SLOW = "slow", _("Slow")
    DOWN = "down", _("Down")
    CREDENTIAL_OK = "credential-ok", _("Credential OK")
    NO_CREDENTIAL = "no-credential", _("No credential")
    ENABLED = "enabled", _("yes")
    NOT_ENABLED = "not-enabled", _("no")
    NO_PASSWORD = "no-password", _("no password yet")
    INVITATION_VOID = "invitation-void", _("no longer valid")
    ACCOUNT_CLOSED = "account-closed", _("account closed")
    THIS_SESSION = "this-session", _("this session")


BADGE_KINDS: Mapping[State, str] = {
    State.CONFIDENTIAL: "",
    State.PUBLIC: "",
    State.MANUAL: "",
    State.DYNAMIC: "info",
    State.FEDERATION_AUTOMATIC: "info",
    State.FEDERATION_EXPLICIT: "info",
    State.METADATA_DOCUMENT: "info",
    State.LOCKED: "bad",
    State.DELETED: "bad",
    State.OVERDUE: "warn",
    State.ROTATING: "info",
    State.NOT_REVEALED: "warn",
    State.SCHEDULED: "info",
    State.READY: "info",
    State.NOT_STORED: "warn",
    State.UNKNOWN: "warn",
    State.UNSUPPORTED: "warn",
    State.BLOCKED: "warn",
    State.NOT_LOADED: "warn",
    State.NEEDS_ATTENTION: "warn",
    State.NEW: "info",
    State.REDACTED: "",
    State.HIDDEN: "",
    State.CONFIRMED: "ok",
    State.PARTLY_CONFIRMED: "warn",
    State.EXPIRED: "bad",
    State.EXPIRES_SOON: "warn",
    State.DUPLICATE_ID: "warn",
    State.UNPROTECTED: "warn",
    State.VERIFICATION_FAILED: "bad",
    State.ACTIVE: "ok",
    State.BEHIND: "warn",
    State.PAUSED: "",
    State.STOPPED: "bad",
    State.FAILING: "bad",
    State.PLAIN_TEXT: "warn",
    State.NO_PASSWORD: "warn",
    State.INVITATION_VOID: "warn",
    State.ACCOUNT_CLOSED: "bad",
    State.THIS_SESSION: "info",
}
DOT_KINDS: Mapping[State, str] = {
    State.NOT_LOCKED: "ok",
    State.IN_PROGRESS: "idle",
    State.UNCHANGED: "ok",
    State.SKIPPED: "idle",
    State.VALID: "ok",
    State.REVOKED: "bad",
    State.REFRESHABLE: "warn",
    State.TOKEN_EXPIRED: "",
    State.ACCESS_REVOKED: "ok",
    State.SCOPES_DELETED: "ok",
    State.STILL_GRANTED: "bad",
    State.NONE_ACTIVE: "ok",
    State.NOT_CHECKED: "warn",
    State.NOT_CONFIRMED: "warn",
    State.VERIFIED: "ok",
    State.NOT_VERIFIED: "",
    State.TOMBSTONE_VERIFIED: "ok",
    State.MISMATCH: "bad",
    State.LOG_VERIFIED: "ok",
    State.LOG_MATCH: "ok",
    State.LOG_MISMATCH: "bad",
    State.NOT_IN_LOG: "warn",
    State.ENTRY_DELETED: "",
    State.RETRYING: "warn",
    State.UP: "ok",
    State.SLOW: "warn",
    State.DOWN: "bad",
    State.CREDENTIAL_OK: "ok",
    State.NO_CREDENTIAL: "idle",
    State.ENABLED: "ok",
    State.NOT_ENABLED: "idle",
}
