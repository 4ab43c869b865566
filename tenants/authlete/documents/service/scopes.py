from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ClaimTypes,
    JsonObject,
    LanguageTags,
    Scopes,
    Strings,
)


class ScopeAndClaimSettings(Section):
    """What clients can ask for, and what they can learn about users."""

    title = "Scopes and claims"

    supported_scopes: Scopes = setting("Scopes")
    """The scopes that clients may request. Removing one takes it from every client
    that asks for it."""

    scope_required: Boolean = setting("Require a scope")
    """Refuse requests that name no scope while no default scope steps in."""

    supported_claims: Strings = setting("Claims")
    """Names of the claims about users that you can provide; listed in the discovery
    document."""

    supported_claim_types: ClaimTypes = setting("Claim types", absent="Authlete's default: normal")
    """How claims are delivered: by yourself, or through other providers (OIDC Core,
    section 5.6)."""

    supported_claim_locales: LanguageTags = setting("Claim languages")
    """The languages in which you can provide claims; listed in the discovery
    document."""

    predefined_transformed_claims: JsonObject = setting("Transformed claims")
    """Claims computed from others, such as whether a user is of age, which clients can
    ask for by name (OIDC Advanced Syntax for Claims)."""
