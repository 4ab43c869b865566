from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("console", "0007_standard_names")]

    operations = [migrations.RemoveField(model_name="stream", name="position")]
