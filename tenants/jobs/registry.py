"""The kinds of jobs that there are: each is one function, run once an item.

    @handler("client.lock", effect=Effect.CHANGE)
    def lock(work: Work, item: Item) -> Result:
        service = work.connect(item.region).service(item.service_id)
        changed = service.client(item.client_id, item.label).set_lock(True)
        return Result(changed=changed)

`docs/reference/jobs.md` says what the engine promises such a function, and what it asks of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tenants.authlete.operation import Effect
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import ConsolePermission, Permission


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What came of an item; without a change it was so already."""

    text: str = ""
    changed: bool = True


type ItemHandler = Callable[[JobContext, Item], ItemResult]
type JobEndedHook = Callable[[Job], None]
type JobSummary = Callable[[Job], Iterable[tuple[str, int]]]  # words, and how many


@dataclass(frozen=True, slots=True)
class JobHandler:
    """A kind of job, and what the starter's role must be allowed to do."""

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
    """Register the function for a kind; names that were once released stay.

    Unless it is ``repeatable``, an item is never begun again after a call that may
    have changed something, and ends as unknown. Of one job so many are worked on
    ``at_once``, each in a thread of its own. ``ended`` is called whenever the job has
    come to an end; it may come to several, since it can be tried again. ``summary``
    tells on the job's page what came of it, beyond what became of each item. The reason
    of a job ``of_a_subject`` may name them, so it is told only beside the subject.
    """

    def register(run: ItemHandler) -> ItemHandler:
        if kind in JOB_HANDLERS and JOB_HANDLERS[kind].run is not run:
            raise ValueError(f"two handlers for the job kind {kind}")
        JOB_HANDLERS[kind] = JobHandler(
            kind,
            permission,
            run,
            repeatable,
            concurrency,
            on_ended,
            summary,
            reason_names_subject,
        )
        return run

    return register
