"""Pages of policies."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from console.models import Policy
from console.policies.forms import FIELDS, EditPolicyForm, NewPolicyForm
from console.policies.scopes import describe_scope, list_scopes, parse_scope
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import IdempotentForm, idempotent
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.audit.events import POLICY_CHANGE, POLICY_REMOVE
from tenants.audit.recorder import EventDetails, record_action
from tenants.authlete.changes import FieldChange
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.ADMINISTRATION)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the policies: the organization's, then those of regions and services."""
    policies = Policy.objects.filter(organization=member.organization)
    context = {
        "member": member,
        "rows": [(policy, describe_scope(member.organization, policy)) for policy in policies],
        "default_days": settings.SECRET_MAX_AGE_DAYS,
    }
    return render_page(request, "policies/index.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Add a policy for the organization, a region or a service."""
    policies = Policy.objects.filter(organization=member.organization)
    form = NewPolicyForm(request.POST or None, scopes=list_scopes(member, policies))
    if form.is_valid():
        scope = parse_scope(form.cleaned_data["scope"])
        policy = Policy(organization=member.organization, **scope)
        return _save(request, member, policy, form)
    return render_form(request, "policies/new.html", {"member": member, "form": form})


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def edit(request: ConsoleRequest, member: Member, policy: UUID) -> HttpResponse:
    """Edit a policy."""
    stored = _get_policy(member, policy)
    form = EditPolicyForm(request.POST or None, policy=stored)
    if form.is_valid():
        return _save(request, member, stored, form)
    context = {"member": member, "form": form, "policy": stored}
    context["title"] = describe_scope(member.organization, stored)
    return render_form(request, "policies/edit.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def remove(request: ConsoleRequest, member: Member, policy: UUID) -> HttpResponse:
    """Remove a policy: wider policies or the defaults apply again."""
    stored = _get_policy(member, policy)
    title = describe_scope(member.organization, stored)
    form = IdempotentForm(request.POST or None)
    if form.is_valid():
        details = _audit_details(member, stored, dict.fromkeys(FIELDS))
        with (
            idempotent(request, form, _index_path(member)),
            record_action(member.actor, POLICY_REMOVE, **details),
        ):
            stored.delete()
        messages.success(request, _("Policy of “%(name)s” removed.") % {"name": title})
        return redirect_to(request, _index_path(member))
    context = {"member": member, "form": form, "policy": stored, "title": title}
    return render_page(request, "policies/remove.html", context)


def _save(
    request: ConsoleRequest, member: Member, policy: Policy, form: EditPolicyForm | NewPolicyForm
) -> HttpResponse:
    """Save and log the rules of a policy, unless nothing has changed."""
    path, rules = _index_path(member), form.rules
    details = _audit_details(member, policy, rules)
    if details["changes"]:
        with idempotent(request, form, path), record_action(member.actor, POLICY_CHANGE, **details):
            Policy.objects.update_or_create(
                organization=member.organization,
                region=policy.region,
                service_id=policy.service_id,
                defaults=rules,
            )
        messages.success(request, _("Policy of “%(name)s” saved.") % {"name": details["label"]})
    else:
        messages.info(request, _("No changes."))
    return redirect_to(request, path)


def _audit_details(member: Member, policy: Policy, rules: dict[str, Any]) -> EventDetails:
    changes = [
        FieldChange(name, old, new)
        for name, value in rules.items()
        if (old := _unless_empty(getattr(policy, name))) != (new := _unless_empty(value))
    ]
    return {
        "label": describe_scope(member.organization, policy),
        "object": policy.scope,
        "changes": changes,
        "region": policy.region,
        "service": str(policy.service_id or ""),
    }


def _unless_empty(value: Any) -> Any:
    return None if value == "" else value


def _get_policy(member: Member, policy: UUID) -> Policy:
    return get_object_or_404(Policy, organization=member.organization, pk=policy)


def _index_path(member: Member) -> str:
    return reverse("policies:index", args=[member.organization.slug])
