"""Many tokens made by one request, some time after it was answered.

Nobody waits for a batch: it is worked on by the first request that comes once it is
due, or by a timer where the service has an endpoint to be told at. Nobody has told
the codes of these calls; A490 and A491 are our own.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tenants.sandbox.context import Context
from tenants.sandbox.errors import Refusal
from tenants.sandbox.shapes import array_of
from tenants.sandbox.state import Batch, Region, State, now
from tenants.sandbox.token_create import KINDS, Taken, as_jwt, issued
from tenants.sandbox.wire import Answer, Members, Request, answer

LOOPBACK = ("127.0.0.1", "localhost", "::1")  # nobody else is ever told
PATIENCE = 5.0  # seconds for whoever is told


def create(context: Context) -> Answer:
    """Take the entries; only their shape is looked at before it is answered."""
    service = context.service("use_service")
    entries = array_of(context.request, KINDS)
    most = context.state.batching.most
    if not entries:
        raise Refusal(400, "A490201", "The request has no entries.")
    if most and len(entries) > most:
        raise Refusal(400, "A490202", f"A batch has {most} entries at most.")
    is_dry = context.request.flag("dryRun")
    at, wait = now(), context.state.batching.delay / 1000
    due = monotonic() + wait
    batch = Batch(str(uuid4()), service["apiKey"], entries, is_dry, due, at, at)
    context.region.batches[batch.request_id] = batch
    if address := _told_at(service):
        parts = (context.state, context.region, batch, address)
        timer = threading.Timer(wait, _finish, parts)
        timer.daemon = True
        timer.start()
    said = "The batch was accepted."
    return answer(_result("A490001", said) | {"requestId": batch.request_id})


def status(context: Context) -> Answer:
    service = context.service("use_service")
    batch = context.region.batches.get(context.places["token_batch_request_id"])
    unkept = context.state.batching.dry_unkept
    if (
        batch is None
        or batch.service_id != service["apiKey"]
        or (batch.is_dry and unkept)
    ):
        raise Refusal(404, "A491201", "There is no such batch.")
    told = _result("A491001", "The status of the batch was found.")
    if batch.result or not context.state.batching.blank:
        told["status"] = _status(batch)
    return answer(told)


def settle(state: State, region: Region) -> None:
    """Work on every batch that is due; within the region's lock."""
    for batch in region.batches.values():
        if not batch.result and batch.due_at <= monotonic():
            _work(state, region, batch)


def _work(state: State, region: Region, batch: Batch) -> None:
    """Make the tokens one after the other, up to the first that cannot be."""
    context = Context(state, Request("POST", ""), {}, region)
    fails_after = None if batch.is_dry else state.batching.fails_after
    batch.result = "SUCCEEDED"
    try:
        _make(context, batch, batch.entries[:fails_after])
        if fails_after is not None and fails_after < len(batch.entries):
            raise Refusal(500, "A490101", "The batch was interrupted.")
    except Refusal as refusal:
        batch.result = "FAILED"
        batch.error_code, batch.error_description = refusal.code, refusal.message
    batch.entries = []
    batch.modified_at = now()


def _make(context: Context, batch: Batch, entries: Sequence[Members]) -> None:
    region = context.region
    service = region.services.get(batch.service_id)
    if service is None:
        raise Refusal(403, "A003202", "The service has been deleted.")
    taken, at = Taken.of(context, service), now()
    for asked in entries:
        token = issued(context, service, asked, taken, at)
        if not batch.token_count:
            as_jwt(context, service, token, asked)  # which depends on the service
        taken.add(token)
        if not batch.is_dry:
            region.tokens[batch.service_id].append(token)
        batch.token_count += 1


def _finish(state: State, region: Region, batch: Batch, address: str) -> None:
    """End a batch at its time, and tell so."""
    with region.lock:
        if not batch.result:
            _work(state, region, batch)
        told = _status(batch)
    with suppress(httpx.HTTPError):
        httpx.post(address, json=told, timeout=PATIENCE, follow_redirects=False)


def _told_at(service: Members) -> str:
    """Where to tell of the end of batches, on this machine; nothing where nowhere."""
    address = str(service.get("tokenBatchNotificationEndpoint") or "")
    with suppress(ValueError):
        if urlsplit(address).hostname in LOOPBACK:
            return address
    return ""


def _status(batch: Batch) -> Members:
    told = {
        "batchKind": "CREATE",
        "requestId": batch.request_id,
        "result": batch.result or None,
        "errorCode": batch.error_code or None,
        "errorDescription": batch.error_description or None,
        "tokenCount": batch.token_count,
        "createdAt": batch.created_at,
        "modifiedAt": batch.modified_at,
    }
    return {name: value for name, value in told.items() if value is not None}


def _result(code: str, message: str) -> Members:
    return {"resultCode": code, "resultMessage": f"[{code}] {message}"}
