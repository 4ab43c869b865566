"""Verifiable credentials of a service, and the issuer metadata inside it."""

from typing import Annotated, Any

from pydantic import AfterValidator

from tenants.authlete.documents.base import InputType, Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    EntityIds,
    IssuerUrl,
    JsonObject,
    Jwks,
    Number,
    Oid4vciVersion,
    Seconds,
    Strings,
)


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
