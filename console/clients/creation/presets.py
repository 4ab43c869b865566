"""Presets for new clients.

They follow RFC 9700, RFC 8252 for native applications, the FAPI 2.0 Security Profile,
CIBA Core and OID4VCI.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.documents.jwks.signing import (
    FAPI_SIGNING_ALGS,
    preferred_signing_alg,
)
from tenants.authlete.documents.service import Service

COMMON_SETTINGS = (
    "client_name",
    "description",
    "client_id_alias",
)  # asked of every client
CODE_FLOW = {
    "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "responseTypes": ["CODE"],
    "pkceRequired": True,
    "pkceS256Required": True,
}
PUBLIC_CLIENT = {"clientType": "PUBLIC", "tokenAuthMethod": "NONE"}
SECRET_CLIENT = {"clientType": "CONFIDENTIAL", "tokenAuthMethod": "CLIENT_SECRET_BASIC"}
PRIVATE_KEY_CLIENT = {
    "clientType": "CONFIDENTIAL",
    "tokenAuthMethod": "PRIVATE_KEY_JWT",
}
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
        chosen = preferred_signing_alg(service) or next(iter(FAPI_SIGNING_ALGS))
        return dict(self.settings) | dict.fromkeys(self.signature_members, chosen)


CLIENT_PRESETS: Mapping[str, ClientPreset] = {
    "spa": ClientPreset(
        _("Single-page application"),
        _(
            "Runs in the browser. Public client with authorization code, PKCE and rotating "
            "refresh tokens."
        ),
        {**PUBLIC_CLIENT, **CODE_FLOW, "applicationType": "WEB"},
        ("redirect_uris",),
    ),
    "web": ClientPreset(
        _("Web application"),
        _("Runs on a server. Confidential client with authorization code and PKCE."),
        {**SECRET_CLIENT, **CODE_FLOW, "applicationType": "WEB"},
        ("redirect_uris", "token_auth_method"),
    ),
    "native": ClientPreset(
        _("Native application"),
        _("Runs on a phone or computer. Public client that opens the browser."),
        {**PUBLIC_CLIENT, **CODE_FLOW, "applicationType": "NATIVE"},
        ("redirect_uris",),
    ),
    "machine": ClientPreset(
        _("Machine to machine"),
        _("Acts without a user. Client credentials grant."),
        {**SECRET_CLIENT, "grantTypes": ["CLIENT_CREDENTIALS"]},
        ("token_auth_method", *KEY_SETTINGS),
    ),
    "fapi2": ClientPreset(
        _("FAPI 2.0 with private key JWT"),
        _(
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
        _("CIBA"),
        _("Users approve on another device, such as in a call center."),
        {
            **PRIVATE_KEY_CLIENT,
            "grantTypes": ["CIBA", "REFRESH_TOKEN"],
            "bcDeliveryMode": "POLL",
        },
        ("bc_delivery_mode", "bc_notification_endpoint", *KEY_SETTINGS),
    ),
    "wallet": ClientPreset(
        _("Wallet (OID4VCI)"),
        _(
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
