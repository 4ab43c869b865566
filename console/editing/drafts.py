"""Edits of a document that are not saved yet, kept until they are or are thrown away.

A draft survives a lost session, a closed browser and a failed save. It remembers the
version that was looked at and, of each setting that was changed, the value it had.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.db import transaction

from console.editing.kind import Target
from console.forms.snapshot import plain, real
from console.models import Draft
from console.sentences import Declared
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.compare import alike
from tenants.authlete.documents.splice import UNSET
from tenants.vault import Sealed


@dataclass(frozen=True, slots=True)
class Edits:
    """What one person wants changed, and what they saw when they wanted it."""

    version: int = 0  # of the document, when it was looked at
    base: Mapping[str, Any] = field(default_factory=dict)  # of all that was shown
    wanted: Mapping[str, Any] = field(default_factory=dict)
    # Forms as they were left, by section: also what is not valid yet.
    typed: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.wanted or self.typed)

    def with_form(
        self,
        section: str,
        version: int,
        base: Mapping[str, Any],
        wanted: Mapping[str, Any],
    ) -> Self:
        """After a form was filled in: ``base`` holds every setting that it showed."""
        wanted = {name: None if v is UNSET else v for name, v in wanted.items()}
        others = {name: v for name, v in self.wanted.items() if name not in base}
        return replace(
            self,
            version=max(version, self.version),
            base={**self.base, **base} if others or wanted else {},
            wanted=others | wanted,
            typed={name: v for name, v in self.typed.items() if name != section},
        )

    def leaving(self, typed: Mapping[str, str]) -> Self:
        """With forms that are not sent yet, as they stand."""
        return replace(self, typed=typed)

    def more(
        self, version: int, base: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> Self:
        """With further edits, made upon ``base``, besides those that there are."""
        return replace(
            self,
            version=max(version, self.version),
            base={**self.base, **base},
            wanted={**self.wanted, **wanted},
        )

    def upon(self, document: Document, wanted: Mapping[str, Any]) -> Self:
        """The edits ``wanted``, as made to ``document`` as it is now."""
        left = {n: v for n, v in wanted.items() if not alike(v, document.get(n))}
        base = {name: document.get(name) for name in self.base}
        return replace(self, version=document.modified_at, base=base, wanted=left)


def find(target: Target) -> Edits:
    """The member's draft; an empty one where there is none."""
    draft = _rows(target).first()
    return _edits(draft, target.kind.declared) if draft else Edits()


def change(target: Target, how: Callable[[Edits], Edits]) -> Edits:
    """Keep what ``how`` makes of the draft as it is now; no draft when that is empty.

    Two windows take turns, so that neither loses what was entered in the other.
    """
    with transaction.atomic():
        draft, _ = Draft.objects.select_for_update().get_or_create(**_place(target))
        edits = how(_edits(draft, target.kind.declared))
        if edits:
            content = [
                edits.version,
                *map(dict, (edits.base, edits.wanted, edits.typed)),
            ]
            draft.keep(plain(content)).save()
        else:
            draft.delete()
    return edits


def settle(target: Target, saved: Edits) -> None:
    """Drop what was saved; forms that were not sent, and newer changes, are kept."""

    def left(now: Edits) -> Edits:
        if now.wanted != saved.wanted:
            return now
        return replace(now, base={}, wanted={})

    change(target, left)


def drop(target: Target) -> None:
    _rows(target).delete()


def forget(target: Target) -> None:
    """Drop everybody's drafts for what is gone: of a service, its clients' as well."""
    gone = {name: v for name, v in _place(target).items() if name != "user"}
    if not target.client_id:
        del gone["client_id"]
    Draft.objects.filter(**gone).delete()


def _edits(draft: Draft, declared: Declared) -> Edits:
    """What a draft holds that can still be changed.

    Nothing of one whose key is gone, or that another version of the console wrote
    otherwise; and of settings that are fixed by now, only that.
    """
    try:
        version, base, wanted, typed = real(draft.content)
        base, wanted = (_changeable(values, declared) for values in (base, wanted))
        return Edits(int(version), base, wanted, dict(typed), draft.changed_at)
    except (Sealed, KeyError, TypeError, ValueError, AttributeError):
        return Edits()


def _changeable(values: Mapping[str, Any], declared: Declared) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name in declared and not declared[name][1].fixed
    }


def _place(target: Target) -> dict[str, Any]:
    return {
        "user": target.workspace.member.user,
        "organization": target.workspace.organization,
        "region": target.workspace.region.name,
        "service_id": target.service_id,
        "client_id": target.client_id,
    }


def _rows(target: Target) -> Any:
    return Draft.objects.filter(**_place(target))
