from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    EntityIds,
    FederationRegistrations,
    Jwks,
    Seconds32,
    Text,
    TrustAnchors,
)


class ServiceFederationSettings(Section):
    """Trust in clients that is not set up one by one, but follows from a chain of
    statements up to an anchor (OpenID Federation)."""

    title = "OpenID Federation"

    federation_enabled: Boolean = setting("Take part in a federation")
    """Publish an entity configuration and accept clients through trust chains."""

    trust_anchors: TrustAnchors = setting("Trust anchors")
    """The entities where every chain of trust must end. With none, no client can join
    through the federation."""

    authority_hints: EntityIds = setting("Superiors")
    """The entities directly above this service, which others ask about it."""

    organization_name: Text = setting("Organization name")
    """Who runs this service, as other members of the federation read it."""

    supported_client_registration_types: FederationRegistrations = setting("Ways of registration")
    """Whether clients join with their first request, or register beforehand."""

    federation_registration_endpoint: EndpointUrl = setting("Federation registration endpoint")
    """Where clients of the federation register beforehand."""

    federation_jwks: Jwks = setting("Federation key set")
    """The keys that sign this service's entity statements, private parts included. They
    are apart from the keys that sign tokens."""

    federation_signature_key_id: Text = setting("Federation signing key")
    """The ID of the key that signs entity statements, where the federation key set has
    several."""

    federation_configuration_duration: Seconds32 = setting(
        "Entity configuration lifetime", zero="Authlete's default"
    )
    """How long others may rely on this service's entity configuration before they fetch
    it again."""

    signed_jwks_uri: EndpointUrl = setting("Signed key set address")
    """Where the public keys of this service are served as a JWT that the federation
    keys sign."""
