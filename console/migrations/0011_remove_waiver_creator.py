from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("console", "0010_trigram_indexes")]

    operations = [migrations.RemoveField(model_name="waiver", name="created_by")]
