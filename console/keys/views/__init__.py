"""The pages of keys, one module for each group of pages."""

from console.keys.views.hsm import hsm
from console.keys.views.index import index

__all__ = ["hsm", "index"]
