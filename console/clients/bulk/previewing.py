"""What a deed would come to for each client, before anything is sent."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.access import Member
from console.clients.bulk.deeds import LOCK, ROTATE, SET
from console.clients.bulk.kept import (
    CANNOT,
    CHANGE,
    SAME,
    UNREAD,
    Choice,
    Chosen,
    Preview,
    Row,
)
from console.clients.bulk.reading import Found, Place, live_tokens, place_of, read
from console.clients.bulk.selecting import Fits, fits
from console.clients.bulk.settable import Edit, Members
from console.clients.rotating import under_way
from console.clients.secrets import uses
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules import findings
from tenants.authlete.errors import AuthleteError

# Whose settings somebody else may tell Authlete anew.
OVERWRITTEN: Mapping[str, str | Promise] = {
    "DYNAMIC_REGISTRATION": gettext_lazy(
        "It registered itself, and may change this back by itself."
    ),
    "AUTOMATIC_REGISTRATION": gettext_lazy(
        "Its federation vouches for it, and may change this back."
    ),
    "EXPLICIT_REGISTRATION": gettext_lazy(
        "Its federation vouches for it, and may change this back."
    ),
    "METADATA_DOCUMENT": gettext_lazy(
        "Its settings come from its document, which may change this back."
    ),
}


def preview(
    member: Member, choice: Choice, deed: str, edit: Edit | None = None
) -> Preview:
    """Read every client as it is now; nothing is changed."""
    found = read(member, [place_of(one) for one in choice.clients])
    fitting, judge = fits(member, choice), _judge(member, deed, edit)
    rows = [_row(one, found[place_of(one)], fitting, judge) for one in choice.clients]
    if deed == LOCK:
        rows = _counted(member, rows)
    return Preview(deed, rows, timezone.now(), edit)


type Judge = Callable[[Row, Client], Row]


def _judge(member: Member, deed: str, edit: Edit | None) -> Judge:
    """What tells what the deed would come to for one client."""
    if deed == ROTATE:
        return partial(_rotate, taken=under_way(member.organization).keys())
    if deed == SET:
        assert edit is not None
        return partial(_set, edit=edit)
    return partial(_lock, wanted=deed == LOCK)


def _row(one: Chosen, found: Found, fitting: Fits, judge: Judge) -> Row:
    row = Row(one.region, one.service_id, one.client_id, one.name)
    if found is None:
        return replace(row, fate=CANNOT, why=_("It is there no more."))
    if isinstance(found, AuthleteError):
        told = {"title": _(found.title), "message": found.message}
        return replace(row, fate=UNREAD, why=_("%(title)s: %(message)s") % told)
    row = replace(row, name=found.client_name or found.alias)
    if not _is_limited(found) and not fitting(place_of(one), found):
        why = _("It does not fit the search any more, so it is left alone.")
        return replace(row, fate=CANNOT, why=why)
    return judge(row, found)


def _is_limited(client: Client) -> bool:
    """Whether the credential was shown hardly more than a name."""
    return client.get("modifiedAt") is None


def _lock(row: Row, client: Client, *, wanted: bool) -> Row:
    if _is_limited(client):
        note = _("The credential is not shown whether it is locked.")
        return replace(row, now=wanted, notes=[note])
    if client.is_locked is wanted:
        why = _("It is locked already.") if wanted else _("It is not locked.")
        return replace(row, fate=SAME, why=why)
    return replace(row, was=client.is_locked, now=wanted)


def _set(row: Row, client: Client, *, edit: Edit) -> Row:
    if _is_limited(client):
        why = _("The credential sees only a part of it; saving would erase the rest.")
        return replace(row, fate=CANNOT, why=why)
    one = edit.about
    was = one.of(client.wire())
    now = edit.upon(was)
    if one.same(was, now):
        return replace(row, fate=SAME, why=_("It has this value already."), was=was)
    if problems := one.problems(now, was):
        return replace(row, fate=CANNOT, why=" ".join(problems), was=was, now=now)
    notes = list(_warnings(client, one.edits(client.wire(), now)))
    return replace(row, notes=notes, was=was, now=now)


def _warnings(client: Client, edits: Members) -> Iterator[str]:
    """What the change would break, and who might undo it."""
    before = client.wire()
    known = set(findings(before))
    after = {n: v for n, v in (before | dict(edits)).items() if v is not None}
    for finding in findings(after):
        if finding not in known:
            yield _(finding.message)
    if words := OVERWRITTEN.get(client.source):
        yield str(words)
    elif client.get("dynamicallyRegistered") is True:
        yield str(OVERWRITTEN["DYNAMIC_REGISTRATION"])


def _rotate(row: Row, client: Client, *, taken: Container[Place]) -> Row:
    if place_of(row) in taken:
        return replace(row, fate=SAME, why=_("A rotation of it is under way already."))
    if _is_limited(client):
        note = _("The credential is not shown whether anything asks for its secret.")
        return replace(row, notes=[note])
    if not uses(client):
        return replace(row, fate=CANNOT, why=_("Nothing asks for its secret."))
    return row


def _counted(member: Member, rows: Sequence[Row]) -> list[Row]:
    """The same, with how many tokens live by those that would be locked."""
    counts = live_tokens(member, [place_of(row) for row in rows if row.fate == CHANGE])
    return [replace(row, tokens=counts.get(place_of(row))) for row in rows]
