"""Every kind of entry of the record, in the groups that people choose from."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.audit.events import EVENTS
from tenants.authlete.api import OPERATIONS
from tenants.authlete.operation import Effect

# What each does at most.
KINDS: Mapping[str, Effect] = {
    **{name: one.effect for name, one in OPERATIONS.items()},
    **{name: one.effect for name, one in EVENTS.items()},
}


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    prefixes: frozenset[str]  # what the names of its kinds begin with, before a dot

    @property
    def kinds(self) -> list[str]:
        return [name for name in KINDS if name.partition(".")[0] in self.prefixes]


def _group(label: str | Promise, prefixes: str) -> Group:
    return Group(label, frozenset(prefixes.split()))


# The names are kept with webhooks; one that was released stays.
GROUPS: Mapping[str, Group] = {
    "services": _group(_("Services"), "service idp"),
    "clients": _group(
        _("Clients"), "client clients secret requestable_scopes registration"
    ),
    "tokens": _group(
        _("Tokens"), "token token_batch batch id_token jose subject receipt"
    ),
    "grants": _group(
        _("What people have allowed"), "authorization granted_scopes grant"
    ),
    "keys": _group(_("Keys and regions"), "key keys rollover region"),
    "logins": _group(
        _("While people log in"),
        "auth ticket backchannel device native_sso federation vci",
    ),
    "sign_in": _group(
        _("Signing in"), "sign_in sign_out session step_up password second_factor"
    ),
    "console": _group(
        _("This console"),
        "access account budget organization member credential vault audit versions"
        " stream webhook job search",
    ),
}
