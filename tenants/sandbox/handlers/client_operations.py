"""Lock flag, secret and requestable scopes of a client."""

import re
from secrets import token_urlsafe
from typing import Any

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers.clients import (
    drop_unknown_scopes,
    get_client,
    get_client_by_identifier,
)
from tenants.sandbox.http_messages import (
    ApiResponseError,
    JsonDict,
    SandboxResponse,
    json_response,
    unparsable_body,
)
from tenants.sandbox.request_parsing import parse_body
from tenants.sandbox.state import now_milliseconds

CLIENT_SECRET_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,86}")


def set_lock(context: SandboxContext) -> SandboxResponse:
    """Lock or unlock a client."""
    client = _find_client(context)
    locked = _parse_flag(parse_body(context.request).get("clientLocked"))
    if bool(client.get("locked")) == locked:
        code, state_name = ("203", "locked") if locked else ("204", "not locked")
        raise ApiResponseError(400, f"A293{code}", f"The client is {state_name} already.")
    _store(client | {"locked": locked}, client)
    return _success_response("A293001", "The lock flag of the client was updated.")


def refresh_secret(context: SandboxContext) -> SandboxResponse:
    """Generate a new client secret."""
    client = _find_client(context, "A148201")
    return _replace_secret(client, token_urlsafe(64), "A148001", "refreshed")


def set_secret(context: SandboxContext) -> SandboxResponse:
    """Set the client secret."""
    client = _find_client(context, "A149201")
    secret = parse_body(context.request).get("clientSecret")
    if not isinstance(secret, str) or not CLIENT_SECRET_PATTERN.fullmatch(secret):
        raise ApiResponseError(400, "A149601", "The format of 'clientSecret' is wrong.")
    return _replace_secret(client, secret, "A149001", "updated")


def get_scopes(context: SandboxContext) -> SandboxResponse:
    """Return the requestable scopes."""
    service = context.get_service("view_client")
    return json_response({"requestableScopes": _requestable_scopes(get_client(context, service))})


def set_scopes(context: SandboxContext) -> SandboxResponse:
    """Limit a client to these scopes; null removes the limit."""
    service = context.get_service("modify_client")
    client = get_client(context, service)
    try:
        body = parse_body(context.request, allow_forms=False)
        scopes = body.get("requestableScopes")
    except ApiResponseError as refusal:
        if refusal.code == "A126202":
            raise ApiResponseError(400, "A128201", "The body is not a JSON object.") from None
        raise
    _require_strings(scopes)
    extension = client.get("extension") or {}
    if scopes is None:
        _store_extension(client, _without_limit(extension))
    else:
        limit = {"requestableScopesEnabled": True, "requestableScopes": scopes}
        _store_extension(client, drop_unknown_scopes(service, extension | limit))
    return json_response({"requestableScopes": _requestable_scopes(client)})


def delete_scopes(context: SandboxContext) -> SandboxResponse:
    """Remove the limit on requestable scopes."""
    service = context.get_service("modify_client")
    client = get_client(context, service)
    _store_extension(client, _without_limit(client.get("extension") or {}))
    return SandboxResponse(204)


def _find_client(context: SandboxContext, not_found_code: str = "A001218") -> JsonDict:
    service = context.get_service("modify_client")
    name = context.path_params["client_identifier"]
    return get_client_by_identifier(context, service, name, not_found_code)


def _replace_secret(client: JsonDict, secret: str, code: str, verb: str) -> SandboxResponse:
    old = client.get("clientSecret")
    _store(client | {"clientSecret": secret}, client)
    return _success_response(
        code, f"The client secret was {verb}.", newClientSecret=secret, oldClientSecret=old
    )


def _requestable_scopes(client: JsonDict) -> list[str] | None:
    extension = client.get("extension") or {}
    if not extension.get("requestableScopesEnabled"):
        return None
    return extension.get("requestableScopes") or []


def _without_limit(extension: JsonDict) -> JsonDict:
    remaining = {name: extension[name] for name in extension if name != "requestableScopes"}
    return remaining | {"requestableScopesEnabled": False} if remaining else remaining


def _store_extension(client: JsonDict, extension: JsonDict) -> None:
    blank = {
        "requestableScopesEnabled": False,
        "accessTokenDuration": 0,
        "refreshTokenDuration": 0,
        "idTokenDuration": 0,
        "tokenExchangePermitted": False,
    }
    if extension or "extension" in client:
        _store(client | {"extension": blank | extension}, client)


def _store(updated: JsonDict, client: JsonDict) -> None:
    """Store the updated client with a new version."""
    client |= updated
    client["modifiedAt"] = max(now_milliseconds(), client.get("modifiedAt", 0) + 1)


def _require_strings(value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise ApiResponseError(400, "A128202", "'requestableScopes' is not an array.")
    if not all(isinstance(text, str) for text in value):
        raise ApiResponseError(
            400, "A128203", "'requestableScopes' has an element that isn't a string."
        )


def _parse_flag(value: Any) -> bool:
    """Parse a JSON boolean or a form value; absent is false."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value is not None and not isinstance(value, bool):
        raise unparsable_body("'clientLocked' is not a boolean")
    return bool(value)


def _success_response(code: str, message: str, **fields: Any) -> SandboxResponse:
    body = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return json_response({name: item for name, item in (body | fields).items() if item is not None})
