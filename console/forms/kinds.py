"""The one table of kinds: how each is entered, drawn and taken.

How a kind is told in words is `words`; what its values may be is declared with the
types in `tenants/authlete/documents/types.py`. A kind's template is
`fields/<kind>.html`.
"""

from functools import cache

from console.forms import drawing
from console.forms.box import Kind
from console.forms.columns import COLUMNS
from console.forms.inputs import (
    Address,
    Choice,
    Choices,
    Duration,
    Entry,
    Flag,
    Input,
    Json,
    KeySet,
    Number,
    Odd,
    Secret,
)
from console.forms.rows import Column, Object, Rows, Strings
from tenants.authlete.documents.client.extension import ClientExtension
from tenants.authlete.documents.issuer_metadata import CredentialIssuer

KINDS = {
    kind.name: kind
    for kind in (
        Kind("text", Input()),
        Kind("prose", Input()),
        Kind("uri", Address()),
        Kind("entry", Entry()),
        Kind("flag", Flag()),
        Kind("number", Number()),
        Kind("duration", Duration(), drawing.units),
        Kind("moment", Number()),
        Kind("secret", Secret(), drawing.secret),
        Kind("json", Json()),
        Kind("jwks", KeySet(), drawing.keys),
        Kind("strings", Strings(), drawing.texts),
        Kind("pems", Strings(), drawing.texts),
        Kind("choice", Choice(), drawing.one_of),
        Kind("choices", Choices(), drawing.some_of),
    )
}


def _columns(name: str) -> tuple[Column, ...]:
    return tuple((one, KINDS[one.show.kind]) for one in COLUMNS[name])


# Rows may have rows inside, so those that are inside others come first.
for _name in (
    "pairs",
    "tagged",
    "named_uris",
    "trust_anchors",
    "sns",
    "hsks",
    "scopes",
):
    KINDS[_name] = Kind(_name, Rows(*_columns(_name)), drawing.rows)
for _name, _section in (
    ("issuer_metadata", CredentialIssuer),
    ("client_extension", ClientExtension),
):
    _object = Object(*_columns(_name), section=_section)
    KINDS[_name] = Kind(_name, _object, drawing.members)

FIXED = Kind("fixed", Input())  # a value that nobody can change here, in words


@cache
def odd(usual: Kind) -> Kind:
    """The kind for a value that ``usual`` cannot hold."""
    return Kind("odd", Odd(usual.input), drawing.odd(usual))
