from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """The table of the shared cache, where sign-in counts failed tries."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("console", "0001_first")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
