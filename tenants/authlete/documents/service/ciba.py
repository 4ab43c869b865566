from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    DeliveryModes,
    EndpointUrl,
    Seconds32,
)


class ServiceCibaSettings(Section):
    """Sign-in on another device than the one that asks, such as a phone that confirms
    a payment at a counter (CIBA Core)."""

    title = "Backchannel authentication (CIBA)"

    backchannel_authentication_endpoint: EndpointUrl = setting("Backchannel endpoint")
    """Where clients ask to have a user authenticated on another device."""

    supported_backchannel_token_delivery_modes: DeliveryModes = setting("Delivery modes")
    """How clients may learn that the user has agreed. FAPI-CIBA does not allow push."""

    backchannel_auth_req_id_duration: Seconds32 = setting(
        "Request lifetime", zero="Authlete's default"
    )
    """How long the user has to agree before the client must start again."""

    backchannel_polling_interval: Seconds32 = setting(
        "Shortest polling interval", zero="Authlete's default"
    )
    """How long clients must wait between two questions; those that ask sooner are told
    to slow down."""

    backchannel_user_code_parameter_supported: Boolean = setting("Accept user codes")
    """Let clients send a code only the user knows, so that nobody can bother them with
    requests."""

    backchannel_binding_message_required_in_fapi: Boolean = setting(
        "Require a binding message for FAPI"
    )
    """Refuse FAPI requests without the short text that both devices show, by which
    users tell which request they confirm."""
