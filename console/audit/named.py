"""What is meant by a name: a person, a service, a client, a setting."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Upper
from django.utils.translation import gettext as _

from console.models import KnownClient, KnownService
from console.paths import id_of
from console.search_language import meant
from console.sentences import CLIENT, HARDWARE, LOCAL, SERVICE, TOKEN
from tenants.audit.letters import folded, spellings
from tenants.audit.models import CHANGES, AuditEntry, AuditField
from tenants.models import Organization
from tenants.regions import NAME as REGION
from tenants.regions import regions
from tenants.versions.models import Version

SHOWN = 5  # services of similar names that an error lists
ENOUGH = 20  # things of one name
LOOKED_AT = 2000  # names among which a similar one is looked for
FULL_NAME = Concat("first_name", Value(" "), "last_name")
# What each is called on pages; the same member of other things may be called otherwise.
SETTINGS: dict[str, list[str]] = {}
for _table in (SERVICE, CLIENT, TOKEN, HARDWARE, LOCAL):
    for _member, (_section, _declared) in _table.items():
        SETTINGS.setdefault(_member, []).append(_declared.label)

type Place = tuple[str, str]  # region, empty for any, and a service's or client's id
type Once = tuple[str, int, int]  # region, service, and client or 0


def actors(organization: Organization, asked: str) -> list[str]:
    """Actors as the record has them: a member by address or name, who was one or came
    without being one, or what runs by itself."""
    members = User.objects.filter(membership__organization=organization)
    for user in members.filter(username__iexact=asked):
        return [user.get_username()]
    people = list(members.order_by("username")[:LOOKED_AT])
    found = [
        user.get_username()
        for user in people
        if folded(user.get_full_name()) == folded(asked)
    ]
    others = User.objects.exclude(membership__organization=organization)
    called = others.alias(full=FULL_NAME).filter(
        alike("full__iexact", asked) | Q(username__iexact=asked)
    )
    names = called.order_by("username").values_list("username", flat=True)
    acted = AuditEntry.objects.filter(organization_id=organization.pk)
    ways = dict.fromkeys([asked, *names[:ENOUGH]])
    found += [one for one in ways if acted.filter(actor=one).exists()]
    if found:
        return _few(found, asked)
    said = _("Nobody called “%s” is a member, or has done anything.") % asked
    known = [name for one in people for name in (one.username, one.get_full_name())]
    raise ValidationError(said + meant(asked, filter(None, known)))


def people(words: Iterable[str]) -> dict[str, QuerySet[Any, Any]]:
    """By word, the addresses of all whose name has it: a query, which the search of an
    organization's entries asks along."""
    full = User.objects.alias(full=FULL_NAME)
    return {
        one: full.filter(alike("full__icontains", one)).values_list("username")
        for one in words
    }


def settings(organization: Organization, asked: str) -> list[str]:
    """Authlete's names of settings, or what else is changed: one as it stands, or all
    that are called so in any letters, on pages too."""
    own = AuditField.objects.filter(organization_id=organization.pk, field=asked)
    if asked in SETTINGS or own.exists():
        return [asked]
    called = {member: [*map(_, labels)] for member, labels in SETTINGS.items()}
    found = [
        member
        for member, labels in called.items()
        if asked.casefold() in (one.casefold() for one in (member, *labels))
    ]
    if found:
        return found
    said = _("No setting is called “%s”, and nothing of that name was ever changed.")
    raise ValidationError(
        said % asked + meant(asked, [*chain(*called.values()), *called])
    )


def address(organization: Organization, asked: str) -> str:
    """A network address as it is told mostly, however it was written."""
    try:
        return str(_plain(ip_address(asked)))
    except ValueError:
        own = AuditEntry.objects.filter(organization_id=organization.pk)
        if own.filter(address=asked, address__gt="").exists():
            return asked
    text = _("“%s” is no network address such as 192.0.2.7 or 2001:db8::7.")
    raise ValidationError(text % asked)


def kept_as(address: str) -> list[str]:
    """All that the record may have for an address: one of IPv4 is told as one of IPv6
    where both come to one port, and not alike by every version of Python."""
    try:
        found = ip_address(address)
    except ValueError:
        return [address]
    if isinstance(found, IPv6Address):
        return [address]
    high, low = divmod(int(found), 1 << 16)
    return [address, f"::ffff:{address}", f"::ffff:{high:x}:{low:x}"]


