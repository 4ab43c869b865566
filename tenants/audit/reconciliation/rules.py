"""Rules that determine the outcome of each changing operation."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.audit.reconciliation import creation_rules, object_rules, token_rules
from tenants.audit.reconciliation.evidence import Evidence, UnresolvedCall, conclude_inconclusive
from tenants.authlete.errors import AuthleteError

RULES: Mapping[str, Callable[[UnresolvedCall], Evidence]] = {
    "service.update": object_rules.check_service_updated,
    "client.update": object_rules.check_client_updated,
    "service.reveal_unknown": object_rules.check_secret_revealed,
    "client.reveal_unknown": object_rules.check_secret_revealed,
    "idp.create_service": creation_rules.check_service_created,
    "client.create": creation_rules.check_client_created,
    "client.refresh_secret": object_rules.check_secret_refreshed,
    "client.set_secret": object_rules.check_secret_set,
    "client.reveal_secret": object_rules.check_secret_revealed,
    "client.keep_secret": object_rules.check_secret_revealed,
    "client.set_lock": object_rules.check_lock_set,
    "requestable_scopes.update": object_rules.check_requestable_scopes,
    "requestable_scopes.update_post": object_rules.check_requestable_scopes,
    "requestable_scopes.delete": object_rules.check_requestable_scopes,
    "client.delete": creation_rules.check_client_deleted,
    "idp.remove_service": creation_rules.check_service_deleted,
    "key.create": creation_rules.check_key_created,
    "key.delete": creation_rules.check_key_deleted,
    "token.create": token_rules.check_token_created,
    "token.update": token_rules.check_token_updated,
    "token.revoke": token_rules.check_tokens_ended,
    "token.delete": token_rules.check_tokens_ended,
    "token_batch.create": creation_rules.check_batch_created,
    "authorization.delete_post": token_rules.check_authorization_revoked,
    "granted_scopes.delete": token_rules.check_granted_scopes_deleted,
}
NO_RULE = conclude_inconclusive(_("Authlete has no call to check this."))


def conclude_unreachable(error: AuthleteError) -> Evidence:
    """Conclude that Authlete didn't respond; try again later."""
    return conclude_inconclusive(
        gettext("Meridian couldn't check: %(error)s.") % {"error": gettext(error.title)}
    )
