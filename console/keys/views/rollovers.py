"""Pages that start, show and list rollovers of signing keys."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.documents.kinds import DocumentTarget
from console.keys.hsm.keys import keys_path, load_hsm_page
from console.keys.jwks.key_sets import get_jwk, list_set_kids, list_used_kids, setting_label
from console.keys.jwks.pages import load_key_set_page
from console.keys.rollover import actions
from console.keys.rollover.forms import SECONDS_PER_HOUR, StartRolloverForm
from console.keys.rollover.signing_settings import (
    SigningSetting,
    find_hsm_settings,
    find_jwk_settings,
)
from console.keys.rollover.timeline import build_stages
from console.models import Rollover
from console.models.rollovers import FEDERATION_KEY_MEMBER, HSM_MEMBER
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.audit.reconciliation.resolutions import find_resolutions
from tenants.authlete.documents.service import Service
from tenants.authlete.operation import Effect
from tenants.jobs import leases, queue
from tenants.jobs.models import Item, Job

DUE_SOON = timedelta(minutes=1)
FAST_POLL_SECONDS, SLOW_POLL_SECONDS = 2, 20

ADVANCE_LABELS = {
    Rollover.State.PUBLISHED: gettext_lazy("Switch now"),
    Rollover.State.SWITCHED: gettext_lazy("Retire old key now"),
    Rollover.State.REVERTED: gettext_lazy("Remove new key now"),
}
RUN_NOW = gettext_lazy("Run next step now")


@workspace_page(Effect.DESTROY)
@step_up
def start_rollover(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Start the rollover of a key in a key set."""
    list_path = keys_path("jwks", workspace, service_id)
    redirect_repeated(request, list_path)
    page = load_key_set_page(request, workspace, service_id)
    row = page.row
    if row is None or not row.can_roll_over:
        messages.info(request, _("Select a signing key."))
        return redirect_to(request, list_path)
    settings = find_jwk_settings(page.service, page.keys.member, row)
    form = _form(request, page.service, settings)
    old_key = {
        "member": page.keys.member,
        "old_kid": row.summary.kid,
        "old_thumbprint": row.summary.thumbprint,
    }
    if response := _start(request, page.target, page.service, form, old_key, list_path):
        return response
    jwk = get_jwk(page.keys.text, row.index)
    context = page.context(form=form) | {
        "signing_settings": settings,
        "has_certificate": any(name.startswith("x5") for name in jwk),
        "old_kid": row.summary.kid,
        "key_type": f"{row.summary.alg or row.summary.kty}, {row.summary.size}",
    }
    return render_page(request, "keys/start_rollover.html", context)


