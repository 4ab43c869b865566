from django.db import migrations

from tenants.audit.integrity.append_only import install_triggers


def guard_anew(apps, schema_editor):
    install_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_find_what_is_rare")]

    operations = [migrations.RunPython(guard_anew, migrations.RunPython.noop)]
