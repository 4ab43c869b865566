"""The pages of keys, one module for each group of pages."""

from console.keys.views.hsm import hsm

__all__ = ["hsm"]
