from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    NamedUris,
    PemCertificates,
    Seconds,
)


class SenderConstraintSettings(Section):
    """Tokens that are of no use to a thief: bound to a certificate (RFC 8705) or to a
    key (RFC 9449)."""

    title = "Mutual TLS and DPoP"

    tls_client_certificate_bound_access_tokens: Boolean = setting(
        "Bind access tokens to certificates"
    )
    """Let clients get access tokens that work only together with their TLS certificate
    (RFC 8705, section 3)."""

    mutual_tls_validate_pki_cert_chain: Boolean = setting("Check certificate chains")
    """Let Authlete check that a client's certificate leads back to one of the trusted
    roots, instead of trusting your TLS gateway to do so."""

    trusted_root_certificates: PemCertificates = setting("Trusted roots")
    """The certificate authorities whose client certificates are accepted when chains
    are checked."""

    mtls_endpoint_aliases: NamedUris = setting("Mutual TLS addresses")
    """Other addresses of endpoints for clients that use mutual TLS, such as
    token_endpoint (RFC 8705, section 5)."""

    dpop_nonce_required: Boolean = setting("Require a nonce for DPoP")
    """Refuse DPoP proofs that lack a nonce of this service, so that none can be made
    ahead of time (RFC 9449, section 8)."""

    dpop_nonce_duration: Seconds = setting("DPoP nonce lifetime", zero="Authlete's default")
    """How long clients may use a nonce before they are handed a new one."""
