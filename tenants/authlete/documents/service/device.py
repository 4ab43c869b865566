from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    EndpointUrl,
    Length,
    Seconds32,
    UserCodeCharset,
    UserCodeUrl,
)


class DeviceFlowSettings(Section):
    """Sign-in for devices without a keyboard or browser, by a code that the user types
    elsewhere (RFC 8628)."""

    title = "Device flow"

    device_authorization_endpoint: EndpointUrl = setting("Device endpoint")
    """Where devices get the code that they show to the user."""

    device_verification_uri: EndpointUrl = setting("Page for the code")
    """The short address that the device shows, where the user enters the code. Without
    it, the device flow fails."""

    device_verification_uri_complete: UserCodeUrl = setting("Page with the code")
    """The same page with the code filled in, for QR codes. Put USER_CODE where the
    code belongs."""

    device_flow_code_duration: Seconds32 = setting("Code lifetime", zero="Authlete's default")
    """How long the user has to enter the code before the device must show a new
    one."""

    device_flow_polling_interval: Seconds32 = setting(
        "Shortest interval for devices", zero="Authlete's default"
    )
    """How long a device must wait before it asks again whether the user is done."""

    user_code_charset: UserCodeCharset = setting(
        "Characters of the code", absent="Authlete's default"
    )
    """What the code is made of: consonants that spell no word, or digits that are easy
    to type with a remote control."""

    user_code_length: Length = setting("Length of the code", zero="Authlete's default")
    """How long the code is; shorter is easier to type and to guess."""
