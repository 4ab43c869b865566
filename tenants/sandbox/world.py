"""Who there is in a seeded sandbox, and which services they run where."""

from collections.abc import Callable
from dataclasses import dataclass

from tenants.sandbox.archetypes import (
    ciba,
    device,
    fapi1,
    fapi2,
    federated,
    plain,
    wallet,
)
from tenants.sandbox.wire import Members

type Kind = Callable[[str], Members]


@dataclass(frozen=True, slots=True)
class Plot:
    """One service to be: its name, the host it is on, its kind and what it is for."""

    name: str
    host: str
    kind: Kind | None  # None: half configured
    description: str = ""
    keys: tuple[str, ...] = ("ES256",)
    mark: str = ""  # `odd` or `legacy`: see `seed`
    hardware: tuple[str, ...] = ()  # algorithms of its keys in hardware


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organization, and its services by region."""

    number: int
    slug: str
    name: str
    plan: str
    plots: dict[str, tuple[Plot, ...]]


HARBOR = Tenant(
    4_217_001,
    "harbor",
    "Harbor Mutual",
    "ENTERPRISE",
    {
        "us": (
            Plot(
                "Retail banking",
                "id.harbor.example",
                fapi2,
                "Sign-in and account access for 3.1 million retail customers.",
                ("PS256", "ES256", "ECDH-ES+A256KW"),
            ),
            Plot(
                "Business banking",
                "business.harbor.example",
                fapi1,
                "Treasury and payroll partners, over mutual TLS.",
                ("PS256", "ES256"),
            ),
            Plot(
                "Payments",
                "pay.harbor.example",
                ciba,
                "Card payments confirmed in the Harbor app.",
            ),
            Plot(
                "Employee sign-in",
                "staff.harbor.example",
                plain,
                "Branch and office staff. Came over from Authlete 2.3.",
                ("RS256", "ES256"),
                "legacy",
                hardware=("ES256",),
            ),
            Plot(
                "Open banking sandbox",
                "sandbox.harbor.example",
                fapi1,
                "Where third parties try things out.",
                ("ES256", "EdDSA"),
                "odd",
            ),
        ),
        "jp": (
            Plot(
                "リテールバンキング",
                "id.harbor-bank.example",
                fapi2,
                "個人のお客様のログインと口座アクセス",
                ("ES256", "ES384"),
            ),
            Plot("Payments Japan", "pay.harbor-bank.example", ciba),
            Plot(
                "Branch kiosks",
                "kiosk.harbor-bank.example",
                device,
                "Terminals in 212 branches.",
            ),
        ),
        "eu": (
            Plot(
                "Retail banking Europe",
                "id.harbor-europe.example",
                fapi2,
                "Customers in Ireland, the Netherlands and Germany.",
                ("PS256", "ES256"),
                hardware=("PS256", "ES256", "RSA-OAEP-256"),
            ),
            Plot("PSD2 access", "psd2.harbor-europe.example", fapi1, keys=("PS256",)),
            Plot(
                "Identity assurance",
                "assure.harbor-europe.example",
                federated,
                "Verified identities for partners in the federation.",
            ),
            Plot("Employee sign-in Europe", "staff.harbor-europe.example", plain),
        ),
        "br": (
            Plot(
                "Open Finance Brasil",
                "of.harbor.example",
                fapi1,
                "Compartilhamento de dados e iniciação de pagamentos.",
                ("PS256",),
            ),
            Plot("Pagamentos", "pix.harbor.example", ciba, "Confirmação de Pix."),
        ),
    },
)
NORTHWIND = Tenant(
    4_217_002,
    "northwind",
    "Northwind Retail",
    "BUSINESS",
    {
        "us": (
            Plot("Storefront", "login.northwind.example", plain, "Web shop and apps."),
            Plot("Loyalty app", "loyalty.northwind.example", plain),
            Plot("Supplier portal", "suppliers.northwind.example", plain),
        ),
        "jp": (Plot("Storefront Japan", "login.northwind-jp.example", plain),),
        "eu": (
            Plot("Storefront Europe", "login.northwind-eu.example", plain),
            Plot("In-store screens", "screens.northwind-eu.example", device),
        ),
    },
)
CIVIC = Tenant(
    4_217_003,
    "civic",
    "Civic Wallet",
    "BUSINESSPLUS",
    {
        "us": (
            Plot(
                "Mobile driving licence",
                "mdl.civic.example",
                wallet,
                "Pilot with two states.",
            ),
        ),
        "eu": (
            Plot(
                "Citizen credentials",
                "issuer.civic.example",
                wallet,
                "Identity credentials for the European wallet.",
            ),
            Plot("Wallet sign-in", "login.civic.example", federated),
        ),
    },
)
TRIAL = Tenant(
    4_217_004,
    "trial",
    "Trial Co",
    "FREE",
    {"us": (Plot("My first service", "", None),)},
)
TENANTS = (HARBOR, NORTHWIND, CIVIC, TRIAL)
