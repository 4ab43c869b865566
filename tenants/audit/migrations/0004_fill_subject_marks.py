from django.db import migrations

from tenants.audit.subject_index import rebuild_fingerprints


def fill(apps, schema_editor):
    for _ in rebuild_fingerprints(apps.get_model("audit", "AuditEntry")):
        pass


class Migration(migrations.Migration):
    atomic = False  # in batches, and may be repeated: there can be very many entries

    dependencies = [("audit", "0003_subject_marks")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
