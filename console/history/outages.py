"""Read a document, or its last version while its region doesn't respond."""

from dataclasses import dataclass, replace
from typing import Any

from console.documents.kinds import DocumentTarget
from console.history.versions import load_deleted
from console.web.outages import Outage, as_read_only
from tenants.authlete.documents.base import Document
from tenants.authlete.errors import AuthleteError


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """A document as read now, or as last seen; then its target allows no changes."""

    target: DocumentTarget
    document: Document
    outage: Outage | None = None

    @property
    def context(self) -> dict[str, Any]:
        """Return the context of the object's pages."""
        return self.target.context(self.document) | {"outage": self.outage}


def read_document(target: DocumentTarget) -> DocumentReading:
    """Return the current document, or the last version if the region doesn't respond.

    Raises `AuthleteError` for other errors, and if no version is stored.
    """
    try:
        return DocumentReading(target, target.api().get())
    except AuthleteError as error:
        versions = load_deleted(target, error)
        if versions.outage is None or versions.last is None:
            raise
        read_only = replace(target, workspace=as_read_only(target.workspace))
        return DocumentReading(read_only, versions.document(versions.last), versions.outage)
