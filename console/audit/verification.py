"""Verify the audit log in the worker, and report on external checkpoints."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from console.models import VerificationRun
from console.web.access import Member
from tenants.audit.events import AUDIT_VERIFY
from tenants.audit.integrity import anchors, checkpoint_verifier
from tenants.audit.integrity.checkpoint_verifier import AnchorFileError
from tenants.audit.integrity.report import UnreadableChainError, VerificationReport
from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import CheckpointProgress
from tenants.audit.recorder import record_event
from tenants.authlete.errors import AuditUnavailableError
from tenants.jobs.context import JobContext
from tenants.jobs.control import exclusive_jobs, start_job
from tenants.jobs.models import ACTIVE_JOB_STATES, Item, NewItem, truncate
from tenants.jobs.registry import ItemResult, job_handler
from tenants.organizations.roles import ConsolePermission
from tenants.outbound.alerts import alert

VERIFY_JOB_KIND = "audit.verify"


@dataclass(frozen=True, slots=True)
class CheckpointSinkStatus:
    """An external checkpoint sink, and what it has received."""

    kind: str  # file, mailto, https
    state: CheckpointProgress


def list_sinks() -> list[CheckpointSinkStatus]:
    """Return the external checkpoint sinks with their state."""
    states = CheckpointProgress.objects.in_bulk()
    return [
        CheckpointSinkStatus(sink.kind, states.get(sink.name) or CheckpointProgress(name=sink.name))
        for sink in anchors.load_sinks()
    ]


def request_verification(member: Member) -> bool:
    """Start a verification of the whole log; return False if one is running."""
    with exclusive_jobs(member.actor, member.organization, VERIFY_JOB_KIND) as jobs:
        active = jobs.filter(state__in=ACTIVE_JOB_STATES)  # not paused
        if VerificationRun.objects.filter(ended_at=None, job__in=active).exists():
            return False
        record_event(member.actor, AUDIT_VERIFY)
        _start_job(member)
        return True


def _start_job(member: Member) -> None:
    run = VerificationRun.objects.create(organization=member.organization, actor=member.actor.name)
    title = _("Verify the audit log")
    payload = {"verdict": str(run.pk)}
    items = [NewItem("", label=title, payload=payload)]
    try:
        job = start_job(
            member.actor, member.organization, VERIFY_JOB_KIND, title, items, reason=title
        )
    except AuditUnavailableError:
        run.delete()
        raise
    run.job = job.pk
    run.save(update_fields=["job"])


@job_handler(VERIFY_JOB_KIND, permission=ConsolePermission.AUDIT_LOG)
def verify_log(work: JobContext, item: Item) -> ItemResult:
    """Read all of it, and hold it against the files that this worker can reach."""
    run = VerificationRun.objects.filter(pk=UUID(item.payload["verdict"])).first()
    if run is None:
        return ItemResult(changed=False)
    with work.keep_alive():
        checkpoints, wrong = _read_anchors()
        try:
            report = verify_audit_log(checkpoints)
        except UnreadableChainError as error:
            if isinstance(error.__cause__, (OperationalError, InterfaceError)):
                raise  # it is down, and this is tried again
            report = VerificationReport(first_bad_row=(error.row, str(error)))
    for text in wrong:
        report.add_warning(text)
    _store_result(run, report, checkpoints)
    if report.first_bad_row:
        row, problem = report.first_bad_row
        alert("audit.broken", level=logging.ERROR, row=row, what=problem)
        return ItemResult(_("Verification failed."))
    if run.unguarded:
        alert("audit.unguarded", level=logging.ERROR)
    return ItemResult(_("Log verified."))


def _read_anchors() -> tuple[list[Checkpoint], list[str]]:
    """Return the checkpoints in external files, and errors of unreliable files."""
    checkpoints: list[Checkpoint] = []
    wrong: list[str] = []
    for sink in anchors.load_sinks():
        if sink.kind == "file":
            try:
                checkpoints += checkpoint_verifier.read_anchor_file(sink.path)
            except AnchorFileError as error:
                wrong.append(f"{sink.name} cannot be relied on: {error}")
            except OSError:
                continue
    return checkpoints, wrong


def _store_result(
    run: VerificationRun, report: VerificationReport, checkpoints: Sequence[Checkpoint]
) -> None:
    run.rows, run.entries = report.rows, report.calls
    run.removed = report.deleted_count
    run.warnings = len(report.warnings) + report.suppressed_warnings
    run.unguarded = not report.has_triggers
    run.checkpoints = report.checkpoint_count
    if checkpoints:
        newest = max(checkpoints)
        run.outside, run.outside_at = newest.size, newest.signed_at
    if report.first_bad_row:
        run.bad, problem = report.first_bad_row
        run.error = truncate(problem, 400)
    if report.last_checkpoint:
        run.covered = report.last_checkpoint.size
        run.covered_at = report.last_checkpoint.signed_at
    run.ended_at = timezone.now()
    run.save()
