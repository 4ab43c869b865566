"""The pages of clients, one module for each group of pages."""

from console.clients.views.bulk import bulk, bulk_action, bulk_preview, bulk_setting
from console.clients.views.columns import columns
from console.clients.views.document import document, fields, history, saved
from console.clients.views.edit import discard, draft, edit, merge, restore, review
from console.clients.views.index import index
from console.clients.views.key import key
from console.clients.views.listed import listed
from console.clients.views.lock import lock
from console.clients.views.new import create, new
from console.clients.views.overdue import overdue
from console.clients.views.past import as_of, bring_back
from console.clients.views.refresh import refresh
from console.clients.views.remove import remove
from console.clients.views.rotations import rotations
from console.clients.views.scopes import scopes
from console.clients.views.secret import reveal, rotate, secret, set_secret
from console.clients.views.show import show
from console.clients.views.staged import (
    activate,
    drop,
    forget,
    stage,
    staged,
    stored,
    undo,
)

__all__ = [
    "activate",
    "as_of",
    "bring_back",
    "bulk",
    "bulk_action",
    "bulk_preview",
    "bulk_setting",
    "columns",
    "create",
    "discard",
    "document",
    "draft",
    "drop",
    "edit",
    "fields",
    "forget",
    "history",
    "index",
    "key",
    "listed",
    "lock",
    "merge",
    "new",
    "overdue",
    "refresh",
    "remove",
    "restore",
    "reveal",
    "review",
    "rotate",
    "rotations",
    "saved",
    "scopes",
    "secret",
    "set_secret",
    "show",
    "stage",
    "staged",
    "stored",
    "undo",
]
