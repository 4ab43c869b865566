from django.db import migrations, models


def record_sinks(apps, schema_editor):
    """Record in existing checkpoints that the positions of the sinks aren't known."""
    from tenants.audit.integrity.chain import get_audit_keys
    from tenants.audit.integrity.signed_tree import Checkpoint
    from tenants.audit.integrity.sink_state import authenticate_sizes
    from tenants.audit.records import MALFORMED_ERRORS

    key = get_audit_keys().current
    checkpoints = apps.get_model("audit", "AuditCheckpoint").objects.all()
    for row in checkpoints.iterator():
        try:
            sinks = authenticate_sizes(Checkpoint.parse(row.line), {}, key)
        except MALFORMED_ERRORS:
            continue  # as it was: verification reports it
        checkpoints.filter(pk=row.pk).update(sinks=sinks)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_checkpointprogress_mac")]

    operations = [
        migrations.AddField("auditcheckpoint", "sinks", models.TextField(default="")),
        migrations.RunPython(record_sinks, migrations.RunPython.noop),
    ]
