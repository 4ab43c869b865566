"""Jobs that change services. Imported when the app is ready."""

from console.bulk.jobs import change_setting
from console.services.bulk.kind import SERVICE_BULK
from tenants.authlete.operation import Effect
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item
from tenants.jobs.registry import ItemResult, job_handler


@job_handler("service.set", permission=Effect.CHANGE)
def set_setting(work: JobContext, item: Item) -> ItemResult:
    """Change a setting that still has the previewed value."""
    return change_setting(SERVICE_BULK, work, item)
