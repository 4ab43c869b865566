from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    IdTokenAudType,
    Seconds,
    Seconds32,
)


class ServiceIdTokenSettings(Section):
    """What clients learn about the user who signed in, and for how long it holds."""

    title = "ID token and UserInfo"

    id_token_duration: Seconds = setting("ID token lifetime", initial=86400)
    """How long after sign-in a client may still accept an ID token."""

    id_token_aud_type: IdTokenAudType = setting(
        "Audience in ID tokens", absent="Authlete's default"
    )
    """Whether an ID token names its client as a list of one or as a plain text, for
    clients that read only one of them."""

    id_token_reissuable: Boolean = setting("New ID token on refresh")
    """A refresh can answer with a fresh ID token, for clients that show what it says
    (OIDC Core, section 12.2)."""

    allowable_clock_skew: Seconds32 = setting("Clock tolerance")
    """How far the clocks of clients and this service may differ before a JWT counts as
    expired or too early."""

    user_info_endpoint: EndpointUrl = setting("UserInfo endpoint")
    """Where clients fetch claims about the user with an access token; shown in the
    discovery document."""

    claim_shortcut_restrictive: Boolean = setting("Fewer claims in ID tokens")
    """Claims asked for by a scope, such as email, go into the ID token only when no
    access token is issued (OIDC Core, section 5.4)."""
