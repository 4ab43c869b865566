"""Services that a region lists no more.

For a deleted service Authlete answers what it answers for one that a credential may not
see. So it counts as deleted only where two whole lists in a row were without it, a call
for it is refused, and nothing speaks for rights that were lost instead: the credential
is the one that has seen it, and still lists most of what it knew in that region, or
Authlete itself says that the service was deleted.
"""

from collections.abc import Collection, Mapping

from django.core.cache import cache

from tenants.authlete import Authlete
from tenants.authlete.api import services
from tenants.authlete.errors import Forbidden
from tenants.authlete.many import Ask, each
from tenants.authlete.sight import Sight
from tenants.models import Credential, Organization
from tenants.versions.keeping import keep
from tenants.versions.models import Version
from tenants.versions.reading import services_there

DELETED = ("A003202", "A035203")  # the service was deleted (api.md, section 3)
KEPT = 24 * 60 * 60  # seconds that it is known how often a service was missed
MOST = 50  # services of one region that are asked for at a time


def tell_missing(
    organization: Organization,
    doors: Mapping[str, Authlete],
    listed: Collection[tuple[str, int]],
    seconds: float,
) -> None:
    """Keep of services that they are gone; ``doors`` are those of the regions whose
    lists came whole, and ``listed`` is what they show, by region and id."""
    since = dict(
        Credential.objects.filter(organization=organization).values_list(
            "region", "changed_at"
        )
    )
    mine: dict[str, list[Version]] = {name: [] for name in doors}
    for one in services_there(organization.pk, doors):
        if one.region in since and one.last_at > since[one.region]:
            mine[one.region].append(one)
    for region, known in mine.items():
        lost = [one for one in known if (region, one.service_id) not in listed]
        most_are_there = len(lost) * 2 <= len(known)
        asked = [one for one in lost if _is_due(one)][:MOST]
        calls: list[Ask] = [
            (doors[region], {"service_id": one.service_id}, {}) for one in asked
        ]
        for one, reply in zip(asked, each(services.GET, calls, seconds), strict=True):
            if isinstance(reply, Forbidden) and (
                most_are_there or reply.code in DELETED
            ):
                gone = Sight(region, one.service_id, 0, reply.request_id, written=False)
                keep(organization.pk, gone)


def _is_due(missed: Version) -> bool:
    """Whether to ask for it: the second time that it is missed in a row, and ever more
    seldom as long as that tells nothing. Whenever it is seen, this begins anew."""
    key = f"missed:{missed.pk}:{missed.last_at.timestamp()}"
    times: int = cache.get(key, 0) + 1
    cache.set(key, times, KEPT)
    return times > 1 and times & (times - 1) == 0
