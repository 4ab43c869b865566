"""The columns, filters and export of the list of jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from console.jobs.progress import JobProgress, load_progress
from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.web.access import Member
from tenants.jobs.completion import reason_names_subject
from tenants.jobs.models import FAILED_ITEM_STATES, Item, Job, JobState
from tenants.organizations.roles import ConsolePermission


@dataclass(slots=True)
class JobRow:
    """A job, as the member may see it."""

    job: Job
    has_failures: bool
    hides_reason: bool  # it may name a user
    progress: JobProgress = field(init=False)  # of listed rows

    @property
    def reason(self) -> str:
        return "" if self.hides_reason else self.job.reason

    @property
    def ticket(self) -> str:
        return "" if self.hides_reason else self.job.ticket


def job_rows(member: Member, jobs: QuerySet[Job]) -> list[JobRow]:
    """Return the rows of ``jobs``."""
    failures = Item.objects.filter(job=OuterRef("pk"), state__in=FAILED_ITEM_STATES)
    sees_subjects = member.can(ConsolePermission.USERS)
    return [
        JobRow(job, job.has_failures, not sees_subjects and reason_names_subject(job))
        for job in jobs.annotate(has_failures=Exists(failures))
    ]


def _load_progress(rows: Sequence[JobRow]) -> None:
    for row, progress in zip(rows, load_progress(row.job for row in rows), strict=True):
        row.progress = progress


JOBS = ListDefinition[JobRow](
    "jobs",
    _("Jobs"),
    _("Search jobs by title, kind, person, reason or ticket"),
    _("Title, kind, person, reason or ticket"),
    columns=(
        ListColumn("job", _("Job"), lambda row: row.job.title.casefold()),
        ListColumn("state", _("State"), lambda row: list(JobState).index(JobState(row.job.state))),
        ListColumn("progress", _("Progress"), lambda row: row.has_failures, is_sortable=False),
        ListColumn("by", _("Started by"), lambda row: row.job.actor.casefold()),
        ListColumn("ticket", _("Ticket"), lambda row: row.ticket),
        ListColumn("started", _("Started"), lambda row: row.job.created_at),
        ListColumn("finished", _("Finished"), lambda row: iso_time(row.job.ended_at)),
    ),
    facets=(
        Facet(
            "state",
            _("State"),
            lambda row: [row.job.state],
            {state.value: state.label for state in JobState},
            is_quick=True,
        ),
        Facet(
            "failures",
            _("Result"),
            lambda row: ["yes" if row.has_failures else "no"],
            {"yes": _("With failures"), "no": _("No failures")},
        ),
        Facet("kind", _("Kind"), lambda row: [row.job.kind], max_values=20),
        Facet("by", _("Started by"), lambda row: [row.job.actor], max_values=20),
    ),
    text=lambda row: f"{row.job.title} {row.job.kind} {row.job.actor} {row.reason} {row.ticket}",
    fields={
        "id": lambda row: str(row.job.pk),
        "kind": lambda row: row.job.kind,
        "title": lambda row: row.job.title,
        "state": lambda row: row.job.state,
        "attempted": lambda row: row.progress.attempted,
        "failed": lambda row: row.progress.failed,
        "total": lambda row: row.progress.total,
        "started_by": lambda row: row.job.actor,
        "reason": lambda row: row.reason,
        "ticket": lambda row: row.ticket,
        "started_at": lambda row: iso_time(row.job.created_at),
        "finished_at": lambda row: iso_time(row.job.ended_at),
    },
    prepare=_load_progress,
)
