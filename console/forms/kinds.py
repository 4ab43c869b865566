"""The one table of kinds: how each is entered, drawn and taken.

How a kind is told in words is `words`; what its values may be is declared with the
types in `tenants/authlete/documents/types.py`. A kind's template is
`fields/<kind>.html`.
"""

from functools import cache

from console.forms import drawing
from console.forms.box import Kind
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
from tenants.authlete.documents.base import Setting, Show
from tenants.authlete.documents.issuer_metadata import CredentialIssuer
from tenants.authlete.documents.words import _

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


def _column(kind: str, member: str, label: str) -> Column:
    one = Setting(member.lower(), member, label, "", Show(kind))
    return one, KINDS[kind]


def _rows(kind: str, *columns: Column) -> None:
    KINDS[kind] = Kind(kind, Rows(*columns), drawing.rows)


_rows("pairs", _column("entry", "key", _("Key")), _column("entry", "value", _("Value")))
_rows(
    "tagged",
    _column("entry", "tag", _("Language")),
    _column("entry", "value", _("Text")),
)
_rows(
    "named_uris",
    _column("entry", "name", _("Name")),
    _column("entry", "uri", _("Address")),
)
_rows(
    "trust_anchors",
    _column("entry", "entityId", _("Entity ID")),
    _column("jwks", "jwks", _("Public keys, as a JWK Set")),
)
_rows(
    "sns",
    _column("entry", "sns", _("Network")),
    _column("secret", "apiKey", _("API key")),
    _column("secret", "apiSecret", _("API secret")),
)
_rows(
    "hsks",
    _column("text", "kid", _("Key ID")),
    _column("text", "kty", _("Type")),
    _column("text", "use", _("Use")),
    _column("text", "alg", _("Algorithm")),
    _column("text", "hsmName", _("Module")),
    _column("text", "handle", _("Handle")),
)
_rows(
    "scopes",
    _column("entry", "name", _("Name")),
    _column("text", "description", _("Said to the user")),
    _column("flag", "defaultEntry", _("Default")),
    _column("tagged", "descriptions", _("Said in other languages")),
    _column("pairs", "attributes", _("Attributes")),
)
KINDS["issuer_metadata"] = Kind(
    "issuer_metadata",
    Object(
        *((one, KINDS[one.show.kind]) for one in CredentialIssuer.settings()),
        section=CredentialIssuer,
    ),
    drawing.members,
)


@cache
def odd(usual: Kind) -> Kind:
    """The kind for a value that ``usual`` cannot hold."""
    return Kind("odd", Odd(usual.input), drawing.odd(usual))


FIXED = Kind("fixed", Input())  # a value that nobody can change here, in words
