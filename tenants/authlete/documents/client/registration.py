"""Registration and federation metadata of a client."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ClientSource,
    EndpointUrl,
    FederationRegistrations,
    IssuerUrl,
    Jwts,
    NonBlankText,
    Secret,
    Text,
    Timestamp,
)


class ClientRegistrationSettings(Section):
    """How the client was registered. Later updates can overwrite changes made here."""

    title = "Registration"

    client_source: ClientSource = setting("Client source", ignored_on_update=True)
    """How the client was created: by the API, dynamic registration, a federation, or a
    metadata document."""

    dynamically_registered: Boolean = setting("Dynamically registered", read_only=True)
    """The client registered itself (RFC 7591) and may update its own settings (RFC
    7592)."""

    registration_access_token_hash: Secret = setting(
        "Registration access token hash", ignored_on_update=True
    )
    """Hash of the token that lets the client update or delete its registration (RFC
    7592)."""

    software_id: NonBlankText = setting("Software ID")
    """Identifier shared by all installations of the same software (RFC 7591, section
    2)."""

    software_version: Text = setting("Software version")
    """Version of the software identified by the software ID (RFC 7591, section 2)."""

    developer: Text = setting("Developer", ignored_on_update=True)
    """Developer the client was created for. Updates don't change it."""

    automatically_registered: Boolean = setting("Automatically registered", ignored_on_update=True)
    """Registered with its first request through a trust chain (OpenID Federation)."""

    explicitly_registered: Boolean = setting("Explicitly registered", ignored_on_update=True)
    """Registered beforehand through a trust chain (OpenID Federation)."""

    discovered_by_metadata_document: Boolean = setting(
        "Discovered by metadata document", ignored_on_update=True
    )
    """Not registered: the client ID is the URL of its metadata (OAuth Client ID
    Metadata Document)."""

    metadata_document_location: EndpointUrl = setting(
        "Metadata document location", ignored_on_update=True
    )
    """URL of the client's metadata document."""

    metadata_document_expires_at: Timestamp = setting(
        "Metadata document expiry", zero_label="No metadata document", ignored_on_update=True
    )
    """When Authlete's copy of the metadata document expires."""

    metadata_document_updated_at: Timestamp = setting(
        "Metadata document updated", zero_label="Never", ignored_on_update=True
    )
    """When Authlete last applied the metadata document."""


class ClientFederationSettings(Section):
    """Trust chain of the client (OpenID Federation)."""

    title = "OpenID Federation"

    entity_id: IssuerUrl = setting("Entity ID", ignored_on_update=True)
    """Identifier of the client in the federation."""

    organization_name: Text = setting("Organization name", ignored_on_update=True)
    """Operator of the client, as published in the federation."""

    client_registration_types: FederationRegistrations = setting(
        "Client registration types", ignored_on_update=True
    )
    """Registration types the client declares: automatic or explicit."""

    trust_anchor_id: IssuerUrl = setting("Trust anchor ID", ignored_on_update=True)
    """Entity ID of the trust anchor where the trust chain ends."""

    trust_chain: Jwts = setting("Trust chain")
    """Signed statements from the client up to the trust anchor, in order. Authlete sets
    them at registration."""

    trust_chain_expires_at: Timestamp = setting(
        "Trust chain expiry", zero_label="No trust chain", ignored_on_update=True
    )
    """When the trust chain expires and must be resolved again."""

    trust_chain_updated_at: Timestamp = setting(
        "Trust chain updated", zero_label="Never", ignored_on_update=True
    )
    """When the trust chain was last resolved."""
