"""The pages of keys, one module for each group of pages."""

from console.keys.views.expiry import expiry
from console.keys.views.hsm import hsm, show_hsm
from console.keys.views.index import index
from console.keys.views.jwks import jwks, move_jwk, new_jwk, remove_jwk
from console.keys.views.new_hsm import new_hsm
from console.keys.views.remove_hsm import remove_hsm
from console.keys.views.roll_hsm import roll_hsm
from console.keys.views.rollovers import roll, rollover, rollovers
from console.keys.views.steering import advance, confirm, leave, pause, resume, undo
from console.keys.views.tell import tell

__all__ = [
    "advance",
    "confirm",
    "expiry",
    "hsm",
    "index",
    "jwks",
    "leave",
    "move_jwk",
    "new_hsm",
    "new_jwk",
    "pause",
    "remove_hsm",
    "remove_jwk",
    "resume",
    "roll",
    "roll_hsm",
    "rollover",
    "rollovers",
    "show_hsm",
    "tell",
    "undo",
]
