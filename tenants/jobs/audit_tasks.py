"""Periodic tasks of the audit log: retention and checkpoints."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain

from django.conf import settings
from django.core.cache import cache

from tenants.audit.actor import Actor
from tenants.audit.integrity import anchors
from tenants.audit.integrity.checkpoints import create_checkpoint, is_checkpoint_due
from tenants.audit.integrity.signed_tree import ChainBrokenError
from tenants.audit.retention.expiry import ConcurrentDeletionError, can_delete
from tenants.audit.retention.expiry import delete_expired_entries as expire_entries
from tenants.authlete.errors import AuditUnavailableError
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Organization
from tenants.outbound.alerts import alert
from tenants.versions.redaction import redact_stored_contents
from tenants.versions.retention import delete_expired_versions as expire_versions

WORKER_NAME = "worker"
CACHE_KEY = "expired"  # in the cache, until it is to be looked again
DAY_SECONDS = 86_400  # seconds
RETRY_SECONDS = 3600  # until a failure is retried


@run_every_minute
def delete_expired_daily() -> None:
    """Delete expired entries and versions once a day."""
    if cache.get(CACHE_KEY) or not can_delete():
        return
    try:
        for _ in delete_expired(WORKER_NAME):
            pass
    except (ConcurrentDeletionError, AuditUnavailableError):
        return  # another worker is active, or the log is unavailable: retry soon
    except ChainBrokenError as error:
        alert("audit.broken", level=logging.ERROR, row=error.row, what=error.reason)
        cache.set(CACHE_KEY, "yes", RETRY_SECONDS)
        return
    cache.set(CACHE_KEY, "yes", DAY_SECONDS)


def delete_expired(name: str) -> Iterator[tuple[str, int]]:
    """Delete expired entries and versions; yield what was deleted and how many.

    Raises `ChainBrokenError`, `ConcurrentDeletionError` and `AuditUnavailableError`; earlier
    deletions stay.
    """
    build_actor = _actor_builder(name)
    return chain(
        (("entries", count) for count in expire_entries(build_actor)),
        (("versions", count) for count in expire_versions(build_actor)),
    )


def _actor_builder(name: str) -> Callable[[int], Actor]:
    """Return a function that builds the actor ``name`` in an organization."""
    slugs = dict(Organization.objects.values_list("pk", "slug"))
    return lambda organization: Actor(
        0, name, organization_id=organization, organization=slugs.get(organization, "")
    )


@run_every_minute
def redact_old_versions() -> None:
    """Hide texts of unknown fields in versions that an older release stored."""
    with suppress(AuditUnavailableError):  # retried in the next minute
        for _ in redact_stored_contents(_actor_builder(WORKER_NAME)):
            pass


@run_every_minute
def create_and_deliver_checkpoints() -> None:
    """Sign a checkpoint if due, and deliver new ones.

    A worker without a signing key only delivers.
    """
    if settings.AUDIT_SIGNING_KEYS:
        try:
            while is_checkpoint_due(time.time_ns() // 1000) and create_checkpoint():
                pass
        except ChainBrokenError as error:
            alert("audit.broken", level=logging.ERROR, row=error.row, what=error.reason)
    anchors.deliver_checkpoints()
