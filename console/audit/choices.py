"""What the filters of the record offer."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from console.names import EFFECTS, OUTCOMES, ROLES
from console.operations import title
from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect
from tenants.regions import regions

type Choices = Iterator[tuple[str, str | Promise]]
type Group = tuple[str, list[tuple[str, str]]]

# Every kind of entry there is, and what it does at most.
KINDS: Mapping[str, Effect] = {
    **{name: one.effect for name, one in OPERATIONS.items()},
    **{name: one.effect for name, one in EVENTS.items()},
}
READS = sum(effect is Effect.READ for effect in KINDS.values())
OPEN = "open"

GROUPS: Mapping[Promise, str] = {
    gettext_lazy("Services"): "service idp",
    gettext_lazy("Clients"): ("client clients secret requestable_scopes registration"),
    gettext_lazy("Tokens"): "token token_batch batch id_token jose subject receipt",
    gettext_lazy("What people have allowed"): "authorization granted_scopes grant",
    gettext_lazy("Keys and regions"): "key keys rollover region",
    gettext_lazy("While people log in"): (
        "auth ticket backchannel device native_sso federation vci"
    ),
    gettext_lazy("Signing in"): (
        "sign_in sign_out session step_up password second_factor"
    ),
    gettext_lazy("This console"): (
        "access budget organization member credential vault audit stream job search"
    ),
}


def roles() -> Choices:
    yield "", _("Any role")
    yield from ROLES.items()


def places() -> Choices:
    yield "", _("Any region")
    for region in regions().values():
        yield region.name, f"{region.title} ({region.name})"


def effects() -> Choices:
    return ((name, capfirst(str(word))) for name, word in EFFECTS.items())


def outcomes() -> Choices:
    yield from ((name, capfirst(str(word))) for name, word in OUTCOMES.items())
    yield OPEN, _("Open")


def operations() -> Sequence[tuple[str, str] | Group]:
    """Each kind by its words, with the name that the record has for it."""
    return _operations(get_language())


@cache
def _operations(_language: str | None) -> tuple[tuple[str, str] | Group, ...]:
    groups = [
        (
            str(label),
            sorted(
                (
                    (name, f"{title(name, '…')} ({name})")
                    for name in KINDS
                    if name.partition(".")[0] in prefixes.split()
                ),
                key=lambda choice: choice[1],
            ),
        )
        for label, prefixes in GROUPS.items()
    ]
    return ("", _("Anything")), *groups
