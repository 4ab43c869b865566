"""How each region's credential is, in words, without calling anybody."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from tenants.authlete.credential_check import TEXTS_BY_PROBLEM, CredentialProblem
from tenants.crypto.vault import UnsealError
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import fingerprint_token
from tenants.organizations.regions import Region, get_regions

PROBLEM_BADGES = {
    CredentialProblem.PARTIAL_VIEW: (_n("sees a part"), "warn"),
    CredentialProblem.UNREACHABLE: (_n("could not be tried"), "warn"),
    CredentialProblem.RATE_LIMITED: (_n("could not be tried"), "warn"),
    CredentialProblem.SERVER_ERROR: (_n("could not be tried"), "warn"),
}


@dataclass(frozen=True, slots=True)
class CredentialStatus:
    """One region of the deployment, as this organization has it."""

    region: Region
    credential: Credential | None
    fingerprint: str  # the token's fingerprint
    label: str
    badge: str  # ok, warn, bad, idle
    problem: str  # in words
    advice: str


def load_statuses(organization: Organization) -> list[CredentialStatus]:
    """Every region in the order of the settings, then those that are gone from them."""
    held = {one.region: one for one in organization.credential_set.all()}
    known = get_regions()
    gone = [Region(name, "") for name in held if name not in known]
    return [
        CredentialStatus(region, held.get(region.name), *_describe(held.get(region.name)))
        for region in (*known.values(), *gone)
    ]


def _describe(credential: Credential | None) -> tuple[str, str, str, str, str]:
    """The fingerprint, a word with its kind, what is wrong and what to do."""
    if credential is None:
        return "", _("no credential"), "idle", "", ""
    try:
        mark = fingerprint_token(credential.token).hex
    except UnsealError:
        wrong = _("No key of this console opens it: one is missing in VAULT_KEYS.")
        help = _("Put that key back, or replace the credential.")
        return "", _("cannot be opened"), "bad", wrong, help
    if credential.problem in set(CredentialProblem):
        problem = CredentialProblem(credential.problem)
        word, kind = PROBLEM_BADGES.get(problem, (_("does not work"), "bad"))
        wrong, help = TEXTS_BY_PROBLEM[problem]
        return mark, _(word), kind, _(wrong), _(help)
    if credential.tried_at is None or credential.problem:
        return mark, _("not tried yet"), "idle", "", ""
    return mark, _("works"), "ok", "", ""
