"""Turn a response into a reply or an error.

The operation declares which statuses prove success. A status from 400 to 499 counts as a
rejection, after which nothing was changed. After any other response the outcome is unknown.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from time import time
from types import NoneType
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import (
    AuthleteError,
    BadRequestError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    RejectedError,
    ResponseTooLargeError,
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
from tenants.authlete.transport.deadline import Deadline
from tenants.authlete.transport.http import RawResponse

MAX_MESSAGE_CHARS = 500

ERROR_BY_STATUS: dict[int, type[RejectedError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    429: RateLimitError,
}
AMBIGUOUS_STATUSES = {408, 409, 425}
CODE_PREFIX_PATTERN = re.compile(r"\[(A\d{6})\]")

# The `action` names the status with which an authorization server should respond. Actions
# that are neither listed here nor a success of the operation have an unknown outcome.
ERROR_BY_ACTION: dict[str, type[AuthleteError]] = {
    "BAD_REQUEST": BadRequestError,
    "CALLER_ERROR": BadRequestError,
    "INVALID_CLIENT": BadRequestError,
    "INVALID_REQUEST": BadRequestError,
    "UNAUTHORIZED": BadRequestError,  # about the token in the request, not the credential
    "FORBIDDEN": ForbiddenError,
    "NOT_FOUND": NotFoundError,
    "INTERNAL_SERVER_ERROR": ServerError,
    "SERVER_ERROR": ServerError,
    "AUTHLETE_ERROR": ServerError,
}


@dataclass(frozen=True, slots=True)
class ApiResponse[Reply]:
    """The reply to a call, with the raw response that only the client may use."""

    reply: Reply
    text: str = field(repr=False)
    value: Any = field(repr=False)  # secrets included
    status: int
    entry_id: str  # in the audit log
    unexpected_changes: tuple[FieldChange, ...] = ()


def parse_response(operation: Operation[Any], response: RawResponse) -> tuple[str, Any]:
    """Return the text and the JSON value of a successful response, secrets included.

    Raises the `AuthleteError` that any other response stands for.
    """
    if response.status not in operation.success_statuses:
        raise _build_error(response)
    if 300 <= response.status < 400:  # redirects are not followed
        return "", {"location": _shorten(response.headers.get("Location", ""))}
    if not response.body.strip():
        if operation.reply is NoneType:
            return "", None
        if response.status == 204:
            return "", {}
    try:
        text = decode_utf8(response.body)
        value = parse_json(text)
    except InvalidJsonError as error:
        message = Message(_("The response is not valid JSON: {why}."), why=str(error))
        raise InvalidResponseError(message, status=response.status) from None
    if operation.success_actions and isinstance(value, dict):
        _check_action(operation, response.status, value)
    return text, value


def build_reply[Reply](operation: Operation[Reply], redacted: Any, status: int) -> Reply:
    """Validate a redacted response as the reply that the operation declares."""
    try:
        reply: Reply = _get_adapter(cast(Hashable, operation.reply)).validate_python(redacted)
    except ValidationError as error:
        location = ".".join(str(step) for step in error.errors()[0]["loc"]) or "the top level"
        message = _("The response is not a valid {reply}; see {where}.")
        raise InvalidResponseError(
            Message(message, reply=operation.reply.__name__, where=location), status=status
        ) from None
    return reply


@cache
def _get_adapter(reply_type: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(type, reply_type))


def _check_action(operation: Operation[Any], status: int, value: dict[str, Any]) -> None:
    action = value.get("action")
    if action in operation.success_actions:
        return
    error_class: type[AuthleteError] = InvalidResponseError
    if isinstance(action, str):
        error_class = ERROR_BY_ACTION.get(action, UnexpectedStatusError)
    raise error_class(
        _extract_message(value)
        or Message(_("The action of the response is {action}."), action=_shorten(action)),
        status=status,
        code=_shorten(value.get("resultCode", "")),
    )


def _build_error(response: RawResponse) -> AuthleteError:
    status = response.status
    error_class: type[AuthleteError]
    if status >= 500:
        error_class = ServerError
    elif status < 400 or status in AMBIGUOUS_STATUSES:
        error_class = UnexpectedStatusError
    else:
        error_class = ERROR_BY_STATUS.get(status, BadRequestError)
    try:  # gateways send HTML, and some rejections have no body
        body = parse_json(decode_utf8(response.body))
    except InvalidJsonError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    message = _extract_message(body)
    code_prefix = CODE_PREFIX_PATTERN.match(message)  # the identity provider has no `resultCode`
    return error_class(
        message or Message(_("HTTP {status}."), status=status),
        status=status,
        code=_shorten(body.get("resultCode") or (code_prefix[1] if code_prefix else "")),
        retry_after=_parse_retry_after(response.headers.get("Retry-After", "")),
    )


def _extract_message(body: dict[str, Any]) -> str:
    """Return the message in a body of the cluster or of the identity provider."""
    for name in ("resultMessage", "error_description", "message", "error", "errors"):
        match body.get(name):
            case str() as text if text:
                return _shorten(text)
            case [str(), *_] as texts:
                return _shorten(" ".join(map(str, texts)))
    return ""


def _shorten(text: object) -> str:
    return make_printable(replace_surrogates(str(text))[:MAX_MESSAGE_CHARS])


def _parse_retry_after(header: str) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, section 10.2.3)."""
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except (ValueError, OverflowError):
        return None


def check_processing_time(operation: Operation[Any], deadline: Deadline, status: int) -> None:
    """Give up on a read whose response took too long to process.

    The outcome of a change is known by then, so it isn't given up.
    """
    if operation.is_retryable and not deadline.remaining():
        message = Message(_("The response took too long to process."))
        raise ResponseTooLargeError(message, status=status)
