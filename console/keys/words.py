"""Kinds of keys, and what is weak or odd about one, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from console.sentences import CLIENT, SERVICE
from tenants.authlete.documents.inventory import Kind
from tenants.authlete.documents.key_facts import Mark

type Words = Mapping[str, str | Promise]

KINDS: Words = {
    Kind.SERVICE: _("Service set"),
    Kind.HARDWARE: _("Hardware"),
    Kind.FEDERATION: _("Federation set"),
    Kind.CREDENTIAL: _("Credential set"),
    Kind.ANCHOR: _("Trust anchor"),
    Kind.CLIENT: _("Client set"),
    Kind.ROOT: _("Trusted root"),
    Kind.CHAIN: _("Chain certificate"),
}
MARKS: Words = {
    Mark.PRIVATE: _("private part in a public set"),
    Mark.SHORT: _("RSA below 2048 bits"),
    Mark.SYMMETRIC: _("shared key"),
    Mark.NONE: _("signs nothing (none)"),
    Mark.BROKEN: _("signed over SHA-1 or MD5"),
    Mark.REPEATED: _("key ID twice in its set"),
    Mark.MISSING: _("named, and in no set"),
    Mark.OTHER: _("certificate of another key"),
    Mark.UNREADABLE: _("cannot be read"),
    Mark.NAMELESS: _("no key ID"),
    Mark.STRANGE: _("unknown type or curve"),
}
# What lets somebody in; the others are odd.
GRAVE = frozenset({Mark.PRIVATE, Mark.SHORT, Mark.NONE, Mark.BROKEN})
ENDS: Words = {
    "0": _("has ended"),
    "7": _("within 7 days"),
    "30": _("within 30 days"),
    "90": _("within 90 days"),
}
USES: Words = {"sig": _("signs"), "enc": _("decrypts")}


def setting_words(member: str) -> str:
    """What a setting that names a key is called."""
    found = SERVICE.get(member) or CLIENT.get(member)
    return translated(found[1].label) if found else member
