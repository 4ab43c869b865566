"""What happened that is no call to Authlete, in words: one phrase for each local event.

See `console.audit_log.operation_labels`, which tells both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect

type LabelText = str | Promise


@dataclass(frozen=True, slots=True)
class EventLabel:
    """``tried`` is empty where ``done`` claims nothing, as in "Read the settings"."""

    completed: LabelText
    attempted: LabelText = ""

    def render(self, *, is_done: bool) -> str:
        return str(self.completed if is_done or not self.attempted else self.attempted)


LOCAL_EVENT_LABELS: Mapping[str, EventLabel] = {
    "service.made_outside": EventLabel(_("{object} was created outside this console")),
    "client.made_outside": EventLabel(_("{object} was created outside this console")),
    "service.changed_outside": EventLabel(_("{object} was changed outside this console")),
    "client.changed_outside": EventLabel(_("{object} was changed outside this console")),
    "service.gone_outside": EventLabel(_("{object} was deleted outside this console")),
    "client.gone_outside": EventLabel(_("{object} was deleted outside this console")),
    "service.back_outside": EventLabel(_("{object} was gone, and is there again")),
    "client.back_outside": EventLabel(_("{object} was gone, and is there again")),
    "sign_in.done": EventLabel(_("Signed in"), _("Tried to sign in")),
    "sign_in.refused": EventLabel(_("Was refused to sign in")),
    "sign_in.throttled": EventLabel(_("Tried too often to sign in")),
    "sign_out": EventLabel(_("Signed out"), _("Tried to sign out")),
    "session.ended": EventLabel(_("Was signed out when the session ended")),
    "step_up.done": EventLabel(_("Confirmed who it is"), _("Tried to confirm who it is")),
    "step_up.refused": EventLabel(_("Could not confirm who it is")),
    "password.change": EventLabel(_("Changed the password"), _("Tried to change the password")),
    "password.link": EventLabel(
        _("Handed out a link to set a password for {object}"),
        _("Tried to hand out a link to set a password for {object}"),
    ),
    "second_factor.add": EventLabel(_("Added a second factor"), _("Tried to add a second factor")),
    "second_factor.remove": EventLabel(
        _("Removed a second factor"), _("Tried to remove a second factor")
    ),
    "access.denied": EventLabel(_("Was refused the page {object}")),
    "access.stranger": EventLabel(_("Was refused the page {object} as a stranger")),
    "budget.exceeded": EventLabel(
        _("Was refused more of {object} than one person may have in an hour")
    ),
    "access.counted": EventLabel(_("Was refused more pages, which are counted here")),
    "organization.add": EventLabel(
        _("Added the organization {object}"),
        _("Tried to add the organization {object}"),
    ),
    "organization.change": EventLabel(
        _("Changed the organization {object}"),
        _("Tried to change the organization {object}"),
    ),
    "member.add": EventLabel(_("Added {object}"), _("Tried to add {object}")),
    "member.change": EventLabel(
        _("Changed the role of {object}"), _("Tried to change the role of {object}")
    ),
    "member.remove": EventLabel(_("Removed {object}"), _("Tried to remove {object}")),
    "account.close": EventLabel(
        _("Closed the account of {object}"), _("Tried to close the account of {object}")
    ),
    "account.reopen": EventLabel(
        _("Opened the account of {object} again"),
        _("Tried to open the account of {object} again"),
    ),
    "credential.add": EventLabel(_("Added a credential"), _("Tried to add a credential")),
    "credential.change": EventLabel(_("Replaced a credential"), _("Tried to replace a credential")),
    "credential.remove": EventLabel(_("Removed a credential"), _("Tried to remove a credential")),
    "credential.probe": EventLabel(_("Tried out a credential")),
    "search.save": EventLabel(_("Saved the search {object}")),
    "search.change": EventLabel(_("Changed the saved search {object}")),
    "search.remove": EventLabel(_("Removed the saved search {object}")),
    "secret.stage": EventLabel(
        _("Made a new secret for {object} and kept it staged"),
        _("Tried to make a new secret for {object}"),
    ),
    "secret.show": EventLabel(
        _("Saw the staged secret of {object}"),
        _("Tried to see the staged secret of {object}"),
    ),
    "secret.store": EventLabel(
        _("Said that {object} knows its new secret"),
        _("Tried to say that {object} knows its new secret"),
    ),
    "secret.drop": EventLabel(
        _("Threw the staged secret of {object} away"),
        _("Tried to throw the staged secret of {object} away"),
    ),
    "secret.forget": EventLabel(
        _("Erased the old secret of {object}"),
        _("Tried to erase the old secret of {object}"),
    ),
    "secret.settle": EventLabel(_("Looked whether the secret of {object} was changed")),
    "rollover.start": EventLabel(
        _("Started to replace a signing key of {object}"),
        _("Tried to start replacing a signing key of {object}"),
    ),
    "rollover.advance": EventLabel(
        _("Carried on early with replacing a signing key of {object}"),
        _("Tried to carry on early with replacing a signing key of {object}"),
    ),
    "rollover.confirm": EventLabel(
        _("Said that the authorities know the new key of {object}"),
        _("Tried to say that the authorities know the new key of {object}"),
    ),
    "rollover.undo": EventLabel(
        _("Began to undo the replacing of a signing key of {object}"),
        _("Tried to undo the replacing of a signing key of {object}"),
    ),
    "rollover.leave": EventLabel(
        _("Ended the replacing of a signing key of {object} as it was"),
        _("Tried to end the replacing of a signing key of {object}"),
    ),
    "rollover.stop": EventLabel(
        _("Stopped replacing a signing key of {object}, for somebody to look")
    ),
    "vault.rotate": EventLabel(
        _("Sealed all secrets under the current key"),
        _("Tried to seal all secrets under the current key"),
    ),
    "keys.exported": EventLabel(_("Exported {object}"), _("Tried to export {object}")),
    "clients.exported": EventLabel(_("Exported {object}"), _("Tried to export {object}")),
    "job.started": EventLabel(_("Started the job {object}"), _("Tried to start the job {object}")),
    "job.paused": EventLabel(_("Paused the job {object}"), _("Tried to pause the job {object}")),
    "job.resumed": EventLabel(_("Resumed the job {object}"), _("Tried to resume the job {object}")),
    "job.retried": EventLabel(
        _("Tried again what failed in the job {object}"),
        _("Tried to repeat what failed in the job {object}"),
    ),
    "job.cancelled": EventLabel(
        _("Cancelled the job {object}"), _("Tried to cancel the job {object}")
    ),
    "job.ended": EventLabel(
        _("Came to the end of the job {object}"), _("Tried to end the job {object}")
    ),
    "audit.settle": EventLabel(
        _("Settled the outcome of “{object}”"),
        _("Tried to settle the outcome of “{object}”"),
    ),
    "stream.add": EventLabel(
        _("Let {object} read the record"), _("Tried to let {object} read the record")
    ),
    "stream.remove": EventLabel(
        _("Let {object} read the record no more"),
        _("Tried to let {object} read the record no more"),
    ),
    "stream.read": EventLabel(_("Read the record as {object}")),
    "stream.refused": EventLabel(_("Was refused to read the record as a machine")),
    "webhook.add": EventLabel(
        _("Had the record sent to {object}"), _("Tried to have it sent to {object}")
    ),
    "webhook.change": EventLabel(
        _("Changed the webhook {object}"), _("Tried to change the webhook {object}")
    ),
    "webhook.pause": EventLabel(
        _("Paused the webhook {object}"), _("Tried to pause the webhook {object}")
    ),
    "webhook.resume": EventLabel(
        _("Went on with the webhook {object}"),
        _("Tried to go on with the webhook {object}"),
    ),
    "webhook.replay": EventLabel(
        _("Had rows sent to the webhook {object} again"),
        _("Tried to have rows sent to the webhook {object} again"),
    ),
    "webhook.rotate": EventLabel(
        _("Replaced the secret of the webhook {object}"),
        _("Tried to replace the secret of the webhook {object}"),
    ),
    "webhook.test": EventLabel(_("Tried out the webhook {object}")),
    "webhook.remove": EventLabel(
        _("Removed the webhook {object}"), _("Tried to remove the webhook {object}")
    ),
    "audit.read": EventLabel(_("Read the record")),
    "audit.export": EventLabel(_("Exported the record"), _("Tried to export the record")),
    "audit.expire": EventLabel(
        _("Removed {object} that had been kept long enough"),
        _("Tried to remove {object} that had been kept long enough"),
    ),
    "versions.expire": EventLabel(
        _("Removed {object} that had been kept long enough"),
        _("Tried to remove {object} that had been kept long enough"),
    ),
    "audit.verify": EventLabel(_("Verified the record"), _("Tried to verify the record")),
}


# What each does at most.
EVENT_EFFECTS: Mapping[str, Effect] = {
    **{name: one.effect for name, one in OPERATIONS.items()},
    **{name: one.effect for name, one in EVENTS.items()},
}


@dataclass(frozen=True, slots=True)
class EventGroup:
    label: str | Promise
    prefixes: frozenset[str]  # what the names of its kinds begin with, before a dot

    @property
    def event_names(self) -> list[str]:
        return [name for name in EVENT_EFFECTS if name.partition(".")[0] in self.prefixes]


def _event_group(label: str | Promise, prefixes: str) -> EventGroup:
    return EventGroup(label, frozenset(prefixes.split()))


# The names are kept with webhooks; one that was released stays.
EVENT_GROUPS: Mapping[str, EventGroup] = {
    "services": _event_group(_("Services"), "service idp"),
    "clients": _event_group(_("Clients"), "client clients secret requestable_scopes registration"),
    "tokens": _event_group(_("Tokens"), "token token_batch batch id_token jose subject receipt"),
    "grants": _event_group(_("What people have allowed"), "authorization granted_scopes grant"),
    "keys": _event_group(_("Keys and regions"), "key keys rollover region"),
    "logins": _event_group(
        _("While people log in"),
        "auth ticket backchannel device native_sso federation vci",
    ),
    "sign_in": _event_group(
        _("Signing in"), "sign_in sign_out session step_up password second_factor"
    ),
    "console": _event_group(
        _("This console"),
        "access account budget organization member credential vault audit versions"
        " stream webhook job search",
    ),
}
