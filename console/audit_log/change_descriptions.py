"""Describe changes in words: setting, previous value and new value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext_noop as _

from console.forms.nested_settings import resolve_nested
from console.forms.value_text import short_fingerprint, translate
from console.web.labels import ROLE_LABELS
from tenants.audit.events import EVENTS
from tenants.authlete.changes import FieldChange, get_top_level_field
from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import InputType, Section, Setting
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.redaction.fingerprint import Fingerprint

# The settings of a kind of document by Authlete's names, each with its section's slug.
type DeclaredSettings = Mapping[str, tuple[str, Setting]]


def _settings_by_member(sections: Mapping[str, type[Section]]) -> DeclaredSettings:
    return {
        setting.api_name: (slug, setting)
        for slug, section in sections.items()
        for setting in section.settings()
    }


SERVICE_SETTINGS = _settings_by_member(service.SECTIONS)
CLIENT_SETTINGS = _settings_by_member(client.SECTIONS)
_ROLE_CHOICES = cast(Mapping[str, str], ROLE_LABELS)  # lazy texts
_LINK_CHOICES = cast(
    Mapping[str, str], {"mailed": _("mailed to the person"), "shown": _("link shown to admin")}
)
_EMPTY_QUERY = cast(Mapping[str, str], {"": _("everything")})  # an export without a search
# Members of local events: members, credentials, exports, jobs.
LOCAL_EVENT_SETTINGS: DeclaredSettings = {
    setting.api_name: ("", setting)
    for setting in (
        Setting("role", "role", _("Role"), "", InputType("choice", choices=_ROLE_CHOICES)),
        Setting("link", "link", _("Link"), "", InputType("choice", choices=_LINK_CHOICES)),
        Setting("invited_by", "invited_by", _("Invited by"), "", InputType("text")),
        Setting("token", "token", _("Access token"), "", InputType("secret")),
        Setting("number", "number", _("Organization ID"), "", InputType("text")),
        Setting("expires", "expires", _("Expires on"), "", InputType("text")),
        Setting("can_sign_in", "can_sign_in", _("Can sign in"), "", InputType("flag")),
        Setting("signing_key", "signing_key", _("Signing key"), "", InputType("text")),
        Setting("trouble", "trouble", _("Error"), "", InputType("text")),
        Setting("size", "size", _("Bytes"), "", InputType("number")),
        Setting("file", "file", _("File fingerprint"), "", InputType("text")),
        Setting("digest", "digest", _("Digest"), "", InputType("text")),
        Setting("query", "query", _("Search"), "", InputType("choice", choices=_EMPTY_QUERY)),
        Setting("rows", "rows", _("Rows exported"), "", InputType("number")),
        Setting("revealed", "revealed", _("Revealed field"), "", InputType("text")),
        Setting("outcome", "outcome", _("Outcome"), "", InputType("text")),
        Setting("accepted", "accepted", _("Accepted differences"), "", InputType("text")),
        Setting("found", "found", _("Finding"), "", InputType("text")),
        Setting("name", "name", _("Name"), "", InputType("text")),
        Setting("note", "note", _("Note"), "", InputType("text")),
        Setting(
            "max_secret_age_days",
            "max_secret_age_days",
            _("Secret age limit in days"),
            "",
            InputType("number"),
        ),
        Setting("ticket_required", "ticket_required", _("Ticket required"), "", InputType("flag")),
        Setting("ticket_pattern", "ticket_pattern", _("Ticket format"), "", InputType("text")),
        Setting("link_template", "link_template", _("Ticket link"), "", InputType("text")),
        Setting("origin", "origin", _("Host"), "", InputType("text")),
        Setting("url", "url", _("URL path"), "", InputType("secret")),
        Setting("effects", "effects", _("Effects"), "", InputType("text")),
        Setting("groups", "groups", _("Events"), "", InputType("text")),
        Setting("subjects", "subjects", _("Subjects in plain text"), "", InputType("flag")),
        Setting("from_row", "from_row", _("From row"), "", InputType("number")),
        Setting("from_entry", "from_entry", _("From entry"), "", InputType("text")),
        Setting("versions", "versions", _("Versions deleted"), "", InputType("number")),
        Setting("days", "days", _("Retention in days"), "", InputType("number")),
        Setting(
            "unfit", "unfit", _("Objects with inconsistent versions, kept"), "", InputType("number")
        ),
        Setting("rows_again", "rows_again", _("Rows replayed"), "", InputType("number")),
        *(
            Setting(name, name, label, "", InputType("number"))
            for name, label in {
                "items_done": _("Items succeeded"),
                "items_same": _("Items unchanged"),
                "items_refused": _("Items rejected"),
                "items_not_sent": _("Items not sent"),
                "items_unknown": _("Items unknown"),
                "items_skipped": _("Items skipped"),
                "items_pending": _("Items pending"),
            }.items()
        ),
    )
}
# Settings of tokens, at creation and later.
TOKEN_SETTINGS: DeclaredSettings = {
    name: ("", Setting(name, name, label, "", show, zero_label=zero))
    for name, label, show, zero in (
        ("grantType", _("Grant type"), InputType("choice", choices=GRANT_TYPE), ""),
        ("scopes", _("Scopes"), InputType("strings"), ""),
        ("accessTokenExpiresAt", _("Access token expires"), InputType("moment"), _("never")),
        ("refreshTokenExpiresAt", _("Refresh token expires"), InputType("moment"), _("never")),
        ("accessTokenDuration", _("Access token duration"), InputType("duration"), ""),
        ("refreshTokenDuration", _("Refresh token duration"), InputType("duration"), ""),
        ("properties", _("Properties"), InputType("pairs"), ""),
    )
}
# Settings of keys in an HSM.
HSM_KEY_SETTINGS: DeclaredSettings = {
    setting.api_name: ("", setting)
    for setting in (
        Setting("kid", "kid", _("Key ID"), "", InputType("text")),
        Setting("kty", "kty", _("Type"), "", InputType("text")),
        Setting("use", "use", _("Use"), "", InputType("text")),
        Setting("alg", "alg", _("Algorithm"), "", InputType("text")),
        Setting("hsm_name", "hsmName", _("HSM"), "", InputType("text")),
    )
}
CLIENT_OPERATIONS = ("client.", "requestable_scopes.")  # operations
TOKEN_OPERATIONS = ("token.",)
UNDECLARED_SHOW = InputType("text")
OTHER_CONTENT = _("%(words)s, different content")  # both values have the same text
NOT_SET = _("Not set")  # for settings whose absence has its own label


@dataclass(frozen=True, slots=True)
class ChangeDescription:
    """One change, ready for ``components/changes.html``."""

    name: str  # Authlete's, inside an object too: ``scopes[email].description``
    label: str
    section: str  # slug; empty for an undeclared member
    before: str
    after: str
    added: tuple[str, ...] = ()  # items of an unordered list
    removed: tuple[str, ...] = ()
    is_replaced: bool = False  # a secret: both values are fingerprints
    risk: str = ""  # why the change needs attention

    @property
    def member(self) -> str:
        """The member of the whole object that this is, or is inside of."""
        return get_top_level_field(self.name)


def settings_for_operation(operation: str) -> DeclaredSettings:
    """Return the declared settings of the object that an operation changes."""
    is_local = operation in EVENTS and not operation.endswith("_outside")
    if is_local or operation.endswith(".reveal_unknown"):
        return LOCAL_EVENT_SETTINGS
    if operation.startswith("key."):
        return HSM_KEY_SETTINGS
    if operation.startswith(TOKEN_OPERATIONS):
        return TOKEN_SETTINGS
    return CLIENT_SETTINGS if operation.startswith(CLIENT_OPERATIONS) else SERVICE_SETTINGS


def describe_changes(
    changes: Iterable[FieldChange], declared: DeclaredSettings
) -> list[ChangeDescription]:
    """Describe the changes of an entry, in their order."""
    return [describe_change(change, declared) for change in changes]


def describe_change(change: FieldChange, declared: DeclaredSettings) -> ChangeDescription:
    """Describe a change; an undeclared member keeps Authlete's name."""
    member = get_top_level_field(change.field)
    undeclared = Setting(member, member, member, "", UNDECLARED_SHOW)
    section, setting = declared.get(member, ("", undeclared))
    nested_setting = resolve_nested(setting, change.field[len(member) :])
    before, after = change.before, change.after
    if isinstance(before, Fingerprint) and isinstance(after, Fingerprint):
        was, now = short_fingerprint(before), short_fingerprint(after)
        return ChangeDescription(
            change.field, nested_setting.label, section, was, now, is_replaced=before != after
        )
    was, now = nested_setting.format(before), nested_setting.format(after)
    if was == now and before != after:
        unset = translate(NOT_SET)
        match before, after:
            case None, _:
                was = unset
            case _, None:
                now = unset
            case _:
                now = translate(OTHER_CONTENT) % {"words": now}
    if declared is LOCAL_EVENT_SETTINGS:  # absent values aren't described
        was, now = was if before is not None else "", now if after is not None else ""
    # An absent list means Authlete's default, so items aren't compared.
    resets = bool(nested_setting.setting.unset_label) and None in (before, after)
    if change.is_unordered_list and (before or after) and not resets:
        added = tuple(nested_setting.format([value]) for value in change.added)
        removed = tuple(nested_setting.format([value]) for value in change.removed)
        return ChangeDescription(
            change.field, nested_setting.label, section, was, now, added, removed
        )
    return ChangeDescription(change.field, nested_setting.label, section, was, now)


def load_changes(values: Iterable[Mapping[str, Any]]) -> list[FieldChange]:
    """Return the changes that an audit entry stores."""
    return [
        FieldChange(value["field"], _load_value(value["before"]), _load_value(value["after"]))
        for value in values
    ]


def _load_value(value: Any) -> Any:
    match value:
        case {"fingerprint": str(mark)} if len(value) == 1:
            return Fingerprint(mark)
        case dict():
            return {name: _load_value(inner) for name, inner in value.items()}
        case list():
            return [_load_value(item) for item in value]
        case _:
            return value
