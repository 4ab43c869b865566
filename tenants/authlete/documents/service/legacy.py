from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    Number,
    Secret,
    SnsCredentialsList,
    SnsNames,
)


class ServiceLegacySettings(Section):
    """What is left of earlier versions of Authlete. Most of it has no effect today and
    cannot be changed here."""

    title = "Legacy"

    api_secret: Secret = setting("Service secret", read_only=True)
    """The password of this service in Authlete 2. It opens nothing in Authlete 3, but
    treat it as a secret all the same."""

    client_id_alias_enabled: Boolean = setting("Client ID aliases", initial=True, ignored=True)
    """Whether clients may use an alias as client ID; always so in Authlete 3."""

    clients_per_developer: Number = setting("Clients a developer", zero="No limit")
    """How many clients one developer may have."""

    sns_credentials: SnsCredentialsList = setting("Social network credentials")
    """The names and passwords by which social networks knew this service."""

    supported_snses: SnsNames = setting("Social networks", ignored=True)
    """The social networks through which users could sign in."""

    token_batch_notification_endpoint: EndpointUrl = setting("Batch notification", ignored=True)
    """Where Authlete would tell you about finished batches of tokens. An update does
    not store it."""

    developer_authentication_callback_endpoint: EndpointUrl = setting(
        "Developer callback", ignored=True
    )
    """Where the retired developer console had passwords of developers checked."""

    developer_authentication_callback_api_key: Secret = setting(
        "Developer callback user name", ignored=True
    )
    """The user name that was sent to the developer callback."""

    developer_authentication_callback_api_secret: Secret = setting(
        "Developer callback password", ignored=True
    )
    """The password that was sent to the developer callback."""

    direct_authorization_endpoint_enabled: Boolean = setting(
        "Hosted authorization endpoint", ignored=True
    )
    """Whether Authlete itself served an authorization endpoint for this service."""

    direct_token_endpoint_enabled: Boolean = setting("Hosted token endpoint", ignored=True)
    """Whether Authlete itself served a token endpoint for this service."""

    direct_revocation_endpoint_enabled: Boolean = setting(
        "Hosted revocation endpoint", ignored=True
    )
    """Whether Authlete itself served a revocation endpoint for this service."""

    direct_introspection_endpoint_enabled: Boolean = setting(
        "Hosted introspection endpoint", ignored=True
    )
    """Whether Authlete itself served an introspection endpoint for this service."""

    direct_user_info_endpoint_enabled: Boolean = setting("Hosted UserInfo endpoint", ignored=True)
    """Whether Authlete itself served a UserInfo endpoint for this service."""

    direct_jwks_endpoint_enabled: Boolean = setting("Hosted key address", ignored=True)
    """Whether Authlete itself served the public keys of this service."""
