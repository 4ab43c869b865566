"""Find people, services, clients and settings by name."""

from collections.abc import Iterable, Sequence
from functools import reduce
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain
from operator import or_
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Upper
from django.utils.translation import gettext as _

from console.audit_log.change_descriptions import (
    CLIENT_SETTINGS,
    HSM_KEY_SETTINGS,
    LOCAL_EVENT_SETTINGS,
    SERVICE_SETTINGS,
    TOKEN_SETTINGS,
)
from console.lists.search_tokens import did_you_mean
from console.models import KnownClient, KnownService
from console.web.paths import parse_id
from tenants.audit.models import IS_CHANGE, AuditEntry, AuditField
from tenants.audit.search.text_normalization import case_variants, fold_case
from tenants.models import Organization
from tenants.organizations.regions import REGION_NAME_PATTERN as REGION
from tenants.organizations.regions import get_regions
from tenants.versions.models import Version

MAX_LISTED_SERVICES = 5  # listed in an error
MAX_MATCHES = 20  # matches of one name
MAX_NAMES_SEARCHED = 2000  # compared when a name doesn't match exactly
FULL_NAME = Concat("first_name", Value(" "), "last_name")
# Labels of each member; kinds of objects may label the same member differently.
SETTING_LABELS: dict[str, list[str]] = {}
for _table in (
    SERVICE_SETTINGS,
    CLIENT_SETTINGS,
    TOKEN_SETTINGS,
    HSM_KEY_SETTINGS,
    LOCAL_EVENT_SETTINGS,
):
    for _member, (_section, _declared) in _table.items():
        SETTING_LABELS.setdefault(_member, []).append(_declared.label)

type ScopedId = tuple[str, str]  # region, empty for any, and a service's or client's id


def find_actors(organization: Organization, text: str) -> list[str]:
    """Find actors by email or name: current and former members, and system actors."""
    members = User.objects.filter(membership__organization=organization)
    for user in members.filter(username__iexact=text):
        return [user.get_username()]
    member_users = list(members.order_by("username")[:MAX_NAMES_SEARCHED])
    usernames = [
        user.get_username()
        for user in member_users
        if fold_case(user.get_full_name()) == fold_case(text)
    ]
    users = User.objects.exclude(membership__organization=organization)
    matching = users.alias(full=FULL_NAME).filter(
        case_insensitive("full__iexact", text) | Q(username__iexact=text)
    )
    names = matching.order_by("username").values_list("username", flat=True)
    entries = AuditEntry.objects.filter(organization_id=organization.pk)
    candidates = dict.fromkeys([text, *names[:MAX_MATCHES]])
    usernames += [candidate for candidate in candidates if entries.filter(actor=candidate).exists()]
    if usernames:
        return _check_match_count(usernames, text)
    message = _("No member or actor is named “%s”.") % text
    known_names = [name for user in member_users for name in (user.username, user.get_full_name())]
    raise ValidationError(message + did_you_mean(text, filter(None, known_names)))


def actor_queries(terms: Iterable[str]) -> dict[str, QuerySet[Any, Any]]:
    """Return a query per term for the emails of people whose name contains it."""
    full = User.objects.alias(full=FULL_NAME)
    return {
        term: full.filter(case_insensitive("full__icontains", term)).values_list("username")
        for term in terms
    }


def find_settings(organization: Organization, text: str) -> list[str]:
    """Find settings by API name or label, ignoring case."""
    fields = AuditField.objects.filter(organization_id=organization.pk, field=text)
    if text in SETTING_LABELS or fields.exists():
        return [text]
    labels_by_setting = {member: [*map(_, labels)] for member, labels in SETTING_LABELS.items()}
    matches = [
        member
        for member, labels in labels_by_setting.items()
        if text.casefold() in (value.casefold() for value in (member, *labels))
    ]
    if matches:
        return matches
    message = _("No setting or logged change is named “%s”.")
    raise ValidationError(
        message % text
        + did_you_mean(text, [*chain(*labels_by_setting.values()), *labels_by_setting])
    )


def normalize_address(organization: Organization, text: str) -> str:
    """Return the canonical form of an IP address."""
    try:
        return str(_unmap_ipv4(ip_address(text)))
    except ValueError:
        entries = AuditEntry.objects.filter(organization_id=organization.pk)
        if entries.filter(address=text, address__gt="").exists():
            return text
    message = _("“%s” isn't an IP address such as 192.0.2.7 or 2001:db8::7.")
    raise ValidationError(message % text)


