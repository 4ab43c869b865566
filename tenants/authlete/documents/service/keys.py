from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    EndpointUrl,
    HardwareKeys,
    Jwks,
    Text,
)


class ServiceKeySettings(Section):
    """The keys this service signs and decrypts with, and which of them signs what."""

    title = "Keys"

    jwks_uri: EndpointUrl = setting("Public key address")
    """Where clients fetch the public keys; shown in the discovery document. It must
    serve the public part of the key set."""

    jwks: Jwks = setting("Key set")
    """The keys that Authlete holds for you, private parts included. Keep a replaced key
    in the set until the last token it signed has ended."""

    id_token_signature_key_id: Text = setting("ID token key")
    """The ID of the key that signs ID tokens, where several keys fit the client's
    algorithm."""

    user_info_signature_key_id: Text = setting("UserInfo key")
    """The ID of the key that signs UserInfo responses, where several keys fit the
    client's algorithm."""

    authorization_signature_key_id: Text = setting("Authorization response key")
    """The ID of the key that signs authorization responses sent as JWTs (JARM)."""

    introspection_signature_key_id: Text = setting("Introspection key")
    """The ID of the key that signs introspection responses sent as JWTs (RFC 9701)."""

    resource_signature_key_id: Text = setting("Resource response key")
    """The ID of the key that signs responses of resource servers."""

    hsm_enabled: Boolean = setting("Keys in hardware modules")
    """Let this service use keys that live in a hardware security module and never leave
    it."""

    hsks: HardwareKeys = setting("Hardware keys", ignored=True)
    """The keys that live in hardware modules. They are made and destroyed on the keys
    page, not here."""
