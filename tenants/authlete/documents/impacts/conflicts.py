"""Impacts of what a service supports: grants, authentication, scopes, profiles and keys."""

from collections.abc import Collection, Mapping

from tenants.authlete.documents.base import DocumentFields, filter_objects, get_text, get_texts
from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.client.rules.authentication import get_auth_method
from tenants.authlete.documents.impacts.declaration import CLIENT_IMPACTS, ImpactLevel
from tenants.authlete.documents.impacts.requests import uses_grant
from tenants.authlete.documents.jwks.analysis import analyze_jwk_set
from tenants.authlete.messages import gettext_noop as _

ASSERTION_METHODS = ("PRIVATE_KEY_JWT", "CLIENT_SECRET_JWT")
SIGNED_FOR_CLIENT = ("idTokenSignAlg", "userInfoSignAlg", "authorizationSignAlg")
KEY_TYPES: Mapping[str, str] = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}  # by prefix
FEDERATION_SOURCES = ("AUTOMATIC_REGISTRATION", "EXPLICIT_REGISTRATION")


def _unsupported(
    service: DocumentFields, supported: str, client: DocumentFields, field: str
) -> Collection[str]:
    """Return the client's values that the service's list lacks; none if the list is unset."""
    if not isinstance(service.get(supported), list):
        return ()
    return set(get_texts(client, field)) - set(get_texts(service, supported))


