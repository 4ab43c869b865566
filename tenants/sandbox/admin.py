"""What a tester asks of the sandbox itself; no Authlete has these paths.

`GET /_tokens` lists the tokens, `GET /_state` what a region holds, `GET /_calls` the
requests so far; `POST /_faults` sets faults and `DELETE /_faults` clears them;
`POST /_unknown` adds what no specification names; `POST /_settings` changes the
latency (milliseconds), the window in which a new service is not seen (seconds), how
batches go, and what nobody has told of a live server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tenants.sandbox import batches
from tenants.sandbox.access import Token
from tenants.sandbox.client_fields import CLIENT
from tenants.sandbox.service_fields import SERVICE
from tenants.sandbox.state import Batching, Region, State
from tenants.sandbox.wire import Answer, Members, Request, answer, loads

if TYPE_CHECKING:
    from tenants.sandbox.app import Sandbox

FLAGS = (
    "locked_refused",
    "revoked_linger",
    "action_statuses",
    "deleted_told",
    "half_deleted",
)
REGIONS = ("forgetful", "without_hsm")


def answered(sandbox: Sandbox, place: str, request: Request) -> Answer:
    place = request.query.get("region", place)
    try:
        match request.method, request.path.removesuffix("/"):
            case "GET", "/_tokens":
                return answer(tokens(sandbox.state), pretty=True)
            case "GET", "/_state":
                found = state(sandbox.state, place, request.query.get("service"))
                return answer(found, pretty=True)
            case "GET", "/_calls":
                return answer([_call(one) for one in list(sandbox.calls)])
            case "POST", "/_faults":
                made = [sandbox.faults.add(**one) for one in _each(request)]
                return answer({"set": len(made)}, 201)
            case "DELETE", "/_faults":
                sandbox.faults.clear()
                return Answer(204)
            case "POST", "/_unknown":
                for one in _each(request):
                    unknown(sandbox.state.regions[one.get("region", place)], one)
                return Answer(204)
            case "POST", "/_settings":
                return answer(settings(sandbox, _asked(loads(request.body))))
    except (ValueError, TypeError, KeyError) as error:
        return answer({"error": f"{type(error).__name__}: {error}"}, 400)
    return Answer(404)


def tokens(state: State) -> Members:
    """Every token, by organization and region, and where the regions are."""
    return {
        "regions": {
            region.name: {"url": region.url, "apiServerId": region.server_id}
            for region in state.regions.values()
        },
        "idp": state.idp_url,
        "organizations": [
            {
                "organizationId": one.number,
                "slug": one.slug,
                "name": one.name,
                "plan": one.plan,
                "regions": {
                    region: [
                        _token(token)
                        for token in state.tokens.values()
                        if token.organization == one.number and token.works_in(region)
                    ]
                    for region in state.regions
                },
            }
            for one in state.organizations.values()
        ],
    }


def state(state: State, place: str, service_id: str | None = None) -> Members:
    """A region as it is in memory, secrets and all: they are not anybody's.

    With ``service_id`` it is that service alone.
    """
    region = state.regions[place]
    with region.lock:
        batches.settle(state, region)
        chosen = [*region.services] if service_id is None else [int(service_id)]
        return {
            "region": region.name,
            "apiServerId": region.server_id,
            "services": [region.services[one] for one in chosen],
            "clients": {one: list(region.clients[one].values()) for one in chosen},
            "tokens": {one: list(map(asdict, region.tokens[one])) for one in chosen},
            "granted": {one: list(_granted(region, one)) for one in chosen},
            "batches": [
                {"request_id": one.request_id, "result": one.result}
                for one in region.batches.values()
                if one.service_id in chosen
            ],
            "owners": {one: region.owner(one) for one in chosen},
            "newer": sorted(region.newer),
        }


def unknown(region: Region, asked: Members) -> None:
    """Give services or a client members or words that no specification names.

    ``service`` is one of them, or all when absent; ``client`` is one of that service,
    which then stays as it is; ``members`` are set as they are; ``words`` go to the end
    of the list that each names.
    """
    chosen = asked.get("service")
    members, words = asked.get("members", {}), asked.get("words", {})
    table = SERVICE if "client" not in asked else CLIENT
    with region.lock:
        if table is CLIENT:
            documents = [region.clients[asked["service"]][asked["client"]]]
        elif chosen is None:
            documents = [*region.services.values()]
        else:
            documents = [region.services[chosen]]
        region.newer |= set(members) - set(table.kinds)
        for document in documents:
            document |= members
            for name, more in words.items():
                document[name] = [*document.get(name, []), *more]
            document["modifiedAt"] = document.get("modifiedAt", 0) + 1


def settings(sandbox: Sandbox, asked: Members) -> Members:
    """Change what is asked for, and return what now holds."""
    if odd := asked.keys() - {"latency", "window", "batch", *FLAGS, *REGIONS}:
        raise ValueError(f"no such setting: {', '.join(sorted(odd))}")
    state = sandbox.state
    sandbox.latency = float(asked.get("latency", sandbox.latency))
    state.window = float(asked.get("window", state.window))
    for name in FLAGS:
        setattr(state, name, bool(asked.get(name, getattr(state, name))))
    for name in REGIONS:
        setattr(state, name, set(asked.get(name, getattr(state, name))))
    state.batching = Batching(**asdict(state.batching) | asked.get("batch", {}))
    return {
        "latency": sandbox.latency,
        "window": state.window,
        **{name: getattr(state, name) for name in FLAGS},
        **{name: sorted(getattr(state, name)) for name in REGIONS},
        "batch": asdict(state.batching),
    }


def _granted(region: Region, service_id: int) -> Iterator[Members]:
    for (client_id, subject), one in region.granted[service_id].items():
        yield {"client_id": client_id, "subject": subject, **asdict(one)}


def _each(request: Request) -> list[Members]:
    found = loads(request.body)
    return list(map(_asked, found if isinstance(found, list) else [found]))


def _asked(found: Any) -> Members:
    if not isinstance(found, dict):
        raise TypeError("what is asked for is a JSON object")
    return found


def _token(token: Token) -> Members:
    found: Members = {
        "token": token.value,
        "kind": token.kind,
        "preset": token.preset,
        "permissions": list(token.permissions),
        "state": token.state,
    }
    if token.service_id is not None:
        found["serviceId"] = token.service_id
    if token.expires_at is not None:
        expiry = datetime.fromtimestamp(token.expires_at, UTC)
        found["expiresAt"] = expiry.isoformat(timespec="seconds")
    return found


def _call(call: Any) -> Members:
    return {
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "region": call.region,
        "requestId": call.request_id,
        "operation": call.operation,
        "status": call.status,
    }
