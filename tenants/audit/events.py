"""What is kept in the record although it is no call to Authlete.

Names are the record's vocabulary, like those of operations: once released they stay.
A denial is what someone was refused; since anyone can cause as many as they like,
`notes` counts those that repeat (`docs/explanation/decisions/counted-denials.md`).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.operation import Effect


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One kind of local event; ``label`` says what happened, or was to happen.

    One that is kept ``always`` goes on where no checkpoint is known outside: it is
    done to members and sessions, was noticed, only ends or stops something, or gets a
    key out of use.
    """

    name: str
    label: str | Promise
    effect: Effect = Effect.CHANGE
    is_denial: bool = False
    allowed_unanchored: bool = False

    def requires_anchor(self, effect: str) -> bool:
        """Whether it waits until a checkpoint is known outside."""
        return effect != Effect.READ and not (self.allowed_unanchored or self.is_denial)


SIGN_IN_DONE = AuditEvent("sign_in.done", _("Sign in"), Effect.READ)
SIGN_IN_REFUSED = AuditEvent("sign_in.refused", _("Sign in"), Effect.READ, is_denial=True)
SIGN_IN_THROTTLED = AuditEvent(
    "sign_in.throttled", _("Sign in, tried too often"), Effect.READ, is_denial=True
)
SIGN_OUT = AuditEvent("sign_out", _("Sign out"), Effect.READ)
SESSION_ENDED = AuditEvent("session.ended", _("A session ended by itself"), Effect.READ)
STEP_UP_DONE = AuditEvent("step_up.done", _("Confirm who it is"), Effect.READ)
STEP_UP_REFUSED = AuditEvent("step_up.refused", _("Confirm who it is"), Effect.READ, is_denial=True)
PASSWORD_CHANGE = AuditEvent("password.change", _("Change the password"), allowed_unanchored=True)
PASSWORD_LINK = AuditEvent(
    "password.link",
    _("Hand out a link to set a password"),
    Effect.REVEAL,
    allowed_unanchored=True,
)
SECOND_FACTOR_ADD = AuditEvent(
    "second_factor.add", _("Add a second factor"), allowed_unanchored=True
)
SECOND_FACTOR_REMOVE = AuditEvent(
    "second_factor.remove",
    _("Remove a second factor"),
    Effect.DESTROY,
    allowed_unanchored=True,
)

# The effect of a denied access is that of what was asked for.
ACCESS_DENIED = AuditEvent(
    "access.denied", _("Open a page without the right to"), Effect.READ, is_denial=True
)
ACCESS_NON_MEMBER = AuditEvent(
    "access.stranger",
    _("Open a page of an organization without being a member"),
    Effect.READ,
    is_denial=True,
)
RATE_LIMIT_EXCEEDED = AuditEvent(
    "budget.exceeded",
    _("Do something more often than one person may"),
    Effect.READ,
    is_denial=True,
)
DENIALS_COUNTED = AuditEvent(
    "access.counted", _("More denials, counted and not listed"), Effect.READ
)

ORGANIZATION_ADD = AuditEvent("organization.add", _("Add an organization"))
ORGANIZATION_CHANGE = AuditEvent("organization.change", _("Change an organization"))
MEMBER_ADD = AuditEvent("member.add", _("Add a member"), allowed_unanchored=True)
MEMBER_CHANGE = AuditEvent("member.change", _("Change a member's role"), allowed_unanchored=True)
MEMBER_REMOVE = AuditEvent(
    "member.remove", _("Remove a member"), Effect.DESTROY, allowed_unanchored=True
)
ACCOUNT_CLOSE = AuditEvent(
    "account.close", _("Close an account"), Effect.DESTROY, allowed_unanchored=True
)
ACCOUNT_REOPEN = AuditEvent("account.reopen", _("Open an account again"), allowed_unanchored=True)
CREDENTIAL_ADD = AuditEvent("credential.add", _("Add a credential"))
CREDENTIAL_CHANGE = AuditEvent("credential.change", _("Replace a credential"))
CREDENTIAL_REMOVE = AuditEvent(
    "credential.remove",
    _("Remove a credential"),
    Effect.DESTROY,
    allowed_unanchored=True,
)
CREDENTIAL_PROBE = AuditEvent("credential.probe", _("Try a credential"), Effect.READ)
VAULT_ROTATE = AuditEvent(
    "vault.rotate", _("Seal all secrets under the current key"), allowed_unanchored=True
)

