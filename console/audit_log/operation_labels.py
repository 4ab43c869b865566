"""Labels of operations and local events.

Labels are imperative, so that they are true whatever the outcome. ``{object}`` is the
name of the object. An unknown operation is shown by its name.
"""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.audit_log.event_labels import LOCAL_EVENT_LABELS, LabelText
from tenants.audit.models import AuditEntry
from tenants.authlete.api.clients import SET_LOCK


def find_label(name: str) -> LabelText | None:
    """Return the label of an operation or event, whatever its HTTP method or path."""
    return EVENT_LABELS.get(name.removesuffix("_post").removesuffix("_by_subject"))


def label_name(entry: AuditEntry) -> str:
    """Return the name of the label of an entry: its operation's, or a more specific one."""
    locked = entry.value_after("locked") if entry.operation == SET_LOCK.name else None
    if locked is None:
        return entry.operation
    return "client.lock" if locked else "client.unlock"


def render_label(name: str, object_name: object) -> SafeString:
    """Return the label as HTML; ``object_name`` is escaped."""
    if label := find_label(name):
        return format_html(str(label), object=format_html("<bdi>{}</bdi>", object_name))
    return format_html("{}", name)


def label_text(name: str, object_name: object) -> str:
    """Return the label as plain text."""
    label = find_label(name)
    return str(label).format(object=object_name) if label else name


EVENT_LABELS: Mapping[str, LabelText] = {
    # --- services
    "service.list": _("Read the list of services"),
    "service.get": _("Read the settings of {object}"),
    "service.reveal_unknown": _("Reveal a hidden field of {object}"),
    "service.update": _("Update {object}"),
    "service.create": _("Create the service {object}"),
    "idp.create_service": _("Create the service {object}"),
    "service.delete": _("Delete the service {object}"),
    "idp.remove_service": _("Delete the service {object}"),
    "service.configuration": _("Read the discovery document of {object}"),
    "service.jwks": _("Read the published keys of {object}"),
    "idp.list_servers": _("Read the list of Authlete's clusters"),
    # --- clients
    "client.list": _("Read the list of clients"),
    "client.get": _("Read the settings of {object}"),
    "client.reveal_secret": _("Reveal the secret of {object}"),
    "client.reveal_unknown": _("Reveal a hidden field of {object}"),
    "client.keep_secret": _("Store the secret of {object} encrypted for undo"),
    "client.create": _("Create the client {object}"),
    "client.update": _("Update {object}"),
    "client.delete": _("Delete the client {object}"),
    "client.set_lock": _("Lock or unlock {object}"),
    "client.lock": _("Lock {object}"),
    "client.unlock": _("Unlock {object}"),
    "client.refresh_secret": _("Rotate the secret of {object}"),
    "client.set_secret": _("Set the secret of {object}"),
    "requestable_scopes.get": _("Read the requestable scopes of {object}"),
    "requestable_scopes.update": _("Set the requestable scopes of {object}"),
    "requestable_scopes.delete": _("Allow all scopes for {object}"),
    "registration.create": _("Register a client dynamically"),
    "registration.get": _("Read a dynamic registration"),
    "registration.update": _("Change a dynamic registration"),
    "registration.delete": _("Delete a dynamic registration"),
    # --- tokens
    "token.list": _("Read the list of tokens"),
    "token.create": _("Create a token for {object}"),
    "token.update": _("Change a token of {object}"),
    "token.delete": _("Delete a token of {object}"),
    # Of a client, or of a subject at a service.
    "token.revoke": _("Revoke tokens at {object}"),
    "token.check": _("Look up a token of {object}"),
    "token.introspect": _("Introspect a token"),
    "token.introspect_standard": _("Introspect a token (RFC 7662)"),
    "token_batch.create": _("Submit a token batch"),
    "token_batch.dry_run": _("Dry-run a token batch"),
    "token_batch.status": _("Read the status of a token batch"),
    "batch.upload": _("Upload the token file {object}"),
    "batch.cancel": _("Discard the token file {object}"),
    "batch.adopt": _("Track an external token batch"),
    "batch.settle": _("Resolve the outcome of tokens of {object}"),
    "id_token.reissue": _("Reissue an ID token"),
    "jose.verify": _("Verify a JOSE object"),
    # --- what a person has allowed
    "subject.export": _("Export the data of a user"),
    "subject.reveal": _("Reveal a hidden subject"),
    "subject.revoke_all": _("Revoke all access of a user"),
    "receipt.made": _("Create a receipt"),
    "subject.search": _("Find a user"),
    "authorization.list": _("Read the apps connected to a user"),
    "authorization.update": _("Change a user's authorization of {object}"),
    "authorization.delete": _("Revoke a user's authorization of {object}"),
    "granted_scopes.get": _("Read the scopes granted to {object}"),
    "granted_scopes.delete": _("Delete the scopes granted to {object}"),
    "grant.manage": _("Change a grant"),
    # --- keys in hardware security modules
    "key.list": _("Read the list of HSM keys"),
    "key.get": _("Read an HSM key"),
    "key.create": _("Create the HSM key {object}"),
    "key.delete": _("Delete the HSM key {object}"),
    # --- regions, and what a service publishes
    "region.info": _("Read the version of the region"),
    "region.echo": _("Test the connection to the region"),
    "region.health": _("Check the region's health"),
    "federation.configuration": _("Read the federation document of {object}"),
    "federation.registration": _("Register a client by OpenID Federation"),
    "vci.metadata": _("Read the credential issuer's metadata of {object}"),
    "vci.jwt_issuer": _("Read the JWT issuer's metadata of {object}"),
    "vci.jwks": _("Read the credential issuer's keys of {object}"),
    # --- what an authorization server does while people log in
    "auth.authorization": _("Start an authorization"),
    "auth.authorization_fail": _("End an authorization with an error"),
    "auth.authorization_issue": _("End an authorization with a code or tokens"),
    "auth.pushed_authorization": _("Push an authorization request"),
    "auth.token": _("Request a token"),
    "auth.token_fail": _("End a token request with an error"),
    "auth.token_issue": _("End a token request with tokens"),
    "auth.revocation": _("Revoke a token"),
    "auth.userinfo": _("Read the user info for a token"),
    "auth.userinfo_issue": _("Issue user info"),
    "ticket.info": _("Read a pending authorization"),
    "ticket.update": _("Change a pending authorization"),
    "backchannel.authentication": _("Start a backchannel authentication"),
    "backchannel.issue": _("Accept a backchannel authentication"),
    "backchannel.fail": _("End a backchannel authentication with an error"),
    "backchannel.complete": _("Complete a backchannel authentication"),
    "device.authorization": _("Start a device authorization"),
    "device.verification": _("Check a device's user code"),
    "device.complete": _("Complete a device authorization"),
    "native_sso.process": _("Process a native SSO request"),
    "native_sso.logout": _("Sign out of native SSO"),
    "vci.offer_create": _("Create a credential offer"),
    "vci.offer_info": _("Read a credential offer"),
    "vci.single_parse": _("Read a credential request"),
    "vci.single_issue": _("Issue a credential"),
    "vci.batch_parse": _("Read a request for several credentials"),
    "vci.batch_issue": _("Issue several credentials"),
    "vci.deferred_parse": _("Read a request for a deferred credential"),
    "vci.deferred_issue": _("Issue a deferred credential"),
    **LOCAL_EVENT_LABELS,
}
