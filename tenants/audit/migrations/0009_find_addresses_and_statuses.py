from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_guard_anew")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=Q(("status__gte", 400)),
                fields=["organization_id", "seq", "status"],
                name="audit_failing",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=Q(("address__gt", "")),
                fields=["organization_id", "address", "seq"],
                name="audit_address",
            ),
        ),
    ]
