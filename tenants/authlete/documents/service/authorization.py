from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    DisplayTypes,
    EndpointUrl,
    FapiModes,
    GrantTypes,
    LanguageTags,
    PromptValues,
    ResponseTypes,
    Seconds,
    ServiceProfiles,
    Strings,
)


class ServiceAuthorizationSettings(Section):
    """What clients may ask for at the authorization endpoint, and how requests must
    look."""

    title = "Authorization"

    authorization_endpoint: EndpointUrl = setting("Authorization endpoint")
    """Where browsers are sent to sign in and consent; shown in the discovery
    document."""

    supported_grant_types: GrantTypes = setting("Grant types", absent="Authlete's default")
    """The ways in which clients may get tokens. A client needs the grant type among
    its own, too."""

    supported_response_types: ResponseTypes = setting("Response types", absent="Authlete's default")
    """What the authorization endpoint may answer with. A client needs the response
    type among its own, too."""

    pkce_required: Boolean = setting("Require PKCE")
    """Refuse requests for an authorization code that carry no code challenge
    (RFC 7636)."""

    pkce_s256_required: Boolean = setting("Require S256 for PKCE")
    """Refuse plain code challenges, which anyone who sees the request could answer
    (RFC 7636)."""

    fapi_modes: FapiModes = setting("FAPI modes")
    """Hold every request to these FAPI profiles. With none, each request is judged by
    its scopes and client."""

    supported_service_profiles: ServiceProfiles = setting("Profiles")
    """Sets of rules that this service can apply; FAPI checks need the FAPI profile."""

    supported_authorization_details_types: Strings = setting("Authorization details types")
    """The types that clients may name in authorization details (RFC 9396)."""

    supported_prompt_values: PromptValues = setting("Prompt values", absent="Authlete's default")
    """What clients may ask you to show the user, such as a new sign-in (OIDC Core,
    section 3.1.2.1)."""

    supported_displays: DisplayTypes = setting(
        "Display types", absent="Authlete's default: whole page"
    )
    """The kinds of page that your sign-in can be shown as when a client asks."""

    supported_ui_locales: LanguageTags = setting("Page languages")
    """The languages your sign-in pages speak; clients see them in the discovery
    document."""

    authorization_response_duration: Seconds = setting(
        "Signed response lifetime", zero="Authlete's default"
    )
    """How long a client may accept an authorization response that came as a JWT
    (JARM)."""

    iss_suppressed: Boolean = setting("Leave out the issuer in responses")
    """Do not name the issuer in authorization responses. Clients need it against mix-up
    attacks (RFC 9207), so leave this off unless one breaks."""

    loopback_redirection_uri_variable: Boolean = setting("Any port for loopback redirects")
    """Take redirect URIs to the user's own machine with any port, as native
    applications need it (RFC 8252)."""

    error_description_omitted: Boolean = setting("Leave out error descriptions")
    """Answer clients with the error code alone, without the sentence that explains
    it."""

    error_uri_omitted: Boolean = setting("Leave out error pages")
    """Answer clients without the address of a page about the error."""
