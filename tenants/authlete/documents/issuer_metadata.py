"""The one object inside a service that has settings of its own."""

from typing import Annotated, Any

from pydantic import AfterValidator

from tenants.authlete.documents.base import InputType, Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    EntityIds,
    IssuerUrl,
    JsonObject,
    Strings,
)


class CredentialIssuerSettings(Section):
    """What wallets read about a credential issuer (OID4VCI)."""

    title = "Issuer metadata"

    credential_issuer: IssuerUrl = setting("Credential issuer")
    """The address that names this issuer in offers and credentials."""

    authorization_servers: EntityIds = setting("Authorization servers")
    """The issuers of tokens that the wallet may use; with none, the credential issuer
    itself."""

    credential_endpoint: EndpointUrl = setting("Credential endpoint")
    """Where wallets fetch one credential."""

    batch_credential_endpoint: EndpointUrl = setting("Batch endpoint")
    """Where wallets fetch several credentials in one request."""

    deferred_credential_endpoint: EndpointUrl = setting("Deferred endpoint")
    """Where wallets come back for a credential that was not ready at once."""

    credentials_supported: JsonObject = setting("Credentials on offer")
    """The credentials this issuer offers, each under an identifier of its own."""

    credential_response_encryption_alg_values_supported: Strings = setting(
        "Key encryption of responses"
    )
    """How the key of an encrypted response can be encrypted, such as ECDH-ES."""

    credential_response_encryption_enc_values_supported: Strings = setting(
        "Content encryption of responses"
    )
    """How the content of an encrypted response can be encrypted, such as A256GCM."""

    require_credential_response_encryption: Boolean = setting("Require encryption")
    """Refuse wallets that want their credential unencrypted."""


IssuerMetadata = Annotated[
    Annotated[dict[str, Any], AfterValidator(CredentialIssuerSettings.validate_object)] | None,
    InputType("issuer_metadata"),
]
