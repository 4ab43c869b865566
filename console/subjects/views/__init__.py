"""The pages of subjects, one module for each group of pages."""

from console.subjects.views.looking import export, index, region, reveal, show
from console.subjects.views.receipt import receipt
from console.subjects.views.revoke_all import revoke_all
from console.subjects.views.revoke_app import revoke_app

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
