"""The pages of clients, one module for each group of pages."""

from console.clients.views.bulk import (
    bulk_action,
    bulk_preview,
    bulk_select,
    bulk_setting,
)
from console.clients.views.columns import columns
from console.clients.views.creation import create, new
from console.clients.views.delete import remove
from console.clients.views.document import change, document, fields, history
from console.clients.views.edit import discard, draft, edit, merge, restore, review
from console.clients.views.key import key
from console.clients.views.listing import index, service_clients
from console.clients.views.lock import lock
from console.clients.views.past import restore_version, version_at
from console.clients.views.refresh import refresh
from console.clients.views.rotation_steps import (
    activate,
    confirm_stored,
    drop,
    forget,
    reveal_staged,
    stage,
    undo,
)
from console.clients.views.rotations import overdue_secrets, rotations
from console.clients.views.scopes import scopes
from console.clients.views.secret import reveal, rotate, secret, set_secret
from console.clients.views.show import show

__all__ = [
    "activate",
    "bulk_action",
    "bulk_preview",
    "bulk_select",
    "bulk_setting",
    "change",
    "columns",
    "confirm_stored",
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
    "lock",
    "merge",
    "new",
    "overdue_secrets",
    "refresh",
    "remove",
    "restore",
    "restore_version",
    "reveal",
    "reveal_staged",
    "review",
    "rotate",
    "rotations",
    "scopes",
    "secret",
    "service_clients",
    "set_secret",
    "show",
    "stage",
    "undo",
    "version_at",
]
