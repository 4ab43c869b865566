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

from console.documents.kinds import DocumentTarget
from console.keys.hsm.keys import HsmKey, HsmPage, keys_path, load_hsm_page
from console.keys.hsm.operations import list_set_kids, list_used_kids
from console.keys.jwks.forms import SECONDS_PER_HOUR, StartRolloverForm
from console.keys.jwks.key_sets import KeySetRow, get_jwk, setting_label
from console.keys.jwks.pages import KeySetPage, jwks_path, load_key_set_page
from console.keys.rollover import actions
from console.keys.rollover.signing_settings import (
    SigningSetting,
    find_hsm_settings,
    find_jwk_settings,
)
from console.keys.rollover.timeline import build_stages
from console.models import Rollover
from console.models.rollovers import FEDERATION_KEY_MEMBER, HSM_MEMBER
from console.web.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.reconciliation.resolutions import find_resolutions
from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect
from tenants.jobs import queue
from tenants.jobs.models import Item, Job

ROLLOVERS_PER_PAGE = 50  # rows
DUE_SOON = timedelta(minutes=1)
FAST_POLL_SECONDS, SLOW_POLL_SECONDS = 2, 20  # seconds between two looks of a browser


@workspace_page(Effect.DESTROY)
@step_up
def start_rollover(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Begin to replace a signing key, step by step."""
    redirect_repeated(request, jwks_path(workspace, service_id))
    page = load_key_set_page(request, workspace, service_id)
    row = page.row
    if row is None or not row.can_roll_over:
        messages.info(request, _("Choose a key that signs."))
        return redirect_to(request, page.path)
    signs = find_jwk_settings(page.service, page.keys.member, row)
    ids = list_used_kids(page.service)
    form = StartRolloverForm(
        request.POST or None,
        signings=signs,
        used_kids=ids,
        version=page.service.modified_at,
        initial={"kid": suggest_kid(ids)},
    )
    if form.is_valid():
        try:
            with idempotent(request, form, page.path) as submit:
                rollover = actions.start(workspace.member, _build_jwk_rollover(page, row, form))
                submit.result_url = rollover_path(rollover)
            return redirect_to(request, submit.result_url)
        except actions.RolloverInProgressError:
            text = _("A rollover of this key set is under way. End that first.")
            form.add_error(None, text)
    key = get_jwk(page.keys.text, row.index)
    certified = any(name.startswith("x5") for name in key)
    context = page.context(form=form, signs=signs, certified=certified) | {
        "old": row.summary.kid,
        "shape": f"{row.summary.alg or row.summary.kty}, {row.summary.size}",
    }
    return render_page(request, "keys/start_rollover.html", context)


@workspace_page(Effect.READ)
def rollover(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Where a rollover stands, what was done when, and what comes next."""
    found = get_rollover(workspace, service_id, rollover)
    context = rollover_context(workspace, found)
    context["every"] = _poll_seconds(found) if context["waits"] else 0
    return render_page(request, "keys/rollover.html", context, part="rollover")


@organization_page(Effect.READ)
def rollovers(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Every rollover of the organization, those under way first."""
    found = Rollover.objects.filter(organization=member.organization)
    rows = sorted(found, key=lambda one: one.is_finished)
    page = Paginator(rows, ROLLOVERS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "member": member,
        "page": page,
        "rows": [_rollover_row(one) for one in page],
    }
    return render_page(request, "keys/rollovers.html", context)


def get_rollover(workspace: Workspace, service_id: int, pk: UUID) -> Rollover:
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


def rollover_context(workspace: Workspace, rollover: Rollover) -> dict[str, Any]:
    """What every page about a rollover is drawn from."""
    job = actions.get_job(rollover)
    jobs = Job.objects.filter(pk=rollover.job) if rollover.job else Job.objects.none()
    failed = _failed_item(job)
    entry = failed.entry if failed else ""
    return {
        "workspace": workspace,
        "member": workspace.member,
        "rollover": rollover,
        "settings": [setting_label(name) for name in rollover.settings],
        "stages": build_stages(rollover),
        "job": job,
        "failed": failed,
        "settled": find_resolutions(rollover.organization_id, [entry]).get(entry),
        "waits": actions.is_scheduled(rollover, job),
        "is_early": actions.is_early(rollover),
        "can_undo": actions.can_undo(rollover),
        "stalled": jobs.filter(queue.is_due()).exists() and not queue.has_live_worker(),
    }


def _build_jwk_rollover(page: KeySetPage, row: KeySetRow, form: StartRolloverForm) -> Rollover:
    """What the form says, as it is kept."""
    entered = form.cleaned_data
    return build_rollover(
        page.target,
        page.service,
        entered,
        member=page.keys.member,
        old_kid=row.summary.kid,
        old_thumbprint=row.summary.thumbprint,
    )


def build_rollover(
    target: DocumentTarget, service: Service, data: dict[str, Any], **old_key: str
) -> Rollover:
    """A rollover from an old key, as it is kept."""
    workspace = target.workspace
    return Rollover(
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=target.service_id,
        label=target.kind.display_name(service),
        settings=data["settings"],
        new_kid=data["kid"],
        caches=data["caches"] * SECONDS_PER_HOUR,
        tokens=data["tokens"] * SECONDS_PER_HOUR,
        reason=data["reason"],
        ticket=data["ticket"],
        started_by=workspace.member.user.get_username(),
        **old_key,
    )


def suggest_kid(used_kids: Collection[str]) -> str:
    """A name for the new key that tells its day."""
    stem = f"sig-{timezone.localdate():%Y-%m-%d}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 100)))
    return next((name for name in names if name not in used_kids), "")


def _rollover_row(rollover: Rollover) -> dict[str, Any]:
    job = actions.get_job(rollover)
    return {
        "rollover": rollover,
        "path": rollover_path(rollover),
        "waits": actions.is_scheduled(rollover, job),
    }


def _failed_item(job: Job | None) -> Item | None:
    """What the last try came to, where that ended without going on."""
    return Item.objects.filter(job=job).first() if job and job.is_over else None


def _poll_seconds(rollover: Rollover) -> int:
    """Seconds until a browser looks again."""
    soon = rollover.due_at and rollover.due_at < timezone.now() + DUE_SOON
    return FAST_POLL_SECONDS if soon else SLOW_POLL_SECONDS


@workspace_page(Effect.DESTROY)
@step_up
def start_hsm_rollover(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """Begin to replace a signing key in hardware, step by step."""
    listed = keys_path("hsm", workspace, service_id)
    redirect_repeated(request, listed)
    place = load_hsm_page(workspace, service_id)
    if place.key_list.disabled_by:  # the list tells who can switch it on
        return redirect_to(request, listed)
    kept = place.get_key(handle)
    if not kept.can_roll_over or kept.key.kid in list_set_kids(place.service):
        messages.info(request, _("Choose a key that signs, with an ID of its own."))
        return redirect_to(request, listed)
    signs = find_hsm_settings(place.service, kept)
    form = _hsm_rollover_form(request, place, kept, signs)
    if form.is_valid():
        old = {
            "member": HSM_MEMBER,
            "old_kid": kept.key.kid,
            "old_handle": kept.key.handle,
            "old_thumbprint": kept.public_key.thumbprint if kept.public_key else "",
        }
        found = build_rollover(place.target, place.service, form.cleaned_data, **old)
        try:
            with idempotent(request, form, listed) as submit:
                rollover = actions.start(workspace.member, found)
                submit.result_url = rollover_path(rollover)
            return redirect_to(request, submit.result_url)
        except actions.RolloverInProgressError:
            text = _("Another key in hardware is being replaced. End that first.")
            form.add_error(None, text)
    context = place.context() | {
        "kept": kept,
        "old": kept.key.kid,
        "shape": f"{kept.key.alg}, {kept.key.hsm_name}",
        "form": form,
        "signs": signs,
        "federated": any(one.member == FEDERATION_KEY_MEMBER for one in signs),
        "back": keys_path("show_hsm", workspace, service_id, handle),
    }
    return render_page(request, "keys/start_hsm_rollover.html", context)


def _hsm_rollover_form(
    request: ConsoleRequest,
    page: HsmPage,
    hsm_key: HsmKey,
    settings: list[SigningSetting],
) -> StartRolloverForm:
    """What names no key is proposed only where no other key could be signing it."""
    ids = list_used_kids(page.service)
    moving = [one.member for one in settings if not one.is_unset or hsm_key.other_key_count == 0]
    return StartRolloverForm(
        request.POST or None,
        signings=settings,
        used_kids=ids,
        version=page.service.modified_at,
        initial={"kid": suggest_kid(ids), "settings": moving},
    )
