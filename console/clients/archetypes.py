"""What a new client can start as: settings that fit together, and what to ask for.

Each follows the profile that its kind of application should follow today: RFC 9700
for all of them, RFC 8252 for native applications, the FAPI 2.0 Security Profile, CIBA
Core and OID4VCI. What it asks for is what only the person knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.authlete.documents.service import Service
from tenants.authlete.documents.signatures import SIGNATURES, signature

NAMED = ("client_name", "description", "client_id_alias")  # asked of every client
CODE = {
    "grantTypes": ["AUTHORIZATION_CODE", "REFRESH_TOKEN"],
    "responseTypes": ["CODE"],
    "pkceRequired": True,
    "pkceS256Required": True,
}
PUBLIC = {"clientType": "PUBLIC", "tokenAuthMethod": "NONE"}
SECRET = {"clientType": "CONFIDENTIAL", "tokenAuthMethod": "CLIENT_SECRET_BASIC"}
KEYED = {"clientType": "CONFIDENTIAL", "tokenAuthMethod": "PRIVATE_KEY_JWT"}
KEYS = ("jwks_uri", "jwks")


@dataclass(frozen=True, slots=True)
class Archetype:
    """One kind of client, ready to be made."""

    title: str | Promise
    about: str | Promise
    settings: Mapping[str, Any]  # under Authlete's names
    asks: tuple[str, ...] = ()  # settings by name, besides what is asked of all
    signed: tuple[str, ...] = ()  # members that name how the service signs for it

    @property
    def asked(self) -> tuple[str, ...]:
        """The settings that are entered by hand."""
        return (*NAMED, *self.asks)

    def client(self, service: Service) -> dict[str, Any]:
        """The document that the form opens on."""
        chosen = signature(service) or next(iter(SIGNATURES))
        return dict(self.settings) | dict.fromkeys(self.signed, chosen)


ARCHETYPES: Mapping[str, Archetype] = {
    "spa": Archetype(
        _("Single-page application"),
        _(
            "Runs in the browser and keeps no secret: authorization code with PKCE, "
            "rotating refresh tokens."
        ),
        {**PUBLIC, **CODE, "applicationType": "WEB"},
        ("redirect_uris",),
    ),
    "web": Archetype(
        _("Web application"),
        _("Has a server that keeps a secret: authorization code with PKCE."),
        {**SECRET, **CODE, "applicationType": "WEB"},
        ("redirect_uris", "token_auth_method"),
    ),
    "native": Archetype(
        _("Native application"),
        _("Installed on a phone or computer and keeps no secret; opens the browser."),
        {**PUBLIC, **CODE, "applicationType": "NATIVE"},
        ("redirect_uris",),
    ),
    "machine": Archetype(
        _("Machine to machine"),
        _("A program that acts for itself, without any user: client credentials."),
        {**SECRET, "grantTypes": ["CLIENT_CREDENTIALS"]},
        ("token_auth_method", *KEYS),
    ),
    "fapi2": Archetype(
        _("FAPI 2.0 with private key JWT"),
        _(
            "For banking and other high-value APIs: proves itself with a private key, "
            "pushes its requests, and gets tokens that are bound to a DPoP key."
        ),
        {
            **KEYED,
            **CODE,
            "applicationType": "WEB",
            "fapiModes": ["FAPI2_SECURITY"],
            "parRequired": True,
            "dpopRequired": True,
        },
        ("redirect_uris", *KEYS),
        ("idTokenSignAlg",),
    ),
    "ciba": Archetype(
        _("CIBA"),
        _(
            "Asks here and has the user agree on another device, as at a till or in a "
            "call center."
        ),
        {
            **KEYED,
            "grantTypes": ["CIBA", "REFRESH_TOKEN"],
            "bcDeliveryMode": "POLL",
        },
        ("bc_delivery_mode", "bc_notification_endpoint", *KEYS),
    ),
    "wallet": Archetype(
        _("Wallet (OID4VCI)"),
        _(
            "Collects verifiable credentials for its user: authorization code with "
            "PKCE, and codes that come with an offer."
        ),
        {
            **PUBLIC,
            **CODE,
            "grantTypes": ["AUTHORIZATION_CODE", "PRE_AUTHORIZED_CODE"],
            "applicationType": "NATIVE",
            "dpopRequired": True,
        },
        ("redirect_uris", "credential_offer_endpoint"),
    ),
}
