"""The workers remove what was kept long enough, once a day."""

import logging
from collections.abc import Iterator
from itertools import chain

from django.core.cache import cache

from tenants.alerts import alert
from tenants.audit.checkpoints import Broken
from tenants.audit.expiring import Overtaken, may_remove
from tenants.audit.expiring import expire as expire_entries
from tenants.audit.who import Who
from tenants.authlete.errors import NotRecorded
from tenants.jobs.chores import chore
from tenants.models import Organization
from tenants.versions.expiring import expire as expire_versions

NAME = "worker"
DONE = "expired"  # in the cache, until it is to be looked again
DAY = 86_400  # seconds
HOUR = 3600  # seconds until what went wrong is tried again


@chore
def keep_no_longer() -> None:
    if cache.get(DONE) or not may_remove():
        return
    try:
        for _ in remove(NAME):
            pass
    except (Overtaken, NotRecorded):
        return  # another worker is at it, or the record takes nothing: once more soon
    except Broken as error:
        alert("audit.broken", level=logging.ERROR, row=error.row, what=error.what)
        cache.set(DONE, "yes", HOUR)
        return
    cache.set(DONE, "yes", DAY)


def remove(actor: str) -> Iterator[tuple[str, int]]:
    """Remove entries and versions, some at a time; how many of which.

    Raises `Broken`, `Overtaken` and `NotRecorded`; what was removed until then is.
    """
    slugs = dict(Organization.objects.values_list("pk", "slug"))

    def who(organization: int) -> Who:
        slug = slugs.get(organization, "")
        return Who(0, actor, organization_id=organization, organization=slug)

    return chain(
        (("entries", count) for count in expire_entries(who)),
        (("versions", count) for count in expire_versions(who)),
    )
