"""Find objects, settings, pages and actions by words, as far as the member may see them.

Services, clients and keys come from the inventory; nothing is asked of Authlete.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial, reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from console.history.recent import Location, recent_locations
from console.models import KnownClient, KnownKey, KnownService, Receipt, Watch
from console.models.searches import visible_searches
from console.models.text_search import filter_words
from console.models.watches import watches_of
from console.search.commands import find_client_commands, find_pages
from console.search.named_settings import name_settings
from console.web.access import Member
from console.web.paths import cached_reverse, parse_object_ref
from tenants.authlete.operation import Effect
from tenants.jobs.models import Job
from tenants.models import Membership
from tenants.organizations.roles import ConsolePermission

MAX_QUERY_CHARS = 200
MAX_RESULTS = 6  # of each kind
MAX_WATCHED = 8  # watched objects, the newest first
MAX_OBJECTS = 2  # whose setting is shown
MIN_ID_CHARS = 8  # of the beginning of an ID


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page that the search leads to."""

    label: str
    url: str
    detail: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Results of one kind."""

    slug: str
    label: str
    icon: str
    results: Sequence[SearchResult]


type Finder = Callable[[Member, Sequence[str]], Iterable[SearchResult]]


def find_groups(member: Member, text: str) -> list[ResultGroup]:
    """Return the results for ``text`` by kind; without text, watched and recent objects, pages."""
    words = text.lower().split()
    watched = _watched_locations(member)
    recent = [location for location in recent_locations(member) if location not in watched]
    first = [*watched, *recent]
    without_text: list[tuple[str, str, str, Finder]] = [
        ("watched", _("Watched"), "bell", partial(_find_at, watched)),
        ("recent", _("Recent"), "clock", partial(_find_at, recent)),
    ]
    finders: list[tuple[str, str, str, Finder]] = [
        ("pages", _("Pages and actions"), "arrow", partial(_find_pages, first)),
        ("services", _("Services"), "services", partial(_find_services, first)),
        ("clients", _("Clients"), "clients", partial(_find_clients, first)),
        ("settings", _("Settings"), "edit", partial(_find_settings, first)),
        ("keys", _("Keys"), "key", _find_keys),
        ("members", _("Members"), "members", _find_members),
        ("jobs", _("Jobs"), "jobs", _find_jobs),
        ("receipts", _("Receipts"), "record", _find_receipts),
        ("searches", _("Saved searches"), "search", _find_searches),
    ]
    groups = [
        ResultGroup(slug, label, icon, list(find(member, words)))
        for slug, label, icon, find in (finders if words else [*without_text, finders[0]])
    ]
    return [group for group in groups if group.results]


def _find_pages(
    recent: Sequence[Location], member: Member, words: Sequence[str]
) -> Iterator[SearchResult]:
    """Find pages and actions; an action that names no client is offered for recent ones."""
    for command in find_pages(member, words):
        yield SearchResult(str(command.label), command.url)
    if member.can(Effect.READ):
        for label, rest, route in find_client_commands(member, words):
            clients = _matching_clients(member, rest)
            if not rest:
                clients = clients.filter(_at(recent, is_client=True))
            for client in clients[:MAX_RESULTS]:
                yield SearchResult(
                    label % {"name": client.name or client.alias},
                    _client_url(member, client, route),
                    region=client.region,
                )


def _watched_locations(member: Member) -> list[Location]:
    if not member.can(Effect.READ):
        return []
    watches = watches_of(member.user.pk, member.organization)
    objects = watches.filter(kind__in=(Watch.Kind.SERVICE, Watch.Kind.CLIENT))
    targets = objects.order_by("-created_at").values_list("target", flat=True)[:MAX_WATCHED]
    return [ref for target in targets if (ref := parse_object_ref(target))]


def _find_at(
    locations: Sequence[Location], member: Member, _words: Sequence[str]
) -> Iterator[SearchResult]:
    """Find the known services and clients at ``locations``, in this order."""
    objects: list[Any] = [
        *_in_regions(member, KnownService).filter(_at(locations, is_client=False)),
        *_in_regions(member, KnownClient).filter(_at(locations, is_client=True)),
    ]
    results = {
        (item.region, item.service_id, getattr(item, "client_id", 0)): item for item in objects
    }
    for location in locations:
        if item := results.get(location):
            yield (_client_result if location[2] else _service_result)(member, item)


def _find_services(
    recent: Sequence[Location], member: Member, words: Sequence[str]
) -> Iterator[SearchResult]:
    services = _matching_services(member, words)
    for service in _first(services, _at(recent, is_client=False)):
        yield _service_result(member, service)


def _find_clients(
    recent: Sequence[Location], member: Member, words: Sequence[str]
) -> Iterator[SearchResult]:
    clients = _matching_clients(member, words)
    for client in _first(clients, _at(recent, is_client=True)):
        yield _client_result(member, client)


def _service_result(member: Member, service: KnownService) -> SearchResult:
    name = service.name or str(service.service_id)
    return SearchResult(name, _service_url(member, service), service.issuer, service.region)


def _client_result(member: Member, client: KnownClient) -> SearchResult:
    name = client.name or client.alias
    detail = client.alias or str(client.client_id)
    return SearchResult(name, _client_url(member, client), detail, client.region)


def _first[Row: Model](rows: QuerySet[Row], is_preferred: Q) -> list[Row]:
    """Return the first rows, watched and recent ones before others."""
    first = [*rows.filter(is_preferred), *rows.exclude(is_preferred)[:MAX_RESULTS]]
    return first[:MAX_RESULTS]


def _at(locations: Sequence[Location], *, is_client: bool) -> Q:
    """Match the services, or the clients, at ``locations``."""
    condition = Q(pk=None)
    for region, service_id, client_id in locations:
        if bool(client_id) == is_client:
            client = {"client_id": client_id} if is_client else {}
            condition |= Q(region=region, service_id=service_id, **client)
    return condition


def _find_settings(
    recent: Sequence[Location], member: Member, words: Sequence[str]
) -> Iterator[SearchResult]:
    """Find a setting of an object, such as "acme access token duration".

    Without the object's name, the setting of recent objects comes first.
    """
    if not member.can(Effect.READ):
        return

    @cache
    def find_objects(is_client: bool, *rest: str) -> list[Any]:
        matching = _matching_clients if is_client else _matching_services
        return _first(matching(member, rest), _at(recent, is_client=is_client))[:MAX_OBJECTS]

    count = 0
    for setting, rest in name_settings(words):
        for item in find_objects(setting.is_client, *rest):
            url = (_client_url if setting.is_client else _service_url)(member, item)
            page = f"edit/{setting.section}/" if member.can(Effect.CHANGE) else "fields/"
            title = item.name or str(item.client_id if setting.is_client else item.service_id)
            label = f"{title}: {setting.label}"
            yield SearchResult(label, f"{url}{page}#field-{setting.name}", "", item.region)
            count += 1
        if count >= MAX_RESULTS:
            return


def _find_keys(member: Member, words: Sequence[str]) -> Iterator[SearchResult]:
    keys = filter_words(_in_regions(member, KnownKey), words).order_by("kid")
    for key in keys[:MAX_RESULTS]:
        slug = member.organization.slug
        if key.client_id:
            url = cached_reverse("clients:show", slug, key.region, key.service_id, key.client_id)
        else:
            url = cached_reverse("keys:jwks", slug, key.region, key.service_id)
        yield SearchResult(key.kid or key.subject, url, key.owner, key.region)


def _find_members(member: Member, words: Sequence[str]) -> Iterator[SearchResult]:
    if not member.can(ConsolePermission.ADMINISTRATION):
        return
    memberships = Membership.objects.filter(organization=member.organization)
    for one in _contains(memberships.select_related("user"), "user__username", words)[:MAX_RESULTS]:
        url = cached_reverse("members:edit", member.organization.slug, one.pk)
        yield SearchResult(one.user.get_username(), url, one.role)


def _find_jobs(member: Member, words: Sequence[str]) -> Iterator[SearchResult]:
    jobs = Job.objects.filter(organization=member.organization)
    if not member.can(Effect.READ):
        jobs = jobs.filter(starter=member.user)
    found = _contains(jobs, "title", words) | jobs.filter(_has_id(words))
    for job in found[:MAX_RESULTS]:
        url = cached_reverse("jobs:show", member.organization.slug, job.pk)
        yield SearchResult(job.title, url, str(job.get_state_display()))


def _find_receipts(member: Member, words: Sequence[str]) -> Iterator[SearchResult]:
    """Find receipts by ticket or ID; never by the user, who is encrypted."""
    if not member.can(ConsolePermission.USERS):
        return
    receipts = Receipt.objects.filter(organization=member.organization)
    found = receipts.filter(Q(ticket__iexact=" ".join(words)) | _has_id(words))
    for receipt in found.order_by("-created_at")[:MAX_RESULTS]:
        url = cached_reverse("users:receipt", member.organization.slug, receipt.pk)
        yield SearchResult(receipt.ticket or str(receipt.pk)[:MIN_ID_CHARS], url, receipt.actor)


def _find_searches(member: Member, words: Sequence[str]) -> Iterator[SearchResult]:
    if not member.can(ConsolePermission.AUDIT_LOG):
        return
    searches = visible_searches(member.organization, member.user.pk)
    for search in _contains(searches, "name", words)[:MAX_RESULTS]:
        url = cached_reverse("audit:index", member.organization.slug)
        yield SearchResult(search.name, f"{url}?{search.query}")


def _matching_services(member: Member, words: Sequence[str]) -> QuerySet[KnownService]:
    services = _in_regions(member, KnownService)
    for word in words:
        condition = Q(name__icontains=word) | Q(issuer__icontains=word) | Q(region=word)
        if word.isascii() and word.isdigit() and len(word) < 19:
            condition |= Q(service_id=int(word))
        services = services.filter(condition)
    return services.order_by("name", "pk")


def _matching_clients(member: Member, words: Sequence[str]) -> QuerySet[KnownClient]:
    clients = _in_regions(member, KnownClient)
    for region in (region.name for region in member.regions() if region.name in words):
        clients = clients.filter(Q(region=region) | Q(words__contains=region))
        words = [word for word in words if word != region]
    return filter_words(clients, words).order_by("rank", "pk")


def _in_regions[Row: Model](member: Member, model: type[Row]) -> QuerySet[Row]:
    """Return the member's rows of an inventory table; none without read permission."""
    rows = model._default_manager.filter(organization=member.organization)
    if not member.can(Effect.READ):
        return rows.none()
    return rows.filter(region__in=[region.name for region in member.regions()])


def _contains[Row: Model](rows: QuerySet[Row], column: str, words: Sequence[str]) -> QuerySet[Row]:
    return rows.filter(reduce(and_, (Q(**{f"{column}__icontains": word}) for word in words), Q()))


def _has_id(words: Sequence[str]) -> Q:
    """Match the row with this ID."""
    try:
        return Q(pk=UUID(" ".join(words)))
    except ValueError:
        return Q(pk=None)


def _service_url(member: Member, service: KnownService) -> str:
    place = (service.region, service.service_id)
    return cached_reverse("services:show", member.organization.slug, *place)


def _client_url(member: Member, client: KnownClient, route: str = "clients:show") -> str:
    place = (client.region, client.service_id, client.client_id)
    return cached_reverse(route, member.organization.slug, *place)
