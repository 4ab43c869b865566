from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    FapiModes,
    GrantTypes,
    Seconds32,
    Strings,
)


class ClientAuthorizationSettings(Section):
    """How this client may get tokens, and how careful its requests must be."""

    title = "Authorization"

    grant_types: GrantTypes = setting("Grant types")
    """The ways in which this client may get tokens (RFC 7591, section 2). The service
    must allow each of them, too; with none, the client gets no token."""

    pkce_required: Boolean = setting("Require PKCE")
    """Refuse requests of this client that ask for a code without a code challenge, so
    that a stolen code is worth nothing (RFC 7636)."""

    pkce_s256_required: Boolean = setting("Require S256 for PKCE")
    """Refuse code challenges of this client that are not hashed (RFC 7636, section
    4.2)."""

    par_required: Boolean = setting("Require pushed requests")
    """Refuse requests of this client that did not first go from its server to yours
    (PAR, RFC 9126)."""

    fapi_modes: FapiModes = setting("FAPI modes")
    """Hold this client's requests to these FAPI profiles. They count only while the
    service names none for all its clients."""

    authorization_details_types: Strings = setting("Authorization details types")
    """The types of authorization details that this client may send (RFC 9396)."""

    default_max_age: Seconds32 = setting("Longest time since sign-in", zero="No limit")
    """How long ago the user may have signed in before they must do so anew, where the
    request does not say (OIDC Registration, section 2)."""

    default_acrs: Strings = setting("Default authentication classes")
    """How strongly users must sign in where the request does not say, the preferred
    class first (OIDC Registration, section 2)."""
