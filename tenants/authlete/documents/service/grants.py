from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import Boolean, EndpointUrl


class GrantSettings(Section):
    """Grants that live on for clients to manage, tokens exchanged for tokens
    (RFC 8693), and JWTs as grants (RFC 7523)."""

    title = "Grant management, token exchange and JWT grants"

    grant_management_endpoint: EndpointUrl = setting("Grant management endpoint")
    """Where clients look at and revoke what users have granted them (Grant Management
    for OAuth 2.0)."""

    grant_management_action_required: Boolean = setting("Require a grant action")
    """Refuse authorization requests that do not say whether they create, extend or
    replace a grant."""

    token_exchange_by_identifiable_clients_only: Boolean = setting(
        "Exchange: identified clients only"
    )
    """Refuse token exchange requests from which nobody can tell the client."""

    token_exchange_by_confidential_clients_only: Boolean = setting(
        "Exchange: confidential clients only"
    )
    """Refuse token exchange to public clients, which cannot prove who they are."""

    token_exchange_by_permitted_clients_only: Boolean = setting("Exchange: permitted clients only")
    """Refuse token exchange to clients that do not have the permission among their own
    settings."""

    token_exchange_encrypted_jwt_rejected: Boolean = setting("Exchange: refuse encrypted JWTs")
    """Refuse encrypted JWTs as the token to exchange, which your token endpoint would
    have to open and check by itself."""

    token_exchange_unsigned_jwt_rejected: Boolean = setting("Exchange: refuse unsigned JWTs")
    """Refuse JWTs without a signature as the token to exchange, since anybody could
    have made them."""

    jwt_grant_by_identifiable_clients_only: Boolean = setting("JWT grant: identified clients only")
    """Refuse JWT grants from which nobody can tell the client."""

    jwt_grant_encrypted_jwt_rejected: Boolean = setting("JWT grant: refuse encrypted JWTs")
    """Refuse encrypted JWTs as grants, which your token endpoint would have to open and
    check by itself."""

    jwt_grant_unsigned_jwt_rejected: Boolean = setting("JWT grant: refuse unsigned JWTs")
    """Refuse JWTs without a signature as grants, since anybody could have made
    them."""
