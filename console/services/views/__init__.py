"""The pages of services, one module for each group of pages."""

from console.services.views.document import document, history
from console.services.views.edit import discard, draft, edit, fields
from console.services.views.index import index
from console.services.views.review import merge, review, saved
from console.services.views.show import show

__all__ = [
    "discard",
    "document",
    "draft",
    "edit",
    "fields",
    "history",
    "index",
    "merge",
    "review",
    "saved",
    "show",
]
