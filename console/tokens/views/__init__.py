"""The pages of tokens, one module for each group of pages."""

from console.tokens.views.checking import check, revoke_checked, verify
from console.tokens.views.ending import remove, revoke
from console.tokens.views.index import index
from console.tokens.views.many import revoke_client, revoke_pair, revoke_subject
from console.tokens.views.new import new
from console.tokens.views.reveal import reveal
from console.tokens.views.show import show
from console.tokens.views.update import update

__all__ = [
    "check",
    "index",
    "new",
    "remove",
    "reveal",
    "revoke",
    "revoke_checked",
    "revoke_client",
    "revoke_pair",
    "revoke_subject",
    "show",
    "update",
    "verify",
]
