"""What a search that is being typed could go on with."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from console.audit import choices
from console.audit.named import LOOKED_AT, SETTINGS
from console.audit.several import flat
from console.audit.times import PERIODS, told
from console.models import KnownClient, KnownService
from console.search_language import NAMES, VALUE, quoted
from tenants.audit.models import AuditEntry
from tenants.authlete.codes import meaning
from tenants.models import Organization
from tenants.regions import regions
from tenants.versions.models import Version

MOST = 8  # that are offered at a time
LONGEST = 500  # characters of a search that is gone on with
LAST = re.compile(
    rf"(?P<before>(?:.*?\s)??)(?P<minus>-?)(?:(?P<name>[A-Za-z_]\w*):"
    rf'(?P<done>(?:{VALUE},)*)(?P<begun>"(?:[^"\\]|\\.)*|[^\s",]*)'
    r"|(?P<word>[A-Za-z_]\w*))",
    re.ASCII | re.DOTALL,
)

type Offers = Iterator[tuple[str, str]]  # a value, and what it is


@dataclass(frozen=True, slots=True)
class Offer:
    """What the box would hold, the part of it that is new, and what that means."""

    text: str
    part: str
    meaning: str


def offers(text: str, organization: Organization) -> list[Offer]:
    """A few ways on from what was typed, none where none is known."""
    asked = len(text) <= LONGEST and "\0" not in text  # which PostgreSQL does not take
    last = LAST.fullmatch(text) if asked else None
    if last is None:
        return []
    if last["word"]:
        start = last["before"] + last["minus"]
        word = last["word"].casefold()
        return [
            Offer(f"{start}{name}:", f"{name}:", str(said))
            for name, said in NAMES.items()
            if name.startswith(word)
        ]
    source = SOURCES.get(last["name"].lower())
    if source is None:
        return []
    start = text[: last.start("begun")]
    begun = re.sub(r"\\(.)", r"\1", last["begun"].removeprefix('"'), flags=re.DOTALL)
    found = sorted(source(organization, begun), key=_by_likeness(begun))[:MOST]
    return [Offer(f"{start}{quoted(one)} ", one, said) for one, said in found]


def _by_likeness(begun: str) -> Callable[[tuple[str, str]], int]:
    """First what begins with what was typed, then what means what begins so."""
    asked = begun.casefold()

    def rank(offer: tuple[str, str]) -> int:
        begins = (text.casefold().startswith(asked) for text in offer)
        return next((at for at, does in enumerate(begins) if does), len(offer))

    return rank


def _people(organization: Organization, begun: str) -> Offers:
    people = User.objects.filter(membership__organization=organization)
    members = set()
    for user in people.order_by("username")[:LOOKED_AT]:
        members.add(user.get_username())
        name = user.get_full_name()
        if _fits(begun, user.get_username(), name):
            yield user.get_username(), name
    for actor in _recorded(organization, "actor", begun):
        if actor not in members:
            yield actor, ""


def _codes(organization: Organization, begun: str) -> Offers:
    for code in _recorded(organization, "code", begun):
        yield code, _(said) if (said := meaning(code)) else ""


def _recorded(organization: Organization, column: str, begun: str) -> list[str]:
    """The first few values of entries that begin like that, in whatever letters."""
    spelled = {begun, begun.lower(), begun.capitalize(), begun.title(), begun.upper()}
    found = {one for start in spelled for one in _from(organization, column, start)}
    return sorted(found, key=lambda one: (one.casefold(), one))[:MOST]


def _from(organization: Organization, column: str, start: str) -> Iterator[str]:
    """The first few from there on: a step along the column's index for each, however
    many entries there are. A database whose order is that of a language has capital
    letters among the small ones, so these end nothing."""
    own = AuditEntry.objects.filter(
        organization_id=organization.pk, **{f"{column}__gt": ""}
    )
    rest = {f"{column}__gte": start}
    for _step in range(MOST):
        found = own.filter(**rest).aggregate(first=Min(column))["first"]
        if not found or not found.casefold().startswith(start.casefold()):
            return
        yield found
        rest = {f"{column}__gt": found}


def _services(organization: Organization, begun: str) -> Offers:
    known = KnownService.objects.filter(organization=organization).exclude(name="")
    names = known.filter(name__icontains=begun).order_by("name").values_list("name")
    for (name,) in names.distinct()[:MOST]:
        yield name, ""


def _clients(organization: Organization, begun: str) -> Offers:
    known = KnownClient.objects.filter(organization=organization).exclude(name="")
    found = known.filter(words__contains=begun.casefold()).order_by("rank", "id")
    for client in found[:MOST]:
        yield client.name, f"{client.region} {client.client_id}"


def _settings(_organization: Organization, begun: str) -> Offers:
    for member, labels in SETTINGS.items():
        if _fits(begun, member, *map(_, labels)):
            yield member, _(labels[0])


def _listed(listed: Callable[[], object]) -> Callable[[Organization, str], Offers]:
    def found(_organization: Organization, begun: str) -> Offers:
        for key, label in flat(listed()):
            if key and _fits(begun, str(key), str(label)):
                yield str(key), str(label)

    return found


def _times(_organization: Organization, begun: str) -> Offers:
    today = timezone.localdate().isoformat()
    for text in (*PERIODS, "7d", "30d", today):
        if _fits(begun, text):
            yield text, "" if text == today else told(text)


def _regions(organization: Organization, begun: str) -> Offers:
    """Those of now, and those that services were seen in."""
    yield from _listed(choices.places)(organization, begun)
    seen = Version.objects.filter(organization_id=organization.pk)
    last = ""
    while found := seen.filter(region__gt=last).aggregate(Min("region"))["region__min"]:
        last = found
        if last not in regions() and _fits(begun, last):
            yield last, _("not set up any more")


SOURCES: Mapping[str, Callable[[Organization, str], Offers]] = {
    "actor": _people,
    "role": _listed(choices.roles),
    "region": _regions,
    "service": _services,
    "client": _clients,
    "operation": _listed(choices.operations),
    "effect": _listed(choices.effects),
    "outcome": _listed(choices.outcomes),
    "code": _codes,
    "field": _settings,
    "status": _listed(choices.statuses),
    "after": _times,
    "before": _times,
}


def _fits(begun: str, *texts: str) -> bool:
    return any(begun.casefold() in text.casefold() for text in texts)
