from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    EndpointUrl,
    WebPageUrl,
)


class ClientPageSettings(Section):
    """What users see of the application, and where it begins."""

    title = "Pages and logo"

    client_uri: WebPageUrl = setting("Home page")
    """Where users read about the application; your consent page may link there."""

    logo_uri: WebPageUrl = setting("Logo")
    """A picture for your consent page. The user's browser fetches it, so its host
    learns who signs in, unless you keep a copy."""

    policy_uri: WebPageUrl = setting("Policy page")
    """Where users read what the application does with their data."""

    tos_uri: WebPageUrl = setting("Terms page")
    """Where users read on what terms they use the application."""

    login_uri: EndpointUrl = setting("Sign-in starting point")
    """Where others send users who are to sign in to the application; it then makes the
    request itself (OIDC Core, section 4)."""
