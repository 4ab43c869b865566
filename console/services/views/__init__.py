"""The pages of services, one module for each group of pages."""

from console.services.views.document import (
    discovery,
    document,
    fields,
    history,
    saved,
)
from console.services.views.edit import discard, draft, edit, merge, restore, review
from console.services.views.index import index
from console.services.views.new import create, new
from console.services.views.past import as_of, bring_back
from console.services.views.remove import remove
from console.services.views.show import show

__all__ = [
    "as_of",
    "bring_back",
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
    "review",
    "saved",
    "show",
]
