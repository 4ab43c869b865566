"""A kind of job that sets how long a service's tokens live."""

from collections import Counter

from tenants.authlete.operation import Effect
from tenants.jobs.registry import ItemResult, job_handler

LIFETIME = "accessTokenDuration"


def register(kind="test.lifetime", *, meanwhile=None, **options):
    """``meanwhile`` is called with each item before its calls; returns the kind."""

    @job_handler(kind, permission=Effect.CHANGE, **options)
    def run(work, item):
        if meanwhile:
            meanwhile(item)
        api = work.connect(item.region).service(item.service_id)
        service = api.get()
        wanted = item.payload[LIFETIME]
        if service.get(LIFETIME) == wanted:
            return ItemResult("It was so.", changed=False)
        api.update(service.modified_at, {LIFETIME: wanted})
        return ItemResult(f"Now {wanted} s.")

    return kind


def updates(sandbox):
    """Count the updates of each service, without requests cut off before their body."""
    return Counter(
        int(call.path.split("/")[2])
        for call in list(sandbox.calls)
        if call.path.endswith("/service/update") and call.body
    )
