"""What pages keep: drafts of edits, and what was seen before.

Authlete is the source of truth. Nothing here is trusted by a page that shows or
writes settings.
"""

from console.models.chosen import Chosen
from console.models.drafts import Draft
from console.models.known import KnownClient, KnownService

__all__ = ["Chosen", "Draft", "KnownClient", "KnownService"]
