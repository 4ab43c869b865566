"""The pages of keys, one module for each group of pages."""

from console.keys.views.expiry import expiry
from console.keys.views.hsm import hsm
from console.keys.views.index import index

__all__ = ["expiry", "hsm", "index"]
