from django.db import migrations, models


def sign_states(apps, schema_editor):
    """Authenticate the states that exist."""
    from tenants.audit.integrity.chain import get_audit_keys
    from tenants.audit.integrity.sink_state import compute_state_mac

    for state in apps.get_model("audit", "CheckpointProgress").objects.all():
        state.key = get_audit_keys().current
        state.mac = compute_state_mac(state)
        state.save()


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="checkpointprogress",
            name="key",
            field=models.CharField(default="", max_length=20),
        ),
        migrations.AddField(
            model_name="checkpointprogress",
            name="mac",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.RunPython(sign_states, migrations.RunPython.noop),
    ]
