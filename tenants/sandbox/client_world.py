"""Which clients a seeded service has, by the kind of the service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tenants.sandbox import archetypes
from tenants.sandbox import client_archetypes as kinds
from tenants.sandbox.wire import Members

OLD = "old.example.com"  # a host that is not theirs any more


@dataclass(frozen=True, slots=True)
class Part:
    """One client to be.

    It has one of the ``names``, parted by bars, in which ``{service}`` is that of its
    service. Its ``host`` is below that of its service (``{host}``), is called like
    itself (``{slug}``), or is the same for all. ``more`` are settings beside those of
    its kind, ``fixed`` what only a server sets, ``scopes`` how many it
    may ask for (None: any), and ``mark`` says what is odd about it.
    """

    names: str
    kind: Callable[[str], Members]
    host: str = "{host}"
    more: Members = field(default_factory=dict)
    fixed: Members = field(default_factory=dict)
    scopes: int | None = None
    mark: str = ""


LOCKED: Members = {"locked": True}
DYNAMIC: Members = {
    "clientSource": "DYNAMIC_REGISTRATION",
    "dynamicallyRegistered": True,
    "registrationAccessTokenHash": "qz4Vt2rWmB8cQJ5yXnL0dK7sUa1ePfHg3oTi6ZbRwEk",
}
EXPLICIT: Members = {
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
AUTOMATIC: Members = EXPLICIT | {
    "clientSource": "AUTOMATIC_REGISTRATION",
    "explicitlyRegistered": False,
    "automaticallyRegistered": True,
    "clientRegistrationTypes": ["AUTOMATIC"],
    "organizationName": "Cobalt Insurance",
    "entityId": "https://cobalt.example",
    "signedJwksUri": None,
}
DOCUMENT: Members = {
    "clientSource": "METADATA_DOCUMENT",
    "discoveredByMetadataDocument": True,
    "metadataDocumentLocation": "https://notes.example/client.json",
    "metadataDocumentExpiresAt": 1_798_761_600_000,
    "metadataDocumentUpdatedAt": 1_767_225_600_000,
}
NAMED: Members = {"clientIdAlias": "https://notes.example/client.json"}
TRUST: Members = {"trustChain": ["eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmVk"]}

LANGUAGES: Members = {
    "clientNames": [
        {"tag": "ja", "value": "\u5bb6\u8a08\u7c3f"},
        {"tag": "pt-BR", "value": "Or\u00e7amento"},
    ],
    "descriptions": [{"tag": "de", "value": "Kontobuch f\u00fcr Familien"}],
    "tosUris": [{"tag": "de", "value": "https://legal.example/agb"}],
}

DEVELOPER = Part(
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
FORMER = Part(
    "Partner portal (retired)|Advisers (old site)|Prize draw 2022",
    kinds.web,
    OLD,
    {"description": "Moved; the address has been sold.", "developer": "partners"},
    LOCKED,
)
MOVED = Part(
    "Campaign pages|Spring offers|Referral pages",
    kinds.web,
    "campaign.{host}",
    {
        "redirectUris": [
            "https://campaign.example/auth/callback",
            f"https://{OLD}/auth/callback",
        ]
    },
)
APP = Part(
    "{service} for phones",
    kinds.native,
    "app.{host}",
    {"description": "iOS and Android.", "clientIdAlias": "mobile-app"},
)
STATEMENTS = Part(
    "Nightly statements|Ledger export|Reports to the regulator", kinds.job, scopes=2
)
SCORING = Part(
    "Fraud scoring|Credit checks|Sanctions screening", kinds.signing_job, scopes=0
)

BANK = (
    APP,
    Part(
        "{service} on the web",
        kinds.web,
        "www.{host}",
        {"tokenAuthMethod": "PRIVATE_KEY_JWT", "jwksUri": "https://id.example/jwks"},
    ),
    Part(
        "Penny Budget|Tallysheet|Copper Jar|Moneta|Fennel Finance|Kontor",
        kinds.third_party,
        "{slug}.example",
        LANGUAGES,
    ),
    Part(
        "Ledgerly|Abacus Direct|Credora|Nordpay|Payday|Rivulet",
        kinds.certified,
        "{slug}.example",
        fixed=DYNAMIC,
    ),
    Part(
        "Oakline Accounting|Brightbooks|Maple Payroll|Sterling Tax",
        kinds.self_signed,
        "{slug}.example",
        fixed=LOCKED,
    ),
    STATEMENTS,
    SCORING,
    Part("Homes|Keystone Mortgages|First Nest", kinds.pairwise, "{slug}.example"),
    FORMER,
    MOVED,
    DEVELOPER,
)
SHOP = (
    Part(
        "{service} in the browser",
        kinds.single_page,
        "www.{host}",
        {"clientIdAlias": "storefront", "description": "The shop in the browser."},
    ),
    APP,
    Part(
        "Customer service desk",
        kinds.web,
        "desk.{host}",
        {"extension": {"accessTokenDuration": 1800, "refreshTokenDuration": 28_800}},
    ),
    Part("Stock sync", kinds.job, scopes=1),
    Part("Price feed", kinds.job, scopes=0),
    Part("Parcel Post|Swift Couriers|Doorstep", kinds.pairwise, "{slug}.example"),
    Part("Notes", kinds.single_page, "notes.example", NAMED, DOCUMENT),
    Part("Assistant", kinds.native, "assistant.example", fixed=DYNAMIC),
    FORMER,
    MOVED,
    DEVELOPER,
)
STAFF = (
    Part("Intranet", kinds.web, "intranet.{host}", {"clientIdAlias": "intranet"}),
    Part(
        "Rota planner",
        kinds.single_page,
        "rota.{host}",
        {"description": "Who works when, in every branch."},
    ),
    APP,
    Part("Expenses", kinds.pairwise, "receipts.example"),
    Part("Training", kinds.certified, "academy.example", fixed=DYNAMIC),
    Part("Joiners and leavers", kinds.signing_job, scopes=1),
    Part("Directory export", kinds.job, scopes=0, mark="leaked"),
    Part("Assistant", kinds.native, "assistant.example", fixed=DYNAMIC),
    Part("Canteen", kinds.web, "canteen.{host}", fixed=LOCKED),
    FORMER,
    MOVED,
    DEVELOPER,
)
PAYMENTS = (
    Part("Harbor app", kinds.caller, "app.{host}", {"clientIdAlias": "harbor-app"}),
    Part("Call centre|Branch counters", kinds.polling, "calls.{host}"),
    Part(
        "Card terminals",
        kinds.caller,
        "terminals.example",
        {"bcDeliveryMode": "PUSH", "bcUserCodeRequired": False},
    ),
    STATEMENTS,
    SCORING,
    FORMER,
)
SCREENS = (
    Part("Kiosk", kinds.screen, "kiosk.{host}", {"clientIdAlias": "kiosk"}),
    Part("Television app", kinds.screen, "tv.{host}"),
    Part("Kiosk monitoring", kinds.job, scopes=1),
    FORMER,
)
WALLETS = (
    Part("Wallet", kinds.wallet, "wallet.{host}", {"clientIdAlias": "wallet"}),
    Part("Age check at the till", kinds.single_page, "till.example"),
    Part("Border control", kinds.certified, "border.example"),
    Part("Credential sync", kinds.signing_job, scopes=2),
    DEVELOPER,
)
FEDERATION = (
    Part(
        "Meadow Notaries",
        kinds.third_party,
        "meadow.example",
        TRUST | {"clientIdAlias": "https://meadow.example"},
        EXPLICIT,
    ),
    Part(
        "Cobalt Insurance",
        kinds.third_party,
        "cobalt.example",
        TRUST | {"clientIdAlias": "https://cobalt.example"},
        AUTOMATIC,
    ),
    Part("University library", kinds.pairwise, "library.example"),
    Part("Notes", kinds.native, "notes.example", NAMED, DOCUMENT),
    APP,
    FORMER,
)
ODD = Part("Telepathy pilot", kinds.web, "telepathy.example", mark="odd")

STAFF_HOST = "staff."
CASTS: dict[Callable[[str], Members] | None, tuple[Part, ...]] = {
    archetypes.fapi1: BANK,
    archetypes.fapi2: BANK,
    archetypes.ciba: PAYMENTS,
    archetypes.device: SCREENS,
    archetypes.wallet: WALLETS,
    archetypes.federated: FEDERATION,
    archetypes.plain: SHOP,
    None: (Part("My first client", kinds.web, "localhost"),),
}
