"""Stored data of the console's pages: drafts, rotations, rollovers, jobs' rows and the index.

Authlete is the source of truth. No page that shows or writes settings trusts this data.
"""

from console.models.batches import Batch, BatchRequest, Chunk, UploadPart
from console.models.drafts import Draft, Lookup, Selection
from console.models.evidence import EvidencePackage, EvidencePackagePart, VerificationRun
from console.models.expiry_notices import ExpiryDigest, ExpiryNotice
from console.models.findings import Finding, FindingCount, Waiver
from console.models.index import KnownClient, KnownKey, KnownService, SettingsProfile
from console.models.notes import Note
from console.models.policies import Policy
from console.models.preferences import AccountPreferences, DismissedNotice
from console.models.rate_limits import RateLimitUse
from console.models.receipts import Receipt, ReceiptService
from console.models.rollovers import Rollover
from console.models.rotations import Rotation
from console.models.searches import ColumnPreference, SavedSearch
from console.models.statistics import CallCount, InventoryCount
from console.models.streams import Stream
from console.models.twins import Twin
from console.models.watches import Notification, NotificationMail, Watch, WatchPosition
from console.models.webhooks import Delivery, Webhook

__all__ = [
    "AccountPreferences",
    "Batch",
    "BatchRequest",
    "CallCount",
    "Chunk",
    "ColumnPreference",
    "Delivery",
    "DismissedNotice",
    "Draft",
    "EvidencePackage",
    "EvidencePackagePart",
    "ExpiryDigest",
    "ExpiryNotice",
    "Finding",
    "FindingCount",
    "InventoryCount",
    "KnownClient",
    "KnownKey",
    "KnownService",
    "Lookup",
    "Note",
    "Notification",
    "NotificationMail",
    "Policy",
    "RateLimitUse",
    "Receipt",
    "ReceiptService",
    "Rollover",
    "Rotation",
    "SavedSearch",
    "Selection",
    "SettingsProfile",
    "Stream",
    "Twin",
    "UploadPart",
    "VerificationRun",
    "Waiver",
    "Watch",
    "WatchPosition",
    "Webhook",
]
