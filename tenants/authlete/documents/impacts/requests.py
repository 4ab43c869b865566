"""Impacts of what a service requires of authorization requests."""

from collections.abc import Collection
from urllib.parse import urlsplit

from tenants.authlete.documents.base import DocumentFields, filter_objects, get_text, get_texts
from tenants.authlete.documents.impacts.declaration import CLIENT_IMPACTS, ImpactLevel
from tenants.authlete.messages import gettext_noop as _

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
FRONT_CHANNEL_GRANTS = frozenset({"AUTHORIZATION_CODE", "IMPLICIT"})
# Grants that request scopes anew, except CIBA, which always needs the scope openid.
SCOPED_GRANTS = FRONT_CHANNEL_GRANTS | {"CLIENT_CREDENTIALS", "PASSWORD", "DEVICE_CODE"}


def uses_browser(client: DocumentFields) -> bool:
    """Return whether the client sends authorization requests."""
    return not FRONT_CHANNEL_GRANTS.isdisjoint(get_texts(client, "grantTypes"))


def uses_grant(client: DocumentFields, grant_type: str) -> bool:
    """Return whether the client can use a grant type."""
    return grant_type in get_texts(client, "grantTypes")


def only_service_requires(service: DocumentFields, client: DocumentFields, field: str) -> bool:
    """Return whether a flag is on for the service and off for the client."""
    return service.get(field) is True and client.get(field) is not True


@CLIENT_IMPACTS.conflict(
    "par",
    ImpactLevel.MAY_BREAK,
    "parRequired",
    _(
        "The client isn't required to push authorization requests. Requests that aren't pushed "
        "fail."
    ),
)
def check_par(service: DocumentFields, client: DocumentFields) -> bool:
    """Require pushed authorization requests (RFC 9126)."""
    return uses_browser(client) and only_service_requires(service, client, "parRequired")


@CLIENT_IMPACTS.conflict(
    "pkce",
    ImpactLevel.MAY_BREAK,
    "pkceRequired",
    _("The client isn't required to use PKCE. Requests without a code challenge fail."),
)
def check_pkce(service: DocumentFields, client: DocumentFields) -> bool:
    """Require PKCE for authorization codes (RFC 7636)."""
    return uses_grant(client, "AUTHORIZATION_CODE") and only_service_requires(
        service, client, "pkceRequired"
    )


@CLIENT_IMPACTS.conflict(
    "pkce-s256",
    ImpactLevel.MAY_BREAK,
    "pkceS256Required",
    _("The client isn't required to use S256. Requests with a plain code challenge fail."),
)
def check_pkce_s256(service: DocumentFields, client: DocumentFields) -> bool:
    """Require the code challenge method S256 (RFC 7636)."""
    return uses_grant(client, "AUTHORIZATION_CODE") and only_service_requires(
        service, client, "pkceS256Required"
    )


@CLIENT_IMPACTS.conflict(
    "request-object",
    ImpactLevel.MAY_BREAK,
    "requestObjectRequired",
    _("The client isn't required to send request objects. Requests without one fail."),
)
def check_request_object(service: DocumentFields, client: DocumentFields) -> bool:
    """Require request objects (RFC 9101)."""
    return uses_browser(client) and only_service_requires(service, client, "requestObjectRequired")


@CLIENT_IMPACTS.conflict(
    "request-object-audience",
    ImpactLevel.MAY_BREAK,
    "requestObjectAudienceChecked",
    _("Request objects with another audience than the issuer fail."),
)
def check_request_object_audience(service: DocumentFields, client: DocumentFields) -> bool:
    """Require the issuer as the audience of request objects (RFC 9101)."""
    return service.get("requestObjectAudienceChecked") is True and _sends_request_objects(client)


@CLIENT_IMPACTS.conflict(
    "request-object-nbf",
    ImpactLevel.MAY_BREAK,
    "nbfOptional",
    _("In FAPI 1.0 Advanced, request objects without an nbf claim fail."),
)
def check_nbf(service: DocumentFields, client: DocumentFields) -> bool:
    """Require nbf in request objects (FAPI 1.0 Advanced, section 5.2.2).

    The service's modes come before the client's. Without any, each request decides.
    """
    if service.get("nbfOptional") is True:
        return False
    if "FAPI" not in get_texts(service, "supportedServiceProfiles"):
        return False
    modes = get_texts(service, "fapiModes") or get_texts(client, "fapiModes")
    return _sends_request_objects(client) and (not modes or "FAPI1_ADVANCED" in modes)


