from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Configure the jobs app."""

    name = "tenants.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.jobs import audit_tasks  # noqa: F401  they register
