"""Tokens of a client, and the extension object inside it."""

from typing import Annotated, Any

from pydantic import AfterValidator

from tenants.authlete.documents.base import InputType, Section, setting
from tenants.authlete.documents.types import (
    Boolean,
    ContentEncryption,
    EndpointUrl,
    KeyEncryption,
    NonBlankText,
    ScopeNames,
    Seconds,
    SignatureAlg,
    SubjectType,
    Text,
)


class ClientExtensionSettings(Section):
    """Scopes and durations of this client.

    The shortest duration of service, client and scopes applies.
    """

    title = "Scopes and durations"

    requestable_scopes_enabled: Boolean = setting("Limit requestable scopes")
    """Allow only the requestable scopes below. Default: off, so the client can request
    any scope of the service."""

    requestable_scopes: ScopeNames = setting(
        "Requestable scopes", unset_label="Any scope of the service"
    )
    """Scopes the client can request if the limit is on. An empty list allows none.
    Authlete drops scopes the service doesn't support."""

    access_token_duration: Seconds = setting("Access token duration", zero_label="Service setting")
    """Maximum lifetime of this client's access tokens. Default: the service's
    setting."""

    refresh_token_duration: Seconds = setting(
        "Refresh token duration", zero_label="Service setting"
    )
    """Maximum lifetime of this client's refresh tokens. Default: the service's
    setting."""

    id_token_duration: Seconds = setting("ID token duration", zero_label="Service setting")
    """Maximum lifetime of this client's ID tokens. Default: the service's setting."""

    token_exchange_permitted: Boolean = setting("Token exchange permitted")
    """Allow token exchange (RFC 8693) if the service limits it to permitted clients.
    Default: off."""


Extension = Annotated[
    Annotated[dict[str, Any], AfterValidator(ClientExtensionSettings.validate_object)] | None,
    InputType("client_extension"),
]


class ClientTokenSettings(Section):
    """Scopes, durations and binding of access tokens and refresh tokens."""

    title = "Access and refresh tokens"

    extension: Extension = setting("Scopes and durations")
    """Requestable scopes and token durations that differ from the service."""

    single_access_token_per_subject: Boolean = setting("Single access token per subject")
    """Invalidate a user's earlier access tokens of this client when it gets a new one.
    Default: off."""

    dpop_required: Boolean = setting("Require DPoP")
    """Issue only tokens bound to a key of the client (RFC 9449). Default: off."""

    tls_client_certificate_bound_access_tokens: Boolean = setting("Certificate-bound access tokens")
    """Bind access tokens to the client's TLS certificate (RFC 8705, section 3).
    Default: off. The service must support it."""

    in_scope_for_token_migration: Boolean = setting("Include in token migration")
    """Include this client's tokens when migrating a service from Authlete 2.x to 3.0.
    Default: off."""


class ClientIdTokenSettings(Section):
    """Signature, encryption and subject of ID tokens and UserInfo responses."""

    title = "ID token and UserInfo"

    id_token_sign_alg: SignatureAlg = setting("ID token signature algorithm", default="RS256")
    """Algorithm that signs ID tokens. Default: RS256. None is safe only for ID tokens
    from the token endpoint."""

    id_token_encryption_alg: KeyEncryption = setting(
        "ID token encryption algorithm", unset_label="Not encrypted"
    )
    """JWE alg for ID tokens, which only this client can then read."""

    id_token_encryption_enc: ContentEncryption = setting(
        "ID token content encryption", unset_label="A128CBC-HS256 if encrypted"
    )
    """JWE enc for ID tokens. Also needs the encryption algorithm."""

    user_info_sign_alg: SignatureAlg = setting(
        "UserInfo signature algorithm", unset_label="Not signed: plain JSON"
    )
    """Return UserInfo responses as JWTs signed with this algorithm."""

    user_info_encryption_alg: KeyEncryption = setting(
        "UserInfo encryption algorithm", unset_label="Not encrypted"
    )
    """JWE alg for UserInfo responses, which only this client can then read."""

    user_info_encryption_enc: ContentEncryption = setting(
        "UserInfo content encryption", unset_label="A128CBC-HS256 if encrypted"
    )
    """JWE enc for UserInfo responses. Also needs the encryption algorithm."""

    auth_time_required: Boolean = setting("Require auth_time")
    """Always add the auth_time claim, the time of sign-in, to ID tokens. Default:
    off."""

    subject_type: SubjectType = setting("Subject type", default="PUBLIC")
    """Public: clients share one identifier per user. Pairwise: each sector gets its
    own. Default: public. Changing it gives all users new identifiers."""

    sector_identifier_uri: EndpointUrl = setting(
        "Sector identifier URI", unset_label="Host of the redirect URIs"
    )
    """JSON list of redirect URIs that share pairwise identifiers (OpenID Connect Core,
    section 8.1). Authlete fetches it when you save."""

    derived_sector_identifier: Text = setting("Derived sector identifier", read_only=True)
    """Host used to compute pairwise identifiers. Changing redirect URIs can change it
    and every user's identifier."""

    digest_algorithm: NonBlankText = setting("Digest algorithm", unset_label="sha-256")
    """Digest algorithm for external attachments of verified claims (OpenID Connect for
    Identity Assurance)."""