@workspace_page(Effect.DESTROY)
@step_up
def start_hsm_rollover(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """Start the rollover of an HSM key."""
    list_path = keys_path("hsm_keys", workspace, service_id)
    redirect_repeated(request, list_path)
    page = load_hsm_page(workspace, service_id)
    if page.key_list.disabled_by:  # the list explains how to enable HSM keys
        return redirect_to(request, list_path)
    hsm_key = page.get_key(handle)
    key = hsm_key.key
    if not hsm_key.can_roll_over or key.kid in list_set_kids(page.service):
        messages.info(request, _("Select a signing key with a unique ID."))
        return redirect_to(request, list_path)
    settings = find_hsm_settings(page.service, hsm_key)
    # A setting that names no key is preselected only if no other key can be signing for it.
    moving = [
        setting.member
        for setting in settings
        if not setting.is_unset or hsm_key.other_key_count == 0
    ]
    form = _form(request, page.service, settings, settings=moving)
    old_key = {
        "member": HSM_MEMBER,
        "old_kid": key.kid,
        "old_handle": key.handle,
        "old_thumbprint": hsm_key.public_key.thumbprint if hsm_key.public_key else "",
    }
    if response := _start(request, page.target, page.service, form, old_key, list_path):
        return response
    context = page.context() | {
        "hsm_key": hsm_key,
        "old_kid": key.kid,
        "key_type": f"{key.alg}, {key.hsm_name}",
        "form": form,
        "signing_settings": settings,
        "is_federated": any(setting.member == FEDERATION_KEY_MEMBER for setting in settings),
        "back": keys_path("show_hsm_key", workspace, service_id, handle),
    }
    return render_page(request, "keys/start_hsm_rollover.html", context)


def _form(
    request: ConsoleRequest,
    service: Service,
    signing_settings: Sequence[SigningSetting],
    **initial: Any,
) -> StartRolloverForm:
    used_kids = list_used_kids(service)
    return StartRolloverForm(
        request.POST or None,
        signing_settings=signing_settings,
        used_kids=used_kids,
        version=service.modified_at,
        initial={"kid": suggest_kid(used_kids), **initial},
    )


def _start(
    request: ConsoleRequest,
    target: DocumentTarget,
    service: Service,
    form: StartRolloverForm,
    old_key: dict[str, str],
    list_path: str,
) -> HttpResponse | None:
    """Start the rollover once the form is valid; return None to show the form."""
    if not form.is_valid():
        return None
    data, member = form.cleaned_data, target.workspace.member
    rollover = Rollover(
        organization=target.workspace.organization,
        region=target.workspace.region.name,
        service_id=target.service_id,
        label=target.kind.display_name(service),
        settings=data["settings"],
        new_kid=data["kid"],
        caches=data["caches"] * SECONDS_PER_HOUR,
        tokens=data["tokens"] * SECONDS_PER_HOUR,
        started_by=member.user.get_username(),
        **form.reason_fields,
        **old_key,
    )
    try:
        with idempotent(request, form, list_path) as submit:
            submit.result_url = rollover_path(actions.start(member, rollover))
        return redirect_to(request, submit.result_url)
    except actions.RolloverInProgressError:
        text = _("Another rollover is in progress for these keys. Finish or stop it first.")
        form.add_error(None, text)
        return None


def suggest_kid(used_kids: Collection[str]) -> str:
    """Return an unused ID for a new key, made of today's date."""
    stem = f"sig-{timezone.localdate():%Y-%m-%d}"
    kids = (stem, *(f"{stem}-{number}" for number in range(2, 100)))
    return next((kid for kid in kids if kid not in used_kids), "")


@workspace_page(Effect.READ)
def rollover(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """Show the progress and next step of a rollover."""
    record = get_rollover(workspace, service_id, rollover)
    context = rollover_context(workspace, record)
    context["every"] = _poll_seconds(record) if context["is_scheduled"] else 0
    return render_page(request, "keys/rollover.html", context, part="rollover")


def get_rollover(workspace: Workspace, service_id: int, pk: UUID) -> Rollover:
    """Return a rollover of the service; raises `Http404`."""
    return get_object_or_404(
        Rollover.objects.select_related("organization"),
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=service_id,
        pk=pk,
    )


def rollover_path(rollover: Rollover, page: str = "rollover") -> str:
    """Return the path of a page about a rollover."""
    slug, region = rollover.organization.slug, rollover.region
    return reverse(f"keys:{page}", args=(slug, region, rollover.service_id, rollover.pk))


def rollover_context(workspace: Workspace, rollover: Rollover) -> dict[str, Any]:
    """Return the template context of every page about a rollover."""
    job = actions.get_job(rollover)
    jobs = Job.objects.filter(pk=rollover.job) if rollover.job else Job.objects.none()
    failed = Item.objects.filter(job=job).first() if job and job.is_over else None
    entry = failed.entry if failed else ""
    return {
        "workspace": workspace,
        "member": workspace.member,
        "rollover": rollover,
        "settings": [setting_label(name) for name in rollover.settings],
        "stages": build_stages(rollover),
        "job": job,
        "failed": failed,
        "resolution": find_resolutions(rollover.organization_id, [entry]).get(entry),
        "is_scheduled": actions.is_scheduled(rollover, job),
        "is_early": actions.is_early(rollover),
        "can_undo": actions.can_undo(rollover),
        "is_stalled": jobs.filter(leases.is_due()).exists() and not queue.has_live_worker(),
        "advance_label": ADVANCE_LABELS.get(Rollover.State(rollover.state), RUN_NOW),
    }


def _poll_seconds(rollover: Rollover) -> int:
    is_soon = rollover.due_at and rollover.due_at < timezone.now() + DUE_SOON
    return FAST_POLL_SECONDS if is_soon else SLOW_POLL_SECONDS