@CLIENT_IMPACTS.conflict(
    "grant-types",
    ImpactLevel.BREAKS,
    "supportedGrantTypes",
    _("The service doesn't support a registered grant type."),
)
def check_grant_types(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require support for the client's grant types."""
    return _unsupported(service, "supportedGrantTypes", client, "grantTypes")


@CLIENT_IMPACTS.conflict(
    "response-types",
    ImpactLevel.BREAKS,
    "supportedResponseTypes",
    _("The service doesn't support a registered response type."),
)
def check_response_types(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require support for the client's response types."""
    return _unsupported(service, "supportedResponseTypes", client, "responseTypes")


@CLIENT_IMPACTS.conflict(
    "authentication-method",
    ImpactLevel.BREAKS,
    "supportedTokenAuthMethods",
    _("The token endpoint doesn't accept the registered authentication method."),
)
def check_authentication_method(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require a token endpoint that accepts the client's authentication method."""
    method = {"method": [get_auth_method(client)]}
    return _unsupported(service, "supportedTokenAuthMethods", method, "method")


@CLIENT_IMPACTS.conflict(
    "revocation-method",
    ImpactLevel.MAY_BREAK,
    "supportedRevocationAuthMethods",
    _(
        "The revocation endpoint no longer accepts the registered authentication method. Tokens "
        "can't be revoked."
    ),
)
def check_revocation_method(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require a revocation endpoint that accepts the client's authentication method."""
    method = {"method": [get_auth_method(client)]}
    return _unsupported(service, "supportedRevocationAuthMethods", method, "method")


@CLIENT_IMPACTS.conflict(
    "delivery-mode",
    ImpactLevel.BREAKS,
    "supportedBackchannelTokenDeliveryModes",
    _("The service doesn't support the registered CIBA delivery mode."),
)
def check_delivery_mode(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require support for the client's CIBA delivery mode."""
    mode = get_text(client, "bcDeliveryMode")
    modes = {"modes": [mode] if mode and uses_grant(client, "CIBA") else []}
    return _unsupported(service, "supportedBackchannelTokenDeliveryModes", modes, "modes")


@CLIENT_IMPACTS.conflict(
    "user-code",
    ImpactLevel.BREAKS,
    "backchannelUserCodeParameterSupported",
    _("The client must send a user code, which the service doesn't support."),
)
def check_user_code(service: DocumentFields, client: DocumentFields) -> bool:
    """Require support for the user code if the client must send one."""
    is_supported = service.get("backchannelUserCodeParameterSupported") is True
    return client.get("bcUserCodeRequired") is True and not is_supported


@CLIENT_IMPACTS.conflict(
    "authorization-details",
    ImpactLevel.BREAKS,
    "supportedAuthorizationDetailsTypes",
    _("The service doesn't support registered authorization details types."),
)
def check_authorization_details(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require support for the client's types of authorization details (RFC 9396)."""
    field = "authorizationDetailsTypes"
    return _unsupported(service, "supportedAuthorizationDetailsTypes", client, field)


@CLIENT_IMPACTS.conflict(
    "requestable-scopes",
    ImpactLevel.BREAKS,
    "supportedScopes",
    _("The service doesn't support some of the requestable scopes."),
)
def check_requestable_scopes(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require support for the scopes that the client is limited to."""
    if client.get("extension.requestableScopesEnabled") is not True:
        return ()
    return set(get_texts(client, "extension.requestableScopes")) - scope_names(service)


@CLIENT_IMPACTS.conflict(
    "token-exchange",
    ImpactLevel.BREAKS,
    "tokenExchangeByPermittedClientsOnly tokenExchangeByConfidentialClientsOnly",
    _("The service doesn't permit the client to exchange tokens."),
)
def check_token_exchange(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require permission to use token exchange (RFC 8693)."""
    if not uses_grant(client, "TOKEN_EXCHANGE"):
        return ()
    rejected = {
        "tokenExchangeByPermittedClientsOnly": (
            client.get("extension.tokenExchangePermitted") is not True
        ),
        "tokenExchangeByConfidentialClientsOnly": get_text(client, "clientType") == "PUBLIC",
    }
    return [
        flag for flag, is_rejected in rejected.items() if is_rejected and service.get(flag) is True
    ]


@CLIENT_IMPACTS.conflict(
    "fapi",
    ImpactLevel.BREAKS,
    "fapiModes supportedServiceProfiles",
    _("A FAPI mode of the service forbids some of the settings."),
)
def check_fapi(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require compliance with the FAPI modes that apply to the client's requests.

    The service's modes come before the client's, and need the FAPI profile.
    """
    modes = get_texts(service, "fapiModes") or get_texts(client, "fapiModes")
    if not modes or "FAPI" not in get_texts(service, "supportedServiceProfiles"):
        return ()
    effective = {**client, "fapiModes": modes}
    return [rule.id for rule in CLIENT_RULES if rule.pack in ("fapi1", "fapi2") and rule(effective)]


@CLIENT_IMPACTS.conflict(
    "certificate-binding",
    ImpactLevel.BREAKS,
    "tlsClientCertificateBoundAccessTokens",
    _("Certificate-bound access tokens are required, but not supported."),
)
def check_certificate_binding(service: DocumentFields, client: DocumentFields) -> bool:
    """Require support for certificate-bound access tokens (RFC 8705, section 3)."""
    field = "tlsClientCertificateBoundAccessTokens"
    return only_client_requires(service, client, field)


@CLIENT_IMPACTS.conflict(
    "dpop-nonce", ImpactLevel.MAY_BREAK, "dpopNonceRequired", _("DPoP proofs without a nonce fail.")
)
def check_dpop_nonce(service: DocumentFields, client: DocumentFields) -> bool:
    """Require a nonce of the service in DPoP proofs (RFC 9449, section 8)."""
    return service.get("dpopNonceRequired") is True and client.get("dpopRequired") is True


@CLIENT_IMPACTS.conflict(
    "certificate-chain",
    ImpactLevel.MAY_BREAK,
    "mutualTlsValidatePkiCertChain trustedRootCertificates",
    _("Mutual TLS with a certificate without a trusted root fails."),
)
def check_certificate_chain(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require client certificates from a trusted root (RFC 8705, section 2.1).

    Another list of roots counts as a conflict of its own.
    """
    if service.get("mutualTlsValidatePkiCertChain") is not True:
        return ()
    if get_auth_method(client) != "TLS_CLIENT_AUTH":
        return ()
    return [" ".join(sorted(get_texts(service, "trustedRootCertificates")))]


@CLIENT_IMPACTS.conflict(
    "assertion-audience",
    ImpactLevel.MAY_BREAK,
    "clientAssertionAudRestrictedToIssuer",
    _("Client assertions with another audience than the issuer fail."),
)
def check_assertion_audience(service: DocumentFields, client: DocumentFields) -> bool:
    """Require the issuer as the audience of assertions (FAPI 2.0, section 5.3.2.1)."""
    is_restricted = service.get("clientAssertionAudRestrictedToIssuer") is True
    return is_restricted and get_auth_method(client) in ASSERTION_METHODS


@CLIENT_IMPACTS.conflict(
    "missing-client-id",
    ImpactLevel.MAY_BREAK,
    "missingClientIdAllowed",
    _("Token requests of public clients fail without client_id."),
)
def check_missing_client_id(service: DocumentFields, client: DocumentFields) -> bool:
    """Require the client ID of public clients (RFC 6749, section 3.2.1)."""
    is_allowed = service.get("missingClientIdAllowed") is True
    return get_text(client, "clientType") == "PUBLIC" and not is_allowed


@CLIENT_IMPACTS.conflict(
    "signing-key",
    ImpactLevel.BREAKS,
    "jwks hsks",
    _("No key of the service has the registered signature algorithm."),
)
def check_signing_key(service: DocumentFields, client: DocumentFields) -> Collection[str]:
    """Require a key for each signature that the client expects.

    A service with keys in hardware modules, or without any key, is not checked.
    """
    text = get_text(service, "jwks")
    if not text or service.get("hsks"):
        return ()
    keys = [key for key in analyze_jwk_set(text) if key.use != "enc"]
    algorithms = {get_text(client, field) for field in SIGNED_FOR_CLIENT}
    return [
        algorithm
        for algorithm in algorithms
        if (key_type := KEY_TYPES.get(algorithm[:2]))
        and not any(key.alg == algorithm or (not key.alg and key.kty == key_type) for key in keys)
    ]


@CLIENT_IMPACTS.conflict(
    "registration-source",
    ImpactLevel.BREAKS,
    "clientIdMetadataDocumentSupported federationEnabled",
    _("The client exists by a metadata document or federation, which is turned off."),
)
def check_registration_source(service: DocumentFields, client: DocumentFields) -> bool:
    """Require support for the way in which the client was registered."""
    source = get_text(client, "clientSource")
    if source == "METADATA_DOCUMENT":
        return service.get("clientIdMetadataDocumentSupported") is not True
    return source in FEDERATION_SOURCES and service.get("federationEnabled") is not True


def only_client_requires(service: DocumentFields, client: DocumentFields, field: str) -> bool:
    """Return whether a flag is on for the client and off for the service."""
    return client.get(field) is True and service.get(field) is not True


def scope_names(service: DocumentFields) -> set[str]:
    """Return the names of the service's scopes."""
    return {get_text(scope, "name") for scope in filter_objects(service.get("supportedScopes"))}
