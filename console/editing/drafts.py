"""Drafts: unsaved edits of a document, stored until they are saved or discarded.

A draft outlives the session and a failed save. It stores the opened version and the
opened value of every changed setting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.db import transaction

from console.audit_log.change_descriptions import DeclaredSettings
from console.documents.kinds import DocumentTarget
from console.forms.validation import from_plain, to_plain
from console.models import Draft
from tenants.authlete.documents.base import Document
from tenants.authlete.json.compare import is_equivalent
from tenants.authlete.json.splice import UNSET
from tenants.crypto.vault import UnsealError

ALL_SECTIONS = "all"  # stands for every section


@dataclass(frozen=True, slots=True)
class DraftEdits:
    """A member's edits, with the values that they edited."""

    version: int = 0  # of the opened document
    base: Mapping[str, Any] = field(default_factory=dict)  # opened values of all shown settings
    values: Mapping[str, Any] = field(default_factory=dict)
    # Unsubmitted form data by section, valid or not; the form edited last is the last one.
    unsent_forms: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.values or self.unsent_forms)

    def with_form(
        self, section: str, version: int, base: Mapping[str, Any], values: Mapping[str, Any]
    ) -> Self:
        """Return the edits with a form's values.

        ``base`` holds the opened value of every setting in the form.
        """
        values = {name: None if v is UNSET else v for name, v in values.items()}
        others = {name: v for name, v in self.values.items() if name not in base}
        return replace(
            self,
            version=max(version, self.version),
            base={**self.base, **base} if others or values else {},
            values=others | values,
            unsent_forms={
                name: v
                for name, v in self.unsent_forms.items()
                if section not in (name, ALL_SECTIONS)
            },
        )

    def with_unsent_form(self, section: str, data: str) -> Self:
        """Return the edits with an unsubmitted form, after those that were edited before."""
        others = {name: v for name, v in self.unsent_forms.items() if name != section}
        return self.with_unsent_forms({**others, section: data})

    def with_unsent_forms(self, forms: Mapping[str, str]) -> Self:
        """Return the edits with other unsubmitted forms."""
        return replace(self, unsent_forms=forms)

    def with_values(self, version: int, base: Mapping[str, Any], values: Mapping[str, Any]) -> Self:
        """Return the edits with further ``values``, made to ``base``."""
        return replace(
            self,
            version=max(version, self.version),
            base={**self.base, **base},
            values={**self.values, **values},
        )

    def rebased_on(self, document: Document, values: Mapping[str, Any]) -> Self:
        """Return the edits with ``values``, applied to the current ``document``."""
        remaining = {n: v for n, v in values.items() if not is_equivalent(v, document.get(n))}
        base = {name: document.get(name) for name in self.base}
        return replace(self, version=document.modified_at, base=base, values=remaining)


def load(target: DocumentTarget) -> DraftEdits:
    """Return the member's draft; an empty one if there is none."""
    draft = _rows(target).first()
    return _load_edits(draft, target.kind.declared) if draft else DraftEdits()


def update(target: DocumentTarget, transform: Callable[[DraftEdits], DraftEdits]) -> DraftEdits:
    """Store the transformed edits; delete the draft if they are empty.

    Concurrent updates are serialized, so that no window loses edits.
    """
    with transaction.atomic():
        draft, _ = Draft.objects.select_for_update().get_or_create(**_draft_key(target))
        edits = transform(_load_edits(draft, target.kind.declared))
        if edits:
            content = [edits.version, *map(dict, (edits.base, edits.values, edits.unsent_forms))]
            draft.seal_content(to_plain(content)).save()
        else:
            draft.delete()
    return edits


def clear_saved(target: DocumentTarget, saved: DraftEdits) -> None:
    """Remove saved edits; unsubmitted forms and newer edits stay."""

    def left(now: DraftEdits) -> DraftEdits:
        if now.values != saved.values:
            return now
        return replace(now, base={}, values={})

    update(target, left)


def discard(target: DocumentTarget) -> None:
    """Delete the member's draft."""
    _rows(target).delete()


def discard_all(target: DocumentTarget) -> None:
    """Delete everyone's drafts of a deleted object.

    For a service, this includes drafts of its clients.
    """
    removed = {name: v for name, v in _draft_key(target).items() if name != "user"}
    if not target.client_id:
        del removed["client_id"]
    Draft.objects.filter(**removed).delete()


def _load_edits(draft: Draft, declared: DeclaredSettings) -> DraftEdits:
    """Return the edits of a draft that can still be made.

    Return no edits if the draft can't be decrypted or has an unknown format. Drop the
    edits of settings that are read-only now.
    """
    try:
        version, base, wanted, typed = from_plain(draft.content)
        base, wanted = (_editable(values, declared) for values in (base, wanted))
        return DraftEdits(int(version), base, wanted, dict(typed), draft.changed_at)
    except (UnsealError, KeyError, TypeError, ValueError, AttributeError):
        return DraftEdits()


def _editable(values: Mapping[str, Any], declared: DeclaredSettings) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name in declared and not declared[name][1].is_immutable
    }


def _draft_key(target: DocumentTarget) -> dict[str, Any]:
    return {
        "user": target.workspace.member.user,
        "organization": target.workspace.organization,
        "region": target.workspace.region.name,
        "service_id": target.service_id,
        "client_id": target.client_id,
    }


def _rows(target: DocumentTarget) -> Any:
    return Draft.objects.filter(**_draft_key(target))
