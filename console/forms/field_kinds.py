"""Table of field kinds: how each is entered and rendered.

`value_text` formats the values. `tenants/authlete/documents/types.py` declares
which values are valid. The template of a kind is `fields/<kind>.html`.
"""

from functools import cache

from console.forms import field_context
from console.forms.columns import COLUMNS
from console.forms.inputs import (
    ChoiceInput,
    DurationInput,
    EntryInput,
    FieldInput,
    FlagInput,
    JsonInput,
    KeySetInput,
    MultipleChoiceInput,
    NumberInput,
    SecretInput,
    UnexpectedValueInput,
    UriInput,
)
from console.forms.rows import Column, ObjectInput, RowsInput, StringsInput
from console.forms.setting_field import FieldKind
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.service.credentials import CredentialIssuerSettings

FIELD_KINDS = {
    kind.name: kind
    for kind in (
        FieldKind("text", FieldInput()),
        FieldKind("prose", FieldInput()),
        FieldKind("uri", UriInput()),
        FieldKind("entry", EntryInput()),
        FieldKind("flag", FlagInput()),
        FieldKind("number", NumberInput()),
        FieldKind("duration", DurationInput(), field_context.duration_units),
        FieldKind("moment", NumberInput()),
        FieldKind("secret", SecretInput(), field_context.kept_secret),
        FieldKind("json", JsonInput()),
        FieldKind("jwks", KeySetInput(), field_context.key_set_view),
        FieldKind("strings", StringsInput(), field_context.text_rows),
        FieldKind("pems", StringsInput(), field_context.text_rows),
        FieldKind("choice", ChoiceInput(), field_context.choice_options),
        FieldKind("choices", MultipleChoiceInput(), field_context.multiple_choice_options),
    )
}


def _columns(name: str) -> tuple[Column, ...]:
    return tuple((column, FIELD_KINDS[column.input_type.kind]) for column in COLUMNS[name])


# Nested kinds come before the kinds that contain them.
for _name in ("pairs", "tagged", "named_uris", "trust_anchors", "sns", "hsks", "scopes"):
    FIELD_KINDS[_name] = FieldKind(_name, RowsInput(*_columns(_name)), field_context.object_rows)
for _name, _section in (
    ("issuer_metadata", CredentialIssuerSettings),
    ("client_extension", ClientExtensionSettings),
):
    _object = ObjectInput(*_columns(_name), section=_section)
    FIELD_KINDS[_name] = FieldKind(_name, _object, field_context.object_members)

FIXED_KIND = FieldKind("fixed", FieldInput())  # a read-only value


@cache
def unexpected_kind(usual: FieldKind) -> FieldKind:
    """Return the kind for a value that the ``usual`` input doesn't support."""
    return FieldKind(
        "unexpected", UnexpectedValueInput(usual.input), field_context.current_value_context(usual)
    )
