"""Ending what acts for a subject at one service, and proving that it has ended.

In this order: look what is there; delete the tokens of each app, access and refresh
tokens alike; make Authlete forget the scopes that were granted to them, since else it
may let an app in again without asking the user; look again. What came or stayed is
tried once more. Only what was seen afterwards is proven: a call that failed does no
harm where nothing is left, and one that went well proves nothing
(`docs/explanation/decisions/verified-revocation.md`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time

from django.utils.translation import gettext as _

from console.users import receipt_store
from console.users.connected_apps import is_token_live, missing_apps_error
from console.users.lookups import OpenLookup
from console.users.receipt_digest import log_receipt_digest
from console.users.receipt_lines import (
    SCOPES_PART,
    TOKENS_PART,
    ReceiptLine,
    ReceiptProblem,
    ServiceReceipt,
    open_service_receipt,
)
from console.web.access import Member
from tenants.authlete.api.grants import PAGE_SIZE
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.api.tokens import MAX_PAGE_SIZE as TOKENS_A_PAGE
from tenants.authlete.documents.tokens import IssuedToken, TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    NotSentError,
    RejectedError,
    StaleVersionError,
)
from tenants.organizations.regions import Region

MAX_ROUNDS = 2
MAX_APPS_PER_SERVICE = 1000  # of one service
MAX_TOKENS_PER_APP = 200  # tokens of one app that are looked at

type AppNames = Mapping[int, str]  # of apps, by client


@dataclass(slots=True)
class UserRevocation:
    """One subject at one service, and what is kept of it."""

    service: ServiceApi
    subject: str
    receipt: ServiceReceipt
    _apps_with_known_scopes: set[int] = field(default_factory=set)  # whose scopes were just read
    _first_error: AuthleteError | None = None  # the first of a round

    def revoke_all(self) -> None:
        """End all apps. Raises an `AuthleteError` unless it is proven that nothing is
        left, and `Overtaken`."""
        self._run(None)

    def revoke_one(self, client_id: int) -> None:
        """The same for one app."""
        self._run(client_id)

    def _run(self, only_client: int | None) -> None:
        for line in self.receipt.lines.values():
            line.reset_check()
        for _round in range(MAX_ROUNDS):
            self._start_round()
            try:
                self._run_round(only_client)
            except AuthleteError as error:
                self.receipt.problem = self._build_problem(error)
                self.receipt.save(is_over=True)
                raise
            self.receipt.save(is_over=True)
            if self.receipt.is_confirmed:
                return
            if isinstance(self._first_error, RejectedError):
                break
        if self._first_error:
            raise self._first_error
        raise StaleVersionError(_("Something may still act for the subject; try it again."), {})

    def _start_round(self) -> None:
        self._apps_with_known_scopes.clear()
        self._first_error = self.receipt.problem = None
        for line in self.receipt.lines.values():
            line.troubles = []

    def _run_round(self, only_client: int | None) -> None:
        listed = self._list_apps(only_client)
        self._add_apps(listed if only_client is None else {only_client: "", **listed})
        self._revoke(listed)
        self._confirm(self._list_apps(only_client) if self.receipt.lines else listed)

    def _build_problem(self, error: AuthleteError, part: str = "") -> ReceiptProblem:
        """For every reader of a receipt or a job: Authlete may quote the subject."""
        error.redact((self.subject,))
        return ReceiptProblem.from_error(error, part)

    # ----------------------------------------------------------- what is there

    def _list_apps(self, only_client: int | None) -> AppNames:
        """The apps that have tokens of the subject, be they expired."""
        found = self._list_all_apps()
        return found if only_client is None else {n: found[n] for n in found if n == only_client}

    def _list_all_apps(self) -> dict[int, str]:
        found: dict[int, str] = {}
        while True:
            page = self.service.grants.list_authorized_clients(
                self.subject, start=len(found), end=len(found) + PAGE_SIZE
            )
            new = {one.client_id: one.client_name for one in page.clients or ()}
            found |= new
            if len(found) >= page.total_count:
                return found
            if not new or len(found) >= MAX_APPS_PER_SERVICE:
                raise missing_apps_error(page.total_count, len(found))

    def _add_apps(self, listed: AppNames) -> None:
        """Look what apps hold that were not met before."""
        new = [
            ReceiptLine(number, name[:200])
            for number, name in listed.items()
            if number not in self.receipt.lines
        ]
        held = self._list_all_tokens() if len(new) > 1 else ()
        for line in new:
            self._read_app(line, [one for one in held if one.client_id == line.client_id])
        self.receipt.lines |= {line.client_id: line for line in new}

    def _list_all_tokens(self) -> Sequence[IssuedToken]:
        """The tokens of all apps, where one page has them: one call, and not one for
        each app."""
        try:
            page = self.service.tokens.list(subject=self.subject)
        except RejectedError:
            return ()
        found = page.access_tokens or ()
        return found if len(found) >= page.total_count else ()

    def _read_app(self, line: ReceiptLine, tokens: Sequence[IssuedToken]) -> None:
        """What an app holds, as far as that is not known yet; what Authlete does not
        tell is ended all the same."""
        try:
            rows, total = (tokens, len(tokens)) if tokens else self._list_tokens(line)
            now = _now_ms()
            line.live = sum(is_token_live(one, now) for one in rows)
            line.expired = len(rows) - line.live
            line.unseen = max(0, total - len(rows))
        except RejectedError as error:
            line.troubles.append(self._build_problem(error, TOKENS_PART))
        try:
            line.granted = self._read_scopes(line)
            self._apps_with_known_scopes.add(line.client_id)
        except RejectedError as error:
            line.troubles.append(self._build_problem(error, SCOPES_PART))

    def _list_tokens(self, line: ReceiptLine) -> tuple[Sequence[IssuedToken], int]:
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
            if not page.access_tokens or len(found) >= min(page.total_count, MAX_TOKENS_PER_APP):
                return found, page.total_count

    def _read_scopes(self, line: ReceiptLine) -> list[str] | None:
        found = self.service.grants.get_granted_scopes(line.client_id, self.subject)
        if found.merged_granted_scopes is not None:
            return found.merged_granted_scopes
        return found.latest_granted_scopes

    # ------------------------------------------------------------ what ends it

    def _revoke(self, listed: AppNames) -> None:
        """First the tokens of all apps, then their scopes; what is known is kept before
        anything is ended."""
        unproven = [one for one in self.receipt.lines.values() if not one.is_confirmed]
        for line in unproven:
            line.reset_check()
        for line in unproven:
            if line.client_id in listed and not self._attempt(
                line, TOKENS_PART, self._delete_tokens
            ):
                return
        if unproven:
            self.receipt.save()
        for line in unproven:
            if not self._attempt(line, SCOPES_PART, self._delete_scopes):
                return

    def _delete_tokens(self, line: ReceiptLine) -> None:
        """Delete its tokens. That this is about to be done is kept first, with the
        count of the app before, since its own may be lost with the process."""
        was, line.is_counted = line.is_counted, False
        self.receipt.save()
        try:
            ended = self.service.grants.revoke_authorization(
                line.client_id, self.subject, label=line.name
            )
        except (NotSentError, RejectedError):
            line.is_counted = was
            raise
        if ended.count is not None:
            line.is_counted = was
            line.ended += ended.count

    def _delete_scopes(self, line: ReceiptLine) -> None:
        """Forget its scopes; not a second time, where an earlier try came so far."""
        is_seen = line.client_id in self._apps_with_known_scopes
        if (line.granted if is_seen else self._read_scopes(line)) is not None:
            self.service.grants.delete_granted_scopes(line.client_id, self.subject, label=line.name)

    def _attempt(
        self, line: ReceiptLine, part: str, action: Callable[[ReceiptLine], object]
    ) -> bool:
        """Whether to go on: after a refusal yes, after no answer not."""
        try:
            action(line)
        except AuthleteError as error:
            line.troubles.append(self._build_problem(error, part))
            self._first_error = self._first_error or error
            return isinstance(error, RejectedError)
        return True

    # ------------------------------------------------------------- what is left

    def _confirm(self, listed: AppNames) -> None:
        self._add_apps(listed)  # what came meanwhile
        for line in self.receipt.lines.values():
            if line.client_id not in listed:
                line.left = line.live_left = 0
            elif not self._attempt(line, TOKENS_PART, self._count_remaining):
                return
            is_known = line.remembered is False
            if not is_known and not self._attempt(line, SCOPES_PART, self._check_scopes):
                return

    def _count_remaining(self, line: ReceiptLine) -> None:
        """How many tokens are left, and how many of them are alive.

        Authlete may go on listing a token that was revoked, with times at which it
        would still work; only its status tells (Authlete facts, 14).
        """
        line.left = line.live_left = None
        rows, total = self._list_tokens(line)
        now = _now_ms()
        live = sum(is_token_live(one, now) for one in rows) + total - len(rows)
        working = sum(_is_access_token_valid(one, now) for one in rows)
        if working:
            valid = self.service.tokens.count(
                line.client_id, TokenStatus.VALID, subject=self.subject
            )
            live -= max(0, working - valid)
        line.left, line.live_left = total, live

    def _check_scopes(self, line: ReceiptLine) -> None:
        line.remembered = self._read_scopes(line) is not None


def _is_access_token_valid(token: IssuedToken, now_ms: int) -> bool:
    """Whether its access token works, by its times alone."""
    return not token.access_token_expires_at or token.access_token_expires_at > now_ms


def _now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time() * 1000)


def revoke_connected_app(
    member: Member,
    lookup: OpenLookup,
    region: Region,
    service_id: int,
    client_id: int,
    reason: str,
    ticket: str,
) -> ServiceReceipt:
    """End all that one app holds of a subject; the receipt says what went wrong."""
    receipt = receipt_store.create_receipt(member, lookup, reason, ticket, regions=[region])
    kept = open_service_receipt(receipt, region.name, service_id)
    try:
        door = member.connect(region.name, reason=reason, ticket=ticket)
        UserRevocation(door.service(service_id), lookup.subject, kept).revoke_one(client_id)
    except AuthleteError as error:
        if not kept.problems:  # which say where, and as much
            kept.problem = ReceiptProblem.from_error(error)
        kept.save(is_over=True)
    receipt_store.close_receipt(receipt)
    log_receipt_digest(member.actor, receipt.pk)
    return kept
