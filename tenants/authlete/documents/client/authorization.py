"""Grant types, redirects, request objects and CIBA settings of a client."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    AsymmetricAlg,
    Boolean,
    ContentEncryption,
    DeliveryMode,
    EndpointUrl,
    FapiModes,
    GrantTypes,
    KeyEncryption,
    RedirectUri,
    RedirectUris,
    RequestUris,
    ResponseModes,
    ResponseTypes,
    Seconds32,
    SignatureAlg,
    SignedAlg,
    Strings,
)


class ClientAuthorizationSettings(Section):
    """Grant types and security requirements of authorization requests."""

    title = "Authorization"

    grant_types: GrantTypes = setting("Grant types")
    """Grant types the client can use (RFC 7591, section 2). The service must support
    them too. Without any, the client gets no tokens."""

    pkce_required: Boolean = setting("Require PKCE")
    """Reject this client's authorization code requests without a code challenge (RFC
    7636). Default: off, unless the service requires it."""

    pkce_s256_required: Boolean = setting("Require S256 for PKCE")
    """Reject the plain code challenge method for this client (RFC 7636). Default: off,
    unless the service requires it."""

    par_required: Boolean = setting("Require pushed authorization requests")
    """Reject this client's authorization requests unless pushed first (RFC 9126).
    Default: off, unless the service requires it."""

    fapi_modes: FapiModes = setting("FAPI modes")
    """FAPI profiles enforced on this client's requests. Used only if the service sets
    none."""

    authorization_details_types: Strings = setting("Authorization details types")
    """Values of type the client may send in authorization_details (RFC 9396)."""

    default_max_age: Seconds32 = setting("Default max age", zero_label="No limit")
    """Maximum time since the user's last sign-in if the request has no max_age (OpenID
    Connect Registration, section 2). Default: no limit."""

    default_acrs: Strings = setting("Default ACR values")
    """ACR values used if the request has none, in order of preference (OpenID Connect
    Registration, section 2)."""


class ClientRedirectSettings(Section):
    """Redirect URIs and format of authorization responses."""

    title = "Redirects and responses"

    redirect_uris: RedirectUris = setting("Redirect URIs")
    """URIs that authorization responses may be sent to, matched exactly (RFC 9700). A
    URI you don't control lets others take over accounts."""

    response_types: ResponseTypes = setting("Response types")
    """Response types the client can request. The service must support them too. Without
    any, authorization requests fail."""

    response_modes: ResponseModes = setting("Response modes", unset_label="Authlete default")
    """Response modes the client can request. Modes with jwt need a response signature
    algorithm (JARM)."""

    authorization_sign_alg: SignedAlg = setting(
        "Authorization response signature algorithm",
        unset_label="None: JWT response modes unavailable",
    )
    """Algorithm that signs authorization responses sent as JWTs (JARM)."""

    authorization_encryption_alg: KeyEncryption = setting(
        "Authorization response encryption algorithm", unset_label="Not encrypted"
    )
    """JWE alg for authorization responses sent as JWTs (JARM)."""

    authorization_encryption_enc: ContentEncryption = setting(
        "Authorization response content encryption", unset_label="A128CBC-HS256 if encrypted"
    )
    """JWE enc for authorization responses sent as JWTs (JARM). Also needs the
    encryption algorithm."""


class ClientRequestSettings(Section):
    """Request objects: authorization requests sent as JWTs (RFC 9101)."""

    title = "Request objects"

    request_object_required: Boolean = setting("Require request object")
    """Reject this client's authorization requests without a request object (RFC 9101).
    Default: off."""

    request_sign_alg: SignatureAlg = setting(
        "Request object signature algorithm", unset_label="Any algorithm"
    )
    """The only signature algorithm accepted in this client's request objects (OpenID
    Connect Registration, section 2)."""

    request_encryption_alg: KeyEncryption = setting(
        "Request object encryption algorithm", unset_label="Any algorithm"
    )
    """JWE alg that the client declares for its request objects. Enforced only if the
    setting below is on."""

    request_encryption_enc: ContentEncryption = setting(
        "Request object content encryption", unset_label="Any algorithm"
    )
    """JWE enc that the client declares for its request objects. Also needs the
    encryption algorithm."""

    request_object_encryption_alg_match_required: Boolean = setting(
        "Enforce request object encryption algorithm"
    )
    """Reject request objects with another JWE alg than the client declares. Default:
    off."""

    request_object_encryption_enc_match_required: Boolean = setting(
        "Enforce request object content encryption"
    )
    """Reject request objects with another JWE enc than the client declares. Default:
    off."""

    front_channel_request_object_encryption_required: Boolean = setting(
        "Require encryption of front-channel request objects"
    )
    """Reject this client's unencrypted request objects sent through the browser.
    Default: off."""

    request_uris: RequestUris = setting("Request URIs")
    """Pre-registered values of request_uri, where request objects are fetched from
    (OpenID Connect Registration, section 2)."""


class ClientCibaSettings(Section):
    """CIBA (authentication on another device) and wallet settings."""

    title = "CIBA and wallets"

    bc_delivery_mode: DeliveryMode = setting(
        "Token delivery mode", unset_label="None: CIBA requests fail"
    )
    """How the client gets tokens after the user approves: poll, ping or push (CIBA
    Core, section 5)."""

    bc_notification_endpoint: EndpointUrl = setting("Client notification endpoint")
    """URL of the client that your server calls after approval. Required for ping and
    push."""

    bc_request_sign_alg: AsymmetricAlg = setting(
        "CIBA request signature algorithm", unset_label="Not signed"
    )
    """Algorithm the client must sign its CIBA requests with (CIBA Core, section
    7.1.1)."""

    bc_user_code_required: Boolean = setting("Require user code")
    """Reject CIBA requests without user_code, a secret known only to the user. Default:
    off."""

    credential_offer_endpoint: RedirectUri = setting("Credential offer endpoint")
    """URL or custom scheme where the wallet receives credential offers (OID4VCI)."""

    credential_response_encryption_required: Boolean = setting(
        "Require credential response encryption"
    )
    """Reject this wallet's credential requests that don't ask for encryption. Default:
    off."""
