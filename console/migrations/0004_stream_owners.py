from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def set_owners(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set the owner of each stream to the member who created it, if there still is one."""
    members: Any = apps.get_model("tenants", "Membership").objects
    streams: Any = apps.get_model("console", "Stream").objects
    for stream in streams.all():
        stream.owner = members.filter(
            organization=stream.organization_id, user__username=stream.made_by
        ).first()
        stream.save(update_fields=["owner"])


class Migration(migrations.Migration):
    dependencies = [("console", "0003_stream_expiry")]

    operations = [migrations.RunPython(set_owners, migrations.RunPython.noop)]
