"""The pages and actions that the search offers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.web.access import Member
from console.web.navigation import MENU
from console.web.paths import cached_reverse
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission, Permission

ADMINISTRATION, AUDIT_LOG = ConsolePermission.ADMINISTRATION, ConsolePermission.AUDIT_LOG

PAGES: tuple[tuple[str, str | Promise, Permission | None], ...] = (
    *((item.route, item.label, item.needs) for _heading, items in MENU for item in items),
    ("watches:index", gettext_lazy("Notifications"), None),
    ("watches:watches", gettext_lazy("Watches"), None),
    ("services:new", gettext_lazy("Create service"), Effect.CHANGE),
    ("compare:twins", gettext_lazy("Twins"), Effect.READ),
    ("compare:index", gettext_lazy("Compare"), Effect.READ),
    ("clients:refresh", gettext_lazy("Sync clients"), Effect.READ),
    ("clients:rotations", gettext_lazy("Secret rotations"), Effect.READ),
    ("clients:overdue_secrets", gettext_lazy("Overdue secrets"), Effect.READ),
    ("keys:expiry", gettext_lazy("Expiring soon"), Effect.READ),
    ("keys:rollovers", gettext_lazy("Key rollovers"), Effect.READ),
    ("audit:verify", gettext_lazy("Verify audit log"), AUDIT_LOG),
    ("audit:unresolved", gettext_lazy("Unknown outcomes"), AUDIT_LOG),
    ("searches:index", gettext_lazy("Saved searches"), AUDIT_LOG),
    ("members:new", gettext_lazy("Invite member"), ADMINISTRATION),
    ("credentials:index", gettext_lazy("Add credential"), ADMINISTRATION),
    ("policies:new", gettext_lazy("Add policy"), ADMINISTRATION),
    ("webhooks:new", gettext_lazy("Add webhook"), ADMINISTRATION),
    ("streams:new", gettext_lazy("Add log stream"), ADMINISTRATION),
)
CLIENT_COMMANDS: tuple[tuple[tuple[str, ...], str, str | Promise, Effect], ...] = (
    (
        ("rotate", "secret"),
        "clients:secret",
        gettext_lazy("Rotate secret of %(name)s"),
        Effect.REVEAL,
    ),
    (("lock",), "clients:lock", gettext_lazy("Lock %(name)s"), Effect.CHANGE),
    (("delete",), "clients:remove", gettext_lazy("Delete %(name)s"), Effect.DESTROY),
)
NEED_A_REGION = ("services:new",)
FILLERS = ("of", "the", "client")


@dataclass(frozen=True, slots=True)
class Command:
    """A page or action without an object."""

    label: str | Promise
    url: str


def find_pages(member: Member, words: Sequence[str]) -> Iterator[Command]:
    """Yield the pages whose labels have all ``words``."""
    for route, label, needs in PAGES:
        if route in NEED_A_REGION and not member.regions():
            continue
        if (needs is None or member.can(needs)) and all(w in str(label).lower() for w in words):
            yield Command(label, cached_reverse(route, member.organization.slug))


def find_client_commands(
    member: Member, words: Sequence[str]
) -> Iterator[tuple[str, list[str], str]]:
    """Yield the label, the words that name the client, and the route of each named action."""
    for verbs, route, label, needs in CLIENT_COMMANDS:
        rest = [word for word in words if word not in (*verbs, *FILLERS)]
        if member.can(needs) and all(verb in words for verb in verbs):
            yield _(str(label)), rest, route
