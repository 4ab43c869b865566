"""What an answer says: yes, no, or neither.

The classes are those of promises 4.1. A status below 500 that is a plain refusal is
taken on trust: Authlete says that it did nothing.
"""

import re
from collections.abc import Hashable
from email.utils import parsedate_to_datetime
from functools import cache
from time import time
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from tenants.authlete.errors import (
    AuthleteError,
    BadRequestError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    RejectedError,
    ServerError,
    UnauthorizedError,
    UnexpectedStatusError,
)
from tenants.authlete.json.reader import (
    InvalidJsonError,
    decode_utf8,
    parse_json,
    replace_surrogates,
)
from tenants.authlete.messages import Message, make_printable
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.operation import Operation
from tenants.authlete.transport.http import RawResponse

MAX_MESSAGE_CHARS = 500  # characters of a message that are kept

ERROR_BY_STATUS: dict[int, type[RejectedError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    429: RateLimitError,
}
AMBIGUOUS_STATUSES = {408, 409, 425}
CODE_PREFIX_PATTERN = re.compile(r"\[(A\d{6})\]")  # how a message begins

# An `action` is Authlete's word for the status that the caller should answer with.
# Those not listed, and not declared as success, say neither yes nor no.
ERROR_BY_ACTION: dict[str, type[AuthleteError]] = {
    "BAD_REQUEST": BadRequestError,
    "CALLER_ERROR": BadRequestError,
    "INVALID_CLIENT": BadRequestError,
    "INVALID_REQUEST": BadRequestError,
    "UNAUTHORIZED": BadRequestError,  # of the token in question, not of our credential
    "FORBIDDEN": ForbiddenError,
    "NOT_FOUND": NotFoundError,
    "INTERNAL_SERVER_ERROR": ServerError,
    "SERVER_ERROR": ServerError,
    "AUTHLETE_ERROR": ServerError,
}


def parse_response(operation: Operation[Any], response: RawResponse) -> tuple[str, Any]:
    """The text and value of a yes; raises what the answer says otherwise.

    The value is as it came, secrets and all: it stays inside the door.
    """
    if not 200 <= response.status < 300 and response.status not in operation.accepted_statuses:
        raise _build_error(response)
    if 300 <= response.status < 400:  # followed by nobody: where it leads is the answer
        return "", {"location": _shorten(response.headers.get("Location", ""))}
    if not response.body.strip():
        if operation.reply is type(None):
            return "", None
        if response.status == 204:
            return "", {}
    try:
        text = decode_utf8(response.body)
        if operation.is_plain_text:
            return text, {"status": response.status, "text": _shorten(text)}
        value = parse_json(text)
    except InvalidJsonError as error:
        message = Message(_("The answer is not usable JSON: {why}."), why=str(error))
        raise InvalidResponseError(message, status=response.status) from None
    if operation.success_actions and isinstance(value, dict):
        _check_action(operation, response.status, value)
    return text, value


def build_reply[Reply](operation: Operation[Reply], redacted: Any, status: int) -> Reply:
    """The declared reply, made from what may be seen of the answer."""
    try:
        reply: Reply = _adapter(cast(Hashable, operation.reply)).validate_python(redacted)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"]) or "the top"
        message = _("The answer is not a {reply}: see {where}.")
        raise InvalidResponseError(
            Message(message, reply=operation.reply.__name__, where=where), status=status
        ) from None
    return reply


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(type, kind))


def _check_action(operation: Operation[Any], status: int, value: dict[str, Any]) -> None:
    action = value.get("action")
    if action in operation.success_actions:
        return
    kind = (
        ERROR_BY_ACTION.get(action, UnexpectedStatusError)
        if isinstance(action, str)
        else InvalidResponseError
    )
    raise kind(
        _extract_message(value)
        or Message(_("The answer's action is {action}."), action=_shorten(action)),
        status=status,
        code=_shorten(value.get("resultCode", "")),
    )


def _build_error(response: RawResponse) -> AuthleteError:
    status = response.status
    kind: type[AuthleteError]
    if status >= 500:
        kind = ServerError
    elif status < 400 or status in AMBIGUOUS_STATUSES:
        kind = UnexpectedStatusError
    else:
        kind = ERROR_BY_STATUS.get(status, BadRequestError)
    try:  # gateways answer in HTML, some refusals have no body at all
        body = parse_json(decode_utf8(response.body))
    except InvalidJsonError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    message = _extract_message(body)
    found = CODE_PREFIX_PATTERN.match(message)  # the IdP has no member for it
    return kind(
        message or Message(_("The answer is HTTP {status}."), status=status),
        status=status,
        code=_shorten(body.get("resultCode") or (found[1] if found else "")),
        retry_after=_parse_retry_after(response.headers.get("Retry-After", "")),
    )


def _extract_message(body: dict[str, Any]) -> str:
    """What the body says to people; the cluster and the IdP say it differently."""
    for name in ("resultMessage", "error_description", "message", "error", "errors"):
        match body.get(name):
            case str() as said if said:
                return _shorten(said)
            case [str(), *_] as said:
                return _shorten(" ".join(str(one) for one in said))
    return ""


def _shorten(text: object) -> str:
    return make_printable(replace_surrogates(str(text))[:MAX_MESSAGE_CHARS])


def _parse_retry_after(header: str) -> float | None:
    """Seconds to wait (RFC 9110, section 10.2.3): a number of them, or a date."""
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except (ValueError, OverflowError):
        return None
