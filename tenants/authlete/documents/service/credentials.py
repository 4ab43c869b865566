"""Keys and verifiable credentials of a service."""

from typing import Annotated, Any

from pydantic import AfterValidator

from tenants.authlete.documents.base import InputType, Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    EntityIds,
    HardwareKeys,
    IssuerUrl,
    JsonObject,
    Jwks,
    NamedUris,
    Number,
    Oid4vciVersion,
    PemCertificates,
    Seconds,
    Strings,
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


class CredentialIssuerSettings(Section):
    """Metadata that wallets read about the credential issuer (OID4VCI)."""

    title = "Issuer metadata"

    credential_issuer: IssuerUrl = setting("Credential issuer identifier")
    """HTTPS URL that identifies the issuer in offers and credentials."""

    authorization_servers: EntityIds = setting("Authorization servers")
    """Issuer identifiers of the authorization servers that wallets may use. Default:
    the credential issuer itself."""

    credential_endpoint: EndpointUrl = setting("Credential endpoint")
    """URL where wallets request a credential."""

    batch_credential_endpoint: EndpointUrl = setting("Batch credential endpoint")
    """URL where wallets request several credentials at once."""

    deferred_credential_endpoint: EndpointUrl = setting("Deferred credential endpoint")
    """URL where wallets fetch a credential that wasn't ready immediately."""

    credentials_supported: JsonObject = setting("Supported credentials")
    """Credentials on offer, as a JSON object with an identifier for each."""

    credential_response_encryption_alg_values_supported: Strings = setting(
        "Credential response encryption algorithms"
    )
    """JWE alg values for encrypted credential responses, such as ECDH-ES."""

    credential_response_encryption_enc_values_supported: Strings = setting(
        "Credential response content encryption"
    )
    """JWE enc values for encrypted credential responses, such as A256GCM."""

    require_credential_response_encryption: Boolean = setting(
        "Require credential response encryption"
    )
    """Reject credential requests that don't ask for encryption. Default: off."""


IssuerMetadata = Annotated[
    Annotated[dict[str, Any], AfterValidator(CredentialIssuerSettings.validate_object)] | None,
    InputType("issuer_metadata"),
]


class CredentialSettings(Section):
    """Verifiable credentials for wallets (OpenID for Verifiable Credential Issuance)."""

    title = "Verifiable credentials"

    verifiable_credentials_enabled: Boolean = setting("Verifiable credentials")
    """Act as a credential issuer (OID4VCI). Default: off."""

    oid4vci_version: Oid4vciVersion = setting(
        "OID4VCI version",
        unset_label="Authlete default: first implementer's draft",
        api_name="oid4vciVersion",
    )
    """Version of OpenID for Verifiable Credential Issuance. Wallets must support the
    same version."""

    credential_issuer_metadata: IssuerMetadata = setting("Credential issuer metadata")
    """Endpoints and credentials of the issuer, as published to wallets."""

    credential_jwks: Jwks = setting("Credential JWK Set")
    """Keys that sign credentials, including private keys. Separate from the keys that
    sign tokens."""

    credential_jwks_uri: EndpointUrl = setting("Credential JWK Set URL")
    """URL of the public keys that verify credentials."""

    credential_duration: Seconds = setting("Credential duration", zero_label="Authlete default")
    """Lifetime of issued credentials."""

    credential_offer_duration: Seconds = setting(
        "Credential offer duration", zero_label="Authlete default"
    )
    """Lifetime of credential offers."""

    credential_transaction_duration: Seconds = setting(
        "Credential transaction duration", zero_label="Authlete default"
    )
    """How long a wallet can fetch a credential whose issuance was deferred."""

    cnonce_duration: Seconds = setting("c_nonce duration", zero_label="Authlete default")
    """Lifetime of c_nonce, the challenge a wallet signs to prove possession of its
    key."""

    user_pin_length: Number = setting("Transaction code length", zero_label="Authlete default")
    """Number of characters in transaction codes for pre-authorized offers."""

    pre_authorized_grant_anonymous_access_supported: Boolean = setting(
        "Anonymous access for pre-authorized codes"
    )
    """Accept pre-authorized codes from wallets that send no client ID. Default: off."""
