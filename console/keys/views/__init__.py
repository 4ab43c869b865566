"""The pages of keys, one module for each group of pages."""

from console.keys.views.hsm import delete_hsm_key, hsm_keys, new_hsm_key, show_hsm_key
from console.keys.views.inventory import expiry, index
from console.keys.views.jwks import jwks, move_jwk, new_jwk, remove_jwk
from console.keys.views.rollover_actions import (
    advance,
    confirm,
    pause,
    resume,
    share_key,
    stop,
    undo,
)
from console.keys.views.rollovers import (
    rollover,
    rollovers,
    start_hsm_rollover,
    start_rollover,
)

__all__ = [
    "advance",
    "confirm",
    "delete_hsm_key",
    "expiry",
    "hsm_keys",
    "index",
    "jwks",
    "move_jwk",
    "new_hsm_key",
    "new_jwk",
    "pause",
    "remove_jwk",
    "resume",
    "rollover",
    "rollovers",
    "share_key",
    "show_hsm_key",
    "start_hsm_rollover",
    "start_rollover",
    "stop",
    "undo",
]
