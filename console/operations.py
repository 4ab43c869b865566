"""What was done, in words: one phrase for each operation and local event.

A phrase tells what was done; where its verb would claim so although it was refused, or
nobody knows, a second one tells what was tried. ``{object}`` is the name of what it
was done to. A name that does not stand here is told as it is.
"""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.happened import HAPPENED, Deed
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import SET_LOCK


def deed(name: str) -> Deed | None:
    """The phrases for an operation or event; those for the same one over another
    HTTP method or path are the same."""
    return DEEDS.get(name.removesuffix("_post").removesuffix("_by_subject"))


def deed_of(entry: AuditEntry) -> str:
    """The name that an entry is told by: its operation's, or what that one did of two
    things."""
    locked = entry.after("locked") if entry.operation == SET_LOCK.name else None
    if locked is None:
        return entry.operation
    return "client.lock" if locked else "client.unlock"


def told(name: str, what: object, *, is_done: bool = True) -> SafeString:
    """What was done to ``what``, for a page; ``what`` may come from outside."""
    if found := deed(name):
        what = format_html("<bdi>{}</bdi>", what)
        return format_html(found.words(is_done=is_done), object=what)
    return format_html("{}", name)


def title(name: str, what: object, *, is_done: bool = True) -> str:
    """The same as plain text."""
    found = deed(name)
    return found.words(is_done=is_done).format(object=what) if found else name


