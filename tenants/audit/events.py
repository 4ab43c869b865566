"""What is kept in the record although it is no call to Authlete.

Names are the record's vocabulary, like those of operations: once released they stay.
A denial is what someone was refused; since anyone can cause as many as they like,
`notes` counts those that repeat (`docs/decisions/counted-denials.md`).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.operation import Effect


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of local event; ``label`` says what happened, or was to happen.

    One that is kept ``always`` goes on where no checkpoint is known outside: it is
    done to members and sessions, was noticed, only ends or stops something, or gets a
    key out of use.
    """

    name: str
    label: str | Promise
    effect: Effect = Effect.CHANGE
    denial: bool = False
    always: bool = False

    def stops(self, effect: str) -> bool:
        """Whether it waits until a checkpoint is known outside."""
        return effect != Effect.READ and not (self.always or self.denial)


SIGN_IN_DONE = Event("sign_in.done", _("Sign in"), Effect.READ)
SIGN_IN_REFUSED = Event("sign_in.refused", _("Sign in"), Effect.READ, denial=True)
SIGN_IN_THROTTLED = Event(
    "sign_in.throttled", _("Sign in, tried too often"), Effect.READ, denial=True
)
SIGN_OUT = Event("sign_out", _("Sign out"), Effect.READ)
SESSION_ENDED = Event("session.ended", _("A session ended by itself"), Effect.READ)
STEP_UP_DONE = Event("step_up.done", _("Confirm who it is"), Effect.READ)
STEP_UP_REFUSED = Event(
    "step_up.refused", _("Confirm who it is"), Effect.READ, denial=True
)
PASSWORD_CHANGE = Event("password.change", _("Change the password"), always=True)
PASSWORD_LINK = Event(
    "password.link", _("Hand out a link to set a password"), Effect.REVEAL, always=True
)
SECOND_FACTOR_ADD = Event("second_factor.add", _("Add a second factor"), always=True)
SECOND_FACTOR_REMOVE = Event(
    "second_factor.remove", _("Remove a second factor"), Effect.DESTROY, always=True
)

# The effect of a denied access is that of what was asked for.
ACCESS_DENIED = Event(
    "access.denied", _("Open a page without the right to"), Effect.READ, denial=True
)
ACCESS_STRANGER = Event(
    "access.stranger",
    _("Open a page of an organization without being a member"),
    Effect.READ,
    denial=True,
)
BUDGET_EXCEEDED = Event(
    "budget.exceeded",
    _("Do something more often than one person may"),
    Effect.READ,
    denial=True,
)
DENIALS_COUNTED = Event(
    "access.counted", _("More denials, counted and not listed"), Effect.READ
)

ORGANIZATION_ADD = Event("organization.add", _("Add an organization"))
ORGANIZATION_CHANGE = Event("organization.change", _("Change an organization"))
MEMBER_ADD = Event("member.add", _("Add a member"), always=True)
MEMBER_CHANGE = Event("member.change", _("Change a member's role"), always=True)
MEMBER_REMOVE = Event(
    "member.remove", _("Remove a member"), Effect.DESTROY, always=True
)
ACCOUNT_CLOSE = Event(
    "account.close", _("Close an account"), Effect.DESTROY, always=True
)
ACCOUNT_REOPEN = Event("account.reopen", _("Open an account again"), always=True)
CREDENTIAL_ADD = Event("credential.add", _("Add a credential"))
CREDENTIAL_CHANGE = Event("credential.change", _("Replace a credential"))
CREDENTIAL_REMOVE = Event(
    "credential.remove", _("Remove a credential"), Effect.DESTROY, always=True
)
CREDENTIAL_PROBE = Event("credential.probe", _("Try a credential"), Effect.READ)
VAULT_ROTATE = Event(
    "vault.rotate", _("Seal all secrets under the current key"), always=True
)

# Noticed, not done; the actor is whatever did it elsewhere.
SERVICE_MADE_OUTSIDE = Event(
    "service.made_outside", _("A service was created outside this console"), always=True
)
CLIENT_MADE_OUTSIDE = Event(
    "client.made_outside", _("A client was created outside this console"), always=True
)
SERVICE_CHANGED_OUTSIDE = Event(
    "service.changed_outside",
    _("A service was changed outside this console"),
    always=True,
)
CLIENT_CHANGED_OUTSIDE = Event(
    "client.changed_outside",
    _("A client was changed outside this console"),
    always=True,
)
SERVICE_GONE_OUTSIDE = Event(
    "service.gone_outside",
    _("A service was deleted outside this console"),
    Effect.DESTROY,
    always=True,
)
CLIENT_GONE_OUTSIDE = Event(
    "client.gone_outside",
    _("A client was deleted outside this console"),
    Effect.DESTROY,
    always=True,
)
SERVICE_BACK_OUTSIDE = Event(
    "service.back_outside", _("A service that was gone is there again"), always=True
)
CLIENT_BACK_OUTSIDE = Event(
    "client.back_outside", _("A client that was gone is there again"), always=True
)

