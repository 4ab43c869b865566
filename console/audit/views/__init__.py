"""The pages of the record, one module for each group of pages."""

from console.audit.views.access import access
from console.audit.views.file import file
from console.audit.views.kept import kept
from console.audit.views.record import complete, entry, export, index, pack, verify
from console.audit.views.unknown import settle, settle_all, unknown

__all__ = [
    "access",
    "complete",
    "entry",
    "export",
    "file",
    "index",
    "kept",
    "pack",
    "settle",
    "settle_all",
    "unknown",
    "verify",
]