DEEDS: Mapping[str, Deed] = {
    # --- services
    "service.list": Deed(_("Read the list of services")),
    "service.get": Deed(_("Read the settings of {object}")),
    "service.update": Deed(_("Saved {object}"), _("Tried to save {object}")),
    "service.create": Deed(
        _("Created the service {object}"), _("Tried to create the service {object}")
    ),
    "idp.create_service": Deed(
        _("Created the service {object}"), _("Tried to create the service {object}")
    ),
    "service.delete": Deed(
        _("Deleted the service {object}"), _("Tried to delete the service {object}")
    ),
    "idp.remove_service": Deed(
        _("Deleted the service {object}"), _("Tried to delete the service {object}")
    ),
    "service.configuration": Deed(_("Read the discovery document of {object}")),
    "service.jwks": Deed(_("Read the published keys of {object}")),
    "idp.list_servers": Deed(_("Read the list of Authlete's clusters")),
    # --- clients
    "client.list": Deed(_("Read the list of clients")),
    "client.get": Deed(_("Read the settings of {object}")),
    "client.reveal_secret": Deed(
        _("Saw the secret of {object}"), _("Tried to see the secret of {object}")
    ),
    "client.keep_secret": Deed(
        _("Kept the secret of {object} sealed, to be able to put it back"),
        _("Tried to keep the secret of {object} sealed"),
    ),
    "client.create": Deed(
        _("Created the client {object}"), _("Tried to create the client {object}")
    ),
    "client.update": Deed(_("Saved {object}"), _("Tried to save {object}")),
    "client.delete": Deed(
        _("Deleted the client {object}"), _("Tried to delete the client {object}")
    ),
    "client.set_lock": Deed(
        _("Locked or unlocked {object}"), _("Tried to lock or unlock {object}")
    ),
    "client.lock": Deed(_("Locked {object}"), _("Tried to lock {object}")),
    "client.unlock": Deed(_("Unlocked {object}"), _("Tried to unlock {object}")),
    "client.refresh_secret": Deed(
        _("Replaced the secret of {object} by a new one"),
        _("Tried to replace the secret of {object} by a new one"),
    ),
    "client.set_secret": Deed(
        _("Set the secret of {object}"), _("Tried to set the secret of {object}")
    ),
    "requestable_scopes.get": Deed(_("Read the scopes that {object} may request")),
    "requestable_scopes.update": Deed(
        _("Set the scopes that {object} may request"),
        _("Tried to set the scopes that {object} may request"),
    ),
    "requestable_scopes.delete": Deed(
        _("Let {object} request all scopes"),
        _("Tried to let {object} request all scopes"),
    ),
    "registration.create": Deed(
        _("Registered a client dynamically"),
        _("Tried to register a client dynamically"),
    ),
    "registration.get": Deed(_("Read a dynamic registration")),
    "registration.update": Deed(
        _("Changed a dynamic registration"), _("Tried to change a dynamic registration")
    ),
    "registration.delete": Deed(
        _("Deleted a dynamic registration"), _("Tried to delete a dynamic registration")
    ),
    # --- tokens
    "token.list": Deed(_("Read the list of tokens")),
    "token.create": Deed(
        _("Created a token for {object}"), _("Tried to create a token for {object}")
    ),
    "token.update": Deed(
        _("Changed a token of {object}"), _("Tried to change a token of {object}")
    ),
    "token.delete": Deed(
        _("Deleted a token of {object}"), _("Tried to delete a token of {object}")
    ),
    # Of a client, or of a subject at a service.
    "token.revoke": Deed(
        _("Revoked tokens at {object}"), _("Tried to revoke tokens at {object}")
    ),
    "token.check": Deed(_("Looked up a token of {object}")),
    "token.introspect": Deed(_("Read the state of a token")),
    "token.introspect_standard": Deed(_("Read the state of a token (RFC 7662)")),
    "token_batch.create": Deed(
        _("Started to create many tokens"), _("Tried to create many tokens")
    ),
    "token_batch.dry_run": Deed(_("Had a dry run of the creation of many tokens")),
    "token_batch.status": Deed(_("Read how the creation of many tokens goes")),
    "batch.upload": Deed(
        _("Uploaded the file {object} of tokens"),
        _("Tried to upload the file {object} of tokens"),
    ),
    "batch.cancel": Deed(
        _("Threw the file {object} of tokens away"),
        _("Tried to throw the file {object} of tokens away"),
    ),
    "batch.adopt": Deed(
        _("Had a batch of tokens watched that was made elsewhere"),
        _("Tried to have a batch of tokens watched that was made elsewhere"),
    ),
    "batch.settle": Deed(
        _("Said what became of tokens of {object}"),
        _("Tried to say what became of tokens of {object}"),
    ),
    "id_token.reissue": Deed(
        _("Issued an ID token anew"), _("Tried to issue an ID token anew")
    ),
    "jose.verify": Deed(_("Check of a signed or encrypted text")),
    # --- what a person has allowed
    "subject.export": Deed(
        _("Exported what is known of a subject"),
        _("Tried to export what is known of a subject"),
    ),
    "subject.reveal": Deed(
        _("Saw a subject that pages hide"),
        _("Tried to see a subject that pages hide"),
    ),
    "subject.revoke_all": Deed(
        _("Started to revoke everything of a subject, everywhere"),
        _("Tried to start revoking everything of a subject"),
    ),
    "receipt.made": Deed(_("Made a receipt, and kept its digest")),
    "subject.search": Deed(_("Looked up a subject")),
    "authorization.list": Deed(_("Read the clients that a person has allowed")),
    "authorization.update": Deed(
        _("Changed what a person has allowed {object}"),
        _("Tried to change what a person has allowed {object}"),
    ),
    "authorization.delete": Deed(
        _("Revoked what a person has allowed {object}"),
        _("Tried to revoke what a person has allowed {object}"),
    ),
    "granted_scopes.get": Deed(_("Read the scopes that a person has granted {object}")),
    "granted_scopes.delete": Deed(
        _("Forgot the scopes that a person has granted {object}"),
        _("Tried to forget the scopes that a person has granted {object}"),
    ),
    "grant.manage": Deed(_("Changed a grant"), _("Tried to change a grant")),
    # --- keys in hardware security modules
    "key.list": Deed(_("Read the list of keys in hardware")),
    "key.get": Deed(_("Read a key in hardware")),
    "key.create": Deed(
        _("Made the key {object} in hardware"),
        _("Tried to make the key {object} in hardware"),
    ),
    "key.delete": Deed(
        _("Destroyed the key {object} in hardware"),
        _("Tried to destroy the key {object} in hardware"),
    ),
    # --- regions, and what a service publishes
    "region.info": Deed(_("Read the version of the region")),
    "region.echo": Deed(_("Check of the way to the region")),
    "region.health": Deed(_("Check of the region's health")),
    "federation.configuration": Deed(_("Read the federation document of {object}")),
    "federation.registration": Deed(
        _("Registered a client by OpenID Federation"),
        _("Tried to register a client by OpenID Federation"),
    ),
    "vci.metadata": Deed(_("Read the credential issuer's metadata of {object}")),
    "vci.jwt_issuer": Deed(_("Read the JWT issuer's metadata of {object}")),
    "vci.jwks": Deed(_("Read the credential issuer's keys of {object}")),
    # --- what an authorization server does while people log in
    "auth.authorization": Deed(
        _("Began an authorization"), _("Tried to begin an authorization")
    ),
    "auth.authorization_fail": Deed(
        _("Ended an authorization with an error"),
        _("Tried to end an authorization with an error"),
    ),
    "auth.authorization_issue": Deed(
        _("Ended an authorization with a code or tokens"),
        _("Tried to end an authorization with a code or tokens"),
    ),
    "auth.pushed_authorization": Deed(
        _("Pushed an authorization request"),
        _("Tried to push an authorization request"),
    ),
    "auth.token": Deed(_("Asked for a token"), _("Tried to ask for a token")),
    "auth.token_fail": Deed(
        _("Ended a token request with an error"),
        _("Tried to end a token request with an error"),
    ),
    "auth.token_issue": Deed(
        _("Ended a token request with tokens"),
        _("Tried to end a token request with tokens"),
    ),
    "auth.revocation": Deed(_("Revoked a token"), _("Tried to revoke a token")),
    "auth.userinfo": Deed(_("Read what a token lets one know of a person")),
    "auth.userinfo_issue": Deed(_("Read what is known of a person")),
    "ticket.info": Deed(_("Read an authorization that is under way")),
    "ticket.update": Deed(
        _("Changed an authorization that is under way"),
        _("Tried to change an authorization that is under way"),
    ),
    "backchannel.authentication": Deed(
        _("Began a backchannel authentication"),
        _("Tried to begin a backchannel authentication"),
    ),
    "backchannel.issue": Deed(
        _("Accepted a backchannel authentication"),
        _("Tried to accept a backchannel authentication"),
    ),
    "backchannel.fail": Deed(
        _("Ended a backchannel authentication with an error"),
        _("Tried to end a backchannel authentication with an error"),
    ),
    "backchannel.complete": Deed(
        _("Completed a backchannel authentication"),
        _("Tried to complete a backchannel authentication"),
    ),
    "device.authorization": Deed(
        _("Began the authorization of a device"),
        _("Tried to begin the authorization of a device"),
    ),
    "device.verification": Deed(_("Check of a device's user code")),
    "device.complete": Deed(
        _("Completed the authorization of a device"),
        _("Tried to complete the authorization of a device"),
    ),
    "native_sso.process": Deed(
        _("Shared a sign-in between apps"), _("Tried to share a sign-in between apps")
    ),
    "native_sso.logout": Deed(
        _("Ended a sign-in shared between apps"),
        _("Tried to end a sign-in shared between apps"),
    ),
    "vci.offer_create": Deed(
        _("Created a credential offer"), _("Tried to create a credential offer")
    ),
    "vci.offer_info": Deed(_("Read a credential offer")),
    "vci.single_parse": Deed(_("Read a credential request")),
    "vci.single_issue": Deed(
        _("Issued a credential"), _("Tried to issue a credential")
    ),
    "vci.batch_parse": Deed(_("Read a request for several credentials")),
    "vci.batch_issue": Deed(
        _("Issued several credentials"), _("Tried to issue several credentials")
    ),
    "vci.deferred_parse": Deed(_("Read a request for a deferred credential")),
    "vci.deferred_issue": Deed(
        _("Issued a deferred credential"), _("Tried to issue a deferred credential")
    ),
    **HAPPENED,
}
