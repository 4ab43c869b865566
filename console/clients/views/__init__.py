"""The pages of clients, one module for each group of pages."""

from console.clients.views.columns import columns
from console.clients.views.document import document, fields, history, saved
from console.clients.views.edit import discard, draft, edit, merge, review
from console.clients.views.index import index
from console.clients.views.listed import listed
from console.clients.views.refresh import refresh
from console.clients.views.show import show

__all__ = [
    "columns",
    "discard",
    "document",
    "draft",
    "edit",
    "fields",
    "history",
    "index",
    "listed",
    "merge",
    "refresh",
    "review",
    "saved",
    "show",
]
