from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.issuer_metadata import IssuerMetadata
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    Jwks,
    Number,
    Oid4vciVersion,
    Seconds,
)


class CredentialSettings(Section):
    """Credentials that users keep in a wallet and show to others (OID4VCI)."""

    title = "Verifiable credentials"

    verifiable_credentials_enabled: Boolean = setting("Issue credentials")
    """Let this service act as a credential issuer for wallets."""

    oid4vci_version: Oid4vciVersion = setting(
        "Version of OID4VCI",
        absent="Authlete's default: first implementer's draft",
        api_name="oid4vciVersion",
    )
    """The edition of the standard that this service follows; wallets must follow the
    same."""

    credential_issuer_metadata: IssuerMetadata = setting("Issuer metadata")
    """What wallets read about this issuer: its addresses, and the credentials it
    offers."""

    credential_jwks: Jwks = setting("Credential key set")
    """The keys that sign credentials, private parts included. They are apart from the
    keys that sign tokens."""

    credential_jwks_uri: EndpointUrl = setting("Credential key address")
    """Where verifiers fetch the public keys that credentials are checked with."""

    credential_duration: Seconds = setting("Credential lifetime", zero="Authlete's default")
    """How long a credential is valid after it was issued."""

    credential_offer_duration: Seconds = setting("Offer lifetime", zero="Authlete's default")
    """How long a user may take up an offer for a credential."""

    credential_transaction_duration: Seconds = setting(
        "Deferred issuance lifetime", zero="Authlete's default"
    )
    """How long a wallet may come back for a credential that was not ready at once."""

    cnonce_duration: Seconds = setting("Challenge lifetime", zero="Authlete's default")
    """How long a wallet may use the nonce with which it proves that it holds the
    key."""

    user_pin_length: Number = setting("Transaction code length", zero="Authlete's default")
    """How long the code is that the user types to take up a pre-authorized offer."""

    pre_authorized_grant_anonymous_access_supported: Boolean = setting(
        "Anonymous wallets for pre-authorized codes"
    )
    """Take pre-authorized codes from wallets that do not say which client they are."""
