"""Pages that services and clients share; an area's views say who may see them.

Each takes the document's `Target` and is drawn from the area's own template, which
says what stands around the part that both share.
"""

from console.editing.pages.edit import discard, draft, edit
from console.editing.pages.restore import restore, restore_version
from console.editing.pages.review import merge, review
from console.history.pages.deleted import deleted
from console.history.pages.point_in_time import version_at
from console.history.pages.reading import change, document, fields, history

__all__ = [
    "change",
    "deleted",
    "discard",
    "document",
    "draft",
    "edit",
    "fields",
    "history",
    "merge",
    "restore",
    "restore_version",
    "review",
    "version_at",
]
