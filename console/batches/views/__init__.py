from console.batches.views.index import columns, index
from console.batches.views.run import cancel, dry_run, submit, watch
from console.batches.views.settle import adopt, settle
from console.batches.views.show import faults, show
from console.batches.views.told import told
from console.batches.views.upload import new, replace

__all__ = [
    "adopt",
    "cancel",
    "columns",
    "dry_run",
    "faults",
    "index",
    "new",
    "replace",
    "settle",
    "show",
    "submit",
    "told",
    "watch",
]
