"""A request before it is sent, and the audit entry that announces it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import InvalidRequestError
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.operation import Operation, PathParams, RequestBody
from tenants.authlete.redaction.fingerprint import contains_fingerprint
from tenants.authlete.transport.http import RawRequest


@dataclass(frozen=True, slots=True)
class PreparedRequest[Reply]:
    """A request that is ready to be sent."""

    operation: Operation[Reply]
    raw_request: RawRequest
    intent: CallIntent
    secrets: tuple[str, ...] = field(repr=False)  # removed from error messages
    expected: Mapping[str, Any] | None = field(default=None, repr=False)  # see `PreparedEdit`

    def next_attempt(self) -> "PreparedRequest[Reply]":
        """Return the same request with the number of the next attempt."""
        return replace(self, intent=replace(self.intent, attempt=self.intent.attempt + 1))

    def with_request_id(self, entry_id: str) -> RawRequest:
        """Return the request to send, with the ID of its audit entry as a header."""
        headers = {**self.raw_request.headers, "X-Request-Id": entry_id}
        return replace(self.raw_request, headers=headers)


def prepare_request[Reply](
    operation: Operation[Reply],
    *,
    region: str,
    credential: str,
    path_params: PathParams | None = None,
    query: Mapping[str, Any] | None = None,
    body: RequestBody | None = None,
    text: str | None = None,
    changes: tuple[FieldChange, ...] = (),
    label: str = "",
    reconciliation_hints: Mapping[str, Any] | None = None,
    expected: Mapping[str, Any] | None = None,
    secrets: tuple[str, ...] = (),
) -> PreparedRequest[Reply]:
    """Prepare a request with ``body``, or with the JSON ``text`` as its body.

    ``secrets`` are those in the body. Raises `InvalidRequestError`.
    """
    path_params, query, body = path_params or {}, query or {}, body or {}
    if contains_fingerprint(body):
        raise InvalidRequestError(
            Message(
                _("The request contains a fingerprint instead of a secret. Enter the secret again.")
            )
        )
    headers = {"Authorization": f"Bearer {credential}"}
    content = None
    try:
        path = operation.build_path(path_params)
        redacted_path = operation.build_redacted_path(path_params)
        if text is not None or body or operation.method in ("POST", "PUT"):
            # Authlete requires a content type and a body (A258201, A126203), even an empty one.
            headers["Content-Type"] = "application/json"
            content = (text or json.dumps(body, ensure_ascii=False)).encode()
    except (KeyError, TypeError, ValueError) as error:
        message = _("The request {operation} is invalid: {why}.")
        raise InvalidRequestError(
            Message(message, operation=operation.name, why=str(error))
        ) from None
    fields = body if isinstance(body, Mapping) else {}
    is_secret = operation.secret_params.__contains__
    intent = CallIntent(
        operation,
        region,
        redacted_path,
        {name: str(value) for name, value in path_params.items() if not is_secret(name)},
        str({**path_params, **query, **fields}.get("subject", "")),
        changes,
        label=label,
        reconciliation_hints=reconciliation_hints or {},
    )
    secret_params = (str(value) for name, value in path_params.items() if is_secret(name))
    return PreparedRequest(
        operation,
        RawRequest(operation.method, path, httpx.QueryParams(query), headers, content),
        intent,
        (*secret_params, *secrets, credential),
        expected,
    )
