"""Rollovers of signing keys: started, looked at, listed."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from console import once
from console.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.editing.kind import Target
from console.keys import rolling
from console.keys.actions import taken
from console.keys.pages import SetPage, again, opened
from console.keys.set_forms import HOUR, RollForm
from console.keys.sets import Row, key_at, label
from console.keys.signing import signings
from console.keys.timeline import stages
from console.models import Rollover
from console.page import answer, go
from console.stepup import step_up
from tenants.audit.lost.settling import settled
from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect
from tenants.jobs import queue
from tenants.jobs.models import Item, Job

SIZE = 50  # rows
SOON = timedelta(minutes=1)
OFTEN, SELDOM = 2, 20  # seconds between two looks of a browser


@workspace_page(Effect.DESTROY)
@step_up
def roll(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Begin to replace a signing key, step by step."""
    if done := again(request, workspace, service_id):
        return done
    page = opened(request, workspace, service_id)
    row = page.row
    if row is None or not row.can_roll:
        messages.info(request, _("Choose a key that signs."))
        return go(request, page.path)
    signs = signings(page.service, page.keys.member, row)
    ids = taken(page.service)
    form = RollForm(
        request.POST or None,
        signings=signs,
        taken=ids,
        version=page.service.modified_at,
        initial={"kid": fresh_kid(ids)},
    )
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, page.path)
        try:
            rollover = rolling.start(workspace.member, _asked(page, row, form))
            return once.came_to(request, form, rollover_path(rollover))
        except rolling.Taken:
            once.failed(request, form)
            text = _("A rollover of this key set is under way. End that first.")
            form.add_error(None, text)
    key = key_at(page.keys.text, row.at)
    certified = any(name.startswith("x5") for name in key)
    context = page.context(form=form, signs=signs, certified=certified) | {
        "old": row.line.kid,
        "shape": f"{row.line.alg or row.line.kty}, {row.line.size}",
    }
    return answer(request, "keys/roll.html", context)


@workspace_page(Effect.READ)
def rollover(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Where a rollover stands, what was done when, and what comes next."""
    found = one_of(workspace, service_id, rollover)
    context = context_of(workspace, found)
    context["every"] = _pace(found) if context["waits"] else 0
    return answer(request, "keys/rollover.html", context, part="rollover")


@organization_page(Effect.READ)
def rollovers(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Every rollover of the organization, those under way first."""
    found = Rollover.objects.filter(organization=member.organization)
    rows = sorted(found, key=lambda one: one.is_over)
    page = Paginator(rows, SIZE).get_page(request.GET.get("page"))
    context = {"member": member, "page": page, "rows": [_row(one) for one in page]}
    return answer(request, "keys/rollovers.html", context)


def one_of(workspace: Workspace, service_id: int, pk: UUID) -> Rollover:
    return get_object_or_404(
        Rollover.objects.select_related("organization"),
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=service_id,
        pk=pk,
    )


def rollover_path(rollover: Rollover, page: str = "rollover") -> str:
    slug, region = rollover.organization.slug, rollover.region
    place = (slug, region, rollover.service_id, rollover.pk)
    return reverse(f"keys:{page}", args=place)


def context_of(workspace: Workspace, rollover: Rollover) -> dict[str, Any]:
    """What every page about a rollover is drawn from."""
    job = rolling.job_of(rollover)
    jobs = Job.objects.filter(pk=rollover.job) if rollover.job else Job.objects.none()
    failed = _failed(job)
    entry = failed.entry if failed else ""
    return {
        "workspace": workspace,
        "member": workspace.member,
        "rollover": rollover,
        "settings": [label(name) for name in rollover.settings],
        "stages": stages(rollover),
        "job": job,
        "failed": failed,
        "settled": settled(rollover.organization_id, [entry]).get(entry),
        "waits": rolling.waits(rollover, job),
        "is_early": rolling.is_early(rollover),
        "can_undo": rolling.can_undo(rollover),
        "stalled": jobs.filter(queue.due()).exists() and not queue.is_worked_on(),
        "once": once.fresh(),
    }


def _asked(page: SetPage, row: Row, form: RollForm) -> Rollover:
    """What the form says, as it is kept."""
    entered = form.cleaned_data
    return asked(
        page.target,
        page.service,
        entered,
        member=page.keys.member,
        old_kid=row.line.kid,
        old_thumbprint=row.line.thumbprint,
    )


def asked(
    target: Target, service: Service, entered: dict[str, Any], **old: str
) -> Rollover:
    """A rollover from an old key, as it is kept."""
    workspace = target.workspace
    return Rollover(
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=target.service_id,
        label=target.kind.called(service),
        settings=entered["settings"],
        new_kid=entered["kid"],
        caches=entered["caches"] * HOUR,
        tokens=entered["tokens"] * HOUR,
        reason=entered["reason"],
        ticket=entered["ticket"],
        started_by=workspace.member.user.get_username(),
        **old,
    )


def fresh_kid(taken: Collection[str]) -> str:
    """A name for the new key that tells its day."""
    stem = f"sig-{timezone.localdate():%Y-%m-%d}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 100)))
    return next((name for name in names if name not in taken), "")


def _row(rollover: Rollover) -> dict[str, Any]:
    job = rolling.job_of(rollover)
    return {
        "rollover": rollover,
        "path": rollover_path(rollover),
        "waits": rolling.waits(rollover, job),
    }


def _failed(job: Job | None) -> Item | None:
    """What the last try came to, where that ended without going on."""
    return Item.objects.filter(job=job).first() if job and job.is_over else None


def _pace(rollover: Rollover) -> int:
    """Seconds until a browser looks again."""
    soon = rollover.due_at and rollover.due_at < timezone.now() + SOON
    return OFTEN if soon else SELDOM