def _plain(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def former_regions(organization: Organization, asked: Iterable[str]) -> list[str]:
    """Those of some names that are no region of this deployment any more, but were
    one in which the organization had something."""
    names = {one.casefold() for one in asked} - regions().keys()
    own = {"organization_id": organization.pk}
    kept = (
        Version.objects.filter(**own),
        KnownService.objects.filter(**own),
        AuditEntry.objects.filter(CHANGES, **own),
    )
    return [
        name
        for name in sorted(filter(REGION.fullmatch, names))
        if any(rows.filter(region=name).exists() for rows in kept)
    ]


def services(
    organization: Organization, asked: str, regions: Sequence[str]
) -> list[KnownService]:
    """The services that have a name or had it, deleted ones too, or the one whose name
    is like it; of several those in ``regions``, if any are there."""
    own = KnownService.objects.filter(organization=organization)
    once = _once(organization, asked).filter(client_id=0)
    had = {(region, number) for region, number, _ in once}
    named = alike("name__iexact", asked) | Q(service_id__in={one for _, one in had})
    known = {
        (one.region, one.service_id): one
        for one in own.filter(named).order_by("region", "service_id")
    }
    same = [
        one
        for place, one in known.items()
        if place in had or folded(one.name) == folded(asked)
    ]
    same += [
        KnownService(region=region, service_id=number, name=asked)
        for region, number in sorted(had - known.keys())
    ]
    if same:
        return _few([one for one in same if one.region in regions] or same, asked)
    like = own.filter(alike("name__icontains", asked))
    found = list(like.order_by("region", "service_id")[:LOOKED_AT])
    found = [one for one in found if one.region in regions] or found
    if len(found) == 1:
        return found
    if found:
        names = [f"{one.name} ({one.region} {one.service_id})" for one in found]
        listed = ", ".join(names[:SHOWN]) + (", …" if names[SHOWN:] else "")
        said = _("Several services fit: %s. Give one's whole name, or its ID.")
        raise ValidationError(said % listed)
    text = _("No service is or was called “%s”.") % asked
    every = own.order_by().values_list("name", flat=True)[:LOOKED_AT]
    raise ValidationError(text + meant(asked, every))


def clients(
    organization: Organization,
    asked: str,
    regions: Sequence[str],
    places: Sequence[Place],
) -> list[Place]:
    """The clients that have a name or had it, by region and id, deleted ones too; of
    several those in ``regions`` and ``places``, if any are there. An id as it stands,
    in any region, and an alias that calls were made with."""
    if id_of(asked):
        return [("", asked)]
    own = KnownClient.objects.filter(organization=organization)
    entries = AuditEntry.objects.filter(organization_id=organization.pk)
    kept = [("", asked)] if entries.filter(client=asked, client__gt="").exists() else []
    named = alike("name__iexact", asked) | alike("alias__iexact", asked)
    known = own.filter(named).values_list("region", "service_id", "client_id")
    once = _once(organization, asked).filter(client_id__gt=0)
    same = {*known[:LOOKED_AT], *once}
    there = {
        (region, service, client)
        for region, service, client in same
        if (not regions or region in regions)
        and (not places or {("", str(service)), (region, str(service))} & {*places})
    }
    if same:
        ids = sorted({(region, str(client)) for region, _, client in there or same})
        return _few([*ids, *kept], asked)
    found = list(own.filter(alike("name__icontains", asked))[:2])
    if len(found) == 1:
        return [(found[0].region, str(found[0].client_id))]
    if kept:
        return kept
    if found:
        text = _("Several clients fit “%s”. Give one's whole name, or its ID.") % asked
        raise ValidationError(text)
    text = _("No client is or was called “%s”.") % asked
    every = own.order_by().values_list("name", flat=True)[:LOOKED_AT]
    raise ValidationError(text + meant(asked, every))


def alike(lookup: str, asked: str) -> Q:
    """A look-up by a text in small letters or capital."""
    return _any(Q(**{lookup: one}) for one in spellings(asked))


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for one in conditions:
        found |= one
    return found


def _once(organization: Organization, asked: str) -> QuerySet[Version, Once]:
    """Where something had a name, in each version of it that is kept; not each place
    once, for which SQLite would take another index."""
    own = Version.objects.filter(organization_id=organization.pk)
    ways = [Upper(Value(one)) for one in spellings(asked)]  # as the index has it
    named = own.alias(upper=Upper("name")).filter(upper__in=ways)
    return named.order_by().values_list("region", "service_id", "client_id")


def _few[One](found: list[One], asked: str) -> list[One]:
    """Each is a search of its own; to leave some out would hide what was asked for."""
    if len(found) > ENOUGH:
        said = _("More than %(most)s are called “%(name)s”. Give IDs, or say where.")
        raise ValidationError(said % {"most": ENOUGH, "name": asked})
    return found


def called_of(organization: Organization, client: str) -> str:
    """What a client of an id is called, if that is known of exactly one."""
    if not (client_id := id_of(client)):
        return ""
    own = KnownClient.objects.filter(organization=organization, client_id=client_id)
    found = list(own.exclude(name="").values_list("name", flat=True)[:2])
    return found[0] if len(found) == 1 else ""
