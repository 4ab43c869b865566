"""The values of all settings in the inventory: how they're stored and found.

Flags, choices and numbers of a client are in a profile that it shares with others; its texts
are lines of their own. Identifiers and times have columns.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q

from console.lists.query import SearchTerm
from console.lists.search_values import (
    PatternTest,
    RangeTest,
    SetTest,
    TextTest,
    ValueTest,
    to_atoms,
)
from console.models import KnownClient, SettingsProfile
from tenants.authlete.documents import client as client_document
from tenants.authlete.documents import service as service_document
from tenants.authlete.documents.base import DocumentFields
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.searchable import (
    SearchableSetting,
    SearchableValue,
    ValueType,
    searchable_settings,
)
from tenants.models import Organization

type SettingValues = Mapping[str, SearchableValue]  # by name, of the settings that have a value

CLIENT_SETTINGS = searchable_settings(
    client_document.SECTIONS.values(), extension=ClientExtensionSettings
)
SERVICE_SETTINGS = searchable_settings(service_document.SECTIONS.values())
NUMBER_COLUMNS = {
    "clientId": "client_id",
    "createdAt": "created_at",
    "modifiedAt": "modified_at",
    "trustChainExpiresAt": "chain_ends",
    "metadataDocumentExpiresAt": "document_ends",
}
FLAG_COLUMNS = {"locked": "locked"}
IDENTIFIERS = ("number", "serviceNumber")  # numbers that no other client or service has
CLIENT_COLUMNS = NUMBER_COLUMNS | FLAG_COLUMNS
TEXT_NAMES = {
    name
    for name, item in CLIENT_SETTINGS.items()
    if item.type is ValueType.TEXT or name in IDENTIFIERS
}
WORD_SETTINGS = ("contacts",)  # whose whole texts are in `KnownClient.words`
NO_ROWS = Q(pk=None)
_encode_profile = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def read_values(
    document: DocumentFields, settings: Mapping[str, SearchableSetting]
) -> SettingValues:
    """Return the values of all settings that have one."""
    values = {}
    for item in settings.values():
        if item.member in document:
            value = item.value_in(document)
            if value is not None:
                values[item.name] = value
    return values


def format_texts(values: SettingValues) -> str:
    """Return the texts of a client as lines, for `KnownClient.texts`."""
    lines = [
        f"{name}={atom}" for name in values if name in TEXT_NAMES for atom in to_atoms(values[name])
    ]
    return "\n{}\n".format("\n".join(lines)) if lines else ""


def stored_values(client: KnownClient) -> dict[str, SearchableValue]:
    """Return the values of an indexed client's settings."""
    values: dict[str, Any] = dict(client.profile.settings) if client.profile else {}
    for line in (client.texts or "").split("\n"):
        name, _equals, text = line.partition("=")
        if not name:
            continue
        if CLIENT_SETTINGS[name].is_list or name in values:
            values[name] = [*to_atoms(values.get(name)), text]
        else:
            values[name] = text
    for name, column in CLIENT_COLUMNS.items():
        if value := getattr(client, column):
            values[name] = value
    return values


def save_profiles(organization: Organization, values: Sequence[SettingValues]) -> list[int]:
    """Return the ID of the profile of each client; creates those that don't exist."""
    profiles = [
        {
            name: value
            for name, value in client.items()
            if name not in TEXT_NAMES and name not in CLIENT_COLUMNS
        }
        for client in values
    ]
    digests = [_digest(profile) for profile in profiles]
    settings_by_digest = dict(zip(digests, profiles, strict=True))
    known = _load_profile_ids(organization, settings_by_digest)
    if missing := settings_by_digest.keys() - known:
        SettingsProfile.objects.bulk_create(
            [
                SettingsProfile(
                    organization=organization, digest=digest, settings=settings_by_digest[digest]
                )
                for digest in sorted(missing)
            ],
            ignore_conflicts=True,  # another process may have created it just now
        )
        known |= _load_profile_ids(organization, missing)
    return [known[digest] for digest in digests]


def _digest(profile: SettingValues) -> str:
    return hashlib.sha256(_encode_profile(profile).encode()).hexdigest()


def _load_profile_ids(organization: Organization, digests: Iterable[str]) -> dict[str, int]:
    rows = SettingsProfile.objects.filter(organization=organization, digest__in=list(digests))
    return dict(rows.values_list("digest", "pk"))


def setting_condition(
    organization: Organization, term: SearchTerm, profile_field: str = "profile"
) -> Q:
    """Return the condition on `KnownClient` of a term about a setting.

    With an expression as ``profile_field``, no index leads from profiles to their clients.
    """
    name = term.field.name
    if name in NUMBER_COLUMNS:
        condition = _any(_number_condition(NUMBER_COLUMNS[name], test) for test in term.tests)
    elif name in FLAG_COLUMNS:
        condition = _any(
            Q(**{FLAG_COLUMNS[name]: True})
            if test.matches([True])
            else Q(**{FLAG_COLUMNS[name]: False})
            for test in term.tests
        )
    elif name in TEXT_NAMES:
        condition = _any(_text_condition(name, test) for test in term.tests)
    else:
        return _profile_condition(organization, term, profile_field)
    return ~condition if term.is_negated else condition


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NO_ROWS)


def _profile_condition(organization: Organization, term: SearchTerm, field: str) -> Q:
    """Return the condition that the client's profile is one that matches the term."""
    name = term.field.name
    rows = SettingsProfile.objects.filter(organization=organization)
    matching: list[int] = []
    others: list[int] = []
    for pk, settings in rows.values_list("pk", "settings").iterator():
        (matching if term.matches(settings.get(name)) else others).append(pk)
    if len(matching) <= len(others):
        return Q(**{f"{field}__in": matching})
    return Q(profile__isnull=False) & ~Q(**{f"{field}__in": others})


def _number_condition(column: str, test: ValueTest) -> Q:
    is_set = ~Q(**{column: 0})
    match test:
        case RangeTest(range=(low, high)):
            return Q(**{f"{column}__range": (low, high)}) & is_set
        case SetTest(is_set=True):
            return is_set
        case _:
            return ~is_set


def _text_condition(name: str, test: ValueTest) -> Q:
    match test:
        case SetTest(is_set=is_set):
            found = Q(texts__contains=f"\n{name}=")
            return found if is_set else ~found
        case TextTest(text=text) if text.isascii():
            return Q(texts__icontains=f"\n{name}={text}\n")
        case TextTest(text=text):  # SQLite ignores the case of ASCII only
            test = PatternTest(text)
    assert isinstance(test, PatternTest)
    regex = test.build_regex(is_backtracking=connection.vendor == "sqlite")
    found = Q(texts__iregex=rf"\n{name}={regex}\n")
    if test.longest_part.isascii():  # much faster than the regular expression
        return Q(texts__icontains=test.longest_part) & found
    return found


def indexed_words(term: SearchTerm) -> list[str]:
    """Return words that all matches have in their search text, which has an index."""
    if term.field.name not in WORD_SETTINGS or term.is_negated or len(term.tests) > 1:
        return []
    match term.tests[0]:
        case TextTest(text=text):
            return [text.lower()]
        case PatternTest(longest_part=part) if part:
            return [part]
    return []
