"""Impacts: how a change to a service affects its clients.

A *conflict* compares a service with one of its clients, and returns the requests, values or
rules of the client that the service rejects. A client is affected if the change adds one. A
*change* compares two versions of the service where the difference itself is what matters.

Clients are their searchable settings by name, with a dot inside an object, such as
`extension.accessTokenDuration`. Unset and unknown values never affect a client.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tenants.authlete.documents.base import DocumentFields

type Conflict = Callable[[DocumentFields, DocumentFields], Collection[str] | bool]
type Change = Callable[[DocumentFields, DocumentFields, DocumentFields], bool]


class ImpactLevel(StrEnum):
    """What happens to an affected client. The values are part of URLs."""

    BREAKS = "breaks"  # its requests fail
    MAY_BREAK = "may-break"  # they fail unless it already does what its settings don't require
    ADAPTS = "adapts"  # its requests succeed, with another result


@dataclass(frozen=True, slots=True)
class ClientImpact:
    """One way in which a change to a service affects clients."""

    id: str  # part of URLs
    level: ImpactLevel
    fields: tuple[str, ...]  # API names of the service's settings, the main one first
    message: str  # about the affected clients, marked for translation
    is_affected: Change  # by the service before, the service after, and the client
    find_conflict: Conflict | None = None  # None: affects only changes of the service

    def is_triggered(self, before: DocumentFields, after: DocumentFields) -> bool:
        """Return whether one of the service's settings differs."""
        return any(before.get(field) != after.get(field) for field in self.fields)


class ImpactSet:
    """All impacts, in order of registration."""

    def __init__(self) -> None:
        self._impacts: dict[str, ClientImpact] = {}

    def conflict(
        self, impact_id: str, level: ImpactLevel, fields: str, message: str
    ) -> Callable[[Conflict], Conflict]:
        """Register the decorated function as a conflict; ``fields`` are separated by spaces."""

        def register(check: Conflict) -> Conflict:
            def is_affected(
                before: DocumentFields, after: DocumentFields, client: DocumentFields
            ) -> bool:
                now = _as_set(check(after, client))
                return bool(now) and not now <= _as_set(check(before, client))

            self._add(impact_id, level, fields, message, is_affected, check)
            return check

        return register

    def change(
        self, impact_id: str, level: ImpactLevel, fields: str, message: str
    ) -> Callable[[Change], Change]:
        """Register the decorated function as a change; ``fields`` are separated by spaces."""

        def register(check: Change) -> Change:
            self._add(impact_id, level, fields, message, check)
            return check

        return register

    def _add(
        self,
        impact_id: str,
        level: ImpactLevel,
        fields: str,
        message: str,
        check: Change,
        conflict: Conflict | None = None,
    ) -> None:
        assert impact_id not in self._impacts, f"two impacts are called {impact_id}"
        self._impacts[impact_id] = ClientImpact(
            impact_id, level, tuple(fields.split()), message, check, conflict
        )

    def __iter__(self) -> Iterator[ClientImpact]:
        return iter(self._impacts.values())

    def __contains__(self, impact_id: object) -> bool:
        return impact_id in self._impacts

    def triggered(self, before: DocumentFields, after: DocumentFields) -> list[ClientImpact]:
        """Return the impacts whose settings differ, the most severe first."""
        return self.by_level(impact.id for impact in self if impact.is_triggered(before, after))

    def by_level(self, impact_ids: Iterable[str]) -> list[ClientImpact]:
        """Return the impacts that exist of ``impact_ids``, the most severe first."""
        levels, ids = list(ImpactLevel), set(impact_ids)
        found = [impact for impact in self if impact.id in ids]
        return sorted(found, key=lambda impact: levels.index(impact.level))

    def new_conflicts(
        self, service: DocumentFields, before: DocumentFields, after: DocumentFields
    ) -> list[ClientImpact]:
        """Return the conflicts with its service that break a client after it was changed."""
        return [
            impact
            for impact in self
            if impact.level is ImpactLevel.BREAKS
            and impact.find_conflict
            and not (
                _as_set(impact.find_conflict(service, after))
                <= _as_set(impact.find_conflict(service, before))
            )
        ]


def _as_set(found: Collection[str] | bool) -> frozenset[str]:
    if isinstance(found, bool):
        return frozenset({""} if found else ())
    return frozenset(found)


CLIENT_IMPACTS = ImpactSet()
