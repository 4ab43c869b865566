"""Health check, echo and server information."""

from tenants.sandbox.context import SandboxContext
from tenants.sandbox.http_messages import SandboxResponse, json_response

VERSION = "3.0.16"
FEATURES = {"ciba", "device_flow", "fapi", "federation", "hsm", "par", "vci"}


def info(context: SandboxContext) -> SandboxResponse:
    """Return version, features and cache statistics."""
    has_hsm = context.region.name not in context.state.without_hsm
    cache = {
        "hitCount": 40_961,
        "missCount": 212,
        "loadSuccessCount": 212,
        "loadFailureCount": 0,
        "totalLoadTime": 1_834_000_000,
        "evictionCount": 0,
        "evictionWeight": 0,
    }
    return json_response(
        {
            "version": VERSION,
            "features": sorted(FEATURES - (set() if has_hsm else {"hsm"})),
            "configuration": {"cluster": context.region.name},
            "serviceTokenCache": cache,
        }
    )


def echo(context: SandboxContext) -> SandboxResponse:
    """Return the query parameters."""
    return json_response(dict(context.request.query))


def healthcheck(context: SandboxContext) -> SandboxResponse:
    """Return OK as text; ``extended`` includes the database."""
    body = b"OK: database OK" if context.request.get_flag("extended") else b"OK"
    return SandboxResponse(200, body, {"Content-Type": "text/plain;charset=UTF-8"})
