import json
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Now

from tenants.crypto import vault
from tenants.jobs.models import (
    RUNNABLE_ITEM_STATES,
    UNFINISHED_ITEM_STATES,
    ItemState,
    item_content,
)


def authenticate_starts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add starts and leases to the MACs of items whose earlier MAC is valid.

    A running item with an entry was sending a change that can't be repeated: its outcome is
    unknown.
    """
    items = apps.get_model("jobs", "Item").objects.filter(state__in=RUNNABLE_ITEM_STATES)
    for item in vault.iterate_rows(items):
        if not vault.is_authentic(item.mac, _old_content(item)):
            continue
        same = items.filter(pk=item.pk, state=item.state)
        if item.state == ItemState.RUNNING and item.entry:
            mac = vault.authenticate(item_content(item, ItemState.UNKNOWN))
            same.update(state=ItemState.UNKNOWN, mac=mac, ended_at=Now())
        else:
            same.update(mac=vault.authenticate(item_content(item, item.state)))


def _old_content(item: Any) -> str:
    target = (item.region, item.service_id, item.client_id, item.label)
    inputs = None if item.sealed else item.inputs
    unfinished = "pending" if item.state in UNFINISHED_ITEM_STATES else item.state
    return json.dumps(["jobs.item", str(item.job_id), item.position, *target, inputs, unfinished])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_mac_of_state")]

    operations = [migrations.RunPython(authenticate_starts, migrations.RunPython.noop)]
