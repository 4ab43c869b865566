"""Resolve unknown outcomes: forms, and a job for many of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.audit_log.entry_rows import NameMap, load_names, object_name
from console.audit_log.export_formats import redact_subject
from console.audit_log.operation_labels import label_name, label_text
from console.forms.change_forms import ChangeReasonForm
from console.web.access import Member
from console.web.navigation import optional_path
from tenants.audit.events import AUDIT_RESOLVE
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.evidence import Conclusion
from tenants.audit.reconciliation.resolutions import find_unresolved, resolve
from tenants.audit.reconciliation.rules import NO_RULE
from tenants.authlete.errors import (
    CredentialCircuitOpenError,
    InconclusiveEvidenceError,
    InvalidRequestError,
    UnauthorizedError,
)
from tenants.authlete.outcome import Outcome
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.control import start_job
from tenants.jobs.models import (
    UNFINISHED_ITEM_STATES,
    Item,
    ItemState,
    Job,
    NewItem,
    RetryLaterError,
)
from tenants.jobs.registry import ItemResult, job_handler
from tenants.organizations.reconciliation import evaluate_evidence
from tenants.organizations.roles import ConsolePermission

RESOLVE_JOB_KIND = "audit.settle"
MAX_PARALLEL_ITEMS = 8
SUCCEEDED_TEXT = gettext_lazy("Succeeded: %s")
FAILED_TEXT = gettext_lazy("Failed: %s")
ALREADY_RESOLVED_TEXT = gettext_lazy("Already resolved.")


def start_resolution(
    member: Member, entries: QuerySet[AuditEntry], *, reason: str, ticket: str
) -> Job:
    """Start a job that checks these entries, oldest first."""
    home = member.organization
    unresolved = list(entries.reverse())
    names = load_names(home.pk, unresolved)
    text = ngettext(
        "Resolve %(count)d unknown outcome", "Resolve %(count)d unknown outcomes", len(unresolved)
    )
    return start_job(
        member.actor,
        home,
        RESOLVE_JOB_KIND,
        text % {"count": len(unresolved)},
        [
            NewItem(entry.region, label=_item_label(entry, names), payload={"entry": entry.entry})
            for entry in unresolved
        ],
        reason=reason,
        ticket=ticket,
    )


def _item_label(entry: AuditEntry, names: NameMap) -> str:
    """Describe the call without its subject, since all members can see the job."""
    redacted = redact_subject(entry)
    return label_text(label_name(redacted), object_name(redacted, names))


def summarize(job: Job) -> Iterable[tuple[str, int]]:
    """Count the results, according to the audit log."""
    organization = job.organization_id
    resolutions = AuditEntry.objects.filter(
        organization_id=organization, operation=AUDIT_RESOLVE.name, page=str(job.pk), page__gt=""
    )
    resolved = AuditEntry.objects.filter(
        organization_id=organization, entry__in=resolutions.values("object")
    )
    counts = dict(resolved.order_by().values_list("outcome").annotate(Count("seq")))
    items = Item.objects.filter(job=job)
    checked = items.filter(state=ItemState.NOT_SENT)
    is_unresolved = Exists(find_unresolved(organization).filter(entry=OuterRef("entry")))
    manual = checked.filter(is_unresolved).count()
    was_checked = Q(tries__gt=0) | Q(retry_at__isnull=False)
    waiting = items.filter(was_checked, state__in=UNFINISHED_ITEM_STATES).count()
    yield _("marked as succeeded"), counts.get(Outcome.SUCCEEDED, 0)
    yield _("marked as failed"), counts.get(Outcome.FAILED, 0)
    yield _("need a manual decision"), manual
    yield _("can't be determined now"), checked.exclude(is_unresolved).count() + waiting


@job_handler(
    RESOLVE_JOB_KIND,
    permission=ConsolePermission.ADMINISTRATION,
    concurrency=MAX_PARALLEL_ITEMS,
    summary=summarize,
)
def resolve_item(work: JobContext, item: Item) -> ItemResult:
    """Check one call and resolve it if possible; can be repeated."""
    organization = work.job.organization_id
    entry = find_unresolved(organization).filter(entry=item.payload["entry"]).first()
    if entry is None:
        return ItemResult(str(ALREADY_RESOLVED_TEXT), changed=False)
    try:
        finding = evaluate_evidence(entry, work.connect(item.region)) if item.region else NO_RULE
    except (UnauthorizedError, CredentialCircuitOpenError) as error:
        # A credential of one region must not hold up the others.
        refused = InvalidRequestError(error.message)
        refused.request_id = error.request_id
        raise refused from None
    if finding.conclusion is Conclusion.TOO_EARLY:
        raise RetryLaterError(finding.wait_seconds)
    outcome = finding.conclusion.outcome
    if outcome is None:
        undecided = InconclusiveEvidenceError(str(finding.reason))
        undecided.request_id = entry.entry
        raise undecided
    actor = load_starter(work.job, ConsolePermission.ADMINISTRATION) or worker_actor(work.job)
    change_reason = {"reason": work.job.reason, "ticket": work.job.ticket}
    if not resolve(actor, entry, outcome, str(finding.reason), **change_reason):
        return ItemResult(str(ALREADY_RESOLVED_TEXT), changed=False)
    item.entry = entry.entry
    text = SUCCEEDED_TEXT if finding.conclusion is Conclusion.SUCCEEDED else FAILED_TEXT
    return ItemResult(text % finding.reason)


# Follow-up pages of calls that succeeded although their response was lost.
NEXT_STEPS = {
    "client.refresh_secret": ("clients:reveal", gettext_lazy("Reveal secret")),
    "client.set_secret": ("clients:reveal", gettext_lazy("Reveal secret")),
    "token.create": ("tokens:index", gettext_lazy("Find and revoke the token")),
}


@dataclass(frozen=True, slots=True)
class FollowUpLink:
    """A link to the next step after a call succeeded."""

    path: str
    label: str | Promise


def next_step(entry: AuditEntry) -> FollowUpLink | None:
    """Return the follow-up of a call that succeeded, or None."""
    route, label = NEXT_STEPS.get(entry.operation, ("", ""))
    location = [entry.organization, entry.region, entry.service]
    if route.startswith("clients:"):
        location.append(entry.client)
    path = optional_path(route, *location)
    return FollowUpLink(path, label) if path else None


class ResolveForm(ChangeReasonForm):
    """The reason, and the outcome if only a person can tell."""

    outcome = forms.ChoiceField(
        choices=[
            (Outcome.SUCCEEDED.value, gettext_lazy("Succeeded")),
            (Outcome.FAILED.value, gettext_lazy("Failed")),
        ],
        required=False,
        widget=forms.RadioSelect,
        label=gettext_lazy("Outcome"),
        error_messages={"required": gettext_lazy("Select the outcome.")},
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # outcome on the page

    def require_outcome(self) -> None:
        """Have a person decide."""
        self.fields["outcome"].required = True


class EntryIdsField(forms.Field):
    """Ids of entries."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        try:
            return [str(UUID(text)) for text in value or ()]
        except ValueError:
            raise forms.ValidationError(gettext_lazy("Invalid entry ID.")) from None


class SelectionForm(forms.Form):
    """Selected entries, and all of selected jobs; ``some`` unless all are selected."""

    entry = EntryIdsField(required=False)
    page = EntryIdsField(required=False)  # ids of requests or jobs
    some = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @property
    def is_empty_selection(self) -> bool:
        """Return whether entries must be selected, but none is."""
        return not self.is_valid() or (self.cleaned_data["some"] and not self._names_entries)

    @property
    def _names_entries(self) -> bool:
        return bool(self.cleaned_data["entry"] or self.cleaned_data["page"])

    def select(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Return the selected ones of ``entries``; all if none is named."""
        if not self._names_entries:
            return entries
        pages = Q(page__in=self.cleaned_data["page"], page__gt="")
        return entries.filter(Q(entry__in=self.cleaned_data["entry"]) | pages)
