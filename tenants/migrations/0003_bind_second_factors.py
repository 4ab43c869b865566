"""Seeds of second factors open for their person alone: sealed anew, each for whose row
it stands in."""

from collections.abc import Callable
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tenants.crypto import vault

SHARED = "mfa.authenticator/data"
SEALED = ("secret", "seed")


def bind(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    _move(apps, lambda user: (SHARED, f"{SHARED}/{user}"))


def loosen(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    _move(apps, lambda user: (f"{SHARED}/{user}", SHARED))


def _move(apps: Apps, places: Callable[[int], tuple[str, str]]) -> None:
    model: Any = apps.get_model("mfa", "Authenticator")
    for row in model.objects.select_for_update():
        before, after = places(row.user_id)
        for name in SEALED:
            if value := row.data.get(name):
                row.data[name] = vault.seal(vault.unseal(value, before), after)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("mfa", "0003_authenticator_type_uniq"),
        ("tenants", "0002_credential_expires"),
    ]

    operations = [migrations.RunPython(bind, loosen)]
