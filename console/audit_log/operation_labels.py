"""What was done, in words: one phrase for each operation and local event.

A phrase tells what was done; where its verb would claim so although it was refused, or
nobody knows, a second one tells what was tried. ``{object}`` is the name of what it
was done to. A name that does not stand here is told as it is.
"""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.audit_log.event_labels import LOCAL_EVENT_LABELS, EventLabel
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import SET_LOCK


def find_label(name: str) -> EventLabel | None:
    """The phrases for an operation or event; those for the same one over another
    HTTP method or path are the same."""
    return EVENT_LABELS.get(name.removesuffix("_post").removesuffix("_by_subject"))


def label_name(entry: AuditEntry) -> str:
    """The name that an entry is told by: its operation's, or what that one did of two
    things."""
    locked = entry.value_after("locked") if entry.operation == SET_LOCK.name else None
    if locked is None:
        return entry.operation
    return "client.lock" if locked else "client.unlock"


def render_label(name: str, object_name: object, *, is_done: bool = True) -> SafeString:
    """What was done to ``what``, for a page; ``what`` may come from outside."""
    if found := find_label(name):
        object_name = format_html("<bdi>{}</bdi>", object_name)
        return format_html(found.render(is_done=is_done), object=object_name)
    return format_html("{}", name)


def label_text(name: str, object_name: object, *, is_done: bool = True) -> str:
    """The same as plain text."""
    found = find_label(name)
    return found.render(is_done=is_done).format(object=object_name) if found else name


