"""The pages of services, one module for each group of pages."""

from console.services.views.creation import create, new
from console.services.views.delete import remove
from console.services.views.document import (
    change,
    discovery,
    document,
    fields,
    history,
)
from console.services.views.edit import discard, draft, edit, merge, restore, review
from console.services.views.index import index
from console.services.views.past import restore_version, version_at
from console.services.views.show import show

__all__ = [
    "change",
    "create",
    "discard",
    "discovery",
    "document",
    "draft",
    "edit",
    "fields",
    "history",
    "index",
    "merge",
    "new",
    "remove",
    "restore",
    "restore_version",
    "review",
    "show",
    "version_at",
]
