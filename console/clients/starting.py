"""What a new client starts from, and what was entered for it until it is made.

What is entered passes no address, which logs and browsers keep: it waits here, sealed,
between the form and the review, so that the review can be loaded anew and step-up
loses nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from secrets import token_urlsafe
from typing import Any, Self
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import Http404

from console.access import Workspace
from console.clients.archetypes import ARCHETYPES, NAMED, Archetype
from console.clients.copying import Copy, copied
from console.forms.snapshot import plain, real
from console.paths import client_at
from console.sentences import CLIENT
from tenants import vault
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.versions.reading import spans

KEPT = settings.SESSION_ABSOLUTE
KEY = re.compile(r"[\w-]{24}")
COMES_BACK = ("clientName", "clientNames", "clientIdAlias", "clientIdAliasEnabled")
NEVER_BACK = ("clientId", "clientSecret", "locked")  # whatever the client was
COPIED = (*NAMED, "redirect_uris", "jwks_uri", "jwks")  # asked anew of a copy


@dataclass(frozen=True, slots=True)
class Start:
    """An archetype by its slug, or a client to copy: region, service and number; or
    one that is gone, to be made again."""

    archetype: str = ""
    original: str = ""
    again: str = ""  # as `original`

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Self | None:
        """What an address asks for; None where that is nothing there is."""
        start, original = asked.get("start", ""), asked.get("original", "")
        if client_at(again := asked.get("again", "")):
            return cls(again=again)
        if client_at(original):
            return cls(original=original)
        return cls(archetype=start) if start in ARCHETYPES else None

    @property
    def query(self) -> str:
        asked = {
            "again": self.again,
            "original": self.original,
            "start": self.archetype,
        }
        return "?" + urlencode({name: v for name, v in asked.items() if v})


@dataclass(frozen=True, slots=True)
class Begun:
    """What the form opens on."""

    document: Mapping[str, Any]
    asked: tuple[str, ...]  # names of settings
    archetype: Archetype | None = None
    copy: Copy | None = None
    original: Client | None = None
    elsewhere: bool = False  # the original is of another service
    again: bool = False  # the original is gone
    is_doubtful: bool = False  # somebody changed what was kept of it

    def made(self, edits: Mapping[str, Any]) -> dict[str, Any]:
        """The document to create, under Authlete's names."""
        made = {**self.document, **edits}
        return {name: value for name, value in made.items() if value is not None}


def begin(workspace: Workspace, service: Service, start: Start) -> Begun:
    """Reads the original, where there is one; raises `Http404` where one that is gone
    was never seen."""
    if start.again:
        return _again(workspace, service, start.again)
    if not start.original:
        archetype = ARCHETYPES[start.archetype]
        return Begun(archetype.client(service), archetype.asked, archetype)
    region, service_id, client_id = start.original.split("/")
    here = (region, int(service_id)) == (workspace.region.name, service.api_key)
    authlete = workspace.authlete if here else workspace.member.connect(region)
    original = authlete.service(int(service_id)).client(int(client_id)).get()
    copy = copied(original, service)
    document = dict(copy.client)
    if not here and original.client_name:
        document["clientName"] = original.client_name
    return Begun(document, COPIED, copy=copy, original=original, elsewhere=not here)


def _again(workspace: Workspace, service: Service, place: str) -> Begun:
    """As the client was when it was seen last, its name and alias included."""
    region, service_id, client_id = place.split("/")
    known = spans(workspace.organization.pk, region, int(service_id), int(client_id))
    there = [one for one in known if not one.version.is_gone]
    if not there:
        raise Http404
    last = there[-1]
    original = last.version.read(Client)
    copy = copied(original, service)
    told_apart = {CLIENT[name][1].label for name in (*COMES_BACK, *NEVER_BACK)}
    left_out = tuple(one for one in copy.left_out if one not in told_apart)
    names = {name: original.get(name) for name in COMES_BACK}
    if original.alias == client_id:  # which Authlete had drawn
        del names["clientIdAlias"]
    told = {name: v for name, v in names.items() if v is not None}
    here = (region, int(service_id)) == (workspace.region.name, service.api_key)
    return Begun(
        dict(copy.client) | told,
        COPIED,
        copy=replace(copy, left_out=left_out),
        original=original,
        elsewhere=not here,
        again=True,
        is_doubtful=not last.matches,
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """What a person entered for a client that is not made yet."""

    start: Start
    edits: Mapping[str, Any] = field(repr=False)


def keep(workspace: Workspace, service_id: int, entered: Entered) -> str:
    """Keep it for this person and service, and return the key to `find` it by."""
    key = token_urlsafe(18)
    place = _place(workspace, service_id, key)
    start = entered.start
    content = [start.archetype, start.original, start.again, dict(entered.edits)]
    cache.set(place, vault.seal(json.dumps(plain(content)), place), KEPT)
    return key


def find(workspace: Workspace, service_id: int, key: str) -> Entered | None:
    """What was kept; None where it was not, or is not any more."""
    if not KEY.fullmatch(key):
        return None
    place = _place(workspace, service_id, key)
    sealed = cache.get(place, "")
    try:
        archetype, original, again, edits = real(
            json.loads(vault.unseal(sealed, place))
        )
    except (vault.Sealed, ValueError):  # or kept by a version before
        return None
    return Entered(Start(archetype, original, again), edits)


def drop(workspace: Workspace, service_id: int, key: str) -> None:
    """Forget what was entered, once it is made."""
    cache.delete(_place(workspace, service_id, key))


def _place(workspace: Workspace, service_id: int, key: str) -> str:
    who = f"{workspace.member.user.pk}/{workspace.organization.pk}"
    return f"new-client/{who}/{workspace.region.name}/{service_id}/{key}"
