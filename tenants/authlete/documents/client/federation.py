from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    FederationRegistrations,
    IssuerUrl,
    Jwts,
    Text,
    Timestamp,
)


class ClientFederationSettings(Section):
    """What a chain of statements says about this client, up to an anchor that the
    service trusts (OpenID Federation)."""

    title = "OpenID Federation"

    entity_id: IssuerUrl = setting("Entity ID", ignored=True)
    """The address that names this client in the federation."""

    organization_name: Text = setting("Organization name", ignored=True)
    """Who runs the client, as the federation says."""

    client_registration_types: FederationRegistrations = setting("Ways to register", ignored=True)
    """How the client says that it may join."""

    trust_anchor_id: IssuerUrl = setting("Trust anchor", ignored=True)
    """The entity where the chain of trust ends."""

    trust_chain: Jwts = setting("Trust chain")
    """The signed statements from the client up to the anchor, in this order, each a
    JWT. Authlete writes them when the client joins."""

    trust_chain_expires_at: Timestamp = setting("Chain expires", zero="No chain", ignored=True)
    """Until when the chain holds; then the client must be vouched for anew."""

    trust_chain_updated_at: Timestamp = setting("Chain renewed", zero="Never", ignored=True)
    """When the chain was last followed."""
