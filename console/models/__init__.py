"""Stored data of the console's pages: drafts, rotations, rollovers, jobs' rows and the index.

Authlete is the source of truth. No page that shows or writes settings trusts this data.
"""

from console.models.batches import Batch, Chunk, Piece, Sending
from console.models.drafts import Draft, Lookup, Selection
from console.models.evidence import Pack, PackPart, Verdict
from console.models.expiry_notices import Digest, ToldEnd
from console.models.index import KnownClient, KnownKey, KnownService
from console.models.preferences import AccountPreferences, DismissedNotice
from console.models.rate_limits import Spending
from console.models.receipts import Receipt, ReceiptPlace
from console.models.rollovers import Rollover
from console.models.rotations import Rotation
from console.models.searches import Chosen, SavedSearch
from console.models.streams import Stream
from console.models.webhooks import Delivery, Webhook

__all__ = [
    "AccountPreferences",
    "Batch",
    "Chosen",
    "Chunk",
    "Delivery",
    "Digest",
    "DismissedNotice",
    "Draft",
    "KnownClient",
    "KnownKey",
    "KnownService",
    "Lookup",
    "Pack",
    "PackPart",
    "Piece",
    "Receipt",
    "ReceiptPlace",
    "Rollover",
    "Rotation",
    "SavedSearch",
    "Selection",
    "Sending",
    "Spending",
    "Stream",
    "ToldEnd",
    "Verdict",
    "Webhook",
]
