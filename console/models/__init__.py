"""What pages keep: drafts of edits, secrets on their way, rollovers of keys, what was
chosen to be changed, who was looked up, what was ended for whom, batches of tokens,
and what was seen before.

Authlete is the source of truth. Nothing here is trusted by a page that shows or
writes settings.
"""

from console.models.batches import Batch, Chunk, Piece, Sending
from console.models.drafts import Draft, Lookup, Selection
from console.models.evidence import Pack, PackPart, Verdict
from console.models.expiry_notices import Digest, ToldEnd
from console.models.index import KnownClient, KnownKey, KnownService
from console.models.rate_limits import Spending
from console.models.receipts import Receipt, ReceiptPlace
from console.models.rollovers import Rollover
from console.models.rotations import Rotation
from console.models.searches import Chosen, SavedSearch
from console.models.streams import Stream
from console.models.webhooks import Delivery, Webhook

__all__ = [
    "Batch",
    "Chosen",
    "Chunk",
    "Delivery",
    "Digest",
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
