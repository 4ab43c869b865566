import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "name",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=254)),
                ("reason", models.CharField(max_length=400)),
                ("ticket", models.CharField(default="", max_length=60)),
                ("page", models.CharField(default="", max_length=36)),
                ("address", models.CharField(default="", max_length=45)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("paused", "paused"),
                            ("done", "done"),
                            ("cancelled", "cancelled"),
                            ("refused", "no longer allowed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("run_at", models.DateTimeField(null=True)),
                (
                    "due_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(default="", max_length=400)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("lease", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("task", models.CharField(default="", max_length=36)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="tenants.organization",
                    ),
                ),
                (
                    "starter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("region", models.CharField(max_length=20)),
                ("service_id", models.BigIntegerField(default=0)),
                ("client_id", models.BigIntegerField(default=0)),
                ("label", models.CharField(default="", max_length=200)),
                ("inputs", models.TextField(default="")),
                ("sealed", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "to do"),
                            ("running", "running"),
                            ("done", "done"),
                            ("same", "already so"),
                            ("refused", "refused"),
                            ("not sent", "not sent"),
                            ("unknown", "unknown"),
                            ("skipped", "skipped"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("lease", models.UUIDField(null=True)),
                ("begun", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("again_at", models.DateTimeField(null=True)),
                ("entry", models.CharField(default="", max_length=36)),
                ("text", models.CharField(default="", max_length=400)),
                ("code", models.CharField(default="", max_length=20)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["organization", "-created_at"],
                name="jobs_job_organiz_daf45b_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "running"))),
                fields=["due_at"],
                name="jobs_active",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                fields=["job", "state", "tries", "position"],
                name="jobs_item_job_id_789a9a_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                models.F("job"), models.F("position"), name="one_item_a_position"
            ),
        ),
    ]
