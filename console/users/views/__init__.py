"""The pages of users, grouped by module."""

from console.users.views.receipt import receipt
from console.users.views.revoke_all import revoke_all
from console.users.views.revoke_app import revoke_app
from console.users.views.search import export, index, region, reveal, show

__all__ = [
    "export",
    "index",
    "receipt",
    "region",
    "reveal",
    "revoke_all",
    "revoke_app",
    "show",
]
