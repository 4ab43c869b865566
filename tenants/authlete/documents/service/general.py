"""Basic and legacy settings of a service."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    BigNumber,
    Boolean,
    EndpointUrl,
    IssuerUrl,
    KeyValuePairs,
    MultilineText,
    Number,
    Secret,
    SnsCredentialsList,
    SnsNames,
    Text,
    Timestamp,
    WebPageUrl,
)


class ServiceGeneralSettings(Section):
    """The service's name, issuer, documentation and Authlete's own metadata."""

    title = "Basic settings"

    service_name: Text = setting("Service name")
    """Display name of the service in this console. Users don't see it unless your own
    pages show it."""

    description: MultilineText = setting("Description")
    """Internal note about the purpose of the service. Not published."""

    issuer: IssuerUrl = setting("Issuer identifier")
    """HTTPS URL in the iss claim of ID tokens and in discovery (RFC 8414). Clients
    compare it exactly: changing it breaks existing clients and tokens."""

    service_documentation: WebPageUrl = setting("Documentation URL")
    """Developer documentation of the service. Published in discovery as
    service_documentation (RFC 8414)."""

    policy_uri: WebPageUrl = setting("Policy URL")
    """Rules for clients on using data from this service. Published in discovery as
    op_policy_uri (RFC 8414)."""

    tos_uri: WebPageUrl = setting("Terms of service URL")
    """Terms of service for clients. Published in discovery as op_tos_uri (RFC
    8414)."""

    attributes: KeyValuePairs = setting("Attributes")
    """Key-value pairs for your own use, such as an owner or cost center. Authlete
    stores them and ignores their content."""

    metadata: KeyValuePairs = setting("Metadata", read_only=True)
    """Key-value pairs that Authlete computes, such as the number of clients."""

    api_key: BigNumber = setting("Service ID", read_only=True)
    """Identifier of the service in Authlete's API and in this console's URLs."""

    number: Number = setting("Service number", read_only=True)
    """Sequence number within the cluster. Not used in URLs or tokens."""

    service_owner_number: Number = setting("Owner number", read_only=True)
    """Number of the owning organization within the cluster."""

    created_at: Timestamp = setting("Created", read_only=True)
    """When the service was created."""

    modified_at: Timestamp = setting("Modified", read_only=True)
    """When the service was last saved, even if no setting changed."""


class ServiceLegacySettings(Section):
    """Settings of earlier Authlete versions. Most have no effect and are read-only."""

    title = "Legacy"

    api_secret: Secret = setting("API secret", read_only=True)
    """Credential of the service in Authlete 2.x. Authlete 3.0 doesn't accept it, but
    still returns it: treat it as a secret."""

    client_id_alias_enabled: Boolean = setting(
        "Client ID aliases", default=True, ignored_on_update=True
    )
    """Whether clients may use an alias as client ID. Always on in Authlete 3.0."""

    clients_per_developer: Number = setting("Clients per developer", zero_label="No limit")
    """Maximum number of clients per developer. Default: no limit."""

    sns_credentials: SnsCredentialsList = setting("Social login credentials")
    """API keys and secrets of this service at social networks. Unused in Authlete
    3.0."""

    supported_snses: SnsNames = setting("Social login providers", ignored_on_update=True)
    """Social networks that users could sign in with."""

    token_batch_notification_endpoint: EndpointUrl = setting(
        "Token batch notification endpoint", ignored_on_update=True
    )
    """URL that Authlete notifies when a token batch finishes. Updates don't store
    it."""

    developer_authentication_callback_endpoint: EndpointUrl = setting(
        "Developer authentication callback endpoint", ignored_on_update=True
    )
    """URL that checked developer logins for the retired developer console."""

    developer_authentication_callback_api_key: Secret = setting(
        "Developer authentication callback API key", ignored_on_update=True
    )
    """User name for Basic authentication at the developer callback."""

    developer_authentication_callback_api_secret: Secret = setting(
        "Developer authentication callback API secret", ignored_on_update=True
    )
    """Password for Basic authentication at the developer callback."""

    direct_authorization_endpoint_enabled: Boolean = setting(
        "Direct authorization endpoint", ignored_on_update=True
    )
    """Whether Authlete 2.x hosted an authorization endpoint for this service."""

    direct_token_endpoint_enabled: Boolean = setting(
        "Direct token endpoint", ignored_on_update=True
    )
    """Whether Authlete 2.x hosted a token endpoint for this service."""

    direct_revocation_endpoint_enabled: Boolean = setting(
        "Direct revocation endpoint", ignored_on_update=True
    )
    """Whether Authlete 2.x hosted a revocation endpoint for this service."""

    direct_introspection_endpoint_enabled: Boolean = setting(
        "Direct introspection endpoint", ignored_on_update=True
    )
    """Whether Authlete 2.x hosted an introspection endpoint for this service."""

    direct_user_info_endpoint_enabled: Boolean = setting(
        "Direct UserInfo endpoint", ignored_on_update=True
    )
    """Whether Authlete 2.x hosted a UserInfo endpoint for this service."""

    direct_jwks_endpoint_enabled: Boolean = setting(
        "Direct JWK Set endpoint", ignored_on_update=True
    )
    """Whether Authlete 2.x hosted a JWK Set endpoint for this service."""
