"""The pages of the audit log, grouped by module."""

from console.audit.views.access_review import access_review
from console.audit.views.entries import (
    entry,
    evidence_package,
    export,
    index,
    suggest,
    verify,
)
from console.audit.views.exports import export_file
from console.audit.views.retention import retention
from console.audit.views.unresolved import resolve, resolve_all, unresolved

__all__ = [
    "access_review",
    "entry",
    "evidence_package",
    "export",
    "export_file",
    "index",
    "resolve",
    "resolve_all",
    "retention",
    "suggest",
    "unresolved",
    "verify",
]
