"""Two documents beside each other: what differs, and what was to be expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.editing.kind import Kind
from console.editing.restoring import Left, unsettable
from console.forms.words import said
from console.sentences import Declared, Sentence, sentence
from tenants.authlete.changes import Change, differences, member_of
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.compare import agree
from tenants.authlete.documents.splice import outright
from tenants.authlete.redaction import Fingerprint, sealed_in

# Different in any two objects, and of one object at two times no setting.
OWN = frozenset(
    """
    apiKey number serviceNumber serviceOwnerNumber clientId clientIdAlias developer
    serviceName clientName issuer createdAt derivedSectorIdentifier
    """.split()
)
NEVER_SAID = frozenset({"modifiedAt", "metadata"})
ADDRESS = ("Endpoint", "jwksUri")  # at the end of a name


@dataclass(frozen=True, slots=True)
class Member:
    """A member in which they differ, once."""

    member: str
    label: str
    why: str  # why its first value cannot be put into the other; empty if it can


@dataclass(frozen=True, slots=True)
class Compared:
    differs: Sequence[Sentence]
    members: Sequence[Member]
    expected: Sequence[Sentence]  # ids, addresses, secrets and times of its own

    @property
    def can_return(self) -> bool:
        return any(not one.why for one in self.members)


def compared(kind: Kind, first: Document, other: Document, *, same: bool) -> Compared:
    """``same``: both are of one object, at two times."""
    differs, expected = [], []
    members: dict[str, Member] = {}
    for one in differences(first.wire(), other.wire(), agree):
        member = member_of(one.field)
        told = sentence(one, kind.declared)
        if member in NEVER_SAID or (not same and _is_own(member, one)):
            expected.append(told)
            continue
        differs.append(told)
        if member not in members:
            why = unreturnable(kind.declared, member, first, other)
            _, setting = kind.declared.get(member, ("", None))
            label = said(setting.label) if setting else member
            members[member] = Member(member, label, why)
    return Compared(differs, list(members.values()), expected)


def unreturnable(declared: Declared, member: str, then: Document, now: Document) -> str:
    """Why an old value cannot be put back; nothing where it can."""
    if why := unsettable(declared, member):
        return why
    if sealed_in(then.get(member)) or sealed_in(now.get(member)):
        return _("A secret is in it, and none is kept. It stays as it is now.")
    return ""


def returned(
    kind: Kind, then: Document, now: Document, members: Sequence[str] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What ``members`` are now, and what they are to be again; all that differ and can
    be put back for None."""
    found = differences(now.wire(), then.wire(), agree)
    differ = {member_of(one.field) for one in found}
    wanted = {
        member: outright(now.get(member), then.get(member))
        for member in sorted(differ - NEVER_SAID)
        if (members is None or member in members)
        and not unreturnable(kind.declared, member, then, now)
    }
    return {member: now.get(member) for member in wanted}, wanted


def staying(kind: Kind, then: Document, now: Document) -> list[Left]:
    """What differs and is not put back, and why."""
    members = compared(kind, then, now, same=True).members
    return [Left(one.label, one.member, one.why) for one in members if one.why]


def _is_own(member: str, change: Change) -> bool:
    secret = any(isinstance(v, Fingerprint) for v in (change.before, change.after))
    address = member.endswith(ADDRESS) and None not in (change.before, change.after)
    return member in OWN or secret or address
