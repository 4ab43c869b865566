"""Keys of a service, mutual TLS and DPoP."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    HardwareKeys,
    Jwks,
    NamedUris,
    PemCertificates,
    Seconds,
    Text,
)


class ServiceKeySettings(Section):
    """Keys that sign and decrypt for this service."""

    title = "Keys"

    jwks_uri: EndpointUrl = setting("JWK Set URL")
    """URL of your JWK Set endpoint. Must serve the public keys of the JWK Set.
    Published in discovery as jwks_uri."""

    jwks: Jwks = setting("JWK Set")
    """Keys of the service, including private keys (RFC 7517). Keep a replaced key until
    the last token signed with it expires."""

    id_token_signature_key_id: Text = setting("ID token signature key ID")
    """Key ID (kid) of the key that signs ID tokens. Needed only if several keys match
    the client's algorithm."""

    user_info_signature_key_id: Text = setting("UserInfo signature key ID")
    """Key ID (kid) of the key that signs UserInfo responses. Needed only if several
    keys match the client's algorithm."""

    authorization_signature_key_id: Text = setting("Authorization response signature key ID")
    """Key ID (kid) of the key that signs authorization responses sent as JWTs
    (JARM)."""

    introspection_signature_key_id: Text = setting("Introspection signature key ID")
    """Key ID (kid) of the key that signs introspection responses sent as JWTs (RFC
    9701)."""

    resource_signature_key_id: Text = setting("Resource response signature key ID")
    """Key ID (kid) of the key that signs responses of resource servers."""

    hsm_enabled: Boolean = setting("HSM support")
    """Allow keys stored in a hardware security module (HSM). Default: off."""

    hsks: HardwareKeys = setting("HSM keys", ignored_on_update=True)
    """Keys stored in hardware security modules. Create and delete them on the Keys
    page."""


class SenderConstraintSettings(Section):
    """Sender-constrained tokens: mutual TLS (RFC 8705) and DPoP (RFC 9449)."""

    title = "Mutual TLS and DPoP"

    tls_client_certificate_bound_access_tokens: Boolean = setting("Certificate-bound access tokens")
    """Support access tokens bound to the client's TLS certificate (RFC 8705, section
    3). Default: off."""

    mutual_tls_validate_pki_cert_chain: Boolean = setting("Validate certificate chains")
    """Validate client certificates against the trusted root certificates. Default: off,
    which relies on your TLS gateway."""

    trusted_root_certificates: PemCertificates = setting("Trusted root certificates")
    """Root certificates in PEM format that client certificate chains are validated
    against."""

    mtls_endpoint_aliases: NamedUris = setting("Mutual TLS endpoint aliases")
    """URLs of endpoints for mutual TLS clients, by name such as token_endpoint (RFC
    8705, section 5)."""

    dpop_nonce_required: Boolean = setting("Require DPoP nonce")
    """Reject DPoP proofs without a nonce from this service (RFC 9449, section 8).
    Default: off. Prevents proofs generated in advance."""

    dpop_nonce_duration: Seconds = setting("DPoP nonce duration", zero_label="Authlete default")
    """Lifetime of DPoP nonces (RFC 9449, section 8)."""
