from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    AuthMethod,
    Boolean,
    DistinguishedName,
    IpAddress,
    NonBlankText,
    Secret,
    SignedAlg,
)


class ClientAuthenticationSettings(Section):
    """How the client proves at the token endpoint that it is itself. A certificate is
    known by exactly one of the names below (RFC 8705, section 2.1)."""

    title = "Client authentication"

    token_auth_method: AuthMethod = setting("Authentication method", initial="NONE")
    """How the client proves who it is when it asks for tokens (RFC 7591, section 2).
    Taken out of an update, it falls back to none, and anyone who knows the client ID
    passes."""

    token_auth_sign_alg: SignedAlg = setting(
        "Assertion signature", absent="Any algorithm that fits the method"
    )
    """The one algorithm that the client signs its proof with, where the method is a JWT
    (RFC 7523)."""

    client_secret: Secret = setting("Client secret", read_only=True)
    """The password of the client. Every client has one, even if its method does not use
    it. It is shown and replaced on pages of its own."""

    tls_client_auth_subject_dn: DistinguishedName = setting("Certificate subject")
    """The distinguished name in the client's certificate, such as CN=app,O=Example
    (RFC 4514)."""

    tls_client_auth_san_dns: NonBlankText = setting("Certificate host name")
    """The host name among the alternative names of the client's certificate."""

    tls_client_auth_san_uri: NonBlankText = setting("Certificate URI")
    """The URI among the alternative names of the client's certificate, such as a SPIFFE
    ID."""

    tls_client_auth_san_ip: IpAddress = setting("Certificate IP address")
    """The IP address among the alternative names of the client's certificate."""

    tls_client_auth_san_email: NonBlankText = setting("Certificate email address")
    """The email address among the alternative names of the client's certificate."""

    self_signed_certificate_key_id: NonBlankText = setting("Self-signed certificate")
    """The ID of the key in the client's key set that holds its self-signed certificate
    (RFC 8705, section 2.2)."""

    mtls_endpoint_aliases_used: Boolean = setting("Use the mutual TLS endpoints")
    """The client calls the service at the endpoints that are meant for mutual TLS, not
    at the usual ones (RFC 8705, section 5)."""