# Noticed, not done; the actor is whatever did it elsewhere.
SERVICE_CREATED_EXTERNALLY = AuditEvent(
    "service.made_outside",
    _("A service was created outside this console"),
    allowed_unanchored=True,
)
CLIENT_CREATED_EXTERNALLY = AuditEvent(
    "client.made_outside",
    _("A client was created outside this console"),
    allowed_unanchored=True,
)
SERVICE_CHANGED_EXTERNALLY = AuditEvent(
    "service.changed_outside",
    _("A service was changed outside this console"),
    allowed_unanchored=True,
)
CLIENT_CHANGED_EXTERNALLY = AuditEvent(
    "client.changed_outside",
    _("A client was changed outside this console"),
    allowed_unanchored=True,
)
SERVICE_DELETED_EXTERNALLY = AuditEvent(
    "service.gone_outside",
    _("A service was deleted outside this console"),
    Effect.DESTROY,
    allowed_unanchored=True,
)
CLIENT_DELETED_EXTERNALLY = AuditEvent(
    "client.gone_outside",
    _("A client was deleted outside this console"),
    Effect.DESTROY,
    allowed_unanchored=True,
)
SERVICE_RESTORED_EXTERNALLY = AuditEvent(
    "service.back_outside",
    _("A service that was gone is there again"),
    allowed_unanchored=True,
)
CLIENT_RESTORED_EXTERNALLY = AuditEvent(
    "client.back_outside",
    _("A client that was gone is there again"),
    allowed_unanchored=True,
)

CLIENTS_EXPORTED = AuditEvent("clients.exported", _("Export clients"), Effect.READ)
KEYS_EXPORTED = AuditEvent("keys.exported", _("Export keys"), Effect.READ)
JOB_START = AuditEvent("job.started", _("Start a job"))
JOB_PAUSE = AuditEvent("job.paused", _("Pause a job"), allowed_unanchored=True)
JOB_RESUME = AuditEvent("job.resumed", _("Resume a job"))
JOB_RETRY = AuditEvent("job.retried", _("Try again what failed in a job"))
JOB_CANCEL = AuditEvent("job.cancelled", _("Cancel a job"), allowed_unanchored=True)
JOB_END = AuditEvent("job.ended", _("A job has ended"), allowed_unanchored=True)
ROLLOVER_START = AuditEvent("rollover.start", _("Start the rollover of a key"))
ROLLOVER_CONFIRM = AuditEvent(
    "rollover.confirm", _("Say that authorities know the new key of a rollover")
)
ROLLOVER_ADVANCE = AuditEvent("rollover.advance", _("Carry a rollover on before its time"))
ROLLOVER_UNDO = AuditEvent("rollover.undo", _("Undo the rollover of a key"))
ROLLOVER_END = AuditEvent("rollover.leave", _("End a rollover as it is"), allowed_unanchored=True)
ROLLOVER_STOP = AuditEvent(
    "rollover.stop", _("A rollover stops for somebody to look"), allowed_unanchored=True
)
SECRET_STAGE = AuditEvent("secret.stage", _("Make a new secret and keep it staged"), Effect.REVEAL)
SECRET_SHOW = AuditEvent("secret.show", _("See a staged secret"), Effect.REVEAL)
SECRET_CONFIRM_STORED = AuditEvent(
    "secret.store", _("Say that the application knows the new secret")
)
SECRET_DISCARD = AuditEvent("secret.drop", _("Throw a staged secret away"), allowed_unanchored=True)
SECRET_ERASE = AuditEvent(
    "secret.forget",
    _("Erase the secrets that were kept of a rotation"),
    allowed_unanchored=True,
)
SECRET_RESOLVE = AuditEvent(
    "secret.settle", _("Find out whether a secret was changed"), Effect.READ
)

