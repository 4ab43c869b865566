import json
from collections.abc import Callable
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tenants.crypto import vault
from tenants.jobs.models import RUNNABLE_ITEM_STATES


def authenticate_jobs(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Authenticate jobs that an earlier version started, so that they resume and can be retried."""
    items = apps.get_model("jobs", "Item").objects.filter(state__in=RUNNABLE_ITEM_STATES)
    _authenticate(apps.get_model("jobs", "Job").objects.all(), _job_content)
    _authenticate(items, _item_content)


def _authenticate(rows: models.QuerySet[Any], content: Callable[[Any], str]) -> None:
    for row in vault.iterate_rows(rows):
        rows.filter(pk=row.pk).update(mac=vault.authenticate(content(row)))


def _job_content(job: Any) -> str:
    fields = (str(job.pk), job.organization_id, job.kind, job.title, job.starter_id, job.actor)
    return json.dumps(["jobs.job", *fields, job.reason, job.ticket, job.page, job.address])


def _item_content(item: Any) -> str:
    target = (item.region, item.service_id, item.client_id, item.label)
    inputs = None if item.sealed else item.inputs
    return json.dumps(["jobs.item", str(item.job_id), item.position, *target, inputs])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField("job", "mac", models.CharField(default="", max_length=80)),
        migrations.AddField("item", "mac", models.CharField(default="", max_length=80)),
        migrations.RunPython(authenticate_jobs, migrations.RunPython.noop),
    ]
