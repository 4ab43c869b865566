"""Local events in the audit log: everything that isn't a call to Authlete.

Event names are stored in the log, so they never change. Anyone can cause denials, so the
recorder counts repeated ones (docs/explanation/decisions/counted-denials.md).
"""

from dataclasses import dataclass

from tenants.authlete.operation import Effect


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A kind of local event.

    Events that are ``allowed_unanchored`` are accepted while no checkpoint reaches an external
    sink: changes to members and sessions, observations, and actions that only stop something
    or take a key out of use.
    """

    name: str
    effect: Effect = Effect.CHANGE
    is_denial: bool = False
    allowed_unanchored: bool = False

    def requires_anchor(self, effect: str) -> bool:
        """Return whether the event must wait until a checkpoint is anchored."""
        return effect != Effect.READ and not (self.allowed_unanchored or self.is_denial)


SIGN_IN_DONE = AuditEvent("sign_in.done", Effect.READ)
SIGN_IN_REFUSED = AuditEvent("sign_in.refused", Effect.READ, is_denial=True)
SIGN_IN_THROTTLED = AuditEvent("sign_in.throttled", Effect.READ, is_denial=True)
SIGN_OUT = AuditEvent("sign_out", Effect.READ)
SESSION_ENDED = AuditEvent("session.ended", Effect.READ)
STEP_UP_DONE = AuditEvent("step_up.done", Effect.READ)
STEP_UP_REFUSED = AuditEvent("step_up.refused", Effect.READ, is_denial=True)
PASSWORD_CHANGE = AuditEvent("password.change", allowed_unanchored=True)
PASSWORD_LINK = AuditEvent("password.link", Effect.REVEAL, allowed_unanchored=True)
SECOND_FACTOR_ADD = AuditEvent("second_factor.add", allowed_unanchored=True)
SECOND_FACTOR_REMOVE = AuditEvent("second_factor.remove", Effect.DESTROY, allowed_unanchored=True)

# The effect of a denial is the effect of the denied action.
ACCESS_DENIED = AuditEvent("access.denied", Effect.READ, is_denial=True)
ACCESS_NON_MEMBER = AuditEvent("access.stranger", Effect.READ, is_denial=True)
RATE_LIMIT_EXCEEDED = AuditEvent("budget.exceeded", Effect.READ, is_denial=True)
DENIALS_COUNTED = AuditEvent("access.counted", Effect.READ)

ORGANIZATION_ADD = AuditEvent("organization.add")
ORGANIZATION_CHANGE = AuditEvent("organization.change")
MEMBER_ADD = AuditEvent("member.add", allowed_unanchored=True)
MEMBER_CHANGE = AuditEvent("member.change", allowed_unanchored=True)
MEMBER_REMOVE = AuditEvent("member.remove", Effect.DESTROY, allowed_unanchored=True)
INVITATION_CREATE = AuditEvent("invitation.create", Effect.REVEAL, allowed_unanchored=True)
INVITATION_WITHDRAW = AuditEvent("invitation.withdraw", allowed_unanchored=True)
ACCOUNT_CLOSE = AuditEvent("account.close", Effect.DESTROY, allowed_unanchored=True)
ACCOUNT_REOPEN = AuditEvent("account.reopen", allowed_unanchored=True)
CREDENTIAL_ADD = AuditEvent("credential.add")
CREDENTIAL_CHANGE = AuditEvent("credential.change")
CREDENTIAL_REMOVE = AuditEvent("credential.remove", Effect.DESTROY, allowed_unanchored=True)
CREDENTIAL_PROBE = AuditEvent("credential.probe", Effect.READ)
VAULT_ROTATE = AuditEvent("vault.rotate", allowed_unanchored=True)
AUDIT_NEW_CHAIN = AuditEvent("audit.new_chain", allowed_unanchored=True)

# Observed changes; the actor is outside this console.
SERVICE_CREATED_EXTERNALLY = AuditEvent("service.made_outside", allowed_unanchored=True)
CLIENT_CREATED_EXTERNALLY = AuditEvent("client.made_outside", allowed_unanchored=True)
SERVICE_CHANGED_EXTERNALLY = AuditEvent("service.changed_outside", allowed_unanchored=True)
CLIENT_CHANGED_EXTERNALLY = AuditEvent("client.changed_outside", allowed_unanchored=True)
SERVICE_DELETED_EXTERNALLY = AuditEvent(
    "service.gone_outside", Effect.DESTROY, allowed_unanchored=True
)
CLIENT_DELETED_EXTERNALLY = AuditEvent(
    "client.gone_outside", Effect.DESTROY, allowed_unanchored=True
)
SERVICE_RESTORED_EXTERNALLY = AuditEvent("service.back_outside", allowed_unanchored=True)
CLIENT_RESTORED_EXTERNALLY = AuditEvent("client.back_outside", allowed_unanchored=True)

CLIENTS_EXPORTED = AuditEvent("clients.exported", Effect.READ)
KEYS_EXPORTED = AuditEvent("keys.exported", Effect.READ)
LIST_EXPORTED = AuditEvent("list.exported", Effect.READ)
JOB_START = AuditEvent("job.started")
JOB_PAUSE = AuditEvent("job.paused", allowed_unanchored=True)
JOB_RESUME = AuditEvent("job.resumed")
JOB_RETRY = AuditEvent("job.retried")
JOB_CANCEL = AuditEvent("job.cancelled", allowed_unanchored=True)
JOB_REJECT = AuditEvent("job.rejected", allowed_unanchored=True)
JOB_END = AuditEvent("job.ended", allowed_unanchored=True)
ROLLOVER_START = AuditEvent("rollover.start")
ROLLOVER_CONFIRM = AuditEvent("rollover.confirm")
ROLLOVER_ADVANCE = AuditEvent("rollover.advance")
ROLLOVER_UNDO = AuditEvent("rollover.undo")
ROLLOVER_END = AuditEvent("rollover.leave", allowed_unanchored=True)
ROLLOVER_STOP = AuditEvent("rollover.stop", allowed_unanchored=True)
SECRET_STAGE = AuditEvent("secret.stage", Effect.REVEAL)
SECRET_SHOW = AuditEvent("secret.show", Effect.REVEAL)
SECRET_CONFIRM_STORED = AuditEvent("secret.store")
SECRET_DISCARD = AuditEvent("secret.drop", allowed_unanchored=True)
SECRET_ERASE = AuditEvent("secret.forget", allowed_unanchored=True)
SECRET_RESOLVE = AuditEvent("secret.settle", Effect.READ)

BATCH_UPLOAD = AuditEvent("batch.upload")
BATCH_CANCEL = AuditEvent("batch.cancel", allowed_unanchored=True)
BATCH_ADOPT = AuditEvent("batch.adopt")
BATCH_RESOLVE = AuditEvent("batch.settle")

SUBJECT_SEARCH = AuditEvent("subject.search", Effect.READ)
SUBJECT_REVEAL = AuditEvent("subject.reveal", Effect.REVEAL)
SUBJECT_REVOKE_ALL = AuditEvent("subject.revoke_all", Effect.DESTROY)
SUBJECT_EXPORT = AuditEvent("subject.export", Effect.REVEAL)
RECEIPT_CREATED = AuditEvent("receipt.made", Effect.READ)
TOKEN_CHECK = AuditEvent("token.check", Effect.READ)

AUDIT_RESOLVE = AuditEvent("audit.settle")
SEARCH_SAVE = AuditEvent("search.save")
SEARCH_CHANGE = AuditEvent("search.change")
SEARCH_REMOVE = AuditEvent("search.remove", allowed_unanchored=True)
NOTE_CHANGE = AuditEvent("note.change")
POLICY_CHANGE = AuditEvent("policy.change")
POLICY_REMOVE = AuditEvent("policy.remove")
FINDING_WAIVE = AuditEvent("finding.waive")
FINDING_UNWAIVE = AuditEvent("finding.unwaive", allowed_unanchored=True)
TWIN_ADD = AuditEvent("twin.add")
TWIN_ACCEPT = AuditEvent("twin.accept")
TWIN_REMOVE = AuditEvent("twin.remove", allowed_unanchored=True)
STREAM_ADD = AuditEvent("stream.add")
STREAM_REMOVE = AuditEvent("stream.remove", Effect.DESTROY, allowed_unanchored=True)
STREAM_READ = AuditEvent("stream.read", Effect.READ)
STREAM_REFUSED = AuditEvent("stream.refused", Effect.READ, is_denial=True)
WEBHOOK_ADD = AuditEvent("webhook.add")
WEBHOOK_CHANGE = AuditEvent("webhook.change")
WEBHOOK_PAUSE = AuditEvent("webhook.pause", allowed_unanchored=True)
WEBHOOK_RESUME = AuditEvent("webhook.resume")
WEBHOOK_REPLAY = AuditEvent("webhook.replay")
WEBHOOK_ROTATE = AuditEvent("webhook.rotate")
WEBHOOK_TEST = AuditEvent("webhook.test", Effect.READ)
WEBHOOK_REMOVE = AuditEvent("webhook.remove", Effect.DESTROY, allowed_unanchored=True)

AUDIT_READ = AuditEvent("audit.read", Effect.READ)
AUDIT_EXPORT = AuditEvent("audit.export", Effect.READ)
AUDIT_VERIFY = AuditEvent("audit.verify", Effect.READ)
AUDIT_EXPIRE = AuditEvent("audit.expire", Effect.DESTROY)
VERSIONS_EXPIRE = AuditEvent("versions.expire", Effect.DESTROY)
VERSIONS_REDACT = AuditEvent("versions.redact")

EVENTS = {event.name: event for event in tuple(globals().values()) if isinstance(event, AuditEvent)}