CLIENTS_EXPORTED = Event("clients.exported", _("Export clients"), Effect.READ)
KEYS_EXPORTED = Event("keys.exported", _("Export keys"), Effect.READ)
JOB_START = Event("job.started", _("Start a job"))
JOB_PAUSE = Event("job.paused", _("Pause a job"), always=True)
JOB_RESUME = Event("job.resumed", _("Resume a job"))
JOB_RETRY = Event("job.retried", _("Try again what failed in a job"))
JOB_CANCEL = Event("job.cancelled", _("Cancel a job"), always=True)
JOB_END = Event("job.ended", _("A job has ended"), always=True)
ROLLOVER_START = Event("rollover.start", _("Start the rollover of a key"))
ROLLOVER_CONFIRM = Event(
    "rollover.confirm", _("Say that authorities know the new key of a rollover")
)
ROLLOVER_ADVANCE = Event("rollover.advance", _("Carry a rollover on before its time"))
ROLLOVER_UNDO = Event("rollover.undo", _("Undo the rollover of a key"))
ROLLOVER_LEAVE = Event("rollover.leave", _("End a rollover as it is"), always=True)
ROLLOVER_STOP = Event(
    "rollover.stop", _("A rollover stops for somebody to look"), always=True
)
SECRET_STAGE = Event(
    "secret.stage", _("Make a new secret and keep it staged"), Effect.REVEAL
)
SECRET_SHOW = Event("secret.show", _("See a staged secret"), Effect.REVEAL)
SECRET_STORE = Event("secret.store", _("Say that the application knows the new secret"))
SECRET_DROP = Event("secret.drop", _("Throw a staged secret away"), always=True)
SECRET_FORGET = Event(
    "secret.forget", _("Erase the secrets that were kept of a rotation"), always=True
)
SECRET_SETTLE = Event(
    "secret.settle", _("Find out whether a secret was changed"), Effect.READ
)

BATCH_UPLOAD = Event("batch.upload", _("Upload a file of tokens"))
BATCH_CANCEL = Event("batch.cancel", _("Throw an uploaded file away"), always=True)
BATCH_ADOPT = Event("batch.adopt", _("Watch a batch that was made elsewhere"))
BATCH_SETTLE = Event("batch.settle", _("Say what became of tokens of a batch"))

SUBJECT_SEARCH = Event("subject.search", _("Look up a subject"), Effect.READ)
SUBJECT_REVEAL = Event(
    "subject.reveal", _("See a subject that pages hide"), Effect.REVEAL
)
SUBJECT_REVOKE_ALL = Event(
    "subject.revoke_all",
    _("Have everything of a subject revoked, everywhere"),
    Effect.DESTROY,
)
SUBJECT_EXPORT = Event(
    "subject.export", _("Export what is known of a subject"), Effect.REVEAL
)
RECEIPT_MADE = Event(
    "receipt.made", _("A receipt is made, and its digest kept"), Effect.READ
)
TOKEN_CHECK = Event("token.check", _("Look up a token"), Effect.READ)

AUDIT_SETTLE = Event("audit.settle", _("Settle what was unknown"))
SEARCH_SAVE = Event("search.save", _("Save a search of the record"))
SEARCH_CHANGE = Event("search.change", _("Change a saved search"))
SEARCH_REMOVE = Event("search.remove", _("Remove a saved search"), always=True)
STREAM_ADD = Event("stream.add", _("Let a machine read the record"))
STREAM_REMOVE = Event(
    "stream.remove",
    _("Let a machine read the record no more"),
    Effect.DESTROY,
    always=True,
)
STREAM_READ = Event("stream.read", _("A machine reads the record"), Effect.READ)
STREAM_REFUSED = Event(
    "stream.refused", _("Read the record without a token"), Effect.READ, denial=True
)
WEBHOOK_ADD = Event("webhook.add", _("Have the record sent somewhere"))
WEBHOOK_CHANGE = Event("webhook.change", _("Change where the record is sent"))
WEBHOOK_PAUSE = Event(
    "webhook.pause", _("Stop sending the record for a while"), always=True
)
WEBHOOK_RESUME = Event("webhook.resume", _("Go on with sending the record"))
WEBHOOK_REPLAY = Event("webhook.replay", _("Send rows of the record again"))
WEBHOOK_ROTATE = Event("webhook.rotate", _("Replace the secret of a webhook"))
WEBHOOK_TEST = Event("webhook.test", _("Try out a webhook"), Effect.READ)
WEBHOOK_REMOVE = Event(
    "webhook.remove",
    _("Send the record somewhere no more"),
    Effect.DESTROY,
    always=True,
)

AUDIT_READ = Event("audit.read", _("Read the record"), Effect.READ)
AUDIT_EXPORT = Event("audit.export", _("Export the record"), Effect.READ)
AUDIT_VERIFY = Event("audit.verify", _("Verify the record"), Effect.READ)
AUDIT_EXPIRE = Event(
    "audit.expire", _("Remove entries that were kept long enough"), Effect.DESTROY
)
VERSIONS_EXPIRE = Event(
    "versions.expire", _("Remove versions that were kept long enough"), Effect.DESTROY
)

EVENTS = {
    event.name: event for event in tuple(globals().values()) if isinstance(event, Event)
}
