"""The parts of a client that have operations of their own: lock, secret, scopes."""

import re
from secrets import token_urlsafe
from typing import Any

from tenants.sandbox.clients import by_id, by_identifier, restricted
from tenants.sandbox.context import Context
from tenants.sandbox.errors import Refusal, unparsable
from tenants.sandbox.shapes import body_of
from tenants.sandbox.state import now
from tenants.sandbox.wire import Answer, Members, answer

SECRET = re.compile(r"[A-Za-z0-9_-]{1,86}")


def set_lock(context: Context) -> Answer:
    client = _identified(context)
    locked = _flag(body_of(context.request).get("clientLocked"))
    if bool(client.get("locked")) == locked:
        code, said = ("203", "locked") if locked else ("204", "not locked")
        raise Refusal(400, f"A293{code}", f"The client is {said} already.")
    _touch(client | {"locked": locked}, client)
    return _done("A293001", "The lock flag of the client was updated.")


def refresh_secret(context: Context) -> Answer:
    client = _identified(context, "A148201")
    return _renewed(client, token_urlsafe(64), "A148001", "refreshed")


def set_secret(context: Context) -> Answer:
    client = _identified(context, "A149201")
    secret = body_of(context.request).get("clientSecret")
    if not isinstance(secret, str) or not SECRET.fullmatch(secret):
        raise Refusal(400, "A149601", "The format of 'clientSecret' is wrong.")
    return _renewed(client, secret, "A149001", "updated")


def get_scopes(context: Context) -> Answer:
    service = context.service("view_client")
    return answer({"requestableScopes": _scopes(by_id(context, service))})


def set_scopes(context: Context) -> Answer:
    """Limit the client to these scopes; null is the same as to delete the limit."""
    service = context.service("modify_client")
    client = by_id(context, service)
    try:
        body = body_of(context.request, forms=False)
        scopes = body.get("requestableScopes")
    except Refusal as refusal:
        if refusal.code == "A126202":
            raise Refusal(400, "A128201", "The body is not a JSON object.") from None
        raise
    _list_of_texts(scopes)
    extension = client.get("extension") or {}
    if scopes is None:
        _limit(client, _open(extension))
    else:
        limit = {"requestableScopesEnabled": True, "requestableScopes": scopes}
        _limit(client, restricted(service, extension | limit))
    return answer({"requestableScopes": _scopes(client)})


def delete_scopes(context: Context) -> Answer:
    service = context.service("modify_client")
    client = by_id(context, service)
    _limit(client, _open(client.get("extension") or {}))
    return Answer(204)


def _identified(context: Context, unknown: str = "A001218") -> Members:
    service = context.service("modify_client")
    name = context.places["client_identifier"]
    return by_identifier(context, service, name, unknown)


def _renewed(client: Members, secret: str, code: str, done: str) -> Answer:
    old = client.get("clientSecret")
    _touch(client | {"clientSecret": secret}, client)
    return _done(
        code,
        f"The client secret was {done}.",
        newClientSecret=secret,
        oldClientSecret=old,
    )


def _scopes(client: Members) -> list[str] | None:
    extension = client.get("extension") or {}
    if not extension.get("requestableScopesEnabled"):
        return None
    return extension.get("requestableScopes") or []


def _open(extension: Members) -> Members:
    rest = {one: extension[one] for one in extension if one != "requestableScopes"}
    return rest | {"requestableScopesEnabled": False} if rest else rest


def _limit(client: Members, extension: Members) -> None:
    blank = {
        "requestableScopesEnabled": False,
        "accessTokenDuration": 0,
        "refreshTokenDuration": 0,
        "idTokenDuration": 0,
        "tokenExchangePermitted": False,
    }
    if extension or "extension" in client:
        _touch(client | {"extension": blank | extension}, client)


def _touch(new: Members, client: Members) -> None:
    """Put what is new into the client that is kept, at its next version."""
    client |= new
    client["modifiedAt"] = max(now(), client.get("modifiedAt", 0) + 1)


def _list_of_texts(value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, list):
        raise Refusal(400, "A128202", "'requestableScopes' is not an array.")
    if not all(isinstance(one, str) for one in value):
        raise Refusal(400, "A128203", "'requestableScopes' has what is no string.")


def _flag(value: Any) -> bool:
    """A JSON boolean, or its word in a form; absent is false."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value is not None and not isinstance(value, bool):
        raise unparsable("'clientLocked' is not a boolean")
    return bool(value)


def _done(code: str, message: str, **more: Any) -> Answer:
    said = {"resultCode": code, "resultMessage": f"[{code}] {message}"}
    return answer({name: one for name, one in (said | more).items() if one is not None})
