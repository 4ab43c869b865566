"""Pages that services and clients share; an area's views say who may see them.

Each takes the document's `Target` and is drawn from the area's own template, which
says what stands around the part that both share.
"""

from console.editing.pages.as_of import as_of, bring_back
from console.editing.pages.edit import discard, draft, edit
from console.editing.pages.gone import gone
from console.editing.pages.reading import document, fields, history, saved
from console.editing.pages.restore import restore
from console.editing.pages.review import merge, review

__all__ = [
    "as_of",
    "bring_back",
    "discard",
    "document",
    "draft",
    "edit",
    "fields",
    "gone",
    "history",
    "merge",
    "restore",
    "review",
    "saved",
]
