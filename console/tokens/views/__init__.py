"""The pages of tokens, one module for each group of pages."""

from console.tokens.views.checking import check, revoke_checked, verify
from console.tokens.views.index import index

__all__ = ["check", "index", "revoke_checked", "verify"]
