"""CIBA, device flow, grant management, token exchange and JWT grants of a service."""

from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    DeliveryModes,
    EndpointUrl,
    Length,
    Seconds32,
    UserCodeCharset,
    UserCodeUrl,
)


class ServiceCibaSettings(Section):
    """Users approve requests on another device (CIBA Core)."""

    title = "CIBA"

    backchannel_authentication_endpoint: EndpointUrl = setting(
        "Backchannel authentication endpoint"
    )
    """URL where clients start CIBA requests. Published in discovery."""

    supported_backchannel_token_delivery_modes: DeliveryModes = setting("Token delivery modes")
    """Delivery modes that clients may register. FAPI-CIBA forbids push."""

    backchannel_auth_req_id_duration: Seconds32 = setting(
        "Authentication request ID duration", zero_label="Authlete default"
    )
    """Lifetime of auth_req_id: how long the user has to approve."""

    backchannel_polling_interval: Seconds32 = setting(
        "CIBA polling interval", zero_label="Authlete default"
    )
    """Minimum wait between token requests in poll and ping mode. Clients that poll
    faster get a slow_down error."""

    backchannel_user_code_parameter_supported: Boolean = setting("Support user code")
    """Accept the user_code parameter, a secret known only to the user that prevents
    unsolicited requests. Default: off."""

    backchannel_binding_message_required_in_fapi: Boolean = setting(
        "Require binding message for FAPI"
    )
    """Reject FAPI-CIBA requests without a binding_message, the text shown on both
    devices. Default: off."""


class DeviceFlowSettings(Section):
    """Sign-in for devices without a keyboard or browser (RFC 8628)."""

    title = "Device flow"

    device_authorization_endpoint: EndpointUrl = setting("Device authorization endpoint")
    """URL where devices request codes (RFC 8628). Published in discovery."""

    device_verification_uri: EndpointUrl = setting("Verification URI")
    """Short URL that devices show, where users enter the code. The device flow fails
    without it."""

    device_verification_uri_complete: UserCodeUrl = setting("Complete verification URI")
    """Verification URI with the code included, for QR codes. Must contain the
    placeholder USER_CODE."""

    device_flow_code_duration: Seconds32 = setting(
        "Device code duration", zero_label="Authlete default"
    )
    """Lifetime of device codes and user codes."""

    device_flow_polling_interval: Seconds32 = setting(
        "Device polling interval", zero_label="Authlete default"
    )
    """Minimum wait between token requests of a device."""

    user_code_charset: UserCodeCharset = setting(
        "User code character set", unset_label="Authlete default"
    )
    """Characters in user codes: consonants, or digits for devices with a number pad."""

    user_code_length: Length = setting("User code length", zero_label="Authlete default")
    """Number of characters in user codes. Shorter codes are easier to type and to
    guess."""


class GrantSettings(Section):
    """Grant management, token exchange (RFC 8693) and JWT bearer grants (RFC 7523)."""

    title = "Grant management, token exchange and JWT bearer"

    grant_management_endpoint: EndpointUrl = setting("Grant management endpoint")
    """URL where clients query and revoke grants (Grant Management for OAuth 2.0)."""

    grant_management_action_required: Boolean = setting("Require grant management action")
    """Reject authorization requests without a grant_management_action. Default:
    off."""

    token_exchange_by_identifiable_clients_only: Boolean = setting(
        "Token exchange: identifiable clients only"
    )
    """Reject token exchange requests that don't identify the client. Default: off."""

    token_exchange_by_confidential_clients_only: Boolean = setting(
        "Token exchange: confidential clients only"
    )
    """Reject token exchange requests of public clients. Default: off."""

    token_exchange_by_permitted_clients_only: Boolean = setting(
        "Token exchange: permitted clients only"
    )
    """Reject token exchange unless the client's setting Token exchange permitted is on.
    Default: off."""

    token_exchange_encrypted_jwt_rejected: Boolean = setting(
        "Token exchange: reject encrypted JWTs"
    )
    """Reject encrypted JWTs as subject or actor token. Default: off, so your token
    endpoint must decrypt and verify them."""

    token_exchange_unsigned_jwt_rejected: Boolean = setting("Token exchange: reject unsigned JWTs")
    """Reject unsigned JWTs as subject or actor token. Default: off. Anyone can forge an
    unsigned JWT."""

    jwt_grant_by_identifiable_clients_only: Boolean = setting(
        "JWT bearer: identifiable clients only"
    )
    """Reject JWT bearer requests that don't identify the client. Default: off."""

    jwt_grant_encrypted_jwt_rejected: Boolean = setting("JWT bearer: reject encrypted JWTs")
    """Reject encrypted JWTs as grants (RFC 7523). Default: off, so your token endpoint
    must decrypt and verify them."""

    jwt_grant_unsigned_jwt_rejected: Boolean = setting("JWT bearer: reject unsigned JWTs")
    """Reject unsigned JWTs as grants (RFC 7523). Default: off. Anyone can forge an
    unsigned JWT."""
