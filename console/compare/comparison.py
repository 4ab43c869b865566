"""A table of settings: a column for each of two to four documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from console.compare.operands import Operand
from console.documents.kinds import DocumentKind
from console.documents.recipe import CarryRule, find_rule, is_expected
from console.forms.nested_settings import NestedSetting, resolve_nested
from console.forms.value_text import translate
from console.history.comparison import IGNORED_MEMBERS
from tenants.authlete.changes import diff_objects, get_top_level_field
from tenants.authlete.documents.base import Document, InputType, Setting
from tenants.authlete.json.compare import is_same_for_authlete, is_text_list
from tenants.authlete.redaction.fingerprint import Fingerprint


@dataclass(frozen=True, slots=True)
class ComparedItem:
    """An entry of an unordered list."""

    text: str
    is_everywhere: bool  # whether all documents have it


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """The value of a setting in one document."""

    operand: str  # label
    text: str
    is_same: bool  # as in the first document
    items: Sequence[ComparedItem] = ()


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A setting, or a part of one, with its value in each document."""

    name: str  # Authlete's, inside an object too: ``scopes[email].description``
    label: str
    cells: Sequence[ComparedCell]
    rule: CarryRule

    @property
    def member(self) -> str:
        return get_top_level_field(self.name)


@dataclass(frozen=True, slots=True)
class ComparedSection:
    """The compared settings of one section."""

    slug: str
    title: str
    rows: Sequence[ComparedRow]


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """The differences between documents, expected ones apart."""

    sections: Sequence[ComparedSection]  # unexpected differences
    expected: Sequence[ComparedSection]
    equal: Sequence[ComparedSection]

    @property
    def difference_count(self) -> int:
        return count_rows(self.sections)

    @property
    def expected_count(self) -> int:
        return count_rows(self.expected)

    @property
    def equal_count(self) -> int:
        return count_rows(self.equal)


def count_rows(sections: Sequence[ComparedSection]) -> int:
    """Return the number of rows of all sections."""
    return sum(len(section.rows) for section in sections)


def compare_operands(operands: Sequence[Operand], accepted: Sequence[str] = ()) -> DocumentTable:
    """Compare two or more readable documents of one kind.

    ``accepted`` differences count as expected.
    """
    kind = operands[0].target.kind
    documents = [operand.document or Document() for operand in operands]
    is_same_object = len({operand.target.ref for operand in operands}) == 1
    unexpected: list[ComparedRow] = []
    expected: list[ComparedRow] = []
    equal: list[ComparedRow] = []
    for member in _list_members(kind, documents):
        fields = _differing_fields(member, documents)
        rows = [_build_row(kind, field, values, operands) for field, values in fields.items()]
        if not rows:
            row = _equal_row(kind, member, operands)
            equal += [row] if row else []
        elif (
            member in IGNORED_MEMBERS
            or member in accepted
            or (not is_same_object and _is_expected(kind, member, documents))
        ):
            expected += [_with_expected_rule(row, accepted) for row in rows]
        else:
            unexpected += rows
    return DocumentTable(*(_group(kind, rows) for rows in (unexpected, expected, equal)))


def _is_expected(kind: DocumentKind, member: str, documents: Sequence[Document]) -> bool:
    first, *others = documents
    return all(
        is_same_for_authlete(first.get(member), document.get(member))
        or is_expected(kind, member, first, document)
        for document in others
    )


def _with_expected_rule(row: ComparedRow, accepted: Sequence[str]) -> ComparedRow:
    """Return the row with why its difference is expected."""
    if row.member in accepted:
        return replace(row, rule=CarryRule.ACCEPTED)
    return replace(row, rule=CarryRule.URL) if row.rule is CarryRule.COPY else row


def _list_members(kind: DocumentKind, documents: Sequence[Document]) -> Iterator[str]:
    """Yield the declared settings in order, then unknown members."""
    yield from kind.declared
    unknown = (name for document in documents for name in document.field_names())
    yield from (name for name in dict.fromkeys(unknown) if name not in kind.declared)


def _differing_fields(member: str, documents: Sequence[Document]) -> dict[str, list[Any]]:
    """Return the parts of a setting that differ, each with its value in every document."""
    first, *others = ({member: document.get(member)} for document in documents)
    changes = [diff_objects(first, other, is_same_for_authlete) for other in others]
    before = {change.field: change.before for found in changes for change in found}
    if any(_is_inside(inner, outer) for inner in before for outer in before):
        return {member: [document.get(member) for document in documents]}
    after = [{change.field: change.after for change in found} for found in changes]
    return {
        field: [value, *(found.get(field, value) for found in after)]
        for field, value in before.items()
    }


def _is_inside(inner: str, outer: str) -> bool:
    return inner.startswith((f"{outer}.", f"{outer}["))


def _equal_row(kind: DocumentKind, member: str, operands: Sequence[Operand]) -> ComparedRow | None:
    """Return the row of a setting that is the same everywhere, if it is customized."""
    value = operands[0].document and operands[0].document.get(member)
    if member in kind.declared:
        is_set = kind.declared[member][1].is_customized(value)
    else:
        is_set = value is not None
    return _build_row(kind, member, [value] * len(operands), operands) if is_set else None


def _build_row(
    kind: DocumentKind, field: str, values: Sequence[Any], operands: Sequence[Operand]
) -> ComparedRow:
    member = get_top_level_field(field)
    undeclared = Setting(member, member, member, "", InputType("text"))
    _section, setting = kind.declared.get(member, ("", undeclared))
    nested = resolve_nested(setting, field[len(member) :])
    texts = _describe_values(nested, values, {operand.target.ref for operand in operands})
    return ComparedRow(
        field,
        nested.label,
        [
            ComparedCell(
                operand.label,
                text,
                is_same_for_authlete(values[0], value),
                _list_items(nested, value, values),
            )
            for operand, text, value in zip(operands, texts, values, strict=True)
        ],
        find_rule(kind, member, *values),
    )


def _describe_values(
    nested: NestedSetting, values: Sequence[Any], objects: set[Any]
) -> Sequence[str]:
    """Return the values as texts; secrets only as the same, different or hidden."""
    texts = []
    for value in values:
        is_same = is_same_for_authlete(values[0], value)
        if not isinstance(value, Fingerprint):
            text = nested.format(value)
            if not is_same and text == nested.format(values[0]):
                text = _("%(words)s, different content") % {"words": text}
        elif len(objects) > 1:  # each object has fingerprints of its own
            text = _("Set, hidden")
        else:
            text = _("Set, same secret") if is_same else _("Set, different secret")
        texts.append(text)
    return texts


def _list_items(nested: NestedSetting, value: Any, values: Sequence[Any]) -> Sequence[ComparedItem]:
    lists = [other or [] for other in values]
    if not value or not all(map(is_text_list, lists)):
        return ()
    return [
        ComparedItem(nested.format([item]), all(item in other for other in lists)) for item in value
    ]


def _group(kind: DocumentKind, rows: Sequence[ComparedRow]) -> list[ComparedSection]:
    by_slug: dict[str, list[ComparedRow]] = {}
    for row in rows:
        slug, _setting = kind.declared.get(row.member, ("", None))
        by_slug.setdefault(slug, []).append(row)
    return [
        ComparedSection(
            slug,
            translate(kind.sections[slug].title) if slug else _("Unknown fields"),
            by_slug[slug],
        )
        for slug in [*kind.sections, ""]
        if slug in by_slug
    ]
