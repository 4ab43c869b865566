from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import Boolean, EndpointUrl, Secret, Strings


class SignInSettings(Section):
    """How users are authenticated, share a sign-in between applications, and sign
    out."""

    title = "Sign-in and logout"

    supported_acrs: Strings = setting("Authentication contexts")
    """The strengths of sign-in you can promise, as ACR values that clients may demand
    (OIDC Core, section 2)."""

    end_session_endpoint: EndpointUrl = setting("Logout endpoint")
    """Where clients send users to sign out (OIDC RP-Initiated Logout)."""

    native_sso_supported: Boolean = setting("Native single sign-on")
    """Let applications of one vendor on a device share a sign-in, through the
    device_sso scope (OIDC Native SSO)."""

    authentication_callback_endpoint: EndpointUrl = setting("Authentication callback")
    """An address of yours that Authlete calls to check a user's password, for sign-in
    pages that Authlete hosts itself."""

    authentication_callback_api_key: Secret = setting("Callback user name")
    """The user name that Authlete sends to the authentication callback. It is sealed
    like a password."""

    authentication_callback_api_secret: Secret = setting("Callback password")
    """The password that Authlete sends to the authentication callback."""
