"""Preview what a bulk action does to each object."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from console.bulk.bulk_settings import SettingEdit
from console.bulk.documents import fetch_documents
from console.bulk.kinds import BulkAction, BulkKind, Fetched, ImpactMeasure, Matcher, RowPreviewer
from console.bulk.objects import CANNOT, CHANGE, SAME, UNREAD, BulkSelection, PreviewRow
from console.bulk.selections import BulkPreview
from console.web.access import Member
from tenants.authlete.documents.base import Document, DocumentFields
from tenants.authlete.errors import AuthleteError


def build_preview(
    kind: BulkKind,
    member: Member,
    selection: BulkSelection,
    action: BulkAction,
    edit: SettingEdit | None = None,
) -> BulkPreview:
    """Fetch every selected object and preview the action; nothing changes."""
    refs = [item.ref for item in selection.objects]
    documents = fetch_documents(kind, member, refs)
    is_matching = kind.build_matcher(member, selection)
    if action.preview:
        preview_change = action.preview(member)
    else:
        assert edit is not None
        measure = kind.impact_measure(member, refs)
        preview_change = partial(_preview_setting, kind, edit, measure)
    rows = [
        _preview_row(
            kind,
            PreviewRow(item.region, item.service_id, item.client_id, item.name),
            documents[item.ref],
            is_matching if selection.selects_all else None,
            preview_change,
        )
        for item in selection.objects
    ]
    return BulkPreview(action, _count_affected(member, action, rows), timezone.now(), edit)


def _preview_row(
    kind: BulkKind,
    row: PreviewRow,
    fetched: Fetched,
    is_matching: Matcher | None,
    preview_change: RowPreviewer,
) -> PreviewRow:
    if fetched is None:
        return replace(row, status=CANNOT, reason=_("Deleted."))
    if isinstance(fetched, AuthleteError):
        details = {"title": _(fetched.title), "message": fetched.message}
        return replace(row, status=UNREAD, reason=_("%(title)s: %(message)s") % details)
    row = replace(row, name=kind.document.display_name(fetched))
    if is_matching and not is_limited(fetched) and not is_matching(row.ref, fetched):
        return replace(row, status=CANNOT, reason=_("No longer matches the search."))
    return preview_change(row, fetched)


def is_limited(document: Document) -> bool:
    """Return whether the credential can read only the name."""
    return document.get("modifiedAt") is None


def _preview_setting(
    kind: BulkKind, edit: SettingEdit, measure: ImpactMeasure, row: PreviewRow, document: Document
) -> PreviewRow:
    if is_limited(document):
        reason = _("The credential can read only part of it. Saving would erase the rest.")
        return replace(row, status=CANNOT, reason=reason)
    setting, fields = edit.target, document.to_dict()
    before = setting.value_in(fields)
    after = edit.apply_to(before)
    if setting.is_same(before, after):
        return replace(row, status=SAME, reason=_("Already has this value."), before=before)
    if problems := setting.problems(after, before):
        return replace(row, status=CANNOT, reason=" ".join(problems), before=before, after=after)
    edited = fields | setting.edits(fields, after)
    edited = {name: value for name, value in edited.items() if value is not None}
    impact = measure(row.ref, document, edited)
    return replace(
        row,
        notes=[*_new_violations(kind, fields, edited), *impact.notes],
        details=impact.details,
        before=before,
        after=after,
        affected=impact.affected,
    )


def _new_violations(kind: BulkKind, before: DocumentFields, after: DocumentFields) -> Iterator[str]:
    """Yield the rules that the change would violate."""
    violations = set(kind.document.findings(before))
    for finding in kind.document.findings(after):
        if finding not in violations:
            yield _(finding.message)


def _count_affected(
    member: Member, action: BulkAction, rows: Sequence[PreviewRow]
) -> Sequence[PreviewRow]:
    """Add what the action affects to the rows that would change."""
    if action.count_affected is None:
        return rows
    counts = action.count_affected(member, [row.ref for row in rows if row.status == CHANGE])
    return [replace(row, affected=counts.get(row.ref)) for row in rows]
