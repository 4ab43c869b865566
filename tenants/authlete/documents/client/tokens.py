from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.client.extension import Extension
from tenants.authlete.documents.types import (
    Boolean,
)


class ClientTokenSettings(Section):
    """What tokens of this client can do, for how long, and in whose hands."""

    title = "Access and refresh tokens"

    extension: Extension = setting("Scopes and lifetimes")
    """Which scopes this client may ask for, and how long its tokens live, where both
    differ from the service."""

    single_access_token_per_subject: Boolean = setting("One access token a user")
    """A new access token of this client ends the user's earlier ones from it."""

    dpop_required: Boolean = setting("Require DPoP")
    """Give this client only tokens that are bound to a key it holds, so that a stolen
    token is worth nothing (RFC 9449)."""

    tls_client_certificate_bound_access_tokens: Boolean = setting(
        "Bind access tokens to the certificate"
    )
    """Access tokens work only over a connection with the certificate that they were
    issued over (RFC 8705, section 3)."""

    in_scope_for_token_migration: Boolean = setting("Move tokens from Authlete 2")
    """Take this client's tokens along when those of an Authlete 2 service move to
    Authlete 3."""
