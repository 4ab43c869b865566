"""Client registration of a service: dynamic, by metadata document, by federation."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    EntityIds,
    FederationRegistrations,
    JsonObject,
    Jwks,
    Seconds32,
    Strings,
    Text,
    TrustAnchors,
)


class ServiceRegistrationSettings(Section):
    """Dynamic client registration (RFC 7591) and its management (RFC 7592)."""

    title = "Dynamic client registration"

    dynamic_registration_supported: Boolean = setting("Dynamic client registration")
    """Accept client registration requests (RFC 7591). Default: off, which rejects them
    all."""

    registration_endpoint: EndpointUrl = setting("Registration endpoint")
    """URL where clients register themselves (RFC 7591). Published in discovery."""

    registration_management_endpoint: EndpointUrl = setting("Client configuration endpoint")
    """Base URL where clients manage their registration. Authlete appends the client ID
    (RFC 7592)."""

    dcr_scope_used_as_requestable: Boolean = setting("Limit clients to registered scope")
    """Clients that register with scope can't request other scopes. Default: off."""

    dcr_duplicate_software_id_blocked: Boolean = setting("Block duplicate software IDs")
    """Reject registrations whose software_id another client already uses. Default:
    off."""

    unauthorized_on_client_config_supported: Boolean = setting(
        "Return 401 for invalid registration tokens"
    )
    """Answer invalid registration access tokens with 401 instead of 400 (RFC 7592).
    Default: off. Your endpoint must handle the action UNAUTHORIZED."""

    supported_custom_client_metadata: Strings = setting("Custom client metadata")
    """Names of non-standard metadata that clients may register. Reserved names are
    rejected."""


class MetadataDocumentSettings(Section):
    """Unregistered clients, described at the URL that is their client ID."""

    title = "Client ID metadata documents"

    client_id_metadata_document_supported: Boolean = setting("Client ID metadata documents")
    """Accept https URLs as client IDs and fetch the client's metadata from there.
    Default: off."""

    cimd_allowlist_enabled: Boolean = setting("Use allowlist")
    """Accept only metadata documents on the allowlist. Default: off, which accepts any
    client."""

    cimd_allowlist: Strings = setting("Allowlist")
    """Locations that metadata documents are accepted from."""

    cimd_always_retrieved: Boolean = setting("Always fetch")
    """Fetch the metadata document on every use instead of caching it. Default: off.
    Turn it on for tests."""

    cimd_http_permitted: Boolean = setting("Allow http URLs")
    """Accept unencrypted http URLs, where attackers can modify the document. Default:
    off. For tests only."""

    cimd_query_permitted: Boolean = setting("Allow query in URLs")
    """Accept client ID URLs with a query component. Default: off."""

    cimd_metadata_policy_enabled: Boolean = setting("Apply metadata policy")
    """Apply the metadata policy to fetched documents. Default: off."""

    cimd_metadata_policy: JsonObject = setting("Metadata policy")
    """Policy for fetched metadata, as a JSON object in the format of OpenID
    Federation."""

    http_alias_prohibited: Boolean = setting("Prohibit URL aliases")
    """Reject client ID aliases that look like http or https URLs, which could
    impersonate such a client. Default: off."""


class ServiceFederationSettings(Section):
    """Trust in clients through trust chains (OpenID Federation)."""

    title = "OpenID Federation"

    federation_enabled: Boolean = setting("OpenID Federation")
    """Publish an entity configuration and accept clients through trust chains. Default:
    off."""

    trust_anchors: TrustAnchors = setting("Trust anchors")
    """Entities where trust chains must end. Federation registration always fails
    without one."""

    authority_hints: EntityIds = setting("Authority hints")
    """Entity IDs of the direct superiors of this service. Published in the entity
    configuration."""

    organization_name: Text = setting("Organization name")
    """Name of the operator. Published in the entity configuration."""

    supported_client_registration_types: FederationRegistrations = setting(
        "Client registration types"
    )
    """Whether clients register automatically with their first request, or explicitly
    beforehand."""

    federation_registration_endpoint: EndpointUrl = setting("Federation registration endpoint")
    """URL for explicit registration of federation clients."""

    federation_jwks: Jwks = setting("Federation JWK Set")
    """Keys that sign entity statements, including private keys. Separate from the keys
    that sign tokens."""

    federation_signature_key_id: Text = setting("Federation signature key ID")
    """Key ID (kid) of the key that signs entity statements. Needed only if the
    federation JWK Set has several keys."""

    federation_configuration_duration: Seconds32 = setting(
        "Entity configuration duration", zero_label="Authlete default"
    )
    """Lifetime of the entity configuration before others fetch it again."""

    signed_jwks_uri: EndpointUrl = setting("Signed JWK Set URL")
    """URL of the service's public keys as a JWT signed with the federation keys."""
