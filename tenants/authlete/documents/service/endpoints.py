from tenants.authlete.documents.base import Section, setting
from tenants.authlete.documents.types import Boolean, ClientAuthMethods, EndpointUrl


class EndpointSettings(Section):
    """Where clients and resource servers get tokens, end them and ask about them, and
    how they prove who they are."""

    title = "Token, revocation and introspection"

    token_endpoint: EndpointUrl = setting("Token endpoint")
    """Where clients exchange codes and other grants for tokens; shown in the discovery
    document."""

    supported_token_auth_methods: ClientAuthMethods = setting(
        "Client authentication for tokens", absent="Authlete's default"
    )
    """How clients may prove who they are at the token endpoint. A client whose method
    is not among them gets no token."""

    client_assertion_aud_restricted_to_issuer: Boolean = setting(
        "Client assertions for the issuer only"
    )
    """Refuse JWTs of clients that name an endpoint as audience instead of the issuer,
    which others could replay."""

    missing_client_id_allowed: Boolean = setting("Allow token requests without client ID")
    """Take token requests of public clients that forget their client ID, where the
    code or refresh token tells whose it is."""

    revocation_endpoint: EndpointUrl = setting("Revocation endpoint")
    """Where clients end tokens that they no longer need (RFC 7009)."""

    supported_revocation_auth_methods: ClientAuthMethods = setting(
        "Client authentication for revocation"
    )
    """How clients may prove who they are when they revoke a token."""

    introspection_endpoint: EndpointUrl = setting("Introspection endpoint")
    """Where resource servers ask whether a token is valid (RFC 7662)."""

    supported_introspection_auth_methods: ClientAuthMethods = setting(
        "Authentication for introspection"
    )
    """How resource servers may prove who they are when they ask about a token."""

    rs_response_signed: Boolean = setting("Sign resource responses")
    """Responses of your resource servers are signed, as FAPI 2.0 Message Signing has
    it."""
