"""Name columns by the terms of the field. Data stays."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_mac")]

    operations = [
        migrations.RenameField("job", "trouble", "error"),
        migrations.RenameField("item", "again_at", "retry_at"),
        migrations.RenameField("item", "begun", "starts"),
    ]
