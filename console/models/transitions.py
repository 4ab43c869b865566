"""Updates of rows that several processes may change at once."""

from collections.abc import Mapping

from django.db import models


def update_if(row: models.Model, expected: Mapping[str, object], **fields: object) -> bool:
    """Update columns; return False, and change nothing, if the stored row isn't as expected."""
    if not type(row)._default_manager.filter(pk=row.pk, **expected).update(**fields):
        return False
    for name, value in fields.items():
        setattr(row, name, value)
    return True
