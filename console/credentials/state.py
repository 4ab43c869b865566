"""How each region's credential is, in words, without calling anybody."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from tenants.authlete.probe import SAYS, Problem
from tenants.connect import fingerprint
from tenants.models import Credential, Organization
from tenants.regions import Region, regions
from tenants.vault import Sealed

WORDS = {
    Problem.LIMITED: (_n("sees a part"), "warn"),
    Problem.UNREACHABLE: (_n("could not be tried"), "warn"),
    Problem.TOO_MANY: (_n("could not be tried"), "warn"),
    Problem.FAILING: (_n("could not be tried"), "warn"),
}


@dataclass(frozen=True, slots=True)
class State:
    """One region of the deployment, as this organization has it."""

    region: Region
    credential: Credential | None
    mark: str  # the token's fingerprint
    word: str
    kind: str  # ok, warn, bad, idle
    problem: str  # in words
    advice: str


def states(organization: Organization) -> list[State]:
    """Every region in the order of the settings, then those that are gone from them."""
    held = {one.region: one for one in organization.credential_set.all()}
    known = regions()
    gone = [Region(name, "") for name in held if name not in known]
    return [
        State(region, held.get(region.name), *_seen(held.get(region.name)))
        for region in (*known.values(), *gone)
    ]


def _seen(credential: Credential | None) -> tuple[str, str, str, str, str]:
    """The fingerprint, a word with its kind, what is wrong and what to do."""
    if credential is None:
        return "", _("no credential"), "idle", "", ""
    try:
        mark = fingerprint(credential.token).mark
    except Sealed:
        wrong = _("No key of this console opens it: one is missing in VAULT_KEYS.")
        help = _("Put that key back, or replace the credential.")
        return "", _("cannot be opened"), "bad", wrong, help
    if credential.problem in set(Problem):
        problem = Problem(credential.problem)
        word, kind = WORDS.get(problem, (_("does not work"), "bad"))
        wrong, help = SAYS[problem]
        return mark, _(word), kind, _(wrong), _(help)
    if credential.tried_at is None or credential.problem:
        return mark, _("not tried yet"), "idle", "", ""
    return mark, _("works"), "ok", "", ""
