"""What pages keep: drafts of edits, and the names of what was seen before.

Authlete is the source of truth. Nothing here is trusted by a page that shows or
writes settings.
"""

from console.models.drafts import Draft
from console.models.known import KnownService

__all__ = ["Draft", "KnownService"]
