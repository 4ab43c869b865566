"""The starting point and the draft of a new client.

A draft is cached encrypted between form and review, so that no value is in a URL and
re-authentication loses nothing.
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
from pydantic import SecretStr

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.clients.creation.copies import ClientCopy, copy_client
from console.clients.creation.presets import CLIENT_PRESETS, COMMON_SETTINGS, ClientPreset
from console.forms.validation import from_plain, to_plain
from console.web.access import Workspace
from console.web.paths import parse_client_ref
from tenants.authlete import AuthleteClient
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.edits import find_unexpected_changes
from tenants.authlete.errors import AuthleteError
from tenants.authlete.redaction.unknown_fields import CLIENT_SCHEMA
from tenants.crypto import vault
from tenants.versions.timeline import load_spans

DRAFT_SECONDS = settings.SESSION_ABSOLUTE
DRAFT_KEY_PATTERN = re.compile(r"[\w-]{24}")
RESTORED_MEMBERS = ("clientName", "clientNames", "clientIdAlias", "clientIdAliasEnabled")
UNRESTORED_MEMBERS = ("clientId", "clientSecret", "locked")  # whatever the client was
COPY_FORM_SETTINGS = (*COMMON_SETTINGS, "redirect_uris", "jwks_uri", "jwks")  # asked anew of a copy


@dataclass(frozen=True, slots=True)
class ClientOrigin:
    """What a new client starts from: a preset, a client to copy, or a deleted client."""

    preset: str = ""
    original: str = ""
    deleted: str = ""  # as `original`

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> Self | None:
        """Parse the URL parameters; return None without a valid origin."""
        start, original = params.get("start", ""), params.get("original", "")
        if parse_client_ref(again := params.get("again", "")):
            return cls(deleted=again)
        if parse_client_ref(original):
            return cls(original=original)
        return cls(preset=start) if start in CLIENT_PRESETS else None

    @property
    def query(self) -> str:
        params = {"again": self.deleted, "original": self.original, "start": self.preset}
        return "?" + urlencode({name: v for name, v in params.items() if v})


@dataclass(frozen=True, slots=True)
class InitialClient:
    """The initial values of the form for a new client."""

    document: Mapping[str, Any]
    form_settings: tuple[str, ...]  # names of settings
    preset: ClientPreset | None = None
    copy: ClientCopy | None = None
    original: Client | None = None
    is_from_other_service: bool = False  # the original is of another service
    is_recreation: bool = False  # the original is gone
    is_unverified: bool = False  # somebody changed what was kept of it

    def build_document(self, edits: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document to create, under Authlete's names."""
        created = {**self.document, **edits}
        return {name: value for name, value in created.items() if value is not None}


def load_initial_client(
    workspace: Workspace, service: Service, origin: ClientOrigin
) -> InitialClient:
    """Load the initial values; fetches the original, if there is one.

    Raises:
        Http404: the deleted client is unknown.

    """
    if origin.deleted:
        return _load_deleted(workspace, service, origin.deleted)
    if not origin.original:
        archetype = CLIENT_PRESETS[origin.preset]
        return InitialClient(archetype.build_client(service), archetype.form_settings, archetype)
    region, service_id, client_id = origin.original.split("/")
    is_this_service = (region, int(service_id)) == (workspace.region.name, service.api_key)
    authlete = workspace.authlete if is_this_service else workspace.member.connect(region)
    original = authlete.service(int(service_id)).client(int(client_id)).get()
    copy = copy_client(original, service)
    document = dict(copy.client)
    if not is_this_service and original.client_name:
        document["clientName"] = original.client_name
    return InitialClient(
        document,
        COPY_FORM_SETTINGS,
        copy=copy,
        original=original,
        is_from_other_service=not is_this_service,
    )


