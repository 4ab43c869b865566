"""The pages of keys, one module for each group of pages."""

from console.keys.views.expiry import expiry
from console.keys.views.hsm import hsm, show_hsm
from console.keys.views.index import index
from console.keys.views.new_hsm import new_hsm
from console.keys.views.remove_hsm import remove_hsm

__all__ = ["expiry", "hsm", "index", "new_hsm", "remove_hsm", "show_hsm"]
