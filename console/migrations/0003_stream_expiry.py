import django.db.models.deletion
from django.db import migrations, models

import console.models.streams


class Migration(migrations.Migration):
    dependencies = [("console", "0002_end_sessions"), ("tenants", "0001_initial")]

    operations = [
        migrations.AddField(
            "stream",
            "expires_at",
            models.DateTimeField(default=console.models.streams.default_expiry),
        ),
        migrations.AddField(
            "stream",
            "owner",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to="tenants.membership"
            ),
        ),
    ]
