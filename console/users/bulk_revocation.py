"""Revoke all access of a user in a job, one item per service.

If a region doesn't list its services, the job lists them later and meanwhile processes the
indexed ones.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.inventory.services import indexed_names, list_by_region
from console.models import Receipt
from console.users import receipt_store
from console.users.lookups import OpenLookup
from console.users.receipt_export import log_receipt_digest
from console.users.receipt_lines import (
    ReceiptConflictError,
    ReceiptProblem,
    ServiceReceipt,
    open_service_receipt,
)
from console.users.revocation import UserRevocation
from console.web.access import Member
from tenants.audit.events import SUBJECT_REVOKE_ALL
from tenants.audit.recorder import record_action
from tenants.authlete.errors import (
    AuthleteError,
    CredentialCircuitOpenError,
    ForbiddenError,
    UnauthorizedError,
)
from tenants.authlete.listing import list_all_services
from tenants.jobs.completion import worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.control import start_job
from tenants.jobs.models import Item, Job, LeaseLostError, NewItem
from tenants.jobs.registry import ItemResult, job_handler
from tenants.organizations.roles import ConsolePermission

REVOKE_ALL_JOB_KIND = "subject.revoke_all"
LISTING_TIMEOUT_SECONDS = 6.0  # to list the services of all regions


def start_revoke_all(member: Member, lookup: OpenLookup, reason: str, ticket: str) -> Receipt:
    """Start a job that revokes all access of a user.

    Raises `AuditUnavailableError`; then nothing was started.
    """
    connected = member.regions()
    receipt = receipt_store.create_receipt(
        member, lookup, reason, ticket, regions=connected, revokes_all=True
    )
    payload = {"receipt": str(receipt.pk), "subject": lookup.subject}
    items = list(_build_items(member, payload))  # calls Authlete, so before the transaction
    job_id = uuid4()
    try:
        with record_action(
            replace(member.actor, page_id=str(job_id)),
            SUBJECT_REVOKE_ALL,
            subject=lookup.subject,
            object=str(receipt.pk),
            reason=reason,
            ticket=ticket,
        ):
            job = start_job(
                member.actor,
                member.organization,
                REVOKE_ALL_JOB_KIND,
                _("Revoke all access of a user"),
                items,
                reason=reason,
                ticket=ticket,
                job_id=job_id,
            )
    except AuthleteError:
        receipt.delete()
        raise
    receipt_store.link_job(receipt, job)
    return receipt


def build_service_item(region: str, service_id: int, name: str, payload: dict[str, str]) -> NewItem:
    """Build the job item of a service."""
    return NewItem(region, service_id, label=name, payload=payload, sealed=True)


def _build_items(member: Member, payload: dict[str, str]) -> Iterator[NewItem]:
    """Yield the items, alternating between regions."""
    names = indexed_names(member.organization)
    turns, later = [], []
    for listed in list_by_region(member, LISTING_TIMEOUT_SECONDS):
        region = listed.region.name
        services = {service.api_key: service.service_name for service in listed.services}
        if listed.error:
            services = names.get(region, {})
            label = _("Remaining services")
            later.append(NewItem(region, label=label, payload=payload, sealed=True))
        turns.append(
            [build_service_item(region, number, name, payload) for number, name in services.items()]
        )
    for turn in zip_longest(*turns):
        yield from filter(None, turn)
    yield from later


MAX_PARALLEL_SERVICES = 32  # services, of all regions in turn; half of what a search asks of one


def log_receipt(job: Job) -> None:
    """Log the digest of a finished receipt."""
    if receipt := Receipt.objects.filter(job=job.pk).first():
        log_receipt_digest(worker_actor(job), receipt.pk)


@job_handler(
    REVOKE_ALL_JOB_KIND,
    permission=ConsolePermission.USERS,
    concurrency=MAX_PARALLEL_SERVICES,
    on_ended=log_receipt,
    reason_names_subject=True,
)
def process_item(work: JobContext, item: Item) -> ItemResult:
    """Revoke all apps of the user in one service; can be repeated."""
    receipt = Receipt.objects.get(pk=item.payload["receipt"])
    receipt_store.link_job(receipt, work.job)
    try:
        if not item.service_id:
            return _add_service_items(work, item)
        return _revoke_in_service(work, item, receipt)
    except (UnauthorizedError, CredentialCircuitOpenError) as error:
        # Don't let one region's credential stop the job in other regions.
        refused = ForbiddenError(error.message, status=error.status, code=error.code)
        refused.request_id = error.request_id
        raise refused from None


def _revoke_in_service(work: JobContext, item: Item, receipt: Receipt) -> ItemResult:
    service_receipt = open_service_receipt(receipt, item.region, item.service_id)
    try:
        service = work.connect(item.region).service(item.service_id)
        UserRevocation(service, item.payload["subject"], service_receipt).revoke_all()
    except ReceiptConflictError:
        raise LeaseLostError from None
    except AuthleteError as error:
        if not service_receipt.problems:
            service_receipt.problem = ReceiptProblem.from_error(error)
            service_receipt.save(is_over=True)
        raise
    return _result_of(service_receipt)


def _result_of(receipt: ServiceReceipt) -> ItemResult:
    """Describe the result in numbers, since all members can see the job."""
    if not receipt.lines:
        return ItemResult(_("No apps connected."), changed=False)
    apps = len(receipt.lines)
    tokens = sum(line.revoked_count or 0 for line in receipt.lines.values())
    parts = (
        ngettext("%(count)d app", "%(count)d apps", apps) % {"count": apps},
        ngettext("%(count)d token revoked", "%(count)d tokens revoked", tokens) % {"count": tokens},
    )
    return ItemResult(", ".join(parts) + ".")


def _add_service_items(work: JobContext, item: Item) -> ItemResult:
    """List the services of a region, and have each done that is not to be done yet."""
    (listed,) = list_all_services([work.connect(item.region)])
    count = work.add_items(
        build_service_item(item.region, service.api_key, service.service_name, item.payload)
        for service in listed.items
    )
    if listed.error:
        raise listed.error
    text = ngettext("Added %(count)d service.", "Added %(count)d services.", count)
    return ItemResult(text % {"count": count}, changed=bool(count))
