from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    ContentEncryption,
    KeyEncryption,
    RedirectUris,
    ResponseModes,
    ResponseTypes,
    SignedAlg,
)


class ClientRedirectSettings(Section):
    """Where the user's browser takes the answer to, and what that answer looks like."""

    title = "Redirects and responses"

    redirect_uris: RedirectUris = setting("Redirect URIs")
    """Where users may be sent back to with a code or token. Requests must name one of
    them exactly, so a wrong one here hands users' accounts to a stranger."""

    response_types: ResponseTypes = setting("Response types")
    """What this client may ask the authorization endpoint for. The service must allow
    it, too; with none, every such request fails."""

    response_modes: ResponseModes = setting("Response modes", absent="Authlete's default")
    """How answers may travel back: in the query, the fragment, a posted form, or as a
    signed JWT in one of them."""

    authorization_sign_alg: SignedAlg = setting(
        "Response signature", absent="None: no response modes with JWT"
    )
    """How answers that travel as a JWT are signed (JARM). Without it, no response mode
    with JWT works."""

    authorization_encryption_alg: KeyEncryption = setting(
        "Response key encryption", absent="Not encrypted"
    )
    """How the key is encrypted that hides an answer from all but this client (JARM)."""

    authorization_encryption_enc: ContentEncryption = setting(
        "Response content encryption",
        absent="A128CBC-HS256, where answers are encrypted",
    )
    """How the answer itself is encrypted; needs a key encryption beside it (JARM)."""
