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
    "service.made_outside": EventLabel(_("{object} was created outside Meridian")),
    "client.made_outside": EventLabel(_("{object} was created outside Meridian")),
    "service.changed_outside": EventLabel(_("{object} was changed outside Meridian")),
    "client.changed_outside": EventLabel(_("{object} was changed outside Meridian")),
    "service.gone_outside": EventLabel(_("{object} was deleted outside Meridian")),
    "client.gone_outside": EventLabel(_("{object} was deleted outside Meridian")),
    "service.back_outside": EventLabel(_("{object} was deleted and recreated outside Meridian")),
    "client.back_outside": EventLabel(_("{object} was deleted and recreated outside Meridian")),
    "sign_in.done": EventLabel(_("Signed in"), _("Tried to sign in")),
    "sign_in.refused": EventLabel(_("Sign-in rejected")),
    "sign_in.throttled": EventLabel(_("Sign-in throttled")),
    "sign_out": EventLabel(_("Signed out"), _("Tried to sign out")),
    "session.ended": EventLabel(_("Session expired")),
    "step_up.done": EventLabel(_("Confirmed their identity"), _("Tried to confirm their identity")),
    "step_up.refused": EventLabel(_("Identity confirmation rejected")),
    "password.change": EventLabel(_("Changed the password"), _("Tried to change the password")),
    "password.link": EventLabel(
        _("Issued a password link for {object}"),
        _("Tried to issue a password link for {object}"),
    ),
    "second_factor.add": EventLabel(
        _("Set up two-factor authentication"), _("Tried to set up two-factor authentication")
    ),
    "second_factor.remove": EventLabel(
        _("Turned off two-factor authentication"), _("Tried to turn off two-factor authentication")
    ),
    "access.denied": EventLabel(_("Denied access to the page {object}")),
    "access.stranger": EventLabel(_("Non-member denied access to the page {object}")),
    "budget.exceeded": EventLabel(_("Exceeded the hourly limit for {object}")),
    "access.counted": EventLabel(_("Denied access to more pages, counted in this entry")),
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
        _("Reopened the account of {object}"),
        _("Tried to reopen the account of {object}"),
    ),
    "credential.add": EventLabel(_("Added a credential"), _("Tried to add a credential")),
    "credential.change": EventLabel(_("Replaced a credential"), _("Tried to replace a credential")),
    "credential.remove": EventLabel(_("Removed a credential"), _("Tried to remove a credential")),
    "credential.probe": EventLabel(_("Checked a credential")),
    "search.save": EventLabel(_("Saved the search {object}")),
    "search.change": EventLabel(_("Changed the saved search {object}")),
    "search.remove": EventLabel(_("Removed the saved search {object}")),
    "secret.stage": EventLabel(
        _("Staged a new secret for {object}"),
        _("Tried to stage a new secret for {object}"),
    ),
    "secret.show": EventLabel(
        _("Revealed the staged secret of {object}"),
        _("Tried to reveal the staged secret of {object}"),
    ),
    "secret.store": EventLabel(
        _("Confirmed that {object} has its new secret"),
        _("Tried to confirm that {object} has its new secret"),
    ),
    "secret.drop": EventLabel(
        _("Discarded the staged secret of {object}"),
        _("Tried to discard the staged secret of {object}"),
    ),
    "secret.forget": EventLabel(
        _("Erased the old secret of {object}"),
        _("Tried to erase the old secret of {object}"),
    ),
    "secret.settle": EventLabel(_("Checked whether the secret of {object} changed")),
    "rollover.start": EventLabel(
        _("Started a signing key rollover of {object}"),
        _("Tried to start a signing key rollover of {object}"),
    ),
    "rollover.advance": EventLabel(
        _("Advanced a signing key rollover of {object} early"),
        _("Tried to advance a signing key rollover of {object} early"),
    ),
    "rollover.confirm": EventLabel(
        _("Confirmed that the federation authorities have the new key of {object}"),
        _("Tried to confirm that the federation authorities have the new key of {object}"),
    ),
    "rollover.undo": EventLabel(
        _("Started to undo a signing key rollover of {object}"),
        _("Tried to undo a signing key rollover of {object}"),
    ),
    "rollover.leave": EventLabel(
        _("Abandoned a signing key rollover of {object}"),
        _("Tried to abandon a signing key rollover of {object}"),
    ),
    "rollover.stop": EventLabel(_("Stopped a signing key rollover of {object} for review")),
    "vault.rotate": EventLabel(
        _("Re-encrypted all secrets with the current key"),
        _("Tried to re-encrypt all secrets with the current key"),
    ),
    "keys.exported": EventLabel(_("Exported {object}"), _("Tried to export {object}")),
    "clients.exported": EventLabel(_("Exported {object}"), _("Tried to export {object}")),
    "job.started": EventLabel(_("Started the job {object}"), _("Tried to start the job {object}")),
    "job.paused": EventLabel(_("Paused the job {object}"), _("Tried to pause the job {object}")),
    "job.resumed": EventLabel(_("Resumed the job {object}"), _("Tried to resume the job {object}")),
    "job.retried": EventLabel(
        _("Retried the failed items of the job {object}"),
        _("Tried to retry the failed items of the job {object}"),
    ),
    "job.cancelled": EventLabel(
        _("Cancelled the job {object}"), _("Tried to cancel the job {object}")
    ),
    "job.ended": EventLabel(_("Finished the job {object}"), _("Tried to finish the job {object}")),
    "audit.settle": EventLabel(
        _("Resolved the outcome of “{object}”"),
        _("Tried to resolve the outcome of “{object}”"),
    ),
    "stream.add": EventLabel(
        _("Added the log stream {object}"), _("Tried to add the log stream {object}")
    ),
    "stream.remove": EventLabel(
        _("Removed the log stream {object}"),
        _("Tried to remove the log stream {object}"),
    ),
    "stream.read": EventLabel(_("Read the audit log as {object}")),
    "stream.refused": EventLabel(_("Log stream access rejected")),
    "webhook.add": EventLabel(
        _("Added the webhook {object}"), _("Tried to add the webhook {object}")
    ),
    "webhook.change": EventLabel(
        _("Changed the webhook {object}"), _("Tried to change the webhook {object}")
    ),
    "webhook.pause": EventLabel(
        _("Paused the webhook {object}"), _("Tried to pause the webhook {object}")
    ),
    "webhook.resume": EventLabel(
        _("Resumed the webhook {object}"),
        _("Tried to resume the webhook {object}"),
    ),
    "webhook.replay": EventLabel(
        _("Replayed entries to the webhook {object}"),
        _("Tried to replay entries to the webhook {object}"),
    ),
    "webhook.rotate": EventLabel(
        _("Replaced the secret of the webhook {object}"),
        _("Tried to replace the secret of the webhook {object}"),
    ),
    "webhook.test": EventLabel(_("Sent a test event to the webhook {object}")),
    "webhook.remove": EventLabel(
        _("Removed the webhook {object}"), _("Tried to remove the webhook {object}")
    ),
    "audit.read": EventLabel(_("Read the audit log")),
    "audit.export": EventLabel(_("Exported the audit log"), _("Tried to export the audit log")),
    "audit.expire": EventLabel(
        _("Deleted {object} past retention"),
        _("Tried to delete {object} past retention"),
    ),
    "versions.expire": EventLabel(
        _("Deleted {object} past retention"),
        _("Tried to delete {object} past retention"),
    ),
    "audit.verify": EventLabel(_("Verified the audit log"), _("Tried to verify the audit log")),
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
    "grants": _event_group(_("User grants"), "authorization granted_scopes grant"),
    "keys": _event_group(_("Keys and regions"), "key keys rollover region"),
    "logins": _event_group(
        _("User sign-in flows"),
        "auth ticket backchannel device native_sso federation vci",
    ),
    "sign_in": _event_group(
        _("Sign-in"), "sign_in sign_out session step_up password second_factor"
    ),
    "console": _event_group(
        _("Console"),
        "access account budget organization member credential vault audit versions"
        " stream webhook job search",
    ),
}
