"""Requests, responses, errors and JSON of the sandbox."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

type JsonDict = dict[str, Any]

JSON_CONTENT_TYPE = "application/json;charset=UTF-8"


class ExactNumber(Decimal):
    """A number that keeps its notation (`1E2`, `0.10`)."""

    def __new__(cls, text: str) -> "ExactNumber":
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """A request; ``path`` is still percent-encoded."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def request_id(self) -> str:
        return self.headers.get("x-request-id", "")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def get_flag(self, name: str) -> bool:
        """Return a boolean query parameter, parsed as Java does."""
        return self.query.get(name, "").lower() == "true"


@dataclass(slots=True)
class SandboxResponse:
    """A response; ``body`` may be an iterable if it is too large for memory.

    ``closes_connection`` closes the connection without announcing it.
    """

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    closes_connection: bool = False


def json_response(value: object, status: int = 200, *, pretty: bool = False) -> SandboxResponse:
    """Return ``value`` as a JSON response."""
    return SandboxResponse(
        status, dump_json(value, pretty=pretty), {"Content-Type": JSON_CONTENT_TYPE}
    )


def parse_json(data: str | bytes) -> Any:
    """Parse JSON; raise `ValueError` if it is invalid."""
    try:
        return json.loads(data, parse_float=ExactNumber, parse_constant=_reject_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dump_json(value: object, *, pretty: bool = False) -> bytes:
    """Return JSON in UTF-8: numbers in their notation, lone surrogates escaped."""
    exact_numbers: list[ExactNumber] = []

    def encode_number(number: object) -> str:
        if not isinstance(number, ExactNumber):
            raise TypeError(f"{type(number)} is not JSON")
        exact_numbers.append(number)
        return f"\x00{number.text}\x00"

    text = json.dumps(
        value,
        ensure_ascii=False,
        default=encode_number,
        indent=2 if pretty else None,
        separators=None if pretty else (",", ":"),
    )
    if exact_numbers:
        text = re.sub(r'"\\u0000([-+.0-9eE]+)\\u0000"', r"\1", text)
    return text.encode("utf-8", "backslashreplace")


def parse_query(text: str) -> dict[str, str]:
    """Parse a query string; the last value of a name counts."""
    return dict(parse_qsl(text, keep_blank_values=True))


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class ApiResponseError(Exception):
    """An error response of a cluster: resultCode and resultMessage."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def to_response(self, path: str) -> SandboxResponse:
        """Build the response; ``path`` is the API name in Authlete's messages."""
        message = f"[{self.code}] {path}, {self.message}"
        body = {"resultCode": self.code, "resultMessage": message}
        return json_response(body, self.status)


class ActionResponseError(ApiResponseError):
    """An error response of an operation that returns an ``action``."""

    def __init__(self, status: int, action: str, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.action = action

    def to_response(self, path: str) -> SandboxResponse:
        message = f"[{self.code}] {path}, {self.message}"
        body = {"resultCode": self.code, "resultMessage": message}
        return json_response(body | {"action": self.action}, self.status)


class IdpResponseError(ApiResponseError):
    """An error response of the IdP: error, and the identifiers concerned."""

    def __init__(self, status: int, error: str, code: str = "", **about: object):
        super().__init__(status, code, error)
        self.about = about

    def to_response(self, path: str) -> SandboxResponse:
        if not self.message:  # the validation errors in ``about`` say it all
            return json_response(self.about, self.status)
        error = f"[{self.code}] {self.message}" if self.code else self.message
        return json_response({"error": error, **self.about}, self.status)


def missing_subject(code: str) -> ApiResponseError:
    """Build the error for a missing subject."""
    return ApiResponseError(400, code, "The request has no 'subject'.")


def unparsable_body(reason: str) -> ApiResponseError:
    """Build the error for a body that can't be parsed."""
    return ApiResponseError(
        400, "A126202", f"The request body could not be parsed as expected: {reason}."
    )


def access_denied(permission: str, service_id: object = None) -> ApiResponseError:
    """Build the error for a missing permission."""
    about = "" if service_id is None else f" for the service ({service_id})"
    return ApiResponseError(
        403, "A457101", f"The access token does not have the {permission} access right{about}."
    )


def not_implemented(operation: str) -> ApiResponseError:
    """Build the error for an operation that only Authlete implements."""
    return ApiResponseError(501, "A001199", f"The sandbox has not built {operation} yet.")
