from django.apps import AppConfig


class VersionsConfig(AppConfig):
    """Configure the versions app."""

    name = "tenants.versions"
    label = "versions"
    default_auto_field = "django.db.models.BigAutoField"
