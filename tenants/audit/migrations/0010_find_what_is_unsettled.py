from django.db import migrations, models
from django.db.models import Q

CHANGES = Q(("effect", "read"), _negated=True)


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_find_addresses_and_statuses")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                condition=Q(CHANGES, Q(("outcome", ""), ("outcome", "unknown"), _connector="OR")),
                fields=["organization_id", "seq"],
                name="audit_unsettled",
            ),
        ),
    ]
