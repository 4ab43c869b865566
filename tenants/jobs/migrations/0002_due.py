from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_first"),
        ("tenants", "0001_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="job",
            name="jobs_active",
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["state", "due_at"], name="jobs_due"),
        ),
    ]
