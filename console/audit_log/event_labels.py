"""Labels of local events, which aren't calls to Authlete.

See `console.audit_log.operation_labels` for the labels of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect

type LabelText = str | Promise


LOCAL_EVENT_LABELS: Mapping[str, LabelText] = {
    "service.made_outside": _("{object} was created outside Meridian"),
    "client.made_outside": _("{object} was created outside Meridian"),
    "service.changed_outside": _("{object} was changed outside Meridian"),
    "client.changed_outside": _("{object} was changed outside Meridian"),
    "service.gone_outside": _("{object} was deleted outside Meridian"),
    "client.gone_outside": _("{object} was deleted outside Meridian"),
    "service.back_outside": _("{object} was deleted and recreated outside Meridian"),
    "client.back_outside": _("{object} was deleted and recreated outside Meridian"),
    "sign_in.done": _("Sign in"),
    "sign_in.refused": _("Sign-in rejected"),
    "sign_in.throttled": _("Sign-in throttled"),
    "sign_out": _("Sign out"),
    "session.ended": _("Session expired"),
    "step_up.done": _("Confirm their identity"),
    "step_up.refused": _("Identity confirmation rejected"),
    "password.change": _("Change the password"),
    "password.link": _("Issue a password link for {object}"),
    "second_factor.add": _("Set up two-factor authentication"),
    "second_factor.remove": _("Turn off two-factor authentication"),
    "access.denied": _("Denied access to the page {object}"),
    "access.stranger": _("Non-member denied access to the page {object}"),
    "budget.exceeded": _("Exceeded the hourly limit for {object}"),
    "access.counted": _("Denied access to more pages"),
    "organization.add": _("Add the organization {object}"),
    "organization.change": _("Change the organization {object}"),
    "member.add": _("Add {object}"),
    "member.change": _("Change the role of {object}"),
    "member.remove": _("Remove {object}"),
    "invitation.create": _("Invite {object}"),
    "invitation.withdraw": _("Withdraw the invitation of {object}"),
    "account.close": _("Close the account of {object}"),
    "account.reopen": _("Reopen the account of {object}"),
    "credential.add": _("Add a credential"),
    "credential.change": _("Replace a credential"),
    "credential.remove": _("Remove a credential"),
    "credential.probe": _("Test a credential"),
    "search.save": _("Save the search {object}"),
    "search.change": _("Change the saved search {object}"),
    "search.remove": _("Remove the saved search {object}"),
    "note.change": _("Change the note of {object}"),
    "policy.change": _("Change the policy of {object}"),
    "policy.remove": _("Remove the policy of {object}"),
    "finding.waive": _("Waive a finding of {object}"),
    "finding.unwaive": _("Remove the waiver of a finding of {object}"),
    "twin.add": _("Keep {object} alike"),
    "twin.accept": _("Accept differences of the twins {object}"),
    "twin.remove": _("Stop comparing the twins {object}"),
    "secret.stage": _("Stage a new secret for {object}"),
    "secret.show": _("Reveal the staged secret of {object}"),
    "secret.store": _("Confirm that {object} has its new secret"),
    "secret.drop": _("Discard the staged secret of {object}"),
    "secret.forget": _("Erase the old secret of {object}"),
    "secret.settle": _("Check whether the secret of {object} changed"),
    "rollover.start": _("Start a signing key rollover of {object}"),
    "rollover.advance": _("Advance a signing key rollover of {object} early"),
    "rollover.confirm": _("Confirm that the federation authorities have the new key of {object}"),
    "rollover.undo": _("Undo a signing key rollover of {object}"),
    "rollover.leave": _("Abandon a signing key rollover of {object}"),
    "rollover.stop": _("Stop a signing key rollover of {object} for review"),
    "vault.rotate": _("Re-encrypt all secrets with the current key"),
    "audit.new_chain": _("Start a new audit chain after lost keys"),
    "keys.exported": _("Export {object}"),
    "clients.exported": _("Export {object}"),
    "list.exported": _("Export {object}"),
    "job.started": _("Start the job {object}"),
    "job.paused": _("Pause the job {object}"),
    "job.resumed": _("Resume the job {object}"),
    "job.retried": _("Retry the failed items of the job {object}"),
    "job.cancelled": _("Cancel the job {object}"),
    "job.rejected": _("Reject the job {object}, which was changed outside of Meridian"),
    "job.ended": _("Finish the job {object}"),
    "audit.settle": _("Resolve the outcome of “{object}”"),
    "stream.add": _("Add the log stream {object}"),
    "stream.remove": _("Remove the log stream {object}"),
    "stream.read": _("Read the audit log as {object}"),
    "stream.refused": _("Log stream access rejected"),
    "webhook.add": _("Add the webhook {object}"),
    "webhook.change": _("Change the webhook {object}"),
    "webhook.pause": _("Pause the webhook {object}"),
    "webhook.resume": _("Resume the webhook {object}"),
    "webhook.replay": _("Replay entries to the webhook {object}"),
    "webhook.rotate": _("Replace the secret of the webhook {object}"),
    "webhook.test": _("Send a test event to the webhook {object}"),
    "webhook.remove": _("Remove the webhook {object}"),
    "audit.read": _("Read the audit log"),
    "audit.export": _("Export the audit log"),
    "audit.expire": _("Delete {object} past retention"),
    "versions.expire": _("Delete {object} past retention"),
    "versions.redact": _("Hide texts of unknown fields in {object}"),
    "audit.verify": _("Verify the audit log"),
}


# The strongest effect of each operation and event.
EVENT_EFFECTS: Mapping[str, Effect] = {
    **{name: operation.effect for name, operation in OPERATIONS.items()},
    **{name: operation.effect for name, operation in EVENTS.items()},
}


@dataclass(frozen=True, slots=True)
class EventGroup:
    """A group of event names in filters and webhooks."""

    label: str | Promise
    prefixes: frozenset[str]  # first parts of the event names

    @property
    def event_names(self) -> list[str]:
        return [name for name in EVENT_EFFECTS if name.partition(".")[0] in self.prefixes]


def _event_group(label: str | Promise, prefixes: str) -> EventGroup:
    return EventGroup(label, frozenset(prefixes.split()))


# Webhooks store these names, so a released name stays.
EVENT_GROUPS: Mapping[str, EventGroup] = {
    "services": _event_group(_("Services"), "service idp"),
    "clients": _event_group(_("Clients"), "client clients secret requestable_scopes registration"),
    "tokens": _event_group(_("Tokens"), "token token_batch batch id_token jose subject receipt"),
    "grants": _event_group(_("User grants"), "authorization granted_scopes grant"),
    "keys": _event_group(_("Keys and regions"), "key keys rollover region"),
    "logins": _event_group(
        _("User sign-in flows"), "auth ticket backchannel device native_sso federation vci"
    ),
    "sign_in": _event_group(
        _("Sign-in"), "sign_in sign_out session step_up password second_factor"
    ),
    "console": _event_group(
        _("Console"),
        "access account budget organization member invitation credential vault audit"
        " versions stream webhook job search list finding twin note policy",
    ),
}
