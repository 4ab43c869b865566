"""Targets of watches: services, clients, rules and saved searches."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from console.history.object_names import load_object_names
from console.inventory.rules import RULES
from console.models import SavedSearch, Watch
from console.models.searches import visible_searches
from console.models.watches import watch_permission
from console.web.access import Member
from console.web.paths import cached_reverse, parse_object_ref
from tenants.authlete.object_ref import ObjectRef


@dataclass(frozen=True, slots=True)
class WatchTarget:
    """A service, client, rule or saved search that a member may see."""

    kind: Watch.Kind
    key: str
    name: str
    path: str
    region: str = ""
    search: SavedSearch | None = None


def load_target(member: Member, key: str) -> WatchTarget:
    """Return what a member wants to watch; raise `Http404` if they may not see it."""
    target = _find_target(member, key)
    if target is None or not member.can(watch_permission(target.kind)):
        raise Http404
    return target


def _find_target(member: Member, key: str) -> WatchTarget | None:
    if key in RULES:
        return rule_target(member, key)
    if ref := parse_object_ref(key):
        name = load_object_names(member.organization, [ref]).get(ref)
        return None if name is None else object_target(member, ref, name)
    try:
        search = visible_searches(member.organization, member.user.pk).filter(pk=UUID(key)).first()
    except ValueError:
        return None
    return search_target(member, search) if search else None


def rule_target(member: Member, rule: str) -> WatchTarget:
    """Return a rule as the target of a watch."""
    name = _(RULES[rule].title) if rule in RULES else rule
    path = cached_reverse("findings:show", member.organization.slug, rule) if rule in RULES else ""
    return WatchTarget(Watch.Kind.RULE, rule, name, path)


def object_target(member: Member, ref: ObjectRef, name: str) -> WatchTarget:
    """Return a service or client as the target of a watch."""
    kind, page = (
        (Watch.Kind.CLIENT, "clients:show")
        if ref.client_id
        else (Watch.Kind.SERVICE, "services:show")
    )
    ids = ref if ref.client_id else ref[:2]
    path = cached_reverse(page, member.organization.slug, *ids)
    return WatchTarget(kind, ref.key, name, path, ref.region)


def search_target(member: Member, search: SavedSearch) -> WatchTarget:
    """Return a saved search as the target of a watch."""
    path = f"{cached_reverse('audit:index', member.organization.slug)}?{search.query}"
    return WatchTarget(Watch.Kind.SEARCH, str(search.pk), search.name, path, search=search)
