from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ContentEncryption,
    KeyEncryption,
    RequestUris,
    SignatureAlg,
)


class ClientRequestSettings(Section):
    """Requests that come as a JWT, so that nobody on the way can change them
    (RFC 9101; OIDC Core, section 6)."""

    title = "Request objects"

    request_object_required: Boolean = setting("Require a request object")
    """Refuse authorization requests of this client whose parameters are not in a
    JWT."""

    request_sign_alg: SignatureAlg = setting("Request signature", absent="Any algorithm")
    """The one algorithm that this client signs its request objects with; others are
    refused (OIDC Registration, section 2)."""

    request_encryption_alg: KeyEncryption = setting(
        "Request key encryption", absent="What the client chooses"
    )
    """How this client encrypts the key of its request objects, with a key of the
    service or the client secret."""

    request_encryption_enc: ContentEncryption = setting(
        "Request content encryption", absent="What the client chooses"
    )
    """How this client encrypts its request objects; needs a key encryption beside
    it."""

    request_object_encryption_alg_match_required: Boolean = setting("Require that key encryption")
    """Refuse request objects of this client whose key is encrypted in another way than
    it registered."""

    request_object_encryption_enc_match_required: Boolean = setting(
        "Require that content encryption"
    )
    """Refuse request objects of this client that are encrypted in another way than it
    registered."""

    front_channel_request_object_encryption_required: Boolean = setting(
        "Require encryption through the browser"
    )
    """Refuse request objects that pass the user's browser unencrypted, where anyone who
    sees the address could read them."""

    request_uris: RequestUris = setting("Request object addresses")
    """Where request objects of this client may be fetched from, by Authlete or your
    server (OIDC Registration, section 2)."""
