"""Name columns by the terms of the field. Data stays."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_invitations")]

    operations = [migrations.RenameField("writelease", "place", "key")]
