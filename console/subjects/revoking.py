"""Ending what acts for a subject at one service, and proving that it has ended.

In this order: look what is there; delete the tokens of each app, access and refresh
tokens alike; make Authlete forget the scopes that were granted to them, since else it
may let an app in again without asking the user; look again. What came or stayed is
tried once more. Only what was seen afterwards is proven: a call that failed does no
harm where nothing is left, and one that went well proves nothing
(`docs/decisions/proven-by-looking.md`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time

from django.utils.translation import gettext as _

from console.subjects.apps import is_live, too_few
from console.subjects.lines import SCOPES, TOKENS, Kept, Line, Trouble
from tenants.authlete.api.grants import PAGE
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.api.tokens import MOST as TOKENS_A_PAGE
from tenants.authlete.documents.tokens import IssuedToken, TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    NotSent,
    Refused,
    Stale,
)

ROUNDS = 2
APPS = 1000  # of one service
MOST = 200  # tokens of one app that are looked at

type Names = Mapping[int, str]  # of apps, by client


@dataclass(slots=True)
class Revoking:
    """One subject at one service, and what is kept of it."""

    service: ServiceApi
    subject: str
    kept: Kept
    _seen: set[int] = field(default_factory=set)  # whose scopes were just read
    _error: AuthleteError | None = None  # the first of a round

    def everything(self) -> None:
        """End all apps. Raises an `AuthleteError` unless it is proven that nothing is
        left, and `Overtaken`."""
        self._go(None)

    def one(self, client_id: int) -> None:
        """The same for one app."""
        self._go(client_id)

    def _go(self, only: int | None) -> None:
        for line in self.kept.lines.values():
            line.unprove()
        for _round in range(ROUNDS):
            self._begin()
            try:
                self._once(only)
            except AuthleteError as error:
                self.kept.trouble = self._trouble(error)
                self.kept.keep(is_over=True)
                raise
            self.kept.keep(is_over=True)
            if self.kept.is_proven:
                return
            if isinstance(self._error, Refused):
                break
        if self._error:
            raise self._error
        raise Stale(_("Something may still act for the subject; try it again."), {})

    def _begin(self) -> None:
        self._seen.clear()
        self._error = self.kept.trouble = None
        for line in self.kept.lines.values():
            line.troubles = []

    def _once(self, only: int | None) -> None:
        listed = self._listed(only)
        self._meet(listed if only is None else {only: "", **listed})
        self._end(listed)
        self._prove(self._listed(only) if self.kept.lines else listed)

    def _trouble(self, error: AuthleteError, what: str = "") -> Trouble:
        """For every reader of a receipt or a job: Authlete may quote the subject."""
        error.hide((self.subject,))
        return Trouble.of(error, what)

    # ----------------------------------------------------------- what is there

    def _listed(self, only: int | None) -> Names:
        """The apps that have tokens of the subject, be they expired."""
        found = self._allowed()
        return found if only is None else {n: found[n] for n in found if n == only}

    def _allowed(self) -> dict[int, str]:
        found: dict[int, str] = {}
        while True:
            page = self.service.grants.authorizations(
                self.subject, start=len(found), end=len(found) + PAGE
            )
            new = {one.client_id: one.client_name for one in page.clients or ()}
            found |= new
            if len(found) >= page.total_count:
                return found
            if not new or len(found) >= APPS:
                raise too_few(page.total_count, len(found))

    def _meet(self, listed: Names) -> None:
        """Look what apps hold that were not met before."""
        new = [
            Line(number, name[:200])
            for number, name in listed.items()
            if number not in self.kept.lines
        ]
        held = self._held() if len(new) > 1 else ()
        for line in new:
            self._look(line, [one for one in held if one.client_id == line.client_id])
        self.kept.lines |= {line.client_id: line for line in new}

    def _held(self) -> Sequence[IssuedToken]:
        """The tokens of all apps, where one page has them: one call, and not one for
        each app."""
        try:
            page = self.service.tokens.list(subject=self.subject)
        except Refused:
            return ()
        found = page.access_tokens or ()
        return found if len(found) >= page.total_count else ()

    def _look(self, line: Line, held: Sequence[IssuedToken]) -> None:
        """What an app holds, as far as that is not known yet; what Authlete does not
        tell is ended all the same."""
        try:
            rows, total = (held, len(held)) if held else self._tokens(line)
            now = _now()
            line.live = sum(is_live(one, now) for one in rows)
            line.expired = len(rows) - line.live
            line.unseen = max(0, total - len(rows))
        except Refused as error:
            line.troubles.append(self._trouble(error, TOKENS))
        try:
            line.granted = self._granted(line)
            self._seen.add(line.client_id)
        except Refused as error:
            line.troubles.append(self._trouble(error, SCOPES))

    def _tokens(self, line: Line) -> tuple[Sequence[IssuedToken], int]:
        """Those of an app as far as they are looked at, and how many there are."""
        found: list[IssuedToken] = []
        while True:
            page = self.service.tokens.list(
                line.client_id,
                self.subject,
                start=len(found),
                end=len(found) + TOKENS_A_PAGE,
            )
            found += page.access_tokens or ()
            if not page.access_tokens or len(found) >= min(page.total_count, MOST):
                return found, page.total_count

    def _granted(self, line: Line) -> list[str] | None:
        found = self.service.grants.granted_scopes(line.client_id, self.subject)
        if found.merged_granted_scopes is not None:
            return found.merged_granted_scopes
        return found.latest_granted_scopes

    # ------------------------------------------------------------ what ends it

    def _end(self, listed: Names) -> None:
        """First the tokens of all apps, then their scopes; what is known is kept before
        anything is ended."""
        unproven = [one for one in self.kept.lines.values() if not one.is_proven]
        for line in unproven:
            line.unprove()
        for line in unproven:
            if line.client_id in listed and not self._try(line, TOKENS, self._delete):
                return
        if unproven:
            self.kept.keep()
        for line in unproven:
            if not self._try(line, SCOPES, self._forget):
                return

    def _delete(self, line: Line) -> None:
        """Delete its tokens. That this is about to be done is kept first, with the
        count of the app before, since its own may be lost with the process."""
        was, line.is_counted = line.is_counted, False
        self.kept.keep()
        try:
            ended = self.service.grants.revoke_authorization(
                line.client_id, self.subject, label=line.name
            )
        except (NotSent, Refused):
            line.is_counted = was
            raise
        if ended.count is not None:
            line.is_counted = was
            line.ended += ended.count

    def _forget(self, line: Line) -> None:
        """Forget its scopes; not a second time, where an earlier try came so far."""
        is_seen = line.client_id in self._seen
        if (line.granted if is_seen else self._granted(line)) is not None:
            self.service.grants.delete_granted_scopes(
                line.client_id, self.subject, label=line.name
            )

    def _try(self, line: Line, what: str, act: Callable[[Line], object]) -> bool:
        """Whether to go on: after a refusal yes, after no answer not."""
        try:
            act(line)
        except AuthleteError as error:
            line.troubles.append(self._trouble(error, what))
            self._error = self._error or error
            return isinstance(error, Refused)
        return True

    # ------------------------------------------------------------- what is left

    def _prove(self, listed: Names) -> None:
        self._meet(listed)  # what came meanwhile
        for line in self.kept.lines.values():
            if line.client_id not in listed:
                line.left = line.live_left = 0
            elif not self._try(line, TOKENS, self._count):
                return
            is_known = line.remembered is False
            if not is_known and not self._try(line, SCOPES, self._recall):
                return

    def _count(self, line: Line) -> None:
        """How many tokens are left, and how many of them are alive.

        Authlete may go on listing a token that was revoked, with times at which it
        would still work; only its status tells (api.md, section 14).
        """
        line.left = line.live_left = None
        rows, total = self._tokens(line)
        now = _now()
        live = sum(is_live(one, now) for one in rows) + total - len(rows)
        working = sum(_works(one, now) for one in rows)
        if working:
            valid = self.service.tokens.count(
                line.client_id, TokenStatus.VALID, subject=self.subject
            )
            live -= max(0, working - valid)
        line.left, line.live_left = total, live

    def _recall(self, line: Line) -> None:
        line.remembered = self._granted(line) is not None


def _works(token: IssuedToken, now: int) -> bool:
    """Whether its access token works, by its times alone."""
    return not token.access_token_expires_at or token.access_token_expires_at > now


def _now() -> int:
    """Milliseconds since 1970."""
    return int(time() * 1000)
