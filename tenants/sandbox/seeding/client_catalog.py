"""Clients of the seeded services, by type of service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.seeding import client_archetypes, service_archetypes

FORMER_HOST = "old.example.com"  # a host they no longer own


@dataclass(frozen=True, slots=True)
class ClientSeed:
    """A client to create.

    ``names`` are alternatives separated by bars; ``{service}`` is the service's name. ``host``
    can contain the service's host (``{host}``) or the client's own name (``{slug}``).
    ``settings`` override those of the archetype, ``server_fields`` are set by the server
    only, ``scope_count`` limits the requestable scopes (None: no limit), and ``variant``
    names unusual data.
    """

    names: str
    archetype: Callable[[str], JsonDict]
    host: str = "{host}"
    settings: JsonDict = field(default_factory=dict)
    server_fields: JsonDict = field(default_factory=dict)
    scope_count: int | None = None
    variant: str = ""


LOCKED_FIELDS: JsonDict = {"locked": True}
DYNAMIC_FIELDS: JsonDict = {
    "clientSource": "DYNAMIC_REGISTRATION",
    "dynamicallyRegistered": True,
    "registrationAccessTokenHash": "qz4Vt2rWmB8cQJ5yXnL0dK7sUa1ePfHg3oTi6ZbRwEk",
}
EXPLICIT_FIELDS: JsonDict = {
    "clientSource": "EXPLICIT_REGISTRATION",
    "explicitlyRegistered": True,
    "clientRegistrationTypes": ["EXPLICIT"],
    "organizationName": "Meadow Notaries",
    "entityId": "https://meadow.example",
    "trustAnchorId": "https://trust.example",
    "signedJwksUri": "https://meadow.example/jwks.jose",
    "trustChainExpiresAt": 1_798_761_600_000,
    "trustChainUpdatedAt": 1_767_225_600_000,
}
AUTOMATIC_FIELDS: JsonDict = EXPLICIT_FIELDS | {
    "clientSource": "AUTOMATIC_REGISTRATION",
    "explicitlyRegistered": False,
    "automaticallyRegistered": True,
    "clientRegistrationTypes": ["AUTOMATIC"],
    "organizationName": "Cobalt Insurance",
    "entityId": "https://cobalt.example",
    "signedJwksUri": None,
}
METADATA_DOCUMENT_FIELDS: JsonDict = {
    "clientSource": "METADATA_DOCUMENT",
    "discoveredByMetadataDocument": True,
    "metadataDocumentLocation": "https://notes.example/client.json",
    "metadataDocumentExpiresAt": 1_798_761_600_000,
    "metadataDocumentUpdatedAt": 1_767_225_600_000,
}
URL_ALIAS_FIELDS: JsonDict = {"clientIdAlias": "https://notes.example/client.json"}
TRUST_CHAIN_FIELDS: JsonDict = {"trustChain": ["eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmVk"]}

TRANSLATION_FIELDS: JsonDict = {
    "clientNames": [
        {"tag": "ja", "value": "\u5bb6\u8a08\u7c3f"},
        {"tag": "pt-BR", "value": "Or\u00e7amento"},
    ],
    "descriptions": [{"tag": "de", "value": "Kontobuch f\u00fcr Familien"}],
    "tosUris": [{"tag": "de", "value": "https://legal.example/agb"}],
}

DEVELOPMENT_CLIENT = ClientSeed(
    "Local development|Dev laptops|Feature previews",
    client_archetypes.web,
    "dev.{host}",
    {
        "description": "For developers; must not be there in production.",
        "redirectUris": ["http://localhost:3000/auth/callback"],
        "tokenAuthMethod": "CLIENT_SECRET_POST",
        "pkceRequired": False,
    },
)
RETIRED_CLIENT = ClientSeed(
    "Partner portal (retired)|Advisers (old site)|Prize draw 2022",
    client_archetypes.web,
    FORMER_HOST,
    {"description": "Moved; the address has been sold.", "developer": "partners"},
    LOCKED_FIELDS,
)
CAMPAIGN_CLIENT = ClientSeed(
    "Campaign pages|Spring offers|Referral pages",
    client_archetypes.web,
    "campaign.{host}",
    {
        "redirectUris": [
            "https://campaign.example/auth/callback",
            f"https://{FORMER_HOST}/auth/callback",
        ]
    },
)
MOBILE_CLIENT = ClientSeed(
    "{service} for phones",
    client_archetypes.native,
    "app.{host}",
    {"description": "iOS and Android.", "clientIdAlias": "mobile-app"},
)
STATEMENTS_CLIENT = ClientSeed(
    "Nightly statements|Ledger export|Reports to the regulator",
    client_archetypes.machine,
    scope_count=2,
)
SCORING_CLIENT = ClientSeed(
    "Fraud scoring|Credit checks|Sanctions screening",
    client_archetypes.machine_with_key,
    scope_count=0,
)

BANK_CLIENTS = (
    MOBILE_CLIENT,
    ClientSeed(
        "{service} on the web",
        client_archetypes.web,
        "www.{host}",
        {"tokenAuthMethod": "PRIVATE_KEY_JWT", "jwksUri": "https://id.example/jwks"},
    ),
    ClientSeed(
        "Penny Budget|Tallysheet|Copper Jar|Moneta|Fennel Finance|Kontor",
        client_archetypes.fapi2_client,
        "{slug}.example",
        TRANSLATION_FIELDS,
    ),
    ClientSeed(
        "Ledgerly|Abacus Direct|Credora|Nordpay|Payday|Rivulet",
        client_archetypes.fapi1_client,
        "{slug}.example",
        server_fields=DYNAMIC_FIELDS,
    ),
    ClientSeed(
        "Oakline Accounting|Brightbooks|Maple Payroll|Sterling Tax",
        client_archetypes.self_signed_client,
        "{slug}.example",
        server_fields=LOCKED_FIELDS,
    ),
    STATEMENTS_CLIENT,
    SCORING_CLIENT,
    ClientSeed("Homes|Keystone Mortgages|First Nest", client_archetypes.pairwise, "{slug}.example"),
    RETIRED_CLIENT,
    CAMPAIGN_CLIENT,
    DEVELOPMENT_CLIENT,
)
SHOP_CLIENTS = (
    ClientSeed(
        "{service} in the browser",
        client_archetypes.single_page,
        "www.{host}",
        {"clientIdAlias": "storefront", "description": "The shop in the browser."},
    ),
    MOBILE_CLIENT,
    ClientSeed(
        "Customer service desk",
        client_archetypes.web,
        "desk.{host}",
        {"extension": {"accessTokenDuration": 1800, "refreshTokenDuration": 28_800}},
    ),
    ClientSeed("Stock sync", client_archetypes.machine, scope_count=1),
    ClientSeed("Price feed", client_archetypes.machine, scope_count=0),
    ClientSeed("Parcel Post|Swift Couriers|Doorstep", client_archetypes.pairwise, "{slug}.example"),
    ClientSeed(
        "Notes",
        client_archetypes.single_page,
        "notes.example",
        URL_ALIAS_FIELDS,
        METADATA_DOCUMENT_FIELDS,
    ),
    ClientSeed(
        "Assistant", client_archetypes.native, "assistant.example", server_fields=DYNAMIC_FIELDS
    ),
    RETIRED_CLIENT,
    CAMPAIGN_CLIENT,
    DEVELOPMENT_CLIENT,
)
STAFF_CLIENTS = (
    ClientSeed("Intranet", client_archetypes.web, "intranet.{host}", {"clientIdAlias": "intranet"}),
    ClientSeed(
        "Rota planner",
        client_archetypes.single_page,
        "rota.{host}",
        {"description": "Who works when, in every branch."},
    ),
    MOBILE_CLIENT,
    ClientSeed("Expenses", client_archetypes.pairwise, "receipts.example"),
    ClientSeed(
        "Training", client_archetypes.fapi1_client, "academy.example", server_fields=DYNAMIC_FIELDS
    ),
    ClientSeed("Joiners and leavers", client_archetypes.machine_with_key, scope_count=1),
    ClientSeed("Directory export", client_archetypes.machine, scope_count=0, variant="leaked"),
    ClientSeed(
        "Assistant", client_archetypes.native, "assistant.example", server_fields=DYNAMIC_FIELDS
    ),
    ClientSeed("Canteen", client_archetypes.web, "canteen.{host}", server_fields=LOCKED_FIELDS),
    RETIRED_CLIENT,
    CAMPAIGN_CLIENT,
    DEVELOPMENT_CLIENT,
)
PAYMENT_CLIENTS = (
    ClientSeed(
        "Harbor app", client_archetypes.ciba_ping, "app.{host}", {"clientIdAlias": "harbor-app"}
    ),
    ClientSeed("Call centre|Branch counters", client_archetypes.ciba_poll, "calls.{host}"),
    ClientSeed(
        "Card terminals",
        client_archetypes.ciba_ping,
        "terminals.example",
        {"bcDeliveryMode": "PUSH", "bcUserCodeRequired": False},
    ),
    STATEMENTS_CLIENT,
    SCORING_CLIENT,
    RETIRED_CLIENT,
)
DEVICE_CLIENTS = (
    ClientSeed("Kiosk", client_archetypes.device, "kiosk.{host}", {"clientIdAlias": "kiosk"}),
    ClientSeed("Television app", client_archetypes.device, "tv.{host}"),
    ClientSeed("Kiosk monitoring", client_archetypes.machine, scope_count=1),
    RETIRED_CLIENT,
)
WALLET_CLIENTS = (
    ClientSeed("Wallet", client_archetypes.wallet, "wallet.{host}", {"clientIdAlias": "wallet"}),
    ClientSeed("Age check at the till", client_archetypes.single_page, "till.example"),
    ClientSeed("Border control", client_archetypes.fapi1_client, "border.example"),
    ClientSeed("Credential sync", client_archetypes.machine_with_key, scope_count=2),
    DEVELOPMENT_CLIENT,
)
FEDERATION_CLIENTS = (
    ClientSeed(
        "Meadow Notaries",
        client_archetypes.fapi2_client,
        "meadow.example",
        TRUST_CHAIN_FIELDS | {"clientIdAlias": "https://meadow.example"},
        EXPLICIT_FIELDS,
    ),
    ClientSeed(
        "Cobalt Insurance",
        client_archetypes.fapi2_client,
        "cobalt.example",
        TRUST_CHAIN_FIELDS | {"clientIdAlias": "https://cobalt.example"},
        AUTOMATIC_FIELDS,
    ),
    ClientSeed("University library", client_archetypes.pairwise, "library.example"),
    ClientSeed(
        "Notes",
        client_archetypes.native,
        "notes.example",
        URL_ALIAS_FIELDS,
        METADATA_DOCUMENT_FIELDS,
    ),
    MOBILE_CLIENT,
    RETIRED_CLIENT,
)
UNUSUAL_CLIENT = ClientSeed(
    "Telepathy pilot", client_archetypes.web, "telepathy.example", variant="odd"
)

STAFF_HOST = "staff."
CLIENTS_BY_ARCHETYPE: dict[Callable[[str], JsonDict] | None, tuple[ClientSeed, ...]] = {
    service_archetypes.fapi1: BANK_CLIENTS,
    service_archetypes.fapi2: BANK_CLIENTS,
    service_archetypes.ciba: PAYMENT_CLIENTS,
    service_archetypes.device: DEVICE_CLIENTS,
    service_archetypes.wallet: WALLET_CLIENTS,
    service_archetypes.federated: FEDERATION_CLIENTS,
    service_archetypes.plain: SHOP_CLIENTS,
    None: (ClientSeed("My first client", client_archetypes.web, "localhost"),),
}
