"""The one object inside a client that has settings of its own."""

from typing import Annotated, Any

from pydantic import AfterValidator

from tenants.authlete.documents.base import InputType, Section, setting
from tenants.authlete.documents.types import Boolean, ScopeNames, Seconds


class ClientExtensionSettings(Section):
    """Where this client differs from its service. Of the lifetimes of the service, the
    client and the scopes, the shortest wins."""

    title = "Scopes and lifetimes"

    requestable_scopes_enabled: Boolean = setting("Limit the scopes")
    """Let the client ask for listed scopes only. While off, it may ask for any scope of
    the service."""

    requestable_scopes: ScopeNames = setting(
        "Scopes it may ask for", absent="Any scope of the service"
    )
    """With the limit on, exactly these; an empty list then means no scope at all.
    Scopes that the service does not have are dropped."""

    access_token_duration: Seconds = setting("Access token lifetime", zero="The service's")
    """How long access tokens of this client live at most."""

    refresh_token_duration: Seconds = setting("Refresh token lifetime", zero="The service's")
    """How long refresh tokens of this client live at most."""

    id_token_duration: Seconds = setting("ID token lifetime", zero="The service's")
    """How long ID tokens for this client hold at most."""

    token_exchange_permitted: Boolean = setting("Permit token exchange")
    """Let the client swap tokens where the service reserves that to permitted clients
    (RFC 8693)."""


Extension = Annotated[
    Annotated[dict[str, Any], AfterValidator(ClientExtensionSettings.validate_object)] | None,
    InputType("client_extension"),
]
