"""Services that a region lists no more.

For a deleted service Authlete answers what it answers for one that a credential may not
see. So it counts as deleted only where two whole lists in a row were without it, a call
for it is refused, and nothing speaks for rights that were lost instead: the credential
is the one that has seen it, and still lists most of what it knew in that region, or
Authlete itself says that the service was deleted.
"""

from collections.abc import Collection, Mapping

from django.core.cache import cache

from tenants.authlete import AuthleteClient
from tenants.authlete.errors import ForbiddenError
from tenants.authlete.fanout import gather
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.models import Credential, Organization
from tenants.versions.models import Version
from tenants.versions.recorder import record_snapshot
from tenants.versions.timeline import load_existing_services

DELETED_CODES = ("A003202", "A035203")  # the service was deleted (Authlete facts, 3)
MISS_COUNT_TTL_SECONDS = 24 * 60 * 60  # seconds that it is known how often a service was missed
MAX_CHECKS_PER_REGION = 50  # services of one region that are asked for at a time


def record_removed_services(
    organization: Organization,
    clients: Mapping[str, AuthleteClient],
    listed: Collection[tuple[str, int]],
    seconds: float,
) -> None:
    """Keep of services that they are gone; ``doors`` are those of the regions whose
    lists came whole, and ``listed`` is what they show, by region and id."""
    since = dict(
        Credential.objects.filter(organization=organization).values_list("region", "changed_at")
    )
    mine: dict[str, list[Version]] = {name: [] for name in clients}
    for one in load_existing_services(organization.pk, clients):
        if one.region in since and one.last_at > since[one.region]:
            mine[one.region].append(one)
    for region, known in mine.items():
        lost = [one for one in known if (region, one.service_id) not in listed]
        most_are_there = len(lost) * 2 <= len(known)
        asked = [one for one in lost if _is_due(one)][:MAX_CHECKS_PER_REGION]
        client = clients[region]
        replies = gather(((client, client.service(one.service_id).get) for one in asked), seconds)
        for one, reply in zip(asked, replies, strict=True):
            if isinstance(reply, ForbiddenError) and (
                most_are_there or reply.code in DELETED_CODES
            ):
                gone = ObjectSnapshot(region, one.service_id, 0, reply.request_id, is_write=False)
                record_snapshot(organization.pk, gone)


def _is_due(missed: Version) -> bool:
    """Whether to ask for it: the second time that it is missed in a row, and ever more
    seldom as long as that tells nothing. Whenever it is seen, this begins anew."""
    key = f"missed:{missed.pk}:{missed.last_at.timestamp()}"
    times: int = cache.get(key, 0) + 1
    cache.set(key, times, MISS_COUNT_TTL_SECONDS)
    return times > 1 and times & (times - 1) == 0
