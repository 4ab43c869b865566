from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    NonBlankText,
    PublicJwks,
)


class ClientKeySettings(Section):
    """The client's public keys, by which its signatures are checked and what only it
    may read is encrypted. Keep either the keys or their address (RFC 7591, section 2).
    """

    title = "Keys"

    jwks: PublicJwks = setting("Key set")
    """The client's public keys themselves. Authlete must not get the private parts;
    they are refused here."""

    jwks_uri: EndpointUrl = setting("Key set address")
    """Where the client publishes its keys, so that it can replace them by itself. Who
    controls this address can act as the client."""

    signed_jwks_uri: EndpointUrl = setting("Signed key set address", ignored=True)
    """Where the client publishes its keys as a JWT that its federation keys sign
    (OpenID Federation)."""

    rs_request_signed: Boolean = setting("Signs requests to resource servers")
    """The client signs what it sends to resource servers, and they check it with the
    key below (HTTP Message Signatures, RFC 9421)."""

    rs_signed_request_key_id: NonBlankText = setting("Key for resource requests")
    """The ID of the key in the key set that checks the client's signed requests to
    resource servers."""
