"""Reuse what a region said about a user while its apps are filtered, sorted or exported."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from time import time
from typing import Any

from django.core.cache import cache

from console.models import Lookup
from console.users.connected_apps import CheckedService, ConnectedApp, GrantedScopes, RegionResult
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.tokens import IssuedToken
from tenants.crypto import vault
from tenants.organizations.regions import Region

RESULT_SECONDS = 300
MAX_RESULT_CHARS = 2_000_000  # longer ones are read again
UNUSED_TOKEN_FIELDS = ("properties", "subject")


def store_results(lookup: Lookup, results: Iterable[RegionResult]) -> None:
    """Store the complete results of a lookup, encrypted."""
    for result in results:
        key = _cache_key(lookup, result.region)
        text = json.dumps(_serialize(result)) if result.is_complete else ""
        if text and len(text) <= MAX_RESULT_CHARS:
            cache.set(key, vault.seal(text, key), RESULT_SECONDS)
        else:
            cache.delete(key)


def load_result(lookup: Lookup, region: Region) -> RegionResult | None:
    """Return the stored result of a region; None if there is none or it has expired."""
    key = _cache_key(lookup, region)
    try:
        return _deserialize(region, json.loads(vault.unseal(cache.get(key, ""), key)))
    except (vault.UnsealError, ValueError, KeyError, TypeError):
        return None  # never stored, its key is gone, or another version stored it


def delete_results(lookup: Lookup, regions: Iterable[Region]) -> None:
    """Delete stored results, because access of the user is revoked."""
    cache.delete_many(_cache_key(lookup, region) for region in regions)


def _cache_key(lookup: Lookup, region: Region) -> str:
    return f"user-apps/{lookup.pk}/{region.name}"


def _serialize(result: RegionResult) -> dict[str, Any]:
    return {
        "read_at": result.read_at.isoformat(),
        "services": [[service.service_id, service.name] for service in result.services],
        "apps": [_serialize_app(app) for app in result.apps],
    }


def _serialize_app(app: ConnectedApp) -> dict[str, Any]:
    service = app.service
    return {
        "service": [service.service_id, service.name, service.scopes],
        "client": [app.client.client_id, app.client.client_name],
        "tokens": [
            {name: v for name, v in token.to_dict().items() if name not in UNUSED_TOKEN_FIELDS}
            for token in app.tokens
        ],
        "granted": asdict(app.granted_scopes) if app.granted_scopes else None,
    }


def _deserialize(region: Region, content: dict[str, Any]) -> RegionResult:
    return RegionResult(
        region,
        [CheckedService(region, number, name) for number, name in content["services"]],
        [_deserialize_app(region, app) for app in content["apps"]],
        read_at=datetime.fromisoformat(content["read_at"]),
        is_stored=True,
    )


def _deserialize_app(region: Region, content: dict[str, Any]) -> ConnectedApp:
    client_id, name = content["client"]
    tokens = [IssuedToken.model_validate(token) for token in content["tokens"]]
    granted = content["granted"]
    return ConnectedApp(
        CheckedService(region, *content["service"]),
        Client.model_validate({"clientId": client_id, "clientName": name}),
        int(time() * 1000),
        tokens,
        len(tokens),
        GrantedScopes(**granted) if granted else None,
    )