EVENT_LABELS: Mapping[str, EventLabel] = {
    # --- services
    "service.list": EventLabel(_("Read the list of services")),
    "service.get": EventLabel(_("Read the settings of {object}")),
    "service.update": EventLabel(_("Saved {object}"), _("Tried to save {object}")),
    "service.create": EventLabel(
        _("Created the service {object}"), _("Tried to create the service {object}")
    ),
    "idp.create_service": EventLabel(
        _("Created the service {object}"), _("Tried to create the service {object}")
    ),
    "service.delete": EventLabel(
        _("Deleted the service {object}"), _("Tried to delete the service {object}")
    ),
    "idp.remove_service": EventLabel(
        _("Deleted the service {object}"), _("Tried to delete the service {object}")
    ),
    "service.configuration": EventLabel(_("Read the discovery document of {object}")),
    "service.jwks": EventLabel(_("Read the published keys of {object}")),
    "idp.list_servers": EventLabel(_("Read the list of Authlete's clusters")),
    # --- clients
    "client.list": EventLabel(_("Read the list of clients")),
    "client.get": EventLabel(_("Read the settings of {object}")),
    "client.reveal_secret": EventLabel(
        _("Revealed the secret of {object}"), _("Tried to reveal the secret of {object}")
    ),
    "client.keep_secret": EventLabel(
        _("Stored the secret of {object} encrypted for undo"),
        _("Tried to store the secret of {object} encrypted for undo"),
    ),
    "client.create": EventLabel(
        _("Created the client {object}"), _("Tried to create the client {object}")
    ),
    "client.update": EventLabel(_("Saved {object}"), _("Tried to save {object}")),
    "client.delete": EventLabel(
        _("Deleted the client {object}"), _("Tried to delete the client {object}")
    ),
    "client.set_lock": EventLabel(
        _("Locked or unlocked {object}"), _("Tried to lock or unlock {object}")
    ),
    "client.lock": EventLabel(_("Locked {object}"), _("Tried to lock {object}")),
    "client.unlock": EventLabel(_("Unlocked {object}"), _("Tried to unlock {object}")),
    "client.refresh_secret": EventLabel(
        _("Rotated the secret of {object}"),
        _("Tried to rotate the secret of {object}"),
    ),
    "client.set_secret": EventLabel(
        _("Set the secret of {object}"), _("Tried to set the secret of {object}")
    ),
    "requestable_scopes.get": EventLabel(_("Read the requestable scopes of {object}")),
    "requestable_scopes.update": EventLabel(
        _("Set the requestable scopes of {object}"),
        _("Tried to set the requestable scopes of {object}"),
    ),
    "requestable_scopes.delete": EventLabel(
        _("Allowed all scopes for {object}"),
        _("Tried to allow all scopes for {object}"),
    ),
    "registration.create": EventLabel(
        _("Registered a client dynamically"),
        _("Tried to register a client dynamically"),
    ),
    "registration.get": EventLabel(_("Read a dynamic registration")),
    "registration.update": EventLabel(
        _("Changed a dynamic registration"), _("Tried to change a dynamic registration")
    ),
    "registration.delete": EventLabel(
        _("Deleted a dynamic registration"), _("Tried to delete a dynamic registration")
    ),
    # --- tokens
    "token.list": EventLabel(_("Read the list of tokens")),
    "token.create": EventLabel(
        _("Created a token for {object}"), _("Tried to create a token for {object}")
    ),
    "token.update": EventLabel(
        _("Changed a token of {object}"), _("Tried to change a token of {object}")
    ),
    "token.delete": EventLabel(
        _("Deleted a token of {object}"), _("Tried to delete a token of {object}")
    ),
    # Of a client, or of a subject at a service.
    "token.revoke": EventLabel(
        _("Revoked tokens at {object}"), _("Tried to revoke tokens at {object}")
    ),
    "token.check": EventLabel(_("Looked up a token of {object}")),
    "token.introspect": EventLabel(_("Introspected a token")),
    "token.introspect_standard": EventLabel(_("Introspected a token (RFC 7662)")),
    "token_batch.create": EventLabel(
        _("Submitted a token batch"), _("Tried to submit a token batch")
    ),
    "token_batch.dry_run": EventLabel(_("Ran a dry run of a token batch")),
    "token_batch.status": EventLabel(_("Read the status of a token batch")),
    "batch.upload": EventLabel(
        _("Uploaded the token file {object}"),
        _("Tried to upload the token file {object}"),
    ),
    "batch.cancel": EventLabel(
        _("Discarded the token file {object}"),
        _("Tried to discard the token file {object}"),
    ),
    "batch.adopt": EventLabel(
        _("Started to track an external token batch"),
        _("Tried to track an external token batch"),
    ),
    "batch.settle": EventLabel(
        _("Resolved the outcome of tokens of {object}"),
        _("Tried to resolve the outcome of tokens of {object}"),
    ),
    "id_token.reissue": EventLabel(_("Reissued an ID token"), _("Tried to reissue an ID token")),
    "jose.verify": EventLabel(_("Verified a JOSE object")),
    # --- what a person has allowed
    "subject.export": EventLabel(
        _("Exported the data of a user"),
        _("Tried to export the data of a user"),
    ),
    "subject.reveal": EventLabel(
        _("Revealed a hidden subject"),
        _("Tried to reveal a hidden subject"),
    ),
    "subject.revoke_all": EventLabel(
        _("Started to revoke all access of a user"),
        _("Tried to revoke all access of a user"),
    ),
    "receipt.made": EventLabel(_("Created a receipt and recorded its digest")),
    "subject.search": EventLabel(_("Looked up a user")),
    "authorization.list": EventLabel(_("Read the apps connected to a user")),
    "authorization.update": EventLabel(
        _("Changed a user's authorization of {object}"),
        _("Tried to change a user's authorization of {object}"),
    ),
    "authorization.delete": EventLabel(
        _("Revoked a user's authorization of {object}"),
        _("Tried to revoke a user's authorization of {object}"),
    ),
    "granted_scopes.get": EventLabel(_("Read the scopes granted to {object}")),
    "granted_scopes.delete": EventLabel(
        _("Deleted the scopes granted to {object}"),
        _("Tried to delete the scopes granted to {object}"),
    ),
    "grant.manage": EventLabel(_("Changed a grant"), _("Tried to change a grant")),
    # --- keys in hardware security modules
    "key.list": EventLabel(_("Read the list of HSM keys")),
    "key.get": EventLabel(_("Read an HSM key")),
    "key.create": EventLabel(
        _("Created the HSM key {object}"),
        _("Tried to create the HSM key {object}"),
    ),
    "key.delete": EventLabel(
        _("Deleted the HSM key {object}"),
        _("Tried to delete the HSM key {object}"),
    ),
    # --- regions, and what a service publishes
    "region.info": EventLabel(_("Read the version of the region")),
    "region.echo": EventLabel(_("Tested the connection to the region")),
    "region.health": EventLabel(_("Checked the region's health")),
    "federation.configuration": EventLabel(_("Read the federation document of {object}")),
    "federation.registration": EventLabel(
        _("Registered a client by OpenID Federation"),
        _("Tried to register a client by OpenID Federation"),
    ),
    "vci.metadata": EventLabel(_("Read the credential issuer's metadata of {object}")),
    "vci.jwt_issuer": EventLabel(_("Read the JWT issuer's metadata of {object}")),
    "vci.jwks": EventLabel(_("Read the credential issuer's keys of {object}")),
    # --- what an authorization server does while people log in
    "auth.authorization": EventLabel(
        _("Started an authorization"), _("Tried to start an authorization")
    ),
    "auth.authorization_fail": EventLabel(
        _("Ended an authorization with an error"),
        _("Tried to end an authorization with an error"),
    ),
    "auth.authorization_issue": EventLabel(
        _("Ended an authorization with a code or tokens"),
        _("Tried to end an authorization with a code or tokens"),
    ),
    "auth.pushed_authorization": EventLabel(
        _("Pushed an authorization request"),
        _("Tried to push an authorization request"),
    ),
    "auth.token": EventLabel(_("Requested a token"), _("Tried to request a token")),
    "auth.token_fail": EventLabel(
        _("Ended a token request with an error"),
        _("Tried to end a token request with an error"),
    ),
    "auth.token_issue": EventLabel(
        _("Ended a token request with tokens"),
        _("Tried to end a token request with tokens"),
    ),
    "auth.revocation": EventLabel(_("Revoked a token"), _("Tried to revoke a token")),
    "auth.userinfo": EventLabel(_("Read the user info for a token")),
    "auth.userinfo_issue": EventLabel(_("Issued user info")),
    "ticket.info": EventLabel(_("Read a pending authorization")),
    "ticket.update": EventLabel(
        _("Changed a pending authorization"),
        _("Tried to change a pending authorization"),
    ),
    "backchannel.authentication": EventLabel(
        _("Started a backchannel authentication"),
        _("Tried to start a backchannel authentication"),
    ),
    "backchannel.issue": EventLabel(
        _("Accepted a backchannel authentication"),
        _("Tried to accept a backchannel authentication"),
    ),
    "backchannel.fail": EventLabel(
        _("Ended a backchannel authentication with an error"),
        _("Tried to end a backchannel authentication with an error"),
    ),
    "backchannel.complete": EventLabel(
        _("Completed a backchannel authentication"),
        _("Tried to complete a backchannel authentication"),
    ),
    "device.authorization": EventLabel(
        _("Started a device authorization"),
        _("Tried to start a device authorization"),
    ),
    "device.verification": EventLabel(_("Checked a device's user code")),
    "device.complete": EventLabel(
        _("Completed a device authorization"),
        _("Tried to complete a device authorization"),
    ),
    "native_sso.process": EventLabel(
        _("Processed a native SSO request"), _("Tried to process a native SSO request")
    ),
    "native_sso.logout": EventLabel(
        _("Signed out of native SSO"),
        _("Tried to sign out of native SSO"),
    ),
    "vci.offer_create": EventLabel(
        _("Created a credential offer"), _("Tried to create a credential offer")
    ),
    "vci.offer_info": EventLabel(_("Read a credential offer")),
    "vci.single_parse": EventLabel(_("Read a credential request")),
    "vci.single_issue": EventLabel(_("Issued a credential"), _("Tried to issue a credential")),
    "vci.batch_parse": EventLabel(_("Read a request for several credentials")),
    "vci.batch_issue": EventLabel(
        _("Issued several credentials"), _("Tried to issue several credentials")
    ),
    "vci.deferred_parse": EventLabel(_("Read a request for a deferred credential")),
    "vci.deferred_issue": EventLabel(
        _("Issued a deferred credential"), _("Tried to issue a deferred credential")
    ),
    **LOCAL_EVENT_LABELS,
}
