"""What happened that is no call to Authlete, in words: one phrase for each local event.

See `console.operations`, which tells both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Deed:
    """``tried`` is empty where ``done`` claims nothing, as in "Read the settings"."""

    done: Words
    tried: Words = ""

    def words(self, *, is_done: bool) -> str:
        return str(self.done if is_done or not self.tried else self.tried)


HAPPENED: Mapping[str, Deed] = {
    "service.made_outside": Deed(_("{object} was created outside this console")),
    "client.made_outside": Deed(_("{object} was created outside this console")),
    "service.changed_outside": Deed(_("{object} was changed outside this console")),
    "client.changed_outside": Deed(_("{object} was changed outside this console")),
    "service.gone_outside": Deed(_("{object} was deleted outside this console")),
    "client.gone_outside": Deed(_("{object} was deleted outside this console")),
    "service.back_outside": Deed(_("{object} was gone, and is there again")),
    "client.back_outside": Deed(_("{object} was gone, and is there again")),
    "sign_in.done": Deed(_("Signed in"), _("Tried to sign in")),
    "sign_in.refused": Deed(_("Was refused to sign in")),
    "sign_in.throttled": Deed(_("Tried too often to sign in")),
    "sign_out": Deed(_("Signed out"), _("Tried to sign out")),
    "session.ended": Deed(_("Was signed out when the session ended")),
    "step_up.done": Deed(_("Confirmed who it is"), _("Tried to confirm who it is")),
    "step_up.refused": Deed(_("Could not confirm who it is")),
    "password.change": Deed(
        _("Changed the password"), _("Tried to change the password")
    ),
    "password.link": Deed(
        _("Handed out a link to set a password for {object}"),
        _("Tried to hand out a link to set a password for {object}"),
    ),
    "second_factor.add": Deed(
        _("Added a second factor"), _("Tried to add a second factor")
    ),
    "second_factor.remove": Deed(
        _("Removed a second factor"), _("Tried to remove a second factor")
    ),
    "access.denied": Deed(_("Was refused the page {object}")),
    "access.stranger": Deed(_("Was refused the page {object} as a stranger")),
    "budget.exceeded": Deed(
        _("Was refused more of {object} than one person may have in an hour")
    ),
    "access.counted": Deed(_("Was refused more pages, which are counted here")),
    "organization.add": Deed(
        _("Added the organization {object}"),
        _("Tried to add the organization {object}"),
    ),
    "organization.change": Deed(
        _("Changed the organization {object}"),
        _("Tried to change the organization {object}"),
    ),
    "member.add": Deed(_("Added {object}"), _("Tried to add {object}")),
    "member.change": Deed(
        _("Changed the role of {object}"), _("Tried to change the role of {object}")
    ),
    "member.remove": Deed(_("Removed {object}"), _("Tried to remove {object}")),
    "account.close": Deed(
        _("Closed the account of {object}"), _("Tried to close the account of {object}")
    ),
    "account.reopen": Deed(
        _("Opened the account of {object} again"),
        _("Tried to open the account of {object} again"),
    ),
    "credential.add": Deed(_("Added a credential"), _("Tried to add a credential")),
    "credential.change": Deed(
        _("Replaced a credential"), _("Tried to replace a credential")
    ),
    "credential.remove": Deed(
        _("Removed a credential"), _("Tried to remove a credential")
    ),
    "credential.probe": Deed(_("Tried out a credential")),
    "search.save": Deed(_("Saved the search {object}")),
    "search.change": Deed(_("Changed the saved search {object}")),
    "search.remove": Deed(_("Removed the saved search {object}")),
    "secret.stage": Deed(
        _("Made a new secret for {object} and kept it staged"),
        _("Tried to make a new secret for {object}"),
    ),
    "secret.show": Deed(
        _("Saw the staged secret of {object}"),
        _("Tried to see the staged secret of {object}"),
    ),
    "secret.store": Deed(
        _("Said that {object} knows its new secret"),
        _("Tried to say that {object} knows its new secret"),
    ),
    "secret.drop": Deed(
        _("Threw the staged secret of {object} away"),
        _("Tried to throw the staged secret of {object} away"),
    ),
    "secret.forget": Deed(
        _("Erased the old secret of {object}"),
        _("Tried to erase the old secret of {object}"),
    ),
    "secret.settle": Deed(_("Looked whether the secret of {object} was changed")),
    "rollover.start": Deed(
        _("Started to replace a signing key of {object}"),
        _("Tried to start replacing a signing key of {object}"),
    ),
    "rollover.advance": Deed(
        _("Carried on early with replacing a signing key of {object}"),
        _("Tried to carry on early with replacing a signing key of {object}"),
    ),
    "rollover.confirm": Deed(
        _("Said that the authorities know the new key of {object}"),
        _("Tried to say that the authorities know the new key of {object}"),
    ),
    "rollover.undo": Deed(
        _("Began to undo the replacing of a signing key of {object}"),
        _("Tried to undo the replacing of a signing key of {object}"),
    ),
    "rollover.leave": Deed(
        _("Ended the replacing of a signing key of {object} as it was"),
        _("Tried to end the replacing of a signing key of {object}"),
    ),
    "rollover.stop": Deed(
        _("Stopped replacing a signing key of {object}, for somebody to look")
    ),
    "vault.rotate": Deed(
        _("Sealed all secrets under the current key"),
        _("Tried to seal all secrets under the current key"),
    ),
    "keys.exported": Deed(_("Exported {object}"), _("Tried to export {object}")),
    "clients.exported": Deed(_("Exported {object}"), _("Tried to export {object}")),
    "job.started": Deed(
        _("Started the job {object}"), _("Tried to start the job {object}")
    ),
    "job.paused": Deed(
        _("Paused the job {object}"), _("Tried to pause the job {object}")
    ),
    "job.resumed": Deed(
        _("Resumed the job {object}"), _("Tried to resume the job {object}")
    ),
    "job.retried": Deed(
        _("Tried again what failed in the job {object}"),
        _("Tried to repeat what failed in the job {object}"),
    ),
    "job.cancelled": Deed(
        _("Cancelled the job {object}"), _("Tried to cancel the job {object}")
    ),
    "job.ended": Deed(
        _("Came to the end of the job {object}"), _("Tried to end the job {object}")
    ),
    "audit.settle": Deed(
        _("Settled the outcome of “{object}”"),
        _("Tried to settle the outcome of “{object}”"),
    ),
    "stream.add": Deed(
        _("Let {object} read the record"), _("Tried to let {object} read the record")
    ),
    "stream.remove": Deed(
        _("Let {object} read the record no more"),
        _("Tried to let {object} read the record no more"),
    ),
    "stream.read": Deed(_("Read the record as {object}")),
    "stream.refused": Deed(_("Was refused to read the record as a machine")),
    "webhook.add": Deed(
        _("Had the record sent to {object}"), _("Tried to have it sent to {object}")
    ),
    "webhook.change": Deed(
        _("Changed the webhook {object}"), _("Tried to change the webhook {object}")
    ),
    "webhook.pause": Deed(
        _("Paused the webhook {object}"), _("Tried to pause the webhook {object}")
    ),
    "webhook.resume": Deed(
        _("Went on with the webhook {object}"),
        _("Tried to go on with the webhook {object}"),
    ),
    "webhook.replay": Deed(
        _("Had rows sent to the webhook {object} again"),
        _("Tried to have rows sent to the webhook {object} again"),
    ),
    "webhook.rotate": Deed(
        _("Replaced the secret of the webhook {object}"),
        _("Tried to replace the secret of the webhook {object}"),
    ),
    "webhook.test": Deed(_("Tried out the webhook {object}")),
    "webhook.remove": Deed(
        _("Removed the webhook {object}"), _("Tried to remove the webhook {object}")
    ),
    "audit.read": Deed(_("Read the record")),
    "audit.export": Deed(_("Exported the record"), _("Tried to export the record")),
    "audit.expire": Deed(
        _("Removed {object} that had been kept long enough"),
        _("Tried to remove {object} that had been kept long enough"),
    ),
    "versions.expire": Deed(
        _("Removed {object} that had been kept long enough"),
        _("Tried to remove {object} that had been kept long enough"),
    ),
    "audit.verify": Deed(_("Verified the record"), _("Tried to verify the record")),
}
