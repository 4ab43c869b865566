"""What the calls in `api` go through."""

from collections.abc import Mapping
from typing import Any, Protocol

from tenants.authlete.changes import Change
from tenants.authlete.editing import Written
from tenants.authlete.operation import Body, Operation, Places


class Door(Protocol):
    """Makes calls; `Authlete` is the real one."""

    def send[Reply](
        self,
        operation: Operation[Reply],
        *,
        places: Places | None = None,
        query: Mapping[str, Any] | None = None,
        body: Body | None = None,
        label: str = "",
        changes: tuple[Change, ...] = (),
        known: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Make one call and return its reply; ``changes`` are what it is to change,
        and ``known`` is by what one can tell later whether it did, for the record."""

    def create[Reply](
        self,
        operation: Operation[Reply],
        *,
        places: Places | None = None,
        body: Body,
        made: Mapping[str, Any],
        known: Mapping[str, Any] | None = None,
        is_document: bool = True,
    ) -> Written[Reply]:
        """Make an object with the members ``made``, which is all or a part of
        ``body``, and keep in the record what it was made with: of a service or client,
        as ``is_document`` says, no values of members that are not known."""

    def seen(self, value: Any) -> Any:
        """``value`` as the program may see it, secrets sealed."""

    def edit[Reply](
        self,
        read: Operation[Reply],
        write: Operation[Reply],
        *,
        places: Places,
        base: int,
        edits: Mapping[str, object],
    ) -> Written[Reply]:
        """Change some members of an object that is still at version ``base``."""
