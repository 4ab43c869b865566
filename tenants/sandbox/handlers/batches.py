"""Token batches, which are processed after their request was answered.

A batch runs with the first request after it is due, or by a timer if the service has a
notification endpoint. The result codes A490 and A491 are invented: Authlete documents
none.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.handlers.token_create import (
    CREATE_PARAMETERS,
    UsedHashes,
    build_token,
    sign_access_token,
)
from tenants.sandbox.http_messages import (
    ApiResponseError,
    JsonDict,
    SandboxRequest,
    SandboxResponse,
    json_response,
)
from tenants.sandbox.request_parsing import parse_array
from tenants.sandbox.state import SandboxRegion, SandboxState, StoredBatch, now_milliseconds

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")  # only these are notified
NOTIFICATION_TIMEOUT_SECONDS = 5.0


def create(context: SandboxContext) -> SandboxResponse:
    """Accept a batch after checking only the types of its entries."""
    service = context.get_service("use_service")
    entries = parse_array(context.request, CREATE_PARAMETERS)
    max_entries = context.state.batching.most
    if not entries:
        raise ApiResponseError(400, "A490201", "The request has no entries.")
    if max_entries and len(entries) > max_entries:
        raise ApiResponseError(400, "A490202", f"A batch has {max_entries} entries at most.")
    is_dry = context.request.get_flag("dryRun")
    now, wait = now_milliseconds(), context.state.batching.delay / 1000
    due = monotonic() + wait
    batch = StoredBatch(str(uuid4()), service["apiKey"], entries, is_dry, due, now, now)
    context.region.batches[batch.request_id] = batch
    if address := _notification_url(service):
        parts = (context.state, context.region, batch, address)
        timer = threading.Timer(wait, _run_and_notify, parts)
        timer.daemon = True
        timer.start()
    message = "The batch was accepted."
    return json_response(_result_fields("A490001", message) | {"requestId": batch.request_id})


def status(context: SandboxContext) -> SandboxResponse:
    """Return the status of a batch."""
    service = context.get_service("use_service")
    batch = context.region.batches.get(context.path_params["token_batch_request_id"])
    unkept = context.state.batching.dry_unkept
    if batch is None or batch.service_id != service["apiKey"] or (batch.is_dry and unkept):
        raise ApiResponseError(404, "A491201", "There is no such batch.")
    fields = _result_fields("A491001", "The status of the batch was found.")
    if batch.result or not context.state.batching.blank:
        fields["status"] = _batch_status(batch)
    return json_response(fields)


def run_due_batches(state: SandboxState, region: SandboxRegion) -> None:
    """Run all due batches; call with the region's lock held."""
    for batch in region.batches.values():
        if not batch.result and batch.due_at <= monotonic():
            _run(state, region, batch)


def _run(state: SandboxState, region: SandboxRegion, batch: StoredBatch) -> None:
    """Create the tokens in order, up to the first error."""
    context = SandboxContext(state, SandboxRequest("POST", ""), {}, region)
    fails_after = None if batch.is_dry else state.batching.fails_after
    batch.result = "SUCCEEDED"
    try:
        _create_tokens(context, batch, batch.entries[:fails_after])
        if fails_after is not None and fails_after < len(batch.entries):
            raise ApiResponseError(500, "A490101", "The batch was interrupted.")
    except ApiResponseError as refusal:
        batch.result = "FAILED"
        batch.error_code, batch.error_description = refusal.code, refusal.message
    batch.entries = []
    batch.modified_at = now_milliseconds()


def _create_tokens(
    context: SandboxContext, batch: StoredBatch, entries: Sequence[JsonDict]
) -> None:
    region = context.region
    service = region.services.get(batch.service_id)
    if service is None:
        raise ApiResponseError(403, "A003202", "The service has been deleted.")
    hashes, now = UsedHashes.for_service(context, service), now_milliseconds()
    for entry in entries:
        token = build_token(context, service, entry, hashes, now)
        if not batch.token_count:
            sign_access_token(context, service, token, entry)  # fails if the service has no key
        hashes.add(token)
        if not batch.is_dry:
            region.tokens[batch.service_id].append(token)
        batch.token_count += 1


def _run_and_notify(
    state: SandboxState, region: SandboxRegion, batch: StoredBatch, address: str
) -> None:
    """Run a batch when it is due and notify the endpoint."""
    with region.lock:
        if not batch.result:
            _run(state, region, batch)
        fields = _batch_status(batch)
    with suppress(httpx.HTTPError):
        httpx.post(
            address, json=fields, timeout=NOTIFICATION_TIMEOUT_SECONDS, follow_redirects=False
        )


def _notification_url(service: JsonDict) -> str:
    """Return the notification endpoint if it is on this machine; otherwise empty."""
    address = str(service.get("tokenBatchNotificationEndpoint") or "")
    with suppress(ValueError):
        if urlsplit(address).hostname in LOOPBACK_HOSTS:
            return address
    return ""


def _batch_status(batch: StoredBatch) -> JsonDict:
    fields = {
        "batchKind": "CREATE",
        "requestId": batch.request_id,
        "result": batch.result or None,
        "errorCode": batch.error_code or None,
        "errorDescription": batch.error_description or None,
        "tokenCount": batch.token_count,
        "createdAt": batch.created_at,
        "modifiedAt": batch.modified_at,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _result_fields(code: str, message: str) -> JsonDict:
    return {"resultCode": code, "resultMessage": f"[{code}] {message}"}
