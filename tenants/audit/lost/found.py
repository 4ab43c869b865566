"""What a look at Authlete says about a call whose outcome is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from math import ceil
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenants.audit.models import AuditEntry
from tenants.authlete import Authlete
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.errors import Outcome

# A call that broke off at once never arrived, or was done by then. One that nobody
# answered until it was given up, or that a gateway answered with an error of its own,
# may still be carried out, for as long again.
AT_ONCE = timedelta(seconds=3)
LATE = timedelta(seconds=20)


class Verdict(StrEnum):
    """What a look at Authlete tells of a lost call."""

    DONE = "done"
    NOT_DONE = "not done"
    OTHERWISE = "otherwise"  # neither: somebody else changed it, or there are several
    CANNOT_TELL = "cannot tell"
    NOT_YET = "cannot tell yet"  # not done so far, and it may still be on its way

    @property
    def outcome(self) -> Outcome | None:
        """What is settled by it; none where a person has to decide."""
        return SETTLED.get(self)


SETTLED = {Verdict.DONE: Outcome.DONE, Verdict.NOT_DONE: Outcome.NOT_DONE}


@dataclass(frozen=True, slots=True)
class Finding:
    """``said`` is why, in a sentence; ``candidates`` are the ids of what it may be."""

    verdict: Verdict
    said: str | Promise
    candidates: Sequence[str] = ()
    wait: int = 0  # seconds until it can be told


UNTOLD = Finding(
    Verdict.CANNOT_TELL,
    _("The entry does not hold what this could be told by."),
)


def done(said: str | Promise) -> Finding:
    return Finding(Verdict.DONE, said)


def not_done(said: str | Promise) -> Finding:
    return Finding(Verdict.NOT_DONE, said)


def otherwise(said: str | Promise) -> Finding:
    return Finding(Verdict.OTHERWISE, said)


def cannot_tell(said: str | Promise, candidates: Sequence[str] = ()) -> Finding:
    return Finding(Verdict.CANNOT_TELL, said, candidates)


def not_yet(seconds: int) -> Finding:
    said = ngettext(
        "It is as before, but the call may still be on its way. Whether it was done"
        " can be told in %(seconds)d second.",
        "It is as before, but the call may still be on its way. Whether it was done"
        " can be told in %(seconds)d seconds.",
        seconds,
    )
    return Finding(Verdict.NOT_YET, said % {"seconds": seconds}, wait=seconds)


@dataclass(frozen=True)
class Lost:
    """One call whose outcome is unknown, and the way to look."""

    entry: AuditEntry
    authlete: Authlete
    learnt: Mapping[str, Any] = field(default_factory=dict)  # since

    @cached_property
    def known(self) -> dict[str, Any]:
        """What its intent keeps for this, see `watch.Call.known`, and what was learnt
        since."""
        return self.entry.knows | dict(self.learnt)

    @property
    def on_its_way(self) -> int:
        """Seconds for which Authlete may still carry it out."""
        took, is_over = self.entry.duration, (self.entry.status or 0) < 500
        if is_over and took is not None and timedelta(0) <= took < AT_ONCE:
            return 0
        left = min(LATE, self.entry.time + LATE - datetime.now(UTC))
        return max(0, ceil(left.total_seconds()))

    @property
    def began(self) -> int:
        """Milliseconds since 1970."""
        return self.entry.at // 1000

    @property
    def service(self) -> ServiceApi:
        return self.authlete.service(int(self.entry.service))

    @property
    def client_id(self) -> int:
        return int(self.entry.client)

    @property
    def client(self) -> ClientApi:
        return self.service.client(self.client_id)

    def before(self, field: str) -> Any:
        return self.entry.before(field)

    def after(self, field: str) -> Any:
        return self.entry.after(field)
