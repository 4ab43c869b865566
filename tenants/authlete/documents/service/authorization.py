"""Authorization endpoint, authorization requests, scopes and claims of a service."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ClaimTypes,
    DisplayTypes,
    EndpointUrl,
    FapiModes,
    GrantTypes,
    JsonObject,
    LanguageTags,
    PromptValues,
    ResponseTypes,
    Scopes,
    Seconds,
    ServiceProfiles,
    Strings,
)


class ServiceAuthorizationSettings(Section):
    """Supported grant types, response types and rules of the authorization endpoint."""

    title = "Authorization"

    authorization_endpoint: EndpointUrl = setting("Authorization endpoint")
    """URL of your authorization endpoint. Published in discovery (RFC 8414)."""

    supported_grant_types: GrantTypes = setting(
        "Supported grant types", unset_label="Authlete default"
    )
    """Grant types the service accepts. A client can use a grant type only if it is
    also enabled for the client."""

    supported_response_types: ResponseTypes = setting(
        "Supported response types", unset_label="Authlete default"
    )
    """Values of response_type the authorization endpoint accepts. Each client also
    needs the response type. RFC 9700 recommends code only."""

    pkce_required: Boolean = setting("Require PKCE")
    """Reject authorization code requests without a code challenge (RFC 7636).
    Recommended for all clients by RFC 9700. Default: off."""

    pkce_s256_required: Boolean = setting("Require S256 for PKCE")
    """Reject the plain code challenge method (RFC 7636). Default: off. Turn it on
    unless a client can't compute SHA-256."""

    fapi_modes: FapiModes = setting("FAPI modes")
    """FAPI profiles enforced on every request. Default: none, so Authlete decides by
    the request's scopes and the client's settings."""

    supported_service_profiles: ServiceProfiles = setting("Service profiles")
    """Profiles enabled for the service. Default: none. FAPI checks need the FAPI
    profile."""

    supported_authorization_details_types: Strings = setting("Authorization details types")
    """Values of type the service accepts in authorization_details (RFC 9396)."""

    supported_prompt_values: PromptValues = setting(
        "Supported prompt values", unset_label="Authlete default"
    )
    """Values of the prompt parameter the service accepts, such as login or consent
    (OpenID Connect Core, section 3.1.2.1)."""

    supported_displays: DisplayTypes = setting(
        "Supported display values", unset_label="Authlete default: page"
    )
    """Values of the display parameter the service accepts (OpenID Connect Core,
    section 3.1.2.1)."""

    supported_ui_locales: LanguageTags = setting("Supported UI locales")
    """Language tags of your sign-in pages. Published in discovery as
    ui_locales_supported."""

    authorization_response_duration: Seconds = setting(
        "Authorization response JWT duration", zero_label="Authlete default"
    )
    """Lifetime of authorization responses sent as JWTs (JARM), which recommends at most 10
    minutes."""

    iss_suppressed: Boolean = setting("Omit iss from authorization responses")
    """Leave out the iss response parameter, which protects clients from mix-up attacks
    (RFC 9207). Default: off. Turn it on only for clients that reject it."""

    loopback_redirection_uri_variable: Boolean = setting("Allow any port in loopback redirect URIs")
    """Ignore the port when matching loopback redirect URIs (RFC 8252, section 7.3).
    Default: off. Native apps that pick a free port need it."""

    error_description_omitted: Boolean = setting("Omit error descriptions")
    """Leave out the error_description parameter of error responses. Default: off."""

    error_uri_omitted: Boolean = setting("Omit error URIs")
    """Leave out the error_uri parameter of error responses. Default: off."""


class ServiceRequestSettings(Section):
    """Pushed authorization requests (RFC 9126) and request objects (RFC 9101)."""

    title = "Pushed authorization requests and request objects"

    pushed_auth_req_endpoint: EndpointUrl = setting("Pushed authorization request endpoint")
    """URL where clients push authorization requests (RFC 9126). Published in
    discovery."""

    pushed_auth_req_duration: Seconds = setting(
        "Pushed authorization request duration", zero_label="Authlete default"
    )
    """Lifetime of the request_uri that a pushed request returns (RFC 9126, section
    2.2)."""

    par_required: Boolean = setting("Require pushed authorization requests")
    """Reject authorization requests that weren't pushed first (RFC 9126). Required by
    FAPI 2.0. Default: off."""

    request_object_required: Boolean = setting("Require request objects")
    """Reject authorization requests without a request object (RFC 9101). Default:
    off."""

    traditional_request_object_processing_applied: Boolean = setting(
        "Use OpenID Connect Core rules for request objects"
    )
    """Also read parameters outside the request object (OpenID Connect Core, section
    6). Default: off, so only those inside count (RFC 9101)."""

    request_object_audience_checked: Boolean = setting("Check request object audience")
    """Reject request objects whose aud isn't this service's issuer. Default: off."""

    nbf_optional: Boolean = setting("Make nbf optional in request objects")
    """Accept FAPI request objects without an nbf claim, which FAPI 1.0 Advanced
    requires. Default: off."""

    front_channel_request_object_encryption_required: Boolean = setting(
        "Require encryption of front-channel request objects"
    )
    """Reject unencrypted request objects sent through the browser. Default: off."""

    request_object_encryption_alg_match_required: Boolean = setting(
        "Enforce request object encryption algorithm"
    )
    """Reject request objects whose JWE alg differs from the client's registered value.
    Default: off."""

    request_object_encryption_enc_match_required: Boolean = setting(
        "Enforce request object content encryption"
    )
    """Reject request objects whose JWE enc differs from the client's registered value.
    Default: off."""


class ScopeAndClaimSettings(Section):
    """Scopes that clients can request and claims that they can receive."""

    title = "Scopes and claims"

    supported_scopes: Scopes = setting("Supported scopes")
    """Scopes that clients can request. Removing a scope also removes it from clients
    that are limited to listed scopes."""

    scope_required: Boolean = setting("Require scope")
    """Reject requests that name no scope when no default scope applies. Default:
    off."""

    supported_claims: Strings = setting("Supported claims")
    """Names of claims the service can return. Published in discovery as
    claims_supported."""

    supported_claim_types: ClaimTypes = setting(
        "Supported claim types", unset_label="Authlete default: normal"
    )
    """Claim types the service can return (OpenID Connect Core, section 5.6)."""

    supported_claim_locales: LanguageTags = setting("Supported claim locales")
    """Language tags of claim values. Published in discovery as
    claims_locales_supported."""

    predefined_transformed_claims: JsonObject = setting("Predefined transformed claims")
    """Claims computed from other claims, as a JSON object (OpenID Connect Advanced
    Syntax for Claims)."""
