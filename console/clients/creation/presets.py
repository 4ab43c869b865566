"""Presets for new clients.

They follow RFC 9700, RFC 8252 for native applications, the FAPI 2.0 Security Profile,
CIBA Core and OID4VCI.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.audit_log.change_descriptions import CLIENT_SETTINGS, SERVICE_SETTINGS
from console.forms.value_text import format_value, translate
from tenants.authlete.documents.base import Setting
from tenants.authlete.documents.client.rules.authentication import SERVER_SIGNING_ALG_FIELDS
from tenants.authlete.documents.jwks.signing import (
    FAPI_SIGNING_ALGS,
    can_sign,
    preferred_signing_alg,
)
from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import InvalidJsonError, parse_json

COMMON_SETTINGS = ("client_name", "description", "client_id_alias")  # asked of every client
CODE_FLOW = {
    "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "responseTypes": ["CODE"],
    "pkceRequired": True,
    "pkceS256Required": True,
}
PUBLIC_CLIENT = {"clientType": "PUBLIC", "tokenAuthMethod": "NONE"}
SECRET_CLIENT = {"clientType": "CONFIDENTIAL", "tokenAuthMethod": "CLIENT_SECRET_BASIC"}
PRIVATE_KEY_CLIENT = {"clientType": "CONFIDENTIAL", "tokenAuthMethod": "PRIVATE_KEY_JWT"}
KEY_SETTINGS = ("jwks_uri", "jwks")


@dataclass(frozen=True, slots=True)
class ClientPreset:
    """Recommended settings of one application type."""

    title: str | Promise
    description: str | Promise
    settings: Mapping[str, Any]  # under Authlete's names
    extra_settings: tuple[str, ...] = ()  # settings by name, besides what is asked of all
    signature_members: tuple[str, ...] = ()  # members that name how the service signs for it

    @property
    def form_settings(self) -> tuple[str, ...]:
        """The settings to enter in the form."""
        return (*COMMON_SETTINGS, *self.extra_settings)

    def build_client(self, service: Service) -> dict[str, Any]:
        """Return the document that the form starts with."""
        selected = preferred_signing_alg(service) or next(iter(FAPI_SIGNING_ALGS))
        return dict(self.settings) | dict.fromkeys(self.signature_members, selected)


CLIENT_PRESETS: Mapping[str, ClientPreset] = {
    "spa": ClientPreset(
        gettext_lazy("Single-page application"),
        gettext_lazy(
            "Runs in the browser. Public client with authorization code, PKCE and rotating "
            "refresh tokens."
        ),
        {**PUBLIC_CLIENT, **CODE_FLOW, "applicationType": "WEB"},
        ("redirect_uris",),
    ),
    "web": ClientPreset(
        gettext_lazy("Web application"),
        gettext_lazy("Runs on a server. Confidential client with authorization code and PKCE."),
        {**SECRET_CLIENT, **CODE_FLOW, "applicationType": "WEB"},
        ("redirect_uris", "token_auth_method"),
    ),
    "native": ClientPreset(
        gettext_lazy("Native application"),
        gettext_lazy("Runs on a phone or computer. Public client that opens the browser."),
        {**PUBLIC_CLIENT, **CODE_FLOW, "applicationType": "NATIVE"},
        ("redirect_uris",),
    ),
    "machine": ClientPreset(
        gettext_lazy("Machine to machine"),
        gettext_lazy("Acts without a user. Client credentials grant."),
        {**SECRET_CLIENT, "grantTypes": ["CLIENT_CREDENTIALS"]},
        ("token_auth_method", *KEY_SETTINGS),
    ),
    "fapi2": ClientPreset(
        gettext_lazy("FAPI 2.0 with private key JWT"),
        gettext_lazy(
            "For high-value APIs. Private key JWT, pushed authorization requests and "
            "DPoP-bound tokens."
        ),
        {
            **PRIVATE_KEY_CLIENT,
            **CODE_FLOW,
            "applicationType": "WEB",
            "fapiModes": ["FAPI2_SECURITY"],
            "parRequired": True,
            "dpopRequired": True,
        },
        ("redirect_uris", *KEY_SETTINGS),
        ("idTokenSignAlg",),
    ),
    "ciba": ClientPreset(
        gettext_lazy("CIBA"),
        gettext_lazy("Users approve on another device, such as in a call center."),
        {**PRIVATE_KEY_CLIENT, "grantTypes": ["CIBA", "REFRESH_TOKEN"], "bcDeliveryMode": "POLL"},
        ("bc_delivery_mode", "bc_notification_endpoint", *KEY_SETTINGS),
    ),
    "wallet": ClientPreset(
        gettext_lazy("Wallet (OID4VCI)"),
        gettext_lazy(
            "Collects verifiable credentials. Authorization code with PKCE, and "
            "pre-authorized code."
        ),
        {
            **PUBLIC_CLIENT,
            **CODE_FLOW,
            "grantTypes": ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"],
            "applicationType": "NATIVE",
            "dpopRequired": True,
        },
        ("redirect_uris", "credential_offer_endpoint"),
    ),
}


type Members = Mapping[str, Any]
# What a client has of what its service has to support, and the word in between.
SUPPORT_MEMBERS: Mapping[str, str] = {
    "grantTypes": "supportedGrantTypes",
    "responseTypes": "supportedResponseTypes",
    "tokenAuthMethod": "supportedTokenAuthMethods",
    "bcDeliveryMode": "supportedBackchannelTokenDeliveryModes",
    "authorizationDetailsTypes": "supportedAuthorizationDetailsTypes",
}
# Every client names a signature of ID tokens, also where it gets none.
ID_TOKEN_GRANTS = {"AUTHORIZATION_CODE", "IMPLICIT", "CIBA", "DEVICE_CODE"}


@dataclass(frozen=True, slots=True)
class ServiceMismatch:
    """A setting of the service that doesn't fit a client."""

    message: str
    setting: Setting  # of the service, that has to change
    section: str  # where it is edited
    missing: str  # in a word or two
    is_fatal: bool = True  # else it works, and is only good to know


