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
    CredentialProblem.PARTIAL_VIEW: (_n("Limited access"), "warn"),
    CredentialProblem.UNREACHABLE: (_n("Not tested"), "warn"),
    CredentialProblem.RATE_LIMITED: (_n("Not tested"), "warn"),
    CredentialProblem.SERVER_ERROR: (_n("Not tested"), "warn"),
}


@dataclass(frozen=True, slots=True)
class CredentialStatus:
    """A region and the state of its credential."""

    region: Region
    credential: Credential | None
    fingerprint: str  # the token's fingerprint
    label: str
    badge: str  # ok, warn, bad, idle
    problem: str  # in words
    advice: str


def load_statuses(organization: Organization) -> list[CredentialStatus]:
    """Return configured regions in order, then former ones with credentials."""
    held = {one.region: one for one in organization.credential_set.all()}
    known = get_regions()
    gone = [Region(name, "") for name in held if name not in known]
    return [
        CredentialStatus(region, held.get(region.name), *_describe(held.get(region.name)))
        for region in (*known.values(), *gone)
    ]


def _describe(credential: Credential | None) -> tuple[str, str, str, str, str]:
    """Return fingerprint, label, badge, problem and advice for a credential."""
    if credential is None:
        return "", _("No credential"), "idle", "", ""
    try:
        mark = fingerprint_token(credential.token).hex
    except UnsealError:
        wrong = _("It can't be decrypted: its key is missing from VAULT_KEYS.")
        help = _("Restore the key, or replace the credential.")
        return "", _("Can't be decrypted"), "bad", wrong, help
    if credential.problem in set(CredentialProblem):
        problem = CredentialProblem(credential.problem)
        word, kind = PROBLEM_BADGES.get(problem, (_("Failing"), "bad"))
        wrong, help = TEXTS_BY_PROBLEM[problem]
        return mark, _(word), kind, _(wrong), _(help)
    if credential.tried_at is None or credential.problem:
        return mark, _("Not tested"), "idle", "", ""
    return mark, _("Credential OK"), "ok", "", ""