def _load_deleted(workspace: Workspace, service: Service, key: str) -> InitialClient:
    """Load the last known version of a deleted client, with name and alias."""
    region, service_id, client_id = key.split("/")
    spans = load_spans(workspace.organization.pk, region, int(service_id), int(client_id))
    existing = [span for span in spans if not span.version.is_deleted]
    if not existing:
        raise Http404
    last = existing[-1]
    original = last.version.read_as(Client)
    copy = copy_client(original, service)
    told_apart = {
        CLIENT_SETTINGS[name][1].label for name in (*RESTORED_MEMBERS, *UNRESTORED_MEMBERS)
    }
    left_out = tuple(value for value in copy.left_out if value not in told_apart)
    names = {name: original.get(name) for name in RESTORED_MEMBERS}
    if original.alias == client_id:  # which Authlete had drawn
        del names["clientIdAlias"]
    details = {name: v for name, v in names.items() if v is not None}
    is_this_service = (region, int(service_id)) == (workspace.region.name, service.api_key)
    return InitialClient(
        dict(copy.client) | details,
        COPY_FORM_SETTINGS,
        copy=replace(copy, left_out=left_out),
        original=original,
        is_from_other_service=not is_this_service,
        is_recreation=True,
        is_unverified=not last.is_intact,
    )


@dataclass(frozen=True, slots=True)
class NewClientDraft:
    """What a user entered for a new client."""

    origin: ClientOrigin
    edits: Mapping[str, Any] = field(repr=False)


def save_draft(workspace: Workspace, service_id: int, draft: NewClientDraft) -> str:
    """Save the draft for this user and service, and return its key."""
    key = token_urlsafe(18)
    cache_key = _cache_key(workspace, service_id, key)
    start = draft.origin
    content = [start.preset, start.original, start.deleted, dict(draft.edits)]
    cache.set(cache_key, vault.seal(json.dumps(to_plain(content)), cache_key), DRAFT_SECONDS)
    return key


def load_draft(workspace: Workspace, service_id: int, key: str) -> NewClientDraft | None:
    """Return the draft with this key; None if it has expired."""
    if not DRAFT_KEY_PATTERN.fullmatch(key):
        return None
    cache_key = _cache_key(workspace, service_id, key)
    sealed = cache.get(cache_key, "")
    try:
        archetype, original, deleted, edits = from_plain(
            json.loads(vault.unseal(sealed, cache_key))
        )
    except (vault.UnsealError, ValueError):  # or kept by a version before
        return None
    return NewClientDraft(ClientOrigin(archetype, original, deleted), edits)


def delete_draft(workspace: Workspace, service_id: int, key: str) -> None:
    """Delete the draft of a created client."""
    cache.delete(_cache_key(workspace, service_id, key))


def _cache_key(workspace: Workspace, service_id: int, key: str) -> str:
    actor = f"{workspace.member.user.pk}/{workspace.organization.pk}"
    return f"new-client/{actor}/{workspace.region.name}/{service_id}/{key}"


@dataclass(frozen=True, slots=True)
class CreatedClient:
    """A created client; its secret is for one response only."""

    client_id: int
    entry: str  # in the record
    secret: SecretStr | None = field(repr=False)
    client: Client | None = None  # as it was read back
    surprises: tuple[FieldChange, ...] = ()  # what Authlete has otherwise than asked
    read_error: AuthleteError | None = None  # why it could not be read back


def create_client(
    authlete: AuthleteClient, service_id: int, client: Mapping[str, Any]
) -> CreatedClient:
    """Create a client and read it back, since Authlete ignores some values.

    Raises:
        AuthleteError: the client may not have been created.

    """
    service = authlete.service(service_id)
    written = service.clients.create(client)
    created_client = CreatedClient(
        written.reply.client_id, written.entry_id, written.reply.client_secret
    )
    try:
        found = service.client(created_client.client_id).get()
    except AuthleteError as error:
        return CreatedClient(
            created_client.client_id, created_client.entry, created_client.secret, read_error=error
        )
    sent = authlete.redact(client, service_id, created_client.client_id, schema=CLIENT_SCHEMA)
    got = {name: found.get(name) for name in sent}
    return CreatedClient(
        created_client.client_id,
        created_client.entry,
        created_client.secret,
        found,
        find_unexpected_changes(sent, got),
    )