def find_mismatches(client: Members, service: Service) -> list[ServiceMismatch]:
    """Return what the service lacks for ``client``, fatal mismatches first."""
    mismatches = [mismatch for rule in MISMATCH_RULES for mismatch in rule(client, service)]
    return sorted(mismatches, key=lambda service_mismatch: not service_mismatch.is_fatal)


def _mismatch(
    member: str, message: str, missing: str = "", *, is_fatal: bool = True
) -> ServiceMismatch:
    section, setting = SERVICE_SETTINGS[member]
    return ServiceMismatch(message, setting, section, missing or translate(setting.label), is_fatal)


def _string_list(client: Members, member: str) -> list[str]:
    value = client.get(member)
    listed = value if isinstance(value, list) else []
    return [name for name in listed if isinstance(name, str)]


def _check_supported_values(client: Members, service: Service) -> Iterator[ServiceMismatch]:
    for member, supported in SUPPORT_MEMBERS.items():
        has = service.get(supported)
        values = client.get(member) or []
        wants = [values] if isinstance(values, str) else _string_list(client, member)
        lacking = [want for want in wants if isinstance(has, list) and want not in has]
        if lacking:
            _slug, setting = CLIENT_SETTINGS[member]
            value = lacking[0] if isinstance(values, str) else lacking
            lacks = format_value(setting, value)
            yield _mismatch(
                supported,
                _("The service doesn't support this. %(label)s: %(value)s.")
                % {"label": translate(setting.label), "value": lacks},
                lacks,
            )


def _check_endpoints(client: Members, service: Service) -> Iterator[ServiceMismatch]:
    grants = _string_list(client, "grantTypes")
    if client.get("parRequired") is True and not service.get_text("pushedAuthReqEndpoint"):
        yield _mismatch(
            "pushedAuthReqEndpoint",
            _(
                "The client requires pushed authorization requests, but the service has no PAR "
                "endpoint."
            ),
        )
    member = "backchannelAuthenticationEndpoint"
    if "CIBA" in grants and not service.get_text(member):
        yield _mismatch(
            member,
            _("The client uses CIBA, but the service has no backchannel authentication endpoint."),
        )
    member = "verifiableCredentialsEnabled"
    if "PRE_AUTHORIZED_CODE" in grants and service.get(member) is not True:
        yield _mismatch(member, _("The service doesn't issue verifiable credentials."))


def _check_fapi_modes(client: Members, service: Service) -> Iterator[ServiceMismatch]:
    client_modes, service_modes = _string_list(client, "fapiModes"), service.get_texts("fapiModes")
    if client_modes and service_modes and set(client_modes) != set(service_modes):
        yield _mismatch(
            "fapiModes",
            _("The service's FAPI modes override the client's: %(modes)s.")
            % {"modes": format_value(SERVICE_SETTINGS["fapiModes"][1], service_modes)},
            is_fatal=False,
        )


def _check_pkce(client: Members, service: Service) -> Iterator[ServiceMismatch]:
    if "AUTHORIZATION_CODE" not in _string_list(client, "grantTypes"):
        return
    if service.get("pkceRequired") is True:
        return
    if client.get("pkceRequired") is True:
        message = _("The service doesn't require PKCE, but this client does.")
    else:
        message = _(
            "Neither the service nor this client requires PKCE. A stolen code can be used "
            "(RFC 9700, section 2.1.1)."
        )
    yield _mismatch("pkceRequired", message, is_fatal=False)


def _check_signing_keys(client: Members, service: Service) -> Iterator[ServiceMismatch]:
    grants = {*_string_list(client, "grantTypes")}
    expected = {
        client.get(member)
        for member in SERVER_SIGNING_ALG_FIELDS
        if member != "idTokenSignAlg" or grants & ID_TOKEN_GRANTS
    }
    lacking = [
        alg
        for alg in sorted(alg for alg in expected if isinstance(alg, str))
        if can_sign(service, alg) is False
    ]
    if lacking:
        yield _mismatch(
            "jwks",
            _("The service has no signing key for: %(names)s.") % {"names": ", ".join(lacking)},
            _("a key for %(names)s") % {"names": ", ".join(lacking)},
        )


def _check_custom_metadata(client: Members, service: Service) -> Iterator[ServiceMismatch]:
    known = service.get_texts("supportedCustomClientMetadata")
    try:
        metadata = parse_json(client.get("customMetadata") or "{}")
    except (InvalidJsonError, TypeError):
        return
    names = set(metadata) if isinstance(metadata, dict) else set()
    lacking = sorted(names - set(known))
    if lacking:
        yield _mismatch(
            "supportedCustomClientMetadata",
            _("The service doesn't list this custom metadata: %(names)s.")
            % {"names": ", ".join(lacking)},
        )


MISMATCH_RULES: tuple[Callable[[Members, Service], Iterator[ServiceMismatch]], ...] = (
    _check_supported_values,
    _check_endpoints,
    _check_signing_keys,
    _check_custom_metadata,
    _check_fapi_modes,
    _check_pkce,
)