BATCH_UPLOAD = AuditEvent("batch.upload", _("Upload a file of tokens"))
BATCH_CANCEL = AuditEvent("batch.cancel", _("Throw an uploaded file away"), allowed_unanchored=True)
BATCH_ADOPT = AuditEvent("batch.adopt", _("Watch a batch that was made elsewhere"))
BATCH_RESOLVE = AuditEvent("batch.settle", _("Say what became of tokens of a batch"))

SUBJECT_SEARCH = AuditEvent("subject.search", _("Look up a subject"), Effect.READ)
SUBJECT_REVEAL = AuditEvent("subject.reveal", _("See a subject that pages hide"), Effect.REVEAL)
SUBJECT_REVOKE_ALL = AuditEvent(
    "subject.revoke_all",
    _("Have everything of a subject revoked, everywhere"),
    Effect.DESTROY,
)
SUBJECT_EXPORT = AuditEvent("subject.export", _("Export what is known of a subject"), Effect.REVEAL)
RECEIPT_CREATED = AuditEvent(
    "receipt.made", _("A receipt is made, and its digest kept"), Effect.READ
)
TOKEN_CHECK = AuditEvent("token.check", _("Look up a token"), Effect.READ)

AUDIT_RESOLVE = AuditEvent("audit.settle", _("Settle what was unknown"))
SEARCH_SAVE = AuditEvent("search.save", _("Save a search of the record"))
SEARCH_CHANGE = AuditEvent("search.change", _("Change a saved search"))
SEARCH_REMOVE = AuditEvent("search.remove", _("Remove a saved search"), allowed_unanchored=True)
STREAM_ADD = AuditEvent("stream.add", _("Let a machine read the record"))
STREAM_REMOVE = AuditEvent(
    "stream.remove",
    _("Let a machine read the record no more"),
    Effect.DESTROY,
    allowed_unanchored=True,
)
STREAM_READ = AuditEvent("stream.read", _("A machine reads the record"), Effect.READ)
STREAM_REFUSED = AuditEvent(
    "stream.refused", _("Read the record without a token"), Effect.READ, is_denial=True
)
WEBHOOK_ADD = AuditEvent("webhook.add", _("Have the record sent somewhere"))
WEBHOOK_CHANGE = AuditEvent("webhook.change", _("Change where the record is sent"))
WEBHOOK_PAUSE = AuditEvent(
    "webhook.pause", _("Stop sending the record for a while"), allowed_unanchored=True
)
WEBHOOK_RESUME = AuditEvent("webhook.resume", _("Go on with sending the record"))
WEBHOOK_REPLAY = AuditEvent("webhook.replay", _("Send rows of the record again"))
WEBHOOK_ROTATE = AuditEvent("webhook.rotate", _("Replace the secret of a webhook"))
WEBHOOK_TEST = AuditEvent("webhook.test", _("Try out a webhook"), Effect.READ)
WEBHOOK_REMOVE = AuditEvent(
    "webhook.remove",
    _("Send the record somewhere no more"),
    Effect.DESTROY,
    allowed_unanchored=True,
)

AUDIT_READ = AuditEvent("audit.read", _("Read the record"), Effect.READ)
AUDIT_EXPORT = AuditEvent("audit.export", _("Export the record"), Effect.READ)
AUDIT_VERIFY = AuditEvent("audit.verify", _("Verify the record"), Effect.READ)
AUDIT_EXPIRE = AuditEvent(
    "audit.expire", _("Remove entries that were kept long enough"), Effect.DESTROY
)
VERSIONS_EXPIRE = AuditEvent(
    "versions.expire", _("Remove versions that were kept long enough"), Effect.DESTROY
)

EVENTS = {event.name: event for event in tuple(globals().values()) if isinstance(event, AuditEvent)}
