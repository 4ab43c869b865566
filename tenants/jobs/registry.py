"""Registry of job kinds: each is a function that runs once per item.

    @job_handler("client.lock", permission=Effect.CHANGE)
    def lock(context: JobContext, item: Item) -> ItemResult:
        service = context.connect(item.region).service(item.service_id)
        changed = service.client(item.client_id, item.label).set_lock(True)
        return ItemResult(changed=changed)

See docs/reference/jobs.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tenants.authlete.operation import Effect
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import ConsolePermission, Permission


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The result of an item."""

    text: str = ""
    changed: bool = True


type ItemHandler = Callable[[JobContext, Item], ItemResult]
type JobEndedHook = Callable[[Job], None]
type JobSummary = Callable[[Job], Iterable[tuple[str, int]]]  # words, and how many


@dataclass(frozen=True, slots=True)
class JobHandler:
    """A kind of job and the permission its starter needs."""

    kind: str
    permission: Permission
    run: ItemHandler
    repeatable: bool
    concurrency: int
    on_ended: JobEndedHook | None = None
    summary: JobSummary | None = None
    reason_names_subject: bool = False

    @property
    def is_read_only(self) -> bool:
        return self.permission in (Effect.READ, ConsolePermission.AUDIT_LOG)


JOB_HANDLERS: dict[str, JobHandler] = {}


def job_handler(
    kind: str,
    *,
    permission: Permission,
    repeatable: bool = True,
    concurrency: int = 1,
    on_ended: JobEndedHook | None = None,
    summary: JobSummary | None = None,
    reason_names_subject: bool = False,
) -> Callable[[ItemHandler], ItemHandler]:
    """Register the handler of a job kind; released names never change.

    Unless ``repeatable``, an item isn't repeated after a call that may have changed something.
    ``concurrency`` is the number of threads per job. ``on_ended`` runs whenever the job ends, which
    can happen again after a retry. ``summary`` adds results to the job's page. If
    ``reason_names_subject``, the reason is recorded only beside the subject.
    """

    def register(run: ItemHandler) -> ItemHandler:
        if kind in JOB_HANDLERS and JOB_HANDLERS[kind].run is not run:
            raise ValueError(f"two handlers for the job kind {kind}")
        JOB_HANDLERS[kind] = JobHandler(
            kind, permission, run, repeatable, concurrency, on_ended, summary, reason_names_subject
        )
        return run

    return register
