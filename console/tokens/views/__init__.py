"""The pages of tokens, one module for each group of pages."""

from console.tokens.views.bulk_revocation import (
    revoke_client,
    revoke_pair,
    revoke_subject,
)
from console.tokens.views.index import index
from console.tokens.views.lookup import lookup, revoke_by_value, verify
from console.tokens.views.new import new
from console.tokens.views.revocation import delete, revoke
from console.tokens.views.show import reveal, show
from console.tokens.views.update import update

__all__ = [
    "delete",
    "index",
    "lookup",
    "new",
    "reveal",
    "revoke",
    "revoke_by_value",
    "revoke_client",
    "revoke_pair",
    "revoke_subject",
    "show",
    "update",
    "verify",
]
