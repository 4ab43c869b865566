"""Clients of the seeded services, by type of service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.seeding import client_archetypes as kinds
from tenants.sandbox.seeding import service_archetypes

FORMER_HOST = "old.example.com"  # a host that is not theirs any more


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
    kinds.web,
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
    kinds.web,
    FORMER_HOST,
    {"description": "Moved; the address has been sold.", "developer": "partners"},
    LOCKED_FIELDS,
)
CAMPAIGN_CLIENT = ClientSeed(
    "Campaign pages|Spring offers|Referral pages",
    kinds.web,
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
    kinds.native,
    "app.{host}",
    {"description": "iOS and Android.", "clientIdAlias": "mobile-app"},
)
STATEMENTS_CLIENT = ClientSeed(
    "Nightly statements|Ledger export|Reports to the regulator",
    kinds.machine,
    scope_count=2,
)
SCORING_CLIENT = ClientSeed(
    "Fraud scoring|Credit checks|Sanctions screening",
    kinds.machine_with_key,
    scope_count=0,
)

BANK_CLIENTS = (
    MOBILE_CLIENT,
    ClientSeed(
        "{service} on the web",
        kinds.web,
        "www.{host}",
        {"tokenAuthMethod": "PRIVATE_KEY_JWT", "jwksUri": "https://id.example/jwks"},
    ),
    ClientSeed(
        "Penny Budget|Tallysheet|Copper Jar|Moneta|Fennel Finance|Kontor",
        kinds.fapi2_client,
        "{slug}.example",
        TRANSLATION_FIELDS,
    ),
    ClientSeed(
        "Ledgerly|Abacus Direct|Credora|Nordpay|Payday|Rivulet",
        kinds.fapi1_client,
        "{slug}.example",
        server_fields=DYNAMIC_FIELDS,
    ),
    ClientSeed(
        "Oakline Accounting|Brightbooks|Maple Payroll|Sterling Tax",
        kinds.self_signed_client,
        "{slug}.example",
        server_fields=LOCKED_FIELDS,
    ),
    STATEMENTS_CLIENT,
    SCORING_CLIENT,
    ClientSeed("Homes|Keystone Mortgages|First Nest", kinds.pairwise, "{slug}.example"),
    RETIRED_CLIENT,
    CAMPAIGN_CLIENT,
    DEVELOPMENT_CLIENT,
)
SHOP_CLIENTS = (
    ClientSeed(
        "{service} in the browser",
        kinds.single_page,
        "www.{host}",
        {"clientIdAlias": "storefront", "description": "The shop in the browser."},
    ),
    MOBILE_CLIENT,
    ClientSeed(
        "Customer service desk",
        kinds.web,
        "desk.{host}",
        {"extension": {"accessTokenDuration": 1800, "refreshTokenDuration": 28_800}},
    ),
    ClientSeed("Stock sync", kinds.machine, scope_count=1),
    ClientSeed("Price feed", kinds.machine, scope_count=0),
    ClientSeed("Parcel Post|Swift Couriers|Doorstep", kinds.pairwise, "{slug}.example"),
    ClientSeed(
        "Notes",
        kinds.single_page,
        "notes.example",
        URL_ALIAS_FIELDS,
        METADATA_DOCUMENT_FIELDS,
    ),
    ClientSeed("Assistant", kinds.native, "assistant.example", server_fields=DYNAMIC_FIELDS),
    RETIRED_CLIENT,
    CAMPAIGN_CLIENT,
    DEVELOPMENT_CLIENT,
)
STAFF_CLIENTS = (
    ClientSeed("Intranet", kinds.web, "intranet.{host}", {"clientIdAlias": "intranet"}),
    ClientSeed(
        "Rota planner",
        kinds.single_page,
        "rota.{host}",
        {"description": "Who works when, in every branch."},
    ),
    MOBILE_CLIENT,
    ClientSeed("Expenses", kinds.pairwise, "receipts.example"),
    ClientSeed("Training", kinds.fapi1_client, "academy.example", server_fields=DYNAMIC_FIELDS),
    ClientSeed("Joiners and leavers", kinds.machine_with_key, scope_count=1),
    ClientSeed("Directory export", kinds.machine, scope_count=0, variant="leaked"),
    ClientSeed("Assistant", kinds.native, "assistant.example", server_fields=DYNAMIC_FIELDS),
    ClientSeed("Canteen", kinds.web, "canteen.{host}", server_fields=LOCKED_FIELDS),
    RETIRED_CLIENT,
    CAMPAIGN_CLIENT,
    DEVELOPMENT_CLIENT,
)
PAYMENT_CLIENTS = (
    ClientSeed("Harbor app", kinds.ciba_ping, "app.{host}", {"clientIdAlias": "harbor-app"}),
    ClientSeed("Call centre|Branch counters", kinds.ciba_poll, "calls.{host}"),
    ClientSeed(
        "Card terminals",
        kinds.ciba_ping,
        "terminals.example",
        {"bcDeliveryMode": "PUSH", "bcUserCodeRequired": False},
    ),
    STATEMENTS_CLIENT,
    SCORING_CLIENT,
    RETIRED_CLIENT,
)
DEVICE_CLIENTS = (
    ClientSeed("Kiosk", kinds.device, "kiosk.{host}", {"clientIdAlias": "kiosk"}),
    ClientSeed("Television app", kinds.device, "tv.{host}"),
    ClientSeed("Kiosk monitoring", kinds.machine, scope_count=1),
    RETIRED_CLIENT,
)
WALLET_CLIENTS = (
    ClientSeed("Wallet", kinds.wallet, "wallet.{host}", {"clientIdAlias": "wallet"}),
    ClientSeed("Age check at the till", kinds.single_page, "till.example"),
    ClientSeed("Border control", kinds.fapi1_client, "border.example"),
    ClientSeed("Credential sync", kinds.machine_with_key, scope_count=2),
    DEVELOPMENT_CLIENT,
)
FEDERATION_CLIENTS = (
    ClientSeed(
        "Meadow Notaries",
        kinds.fapi2_client,
        "meadow.example",
        TRUST_CHAIN_FIELDS | {"clientIdAlias": "https://meadow.example"},
        EXPLICIT_FIELDS,
    ),
    ClientSeed(
        "Cobalt Insurance",
        kinds.fapi2_client,
        "cobalt.example",
        TRUST_CHAIN_FIELDS | {"clientIdAlias": "https://cobalt.example"},
        AUTOMATIC_FIELDS,
    ),
    ClientSeed("University library", kinds.pairwise, "library.example"),
    ClientSeed(
        "Notes",
        kinds.native,
        "notes.example",
        URL_ALIAS_FIELDS,
        METADATA_DOCUMENT_FIELDS,
    ),
    MOBILE_CLIENT,
    RETIRED_CLIENT,
)
UNUSUAL_CLIENT = ClientSeed("Telepathy pilot", kinds.web, "telepathy.example", variant="odd")

STAFF_HOST = "staff."
CLIENTS_BY_ARCHETYPE: dict[Callable[[str], JsonDict] | None, tuple[ClientSeed, ...]] = {
    service_archetypes.fapi1: BANK_CLIENTS,
    service_archetypes.fapi2: BANK_CLIENTS,
    service_archetypes.ciba: PAYMENT_CLIENTS,
    service_archetypes.device: DEVICE_CLIENTS,
    service_archetypes.wallet: WALLET_CLIENTS,
    service_archetypes.federated: FEDERATION_CLIENTS,
    service_archetypes.plain: SHOP_CLIENTS,
    None: (ClientSeed("My first client", kinds.web, "localhost"),),
}