@CLIENT_IMPACTS.conflict(
    "request-object-encryption",
    ImpactLevel.MAY_BREAK,
    "frontChannelRequestObjectEncryptionRequired",
    _(
        "The client isn't required to encrypt request objects. Unencrypted ones sent through the "
        "browser fail."
    ),
)
def check_request_object_encryption(service: DocumentFields, client: DocumentFields) -> bool:
    """Require encryption of request objects sent through the browser."""
    return uses_browser(client) and only_service_requires(
        service, client, "frontChannelRequestObjectEncryptionRequired"
    )


@CLIENT_IMPACTS.conflict(
    "request-object-algorithms",
    ImpactLevel.MAY_BREAK,
    "requestObjectEncryptionAlgMatchRequired requestObjectEncryptionEncMatchRequired",
    _("Request objects encrypted with other than the registered algorithms fail."),
)
def check_request_object_algorithms(
    service: DocumentFields, client: DocumentFields
) -> Collection[str]:
    """Require the registered encryption algorithms in request objects."""
    flags = {
        "requestObjectEncryptionAlgMatchRequired": "requestEncryptionAlg",
        "requestObjectEncryptionEncMatchRequired": "requestEncryptionEnc",
    }
    return [
        flag
        for flag, algorithm in flags.items()
        if get_text(client, algorithm) and only_service_requires(service, client, flag)
    ]


@CLIENT_IMPACTS.conflict(
    "scope-required",
    ImpactLevel.MAY_BREAK,
    "scopeRequired supportedScopes",
    _("No default scope applies. Requests without a scope fail."),
)
def check_scope_required(service: DocumentFields, client: DocumentFields) -> bool:
    """Require a scope where no default scope applies (RFC 6749, section 3.3)."""
    has_default = any(
        scope.get("defaultEntry") is True
        for scope in filter_objects(service.get("supportedScopes"))
    )
    is_required = service.get("scopeRequired") is True and not has_default
    return is_required and not SCOPED_GRANTS.isdisjoint(get_texts(client, "grantTypes"))


@CLIENT_IMPACTS.conflict(
    "grant-management",
    ImpactLevel.MAY_BREAK,
    "grantManagementActionRequired",
    _("Authorization requests fail without a grant_management_action."),
)
def check_grant_management(service: DocumentFields, client: DocumentFields) -> bool:
    """Require a grant management action in authorization requests."""
    return service.get("grantManagementActionRequired") is True and uses_browser(client)


@CLIENT_IMPACTS.conflict(
    "loopback-port",
    ImpactLevel.MAY_BREAK,
    "loopbackRedirectionUriVariable",
    _("Requests to a loopback redirect URI with another port fail."),
)
def check_loopback_port(service: DocumentFields, client: DocumentFields) -> bool:
    """Require the registered port of loopback redirect URIs (RFC 8252, section 7.3)."""
    is_variable = service.get("loopbackRedirectionUriVariable") is True
    return not is_variable and any(map(_is_loopback, get_texts(client, "redirectUris")))


@CLIENT_IMPACTS.conflict(
    "binding-message",
    ImpactLevel.MAY_BREAK,
    "backchannelBindingMessageRequiredInFapi",
    _("In FAPI, CIBA requests fail without a binding_message."),
)
def check_binding_message(service: DocumentFields, client: DocumentFields) -> bool:
    """Require a binding message in FAPI modes (FAPI-CIBA, section 5.2.2)."""
    is_required = service.get("backchannelBindingMessageRequiredInFapi") is True
    return is_required and uses_grant(client, "CIBA")


def _sends_request_objects(client: DocumentFields) -> bool:
    is_required = client.get("requestObjectRequired") is True
    return is_required or bool(get_text(client, "requestSignAlg"))


def _is_loopback(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    except ValueError:
        return False