def address_variants(address: str) -> list[str]:
    """Return all forms an IP address may be stored in.

    An IPv4 address may be mapped to IPv6, depending on the socket and the Python version.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return [address]
    if isinstance(parsed, IPv6Address):
        return [address]
    high, low = divmod(int(parsed), 1 << 16)
    return [address, f"::ffff:{address}", f"::ffff:{high:x}:{low:x}"]


def _unmap_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def find_former_regions(organization: Organization, names: Iterable[str]) -> list[str]:
    """Return which of ``names`` are regions that are no longer configured."""
    names = {name.casefold() for name in names} - get_regions().keys()
    scope = {"organization_id": organization.pk}
    sources = (
        Version.objects.filter(**scope),
        KnownService.objects.filter(**scope),
        AuditEntry.objects.filter(IS_CHANGE, **scope),
    )
    return [
        name
        for name in sorted(filter(REGION.fullmatch, names))
        if any(rows.filter(region=name).exists() for rows in sources)
    ]


def find_services(
    organization: Organization, text: str, regions: Sequence[str]
) -> list[KnownService]:
    """Find services by current or former name, deleted ones included.

    Prefers services in ``regions``.
    """
    services = KnownService.objects.filter(organization=organization)
    past_names = _past_names(organization, text).filter(client_id=0)
    past_locations = {(region, number) for region, number, _ in past_names}
    condition = case_insensitive("name__iexact", text) | Q(
        service_id__in={service for _, service in past_locations}
    )
    known = {
        (service.region, service.service_id): service
        for service in services.filter(condition).order_by("region", "service_id")
    }
    exact = [
        service
        for location, service in known.items()
        if location in past_locations or fold_case(service.name) == fold_case(text)
    ]
    exact += [
        KnownService(region=region, service_id=number, name=text)
        for region, number in sorted(past_locations - known.keys())
    ]
    if exact:
        return _check_match_count(
            [service for service in exact if service.region in regions] or exact, text
        )
    similar = services.filter(case_insensitive("name__icontains", text))
    matches = list(similar.order_by("region", "service_id")[:MAX_NAMES_SEARCHED])
    matches = [service for service in matches if service.region in regions] or matches
    if len(matches) == 1:
        return matches
    if matches:
        names = [f"{service.name} ({service.region} {service.service_id})" for service in matches]
        listed = ", ".join(names[:MAX_LISTED_SERVICES]) + (
            ", …" if names[MAX_LISTED_SERVICES:] else ""
        )
        problem = _("Several services match: %s. Enter a full name or ID.")
        raise ValidationError(problem % listed)
    message = _("No service is or was named “%s”.") % text
    all_names = services.order_by().values_list("name", flat=True)[:MAX_NAMES_SEARCHED]
    raise ValidationError(message + did_you_mean(text, all_names))


def find_clients(
    organization: Organization, text: str, regions: Sequence[str], services: Sequence[ScopedId]
) -> list[ScopedId]:
    """Find clients by ID, alias, or current or former name, deleted ones included.

    Prefers clients in ``regions`` and ``services``.
    """
    if parse_id(text):
        return [("", text)]
    clients = KnownClient.objects.filter(organization=organization)
    entries = AuditEntry.objects.filter(organization_id=organization.pk)
    stored = [("", text)] if entries.filter(client=text, client__gt="").exists() else []
    condition = case_insensitive("name__iexact", text) | case_insensitive("alias__iexact", text)
    known = clients.filter(condition).values_list("region", "service_id", "client_id")
    past_names = _past_names(organization, text).filter(client_id__gt=0)
    exact = {*known[:MAX_NAMES_SEARCHED], *past_names}
    in_scope = {
        (region, service, client)
        for region, service, client in exact
        if (not regions or region in regions)
        and (not services or {("", str(service)), (region, str(service))} & {*services})
    }
    if exact:
        ids = sorted({(region, str(client)) for region, _, client in in_scope or exact})
        return _check_match_count([*ids, *stored], text)
    matches = list(clients.filter(case_insensitive("name__icontains", text))[:2])
    if len(matches) == 1:
        return [(matches[0].region, str(matches[0].client_id))]
    if stored:
        return stored
    if matches:
        raise ValidationError(_("Several clients match “%s”. Enter a full name or ID.") % text)
    message = _("No client is or was named “%s”.") % text
    all_names = clients.order_by().values_list("name", flat=True)[:MAX_NAMES_SEARCHED]
    raise ValidationError(message + did_you_mean(text, all_names))


def case_insensitive(lookup: str, text: str) -> Q:
    """Build a case-insensitive lookup."""
    return reduce(or_, (Q(**{lookup: variant}) for variant in case_variants(text)), Q())


def _past_names(organization: Organization, text: str) -> QuerySet[Version, tuple[str, int, int]]:
    """Query stored versions by name.

    Not DISTINCT, which makes SQLite choose another index.
    """
    versions = Version.objects.filter(organization_id=organization.pk)
    spellings = [Upper(Value(variant)) for variant in case_variants(text)]  # as the index has it
    named = versions.alias(upper=Upper("name")).filter(upper__in=spellings)
    return named.order_by().values_list("region", "service_id", "client_id")


def _check_match_count[One](matches: list[One], text: str) -> list[One]:
    """Raise `ValidationError` if there are too many matches to search for."""
    if len(matches) > MAX_MATCHES:
        message = _(
            "More than %(most)s are named “%(name)s”. Enter IDs, or add a region or service."
        )
        raise ValidationError(message % {"most": MAX_MATCHES, "name": text})
    return matches


def client_display_name(organization: Organization, client: str) -> str:
    """Return the name of a client ID, if exactly one is known."""
    if not (client_id := parse_id(client)):
        return ""
    clients = KnownClient.objects.filter(organization=organization, client_id=client_id)
    names = list(clients.exclude(name="").values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""
