"""One rule for each operation that changes something and can be looked up."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from tenants.audit.lost import batches, made, objects, tokens
from tenants.audit.lost.found import Finding, Lost, cannot_tell
from tenants.authlete.errors import AuthleteError

RULES: Mapping[str, Callable[[Lost], Finding]] = {
    "service.update": objects.updated_service,
    "client.update": objects.updated_client,
    "idp.create_service": made.created_service,
    "client.create": made.created_client,
    "client.refresh_secret": objects.refreshed,
    "client.set_secret": objects.secret_set,
    "client.reveal_secret": objects.seen,
    "client.keep_secret": objects.seen,
    "client.set_lock": objects.locked,
    "requestable_scopes.update": objects.limited,
    "requestable_scopes.update_post": objects.limited,
    "requestable_scopes.delete": objects.limited,
    "client.delete": made.deleted_client,
    "idp.remove_service": made.removed_service,
    "key.create": made.made_key,
    "key.delete": made.destroyed_key,
    "token.create": tokens.created,
    "token.update": tokens.updated,
    "token.revoke": tokens.ended,
    "token.delete": tokens.ended,
    "token_batch.create": batches.made,
    "authorization.delete_post": tokens.revoked_authorization,
    "granted_scopes.delete": tokens.forgotten_scopes,
}
UNRULED = cannot_tell(_("There is no call that tells what became of this."))


def unseen(error: AuthleteError) -> Finding:
    """Authlete did not answer, so this can be tried again."""
    return cannot_tell(say("It could not be looked at: %s.") % say(error.title))
