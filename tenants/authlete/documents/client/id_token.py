from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ContentEncryption,
    EndpointUrl,
    KeyEncryption,
    NonBlankText,
    SignatureAlg,
    SubjectType,
    Text,
)


class ClientIdTokenSettings(Section):
    """What the client learns about users, and how that is signed, encrypted and
    addressed (OIDC Registration, section 2)."""

    title = "ID token and UserInfo"

    id_token_sign_alg: SignatureAlg = setting("ID token signature", initial="RS256")
    """How ID tokens for this client are signed. None is safe only where they come
    straight from the token endpoint. Taken out, RS256 returns."""

    id_token_encryption_alg: KeyEncryption = setting(
        "ID token key encryption", absent="Not encrypted"
    )
    """How the key is encrypted that hides ID tokens from all but this client."""

    id_token_encryption_enc: ContentEncryption = setting(
        "ID token content encryption",
        absent="A128CBC-HS256, where ID tokens are encrypted",
    )
    """How ID tokens themselves are encrypted; needs their key encryption beside it."""

    user_info_sign_alg: SignatureAlg = setting(
        "UserInfo signature", absent="Not signed: plain JSON"
    )
    """With an algorithm, UserInfo answers with a signed JWT that the client can keep as
    proof."""

    user_info_encryption_alg: KeyEncryption = setting(
        "UserInfo key encryption", absent="Not encrypted"
    )
    """How the key is encrypted that hides UserInfo answers from all but this client."""

    user_info_encryption_enc: ContentEncryption = setting(
        "UserInfo content encryption",
        absent="A128CBC-HS256, where UserInfo is encrypted",
    )
    """How UserInfo answers themselves are encrypted; needs their key encryption beside
    it."""

    auth_time_required: Boolean = setting("Tell when the user signed in")
    """Each ID token for this client says when the user last signed in, the claim
    auth_time."""

    subject_type: SubjectType = setting("Subject type", initial="PUBLIC")
    """Whether clients see the same identifier for a user, or one of their own, by which
    they cannot compare notes. Changed, this client knows its users no more."""

    sector_identifier_uri: EndpointUrl = setting(
        "Sector identifier address", absent="The host of the redirect URIs"
    )
    """A file that lists the redirect URIs of clients that see the same pairwise
    identifiers (OIDC Core, section 8.1). Authlete reads it when you save."""

    derived_sector_identifier: Text = setting("Sector in effect", read_only=True)
    """The host that pairwise identifiers are made with. It can change with the redirect
    URIs, and with it every user's identifier."""

    digest_algorithm: NonBlankText = setting("Digest of attachments", absent="sha-256")
    """How attachments of verified claims that lie elsewhere are hashed, by the name in
    IANA's registry (OpenID Connect for Identity Assurance)."""
