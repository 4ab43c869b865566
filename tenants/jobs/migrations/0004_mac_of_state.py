import json
from collections.abc import Callable
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tenants.crypto import vault
from tenants.jobs.models import RUNNABLE_ITEM_STATES, UNFINISHED_ITEM_STATES, job_content


def authenticate_states(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the state to the MACs of rows whose earlier MAC is valid."""
    items = apps.get_model("jobs", "Item").objects.filter(state__in=RUNNABLE_ITEM_STATES)
    _authenticate(apps.get_model("jobs", "Job").objects.all(), _old_job_content, job_content)
    _authenticate(items, _old_item_content, _item_content)


def _authenticate(
    rows: models.QuerySet[Any], old: Callable[[Any], str], new: Callable[[Any, str], str]
) -> None:
    for row in vault.iterate_rows(rows):
        if vault.is_authentic(row.mac, old(row)):
            mac = vault.authenticate(new(row, row.state))
            rows.filter(pk=row.pk, state=row.state).update(mac=mac)


def _old_job_content(job: Any) -> str:
    fields = (str(job.pk), job.organization_id, job.kind, job.title, job.starter_id, job.actor)
    return json.dumps(["jobs.job", *fields, job.reason, job.ticket, job.page, job.address])


def _old_item_content(item: Any) -> str:
    target = (item.region, item.service_id, item.client_id, item.label)
    inputs = None if item.sealed else item.inputs
    return json.dumps(["jobs.item", str(item.job_id), item.position, *target, inputs])


def _item_content(item: Any, state: str) -> str:
    unfinished = "pending" if state in UNFINISHED_ITEM_STATES else state
    return json.dumps([*json.loads(_old_item_content(item)), unfinished])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_standard_names")]

    operations = [migrations.RunPython(authenticate_states, migrations.RunPython.noop)]
