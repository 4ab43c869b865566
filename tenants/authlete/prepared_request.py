"""A call before it is made: what will be sent, and what will be told of it."""

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
from tenants.authlete.redaction.redactor import contains_fingerprint
from tenants.authlete.transport.http import RawRequest


@dataclass(frozen=True, slots=True)
class PreparedRequest[Reply]:
    operation: Operation[Reply]
    raw_request: RawRequest
    intent: CallIntent
    secrets: tuple[str, ...] = field(repr=False)  # sent, and never to be told
    expected: Mapping[str, Any] | None = field(default=None, repr=False)  # see `Edited`

    def next_attempt(self) -> "PreparedRequest[Reply]":
        """The same call, one attempt later."""
        return replace(self, intent=replace(self.intent, attempt=self.intent.attempt + 1))

    def with_request_id(self, entry_id: str) -> RawRequest:
        """What to send, carrying the audit entry's id."""
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
    """Prepare a call whose body is ``body``, or the JSON ``text``.

    ``secrets`` are those in it, which no error may quote.
    Raises `Unsendable` when it could not be made.
    """
    path_params, query, body = path_params or {}, query or {}, body or {}
    if contains_fingerprint(body):
        raise InvalidRequestError(Message(_("A sealed secret cannot be sent; enter it anew.")))
    headers = {"Authorization": f"Bearer {credential}"}
    content = None
    try:
        url, shown = (
            operation.build_path(path_params),
            operation.build_redacted_path(path_params),
        )
        if text is not None or body or operation.method in ("POST", "PUT"):
            # Codes A258201, A126203: a type and a body, even when there is nothing.
            headers["Content-Type"] = "application/json"
            content = (text or json.dumps(body, ensure_ascii=False)).encode()
    except (KeyError, TypeError, ValueError) as error:
        message = _("{operation} cannot be sent: {why}.")
        raise InvalidRequestError(
            Message(message, operation=operation.name, why=str(error))
        ) from None
    told = {n: str(v) for n, v in path_params.items() if n not in operation.secret_params}
    members = body if isinstance(body, Mapping) else {}
    subject = str({**path_params, **query, **members}.get("subject", ""))
    return PreparedRequest(
        operation,
        RawRequest(operation.method, url, httpx.QueryParams(query), headers, content),
        CallIntent(
            operation,
            region,
            shown,
            told,
            subject,
            changes,
            label=label,
            reconciliation_hints=reconciliation_hints or {},
        ),
        (
            *(str(path_params[name]) for name in operation.secret_params if name in path_params),
            *secrets,
            credential,
        ),
        expected,
    )
