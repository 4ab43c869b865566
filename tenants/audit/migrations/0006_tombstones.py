from django.db import migrations

from tenants.audit.integrity.append_only import install_triggers


def let_tombstones_in(apps, schema_editor):
    install_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_known_of_intents")]

    operations = [migrations.RunPython(let_tombstones_in, migrations.RunPython.noop)]
