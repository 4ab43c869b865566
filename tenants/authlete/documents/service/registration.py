from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import Boolean, EndpointUrl, Strings


class ServiceRegistrationSettings(Section):
    """Whether and how clients may register themselves (RFC 7591)."""

    title = "Dynamic client registration"

    dynamic_registration_supported: Boolean = setting("Let clients register themselves")
    """Open the registration endpoint; while off, every such request is refused."""

    registration_endpoint: EndpointUrl = setting("Registration endpoint")
    """Where clients register themselves; shown in the discovery document."""

    registration_management_endpoint: EndpointUrl = setting("Client management endpoint")
    """Where registered clients read, change and remove their own registration; the
    client ID is added at the end (RFC 7592)."""

    dcr_scope_used_as_requestable: Boolean = setting("Limit clients to registered scopes")
    """A client that registers with scopes can never request others."""

    dcr_duplicate_software_id_blocked: Boolean = setting("Refuse repeated software IDs")
    """Refuse a registration whose software ID another client of this service has."""

    unauthorized_on_client_config_supported: Boolean = setting(
        "Answer 401 to bad registration tokens"
    )
    """Tell a client that its registration token is not valid, as RFC 7592 asks, instead
    of answering like to any bad request. Your endpoint must know this action."""

    supported_custom_client_metadata: Strings = setting("Further client metadata")
    """Names of metadata outside the standards that clients may register and this
    service keeps."""
