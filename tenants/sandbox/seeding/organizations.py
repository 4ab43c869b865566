"""Organizations of the seeded world and their services by region."""

from collections.abc import Callable
from dataclasses import dataclass

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.seeding.service_archetypes import (
    ciba,
    device,
    fapi1,
    fapi2,
    federated,
    plain,
    wallet,
)

type ServiceArchetype = Callable[[str], JsonDict]


@dataclass(frozen=True, slots=True)
class ServiceSeed:
    """A service to create."""

    name: str
    host: str
    archetype: ServiceArchetype | None  # None: unconfigured
    description: str = ""
    keys: tuple[str, ...] = ("ES256",)
    variant: str = ""  # `odd`, `legacy` or `filler`, see `seeder`
    hardware: tuple[str, ...] = ()  # algorithms of its HSM keys


@dataclass(frozen=True, slots=True)
class OrganizationSeed:
    """An organization and its services by region."""

    number: int
    slug: str
    name: str
    plan: str
    services: dict[str, tuple[ServiceSeed, ...]]


HARBOR = OrganizationSeed(
    4_217_001,
    "harbor",
    "Harbor Mutual",
    "ENTERPRISE",
    {
        "us": (
            ServiceSeed(
                "Retail banking",
                "id.harbor.example",
                fapi2,
                "Sign-in and account access for 3.1 million retail customers.",
                ("PS256", "ES256", "ECDH-ES+A256KW"),
            ),
            ServiceSeed(
                "Business banking",
                "business.harbor.example",
                fapi1,
                "Treasury and payroll partners, over mutual TLS.",
                ("PS256", "ES256"),
            ),
            ServiceSeed(
                "Payments", "pay.harbor.example", ciba, "Card payments confirmed in the Harbor app."
            ),
            ServiceSeed(
                "Employee sign-in",
                "staff.harbor.example",
                plain,
                "Branch and office staff. Came over from Authlete 2.3.",
                ("RS256", "ES256"),
                "legacy",
                hardware=("ES256",),
            ),
            ServiceSeed(
                "Open banking sandbox",
                "sandbox.harbor.example",
                fapi1,
                "Where third parties try things out.",
                ("ES256", "EdDSA"),
                "odd",
            ),
        ),
        "jp": (
            ServiceSeed(
                "リテールバンキング",
                "id.harbor-bank.example",
                fapi2,
                "個人のお客様のログインと口座アクセス",
                ("ES256", "ES384"),
            ),
            ServiceSeed("Payments Japan", "pay.harbor-bank.example", ciba),
            ServiceSeed(
                "Branch kiosks", "kiosk.harbor-bank.example", device, "Terminals in 212 branches."
            ),
        ),
        "eu": (
            ServiceSeed(
                "Retail banking Europe",
                "id.harbor-europe.example",
                fapi2,
                "Customers in Ireland, the Netherlands and Germany.",
                ("PS256", "ES256"),
                hardware=("PS256", "ES256", "RSA-OAEP-256"),
            ),
            ServiceSeed("PSD2 access", "psd2.harbor-europe.example", fapi1, keys=("PS256",)),
            ServiceSeed(
                "Identity assurance",
                "assure.harbor-europe.example",
                federated,
                "Verified identities for partners in the federation.",
            ),
            ServiceSeed("Employee sign-in Europe", "staff.harbor-europe.example", plain),
        ),
        "br": (
            ServiceSeed(
                "Open Finance Brasil",
                "of.harbor.example",
                fapi1,
                "Compartilhamento de dados e iniciação de pagamentos.",
                ("PS256",),
            ),
            ServiceSeed("Pagamentos", "pix.harbor.example", ciba, "Confirmação de Pix."),
        ),
    },
)
NORTHWIND = OrganizationSeed(
    4_217_002,
    "northwind",
    "Northwind Retail",
    "BUSINESS",
    {
        "us": (
            ServiceSeed("Storefront", "login.northwind.example", plain, "Web shop and apps."),
            ServiceSeed("Loyalty app", "loyalty.northwind.example", plain),
            ServiceSeed("Supplier portal", "suppliers.northwind.example", plain),
        ),
        "jp": (ServiceSeed("Storefront Japan", "login.northwind-jp.example", plain),),
        "eu": (
            ServiceSeed("Storefront Europe", "login.northwind-eu.example", plain),
            ServiceSeed("In-store screens", "screens.northwind-eu.example", device),
        ),
    },
)
CIVIC = OrganizationSeed(
    4_217_003,
    "civic",
    "Civic Wallet",
    "BUSINESSPLUS",
    {
        "us": (
            ServiceSeed(
                "Mobile driving licence", "mdl.civic.example", wallet, "Pilot with two states."
            ),
        ),
        "eu": (
            ServiceSeed(
                "Citizen credentials",
                "issuer.civic.example",
                wallet,
                "Identity credentials for the European wallet.",
            ),
            ServiceSeed("Wallet sign-in", "login.civic.example", federated),
        ),
    },
)
TRIAL = OrganizationSeed(
    4_217_004, "trial", "Trial Co", "FREE", {"us": (ServiceSeed("My first service", "", None),)}
)
ORGANIZATIONS = (HARBOR, NORTHWIND, CIVIC, TRIAL)
