"""Whether a cluster lives, and what it is."""

from tenants.sandbox.context import Context
from tenants.sandbox.wire import Answer, answer

VERSION = "3.0.16"
FEATURES = {"ciba", "device_flow", "fapi", "federation", "hsm", "par", "vci"}


def info(context: Context) -> Answer:
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
    return answer(
        {
            "version": VERSION,
            "features": sorted(FEATURES - (set() if has_hsm else {"hsm"})),
            "configuration": {"cluster": context.region.name},
            "serviceTokenCache": cache,
        }
    )


def echo(context: Context) -> Answer:
    return answer(dict(context.request.query))


def healthcheck(context: Context) -> Answer:
    """OK as text; ``extended`` also asks the database, which here always is well."""
    said = b"OK: database OK" if context.request.flag("extended") else b"OK"
    return Answer(200, said, {"Content-Type": "text/plain;charset=UTF-8"})
