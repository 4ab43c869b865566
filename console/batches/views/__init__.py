from console.batches.views.index import columns, index
from console.batches.views.notify import notify
from console.batches.views.reconciliation import adopt, resolve
from console.batches.views.run import cancel, dry_run, submit, watch
from console.batches.views.show import issues, show
from console.batches.views.upload import new, replace

__all__ = [
    "adopt",
    "cancel",
    "columns",
    "dry_run",
    "index",
    "issues",
    "new",
    "notify",
    "replace",
    "resolve",
    "show",
    "submit",
    "watch",
]
