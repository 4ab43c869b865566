"""Control endpoints of the sandbox, which Authlete doesn't have.

`GET /_tokens` lists the tokens, `GET /_state` dumps a region, `GET /_calls` lists recent
requests; `POST /_faults` injects faults and `DELETE /_faults` removes them;
`POST /_unknown` adds undocumented fields and values; `POST /_settings` changes latency
(milliseconds), the propagation window of new services (seconds), batches, and behaviour
that Authlete doesn't document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tenants.sandbox.api_tokens import ApiToken
from tenants.sandbox.handlers import batches
from tenants.sandbox.http_messages import (
    JsonDict,
    SandboxRequest,
    SandboxResponse,
    json_response,
    parse_json,
)
from tenants.sandbox.schema.client import CLIENT_FIELDS
from tenants.sandbox.schema.service import SERVICE_FIELDS
from tenants.sandbox.state import BatchSettings, SandboxRegion, SandboxState

if TYPE_CHECKING:
    from tenants.sandbox.app import Sandbox

FLAG_SETTINGS = (
    "locked_refused",
    "revoked_linger",
    "action_statuses",
    "deleted_told",
    "half_deleted",
)
REGION_SETTINGS = ("forgetful", "without_hsm")


def handle(sandbox: Sandbox, host: str, request: SandboxRequest) -> SandboxResponse:
    """Answer a request to a control endpoint."""
    host = request.query.get("region", host)
    try:
        match request.method, request.path.removesuffix("/"):
            case "GET", "/_tokens":
                return json_response(list_tokens(sandbox.state), pretty=True)
            case "GET", "/_state":
                region_state = dump_state(sandbox.state, host, request.query.get("service"))
                return json_response(region_state, pretty=True)
            case "GET", "/_calls":
                return json_response([_dump_call(call) for call in list(sandbox.calls)])
            case "POST", "/_faults":
                added = [sandbox.faults.add(**fault) for fault in _parse_objects(request)]
                return json_response({"set": len(added)}, 201)
            case "DELETE", "/_faults":
                sandbox.faults.clear()
                return SandboxResponse(204)
            case "POST", "/_unknown":
                for fault in _parse_objects(request):
                    add_unknown_fields(sandbox.state.regions[fault.get("region", host)], fault)
                return SandboxResponse(204)
            case "POST", "/_settings":
                return json_response(
                    update_settings(sandbox, _require_object(parse_json(request.body)))
                )
    except (ValueError, TypeError, KeyError) as error:
        return json_response({"error": f"{type(error).__name__}: {error}"}, 400)
    return SandboxResponse(404)


def list_tokens(state: SandboxState) -> JsonDict:
    """Return all tokens by organization and region, and the regions' URLs."""
    return {
        "regions": {
            region.name: {"url": region.url, "apiServerId": region.server_id}
            for region in state.regions.values()
        },
        "idp": state.idp_url,
        "organizations": [
            {
                "organizationId": organization.number,
                "slug": organization.slug,
                "name": organization.name,
                "plan": organization.plan,
                "regions": {
                    region: [
                        _dump_token(token)
                        for token in state.tokens.values()
                        if token.organization == organization.number
                        and token.is_accepted_in(region)
                    ]
                    for region in state.regions
                },
            }
            for organization in state.organizations.values()
        ],
    }


def dump_state(state: SandboxState, host: str, service_id: str | None = None) -> JsonDict:
    """Return the content of a region, including secrets, or of one service in it."""
    region = state.regions[host]
    with region.lock:
        batches.run_due_batches(state, region)
        selected = [*region.services] if service_id is None else [int(service_id)]
        return {
            "region": region.name,
            "apiServerId": region.server_id,
            "services": [region.services[service_id] for service_id in selected],
            "clients": {
                service_id: list(region.clients[service_id].values()) for service_id in selected
            },
            "tokens": {
                service_id: list(map(asdict, region.tokens[service_id])) for service_id in selected
            },
            "granted": {
                service_id: list(_dump_granted_scopes(region, service_id))
                for service_id in selected
            },
            "batches": [
                {"request_id": batch.request_id, "result": batch.result}
                for batch in region.batches.values()
                if batch.service_id in selected
            ],
            "owners": {service_id: region.owner(service_id) for service_id in selected},
            "newer": sorted(region.newer),
        }


def add_unknown_fields(region: SandboxRegion, params: JsonDict) -> None:
    """Add undocumented fields or values to services or a client.

    ``service`` is one service, or all if absent; ``client`` is a client of that service,
    changed instead of the service. ``members`` are set as they are; ``words`` are appended
    to the named lists.
    """
    service_id = params.get("service")
    members, words = params.get("members", {}), params.get("words", {})
    table = SERVICE_FIELDS if "client" not in params else CLIENT_FIELDS
    with region.lock:
        if table is CLIENT_FIELDS:
            documents = [region.clients[params["service"]][params["client"]]]
        elif service_id is None:
            documents = [*region.services.values()]
        else:
            documents = [region.services[service_id]]
        region.newer |= set(members) - set(table.types)
        for document in documents:
            document |= members
            for name, more in words.items():
                document[name] = [*document.get(name, []), *more]
            document["modifiedAt"] = document.get("modifiedAt", 0) + 1


def update_settings(sandbox: Sandbox, params: JsonDict) -> JsonDict:
    """Change settings and return all that now apply."""
    if unknown_names := params.keys() - {
        "latency",
        "window",
        "batch",
        *FLAG_SETTINGS,
        *REGION_SETTINGS,
    }:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown_names))}")
    state = sandbox.state
    sandbox.latency = float(params.get("latency", sandbox.latency))
    state.window = float(params.get("window", state.window))
    for name in FLAG_SETTINGS:
        setattr(state, name, bool(params.get(name, getattr(state, name))))
    for name in REGION_SETTINGS:
        setattr(state, name, set(params.get(name, getattr(state, name))))
    state.batching = BatchSettings(**asdict(state.batching) | params.get("batch", {}))
    return {
        "latency": sandbox.latency,
        "window": state.window,
        **{name: getattr(state, name) for name in FLAG_SETTINGS},
        **{name: sorted(getattr(state, name)) for name in REGION_SETTINGS},
        "batch": asdict(state.batching),
    }


def _dump_granted_scopes(region: SandboxRegion, service_id: int) -> Iterator[JsonDict]:
    for (client_id, subject), grant in region.granted[service_id].items():
        yield {"client_id": client_id, "subject": subject, **asdict(grant)}


def _parse_objects(request: SandboxRequest) -> list[JsonDict]:
    value = parse_json(request.body)
    return list(map(_require_object, value if isinstance(value, list) else [value]))


def _require_object(value: Any) -> JsonDict:
    if not isinstance(value, dict):
        raise TypeError("the body must be a JSON object")
    return value


def _dump_token(token: ApiToken) -> JsonDict:
    fields: JsonDict = {
        "token": token.value,
        "kind": token.kind,
        "preset": token.preset,
        "permissions": list(token.permissions),
        "state": token.state,
    }
    if token.service_id is not None:
        fields["serviceId"] = token.service_id
    if token.expires_at is not None:
        expiry = datetime.fromtimestamp(token.expires_at, UTC)
        fields["expiresAt"] = expiry.isoformat(timespec="seconds")
    return fields


def _dump_call(call: Any) -> JsonDict:
    return {
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "region": call.region,
        "requestId": call.request_id,
        "operation": call.operation,
        "status": call.status,
    }
