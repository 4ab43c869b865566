"""Changes as people would tell them: which setting, from what, to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext_noop as _

from console.forms.inside import inside
from console.forms.words import said, short
from console.names import ROLES
from tenants.audit.events import EVENTS
from tenants.authlete.changes import Change, member_of
from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import Section, Setting, Show
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.redaction import Fingerprint

# The settings of a kind of document by Authlete's names, each with its section's slug.
type Declared = Mapping[str, tuple[str, Setting]]


def _declared(sections: Mapping[str, type[Section]]) -> Declared:
    return {
        one.member: (slug, one)
        for slug, section in sections.items()
        for one in section.settings()
    }


SERVICE = _declared(service.SECTIONS)
CLIENT = _declared(client.SECTIONS)
_ROLES = cast(Mapping[str, str], ROLES)  # texts in the end
_NOTHING = cast(Mapping[str, str], {"": _("everything")})  # that was asked for
# What a local event changes, takes out or comes to: members, credentials, lists, jobs.
LOCAL: Declared = {
    one.member: ("", one)
    for one in (
        Setting("role", "role", _("Role"), "", Show("choice", choices=_ROLES)),
        Setting("token", "token", _("Access token"), "", Show("secret")),
        Setting("number", "number", _("Organization's number"), "", Show("text")),
        Setting("expires", "expires", _("Last day"), "", Show("text")),
        Setting("can_sign_in", "can_sign_in", _("Can sign in"), "", Show("flag")),
        Setting("signing_key", "signing_key", _("Signing key"), "", Show("text")),
        Setting("trouble", "trouble", _("What went wrong"), "", Show("text")),
        Setting("size", "size", _("Bytes"), "", Show("number")),
        Setting("file", "file", _("Fingerprint of the file"), "", Show("text")),
        Setting("digest", "digest", _("Digest"), "", Show("text")),
        Setting("query", "query", _("Asked for"), "", Show("choice", choices=_NOTHING)),
        Setting("rows", "rows", _("Rows taken out"), "", Show("number")),
        Setting("outcome", "outcome", _("Outcome"), "", Show("text")),
        Setting("found", "found", _("What was found"), "", Show("text")),
        Setting("name", "name", _("Name"), "", Show("text")),
        Setting("origin", "origin", _("Address"), "", Show("text")),
        Setting("url", "url", _("Path of the address"), "", Show("secret")),
        Setting("effects", "effects", _("Effects"), "", Show("text")),
        Setting("groups", "groups", _("Events"), "", Show("text")),
        Setting("subjects", "subjects", _("Subjects in the clear"), "", Show("flag")),
        Setting("from_row", "from_row", _("From row"), "", Show("number")),
        Setting("versions", "versions", _("Versions removed"), "", Show("number")),
        Setting("days", "days", _("Days that they were kept"), "", Show("number")),
        Setting(
            "unfit",
            "unfit",
            _("Objects whose versions do not fit, and stay"),
            "",
            Show("number"),
        ),
        Setting("rows_again", "rows_again", _("Rows sent again"), "", Show("number")),
        *(
            Setting(name, name, label, "", Show("number"))
            for name, label in {
                "items_done": _("Items done"),
                "items_same": _("Items already so"),
                "items_refused": _("Items refused"),
                "items_not_sent": _("Items not sent"),
                "items_unknown": _("Items unknown"),
                "items_skipped": _("Items skipped"),
                "items_pending": _("Items not begun"),
            }.items()
        ),
    )
}
# What a token is made with, and what of it can be changed.
TOKEN: Declared = {
    name: ("", Setting(name, name, label, "", show, zero=zero))
    for name, label, show, zero in (
        ("grantType", _("Grant type"), Show("choice", choices=GRANT_TYPE), ""),
        ("scopes", _("Scopes"), Show("strings"), ""),
        ("accessTokenExpiresAt", _("Access token ends"), Show("moment"), _("never")),
        ("refreshTokenExpiresAt", _("Refresh token ends"), Show("moment"), _("never")),
        ("accessTokenDuration", _("Access token lives"), Show("duration"), ""),
        ("refreshTokenDuration", _("Refresh token lives"), Show("duration"), ""),
        ("properties", _("Properties"), Show("pairs"), ""),
    )
}
# What a key in hardware is made with.
HARDWARE: Declared = {
    one.member: ("", one)
    for one in (
        Setting("kid", "kid", _("Key ID"), "", Show("text")),
        Setting("kty", "kty", _("Type"), "", Show("text")),
        Setting("use", "use", _("Use"), "", Show("text")),
        Setting("alg", "alg", _("Algorithm"), "", Show("text")),
        Setting("hsm_name", "hsmName", _("Hardware module"), "", Show("text")),
    )
}
OF_CLIENTS = ("client.", "requestable_scopes.")  # operations
OF_TOKENS = ("token.",)
INNER = Show("text")
OTHERWISE = _("%(words)s, with other content")  # where the words for both are the same
UNSET = _("Not set")  # where what is absent is told by what it comes to


@dataclass(frozen=True, slots=True)
class Sentence:
    """One change, ready for ``components/changes.html``."""

    name: str  # Authlete's, inside an object too: ``scopes[email].description``
    label: str
    section: str  # slug; empty for a member that is not declared
    was: str
    now: str
    gained: tuple[str, ...] = ()  # of a list in which the order means nothing
    lost: tuple[str, ...] = ()
    replaced: bool = False  # a secret: was and now are fingerprints
    risk: str = ""  # why it should be looked at

    @property
    def member(self) -> str:
        """The member of the whole object that this is, or is inside of."""
        return member_of(self.name)


def declared_of(operation: str) -> Declared:
    """The settings of what an entry of the record changed."""
    if operation in EVENTS and not operation.endswith("_outside"):
        return LOCAL
    if operation.startswith("key."):
        return HARDWARE
    if operation.startswith(OF_TOKENS):
        return TOKEN
    return CLIENT if operation.startswith(OF_CLIENTS) else SERVICE


def sentences(found: Iterable[Change], declared: Declared) -> list[Sentence]:
    return [sentence(change, declared) for change in found]


def sentence(change: Change, declared: Declared) -> Sentence:
    """What changed, in words; an undeclared member keeps Authlete's name."""
    member = member_of(change.field)
    undeclared = Setting(member, member, member, "", INNER)
    section, setting = declared.get(member, ("", undeclared))
    place = inside(setting, change.field[len(member) :])
    before, after = change.before, change.after
    if isinstance(before, Fingerprint) and isinstance(after, Fingerprint):
        was, now = short(before), short(after)
        return Sentence(
            change.field, place.label, section, was, now, replaced=before != after
        )
    was, now = place.words(before), place.words(after)
    if was == now and before != after:
        unset = said(UNSET)
        match before, after:
            case None, _:
                was = unset
            case _, None:
                now = unset
            case _:
                now = said(OTHERWISE) % {"words": now}
    if declared is LOCAL:  # what was not there before, or is not any more, is not told
        was, now = was if before is not None else "", now if after is not None else ""
    # From or to Authlete's own choice, which an absent list stands for.
    resets = bool(place.setting.absent) and None in (before, after)
    if change.is_set and (before or after) and not resets:
        gained = tuple(place.words([one]) for one in change.added)
        lost = tuple(place.words([one]) for one in change.removed)
        return Sentence(change.field, place.label, section, was, now, gained, lost)
    return Sentence(change.field, place.label, section, was, now)


def stored(values: Iterable[Mapping[str, Any]]) -> list[Change]:
    """The changes that an entry of the record keeps."""
    return [
        Change(one["field"], _opened(one["before"]), _opened(one["after"]))
        for one in values
    ]


def _opened(value: Any) -> Any:
    match value:
        case {"fingerprint": str(mark)} if len(value) == 1:
            return Fingerprint(mark)
        case dict():
            return {name: _opened(inner) for name, inner in value.items()}
        case list():
            return [_opened(item) for item in value]
        case _:
            return value
