"""The pages of tokens, one module for each group of pages."""

from console.tokens.views.index import index

__all__ = ["index"]
