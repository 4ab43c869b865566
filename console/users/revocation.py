"""Revoke a user's apps in one service, and confirm it by reading again.

Deletes the tokens of each app, then its granted scopes, which could otherwise let it in again
without consent. What is left is tried once more. Only a later read confirms the result,
regardless of the calls' outcomes (`docs/explanation/decisions/verified-revocation.md`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time

from django.utils.translation import gettext as _

from console.users import receipt_store
from console.users.connected_apps import is_token_live, missing_apps_error
from console.users.lookups import OpenLookup
from console.users.receipt_export import log_receipt_digest
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
from tenants.authlete.errors import AuthleteError, NotSentError, RejectedError, StaleVersionError
from tenants.organizations.regions import Region

MAX_ROUNDS = 2
MAX_APPS_PER_SERVICE = 1000
MAX_TOKENS_PER_APP = 200  # read before a revocation

type AppNames = Mapping[int, str]  # of apps, by client


@dataclass(slots=True)
class UserRevocation:
    """The revocation of one user in one service."""

    service: ServiceApi
    subject: str
    receipt: ServiceReceipt
    _apps_with_known_scopes: set[int] = field(default_factory=set)
    _first_error: AuthleteError | None = None  # the first of a round
    _unlisted_apps: AppNames = field(default_factory=dict)  # with tokens, but not listed

    def revoke_all(self) -> None:
        """Revoke all apps.

        Raises an `AuthleteError` unless it is confirmed that nothing is left, and
        `ReceiptConflictError`.
        """
        self._run(None)

    def revoke_one(self, client_id: int) -> None:
        """Revoke one app; raises as `revoke_all` does."""
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
        raise StaleVersionError(_("Apps may still have access. Try again."), {})

    def _start_round(self) -> None:
        self._apps_with_known_scopes.clear()
        self._first_error = self.receipt.problem = None
        for line in self.receipt.lines.values():
            line.troubles = []

    def _run_round(self, only_client: int | None) -> None:
        apps = {**self._unlisted_apps, **self._list_apps(only_client)}
        self._add_apps(apps if only_client is None else {only_client: "", **apps})
        self._revoke(apps)
        remaining = self._list_apps(only_client) if self.receipt.lines else apps
        holders = self._list_token_holders(only_client)
        self._unlisted_apps = {
            number: holders[number] for number in holders.keys() - remaining.keys()
        }
        self._confirm({**self._unlisted_apps, **remaining})

    def _build_problem(self, error: AuthleteError, stage: str = "") -> ReceiptProblem:
        """Build a problem without the subject, which Authlete may quote."""
        error.redact((self.subject,))
        return ReceiptProblem.from_error(error, stage)

    # ----------------------------------------------------------- listing

    def _list_apps(self, only_client: int | None) -> AppNames:
        """Return the apps with tokens of the user, expired ones included."""
        apps = self._list_all_apps()
        return apps if only_client is None else {n: apps[n] for n in apps if n == only_client}

    def _list_all_apps(self) -> dict[int, str]:
        apps: dict[int, str] = {}
        while True:
            page = self.service.grants.list_authorized_clients(
                self.subject, start=len(apps), end=len(apps) + PAGE_SIZE
            )
            new = {client.client_id: client.client_name for client in page.clients or ()}
            apps |= new
            if len(apps) >= page.total_count:
                return apps
            if not new or len(apps) >= MAX_APPS_PER_SERVICE:
                raise missing_apps_error(page.total_count, len(apps))

    def _list_token_holders(self, only_client: int | None) -> AppNames:
        """Return apps with valid tokens of the user; none only if there are no such tokens."""
        page = self.service.tokens.list(only_client, self.subject, TokenStatus.VALID)
        holders = {token.client_id: "" for token in page.access_tokens or ()}
        if page.total_count and not holders:
            raise missing_apps_error(page.total_count, 0)
        return holders

    def _add_apps(self, listed: AppNames) -> None:
        """Add and read apps that aren't in the receipt yet."""
        new = [
            ReceiptLine(number, name[:200])
            for number, name in listed.items()
            if number not in self.receipt.lines
        ]
        tokens = self._list_all_tokens() if len(new) > 1 else ()
        for line in new:
            self._read_app(line, [token for token in tokens if token.client_id == line.client_id])
        self.receipt.lines |= {line.client_id: line for line in new}

    def _list_all_tokens(self) -> Sequence[IssuedToken]:
        """Return the tokens of all apps if they fit on one page, else nothing."""
        try:
            page = self.service.tokens.list(subject=self.subject)
        except RejectedError:
            return ()
        tokens = page.access_tokens or ()
        return tokens if len(tokens) >= page.total_count else ()

    def _read_app(self, line: ReceiptLine, tokens: Sequence[IssuedToken]) -> None:
        """Read tokens and scopes of an app; errors don't prevent its revocation."""
        try:
            rows, total = (tokens, len(tokens)) if tokens else self._list_tokens(line)
            now = _now_ms()
            line.live = sum(is_token_live(row, now) for row in rows)
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
        """Return the first tokens of an app, and the total count."""
        tokens: list[IssuedToken] = []
        while True:
            page = self.service.tokens.list(
                line.client_id, self.subject, start=len(tokens), end=len(tokens) + TOKENS_A_PAGE
            )
            tokens += page.access_tokens or ()
            if not page.access_tokens or len(tokens) >= min(page.total_count, MAX_TOKENS_PER_APP):
                return tokens, page.total_count

    def _read_scopes(self, line: ReceiptLine) -> list[str] | None:
        scopes = self.service.grants.get_granted_scopes(line.client_id, self.subject)
        if scopes.merged_granted_scopes is not None:
            return scopes.merged_granted_scopes
        return scopes.latest_granted_scopes

    # ------------------------------------------------------------ revoking

    def _revoke(self, listed: AppNames) -> None:
        """Save what is known, then delete all tokens, then all scopes."""
        unproven = [
            receipt_line
            for receipt_line in self.receipt.lines.values()
            if not receipt_line.is_confirmed
        ]
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
        """Delete the tokens of an app.

        The intent is saved first, since the returned count may be lost with the process.
        """
        was_counted, line.is_counted = line.is_counted, False
        self.receipt.save()
        try:
            ended = self.service.grants.revoke_authorization(
                line.client_id, self.subject, label=line.name
            )
        except (NotSentError, RejectedError):
            line.is_counted = was_counted
            raise
        if ended.count is not None:
            line.is_counted = was_counted
            line.ended += ended.count

    def _delete_scopes(self, line: ReceiptLine) -> None:
        """Delete the app's remembered scopes, unless an earlier attempt did."""
        is_seen = line.client_id in self._apps_with_known_scopes
        if (line.granted if is_seen else self._read_scopes(line)) is not None:
            self.service.grants.delete_granted_scopes(line.client_id, self.subject, label=line.name)

    def _attempt(
        self, line: ReceiptLine, stage: str, action: Callable[[ReceiptLine], object]
    ) -> bool:
        """Run ``action``; return False only if Authlete didn't respond."""
        try:
            action(line)
        except AuthleteError as error:
            line.troubles.append(self._build_problem(error, stage))
            self._first_error = self._first_error or error
            return isinstance(error, RejectedError)
        return True

    # ------------------------------------------------------------- confirming

    def _confirm(self, listed: AppNames) -> None:
        self._add_apps(listed)  # apps connected meanwhile
        for line in self.receipt.lines.values():
            if line.client_id not in listed:
                line.left = line.live_left = 0
            elif not self._attempt(line, TOKENS_PART, self._count_remaining):
                return
            is_known = line.remembered is False
            if not is_known and not self._attempt(line, SCOPES_PART, self._check_scopes):
                return

    def _count_remaining(self, line: ReceiptLine) -> None:
        """Count the tokens that are left, and how many are active.

        Authlete may still list revoked tokens with future expiry; only their status tells
        (Authlete facts, 14).
        """
        line.left = line.live_left = None
        rows, total = self._list_tokens(line)
        now = _now_ms()
        live = sum(is_token_live(row, now) for row in rows) + total - len(rows)
        working = sum(
            not row.access_token_expires_at or row.access_token_expires_at > now for row in rows
        )
        if working:
            valid = self.service.tokens.count(
                line.client_id, TokenStatus.VALID, subject=self.subject
            )
            live -= max(0, working - valid)
        line.left, line.live_left = total, live

    def _check_scopes(self, line: ReceiptLine) -> None:
        line.remembered = self._read_scopes(line) is not None


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
    """Revoke one app of a user; errors are in the receipt."""
    receipt = receipt_store.create_receipt(member, lookup, reason, ticket, regions=[region])
    service_receipt = open_service_receipt(receipt, region.name, service_id)
    try:
        authlete = member.connect(region.name, reason=reason, ticket=ticket)
        UserRevocation(authlete.service(service_id), lookup.subject, service_receipt).revoke_one(
            client_id
        )
    except AuthleteError as error:
        if not service_receipt.problems:  # otherwise these describe the error
            service_receipt.problem = ReceiptProblem.from_error(error)
        service_receipt.save(is_over=True)
    receipt_store.close_receipt(receipt)
    log_receipt_digest(member.actor, receipt.pk)
    return service_receipt
