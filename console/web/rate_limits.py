"""Hourly limits per user for sensitive actions.

They slow down a stolen or abused account, and raise an alert. Hits are counted in the
database, so the limit holds across processes.
"""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import RateLimitUse
from console.web.access import Member
from console.web.responses import RATE_LIMIT_CODE
from tenants.audit.events import RATE_LIMIT_EXCEEDED
from tenants.audit.recorder import record_event
from tenants.authlete.outcome import Outcome
from tenants.metrics import RATE_LIMITED

LIMIT_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit per user and hour, and the message of a rejected action."""

    name: str
    setting: str
    message: str | Promise

    @property
    def max_per_hour(self) -> int:
        return int(getattr(settings, self.setting))

    @property
    def error_message(self) -> str:
        return str(self.message) % {"most": self.max_per_hour}


SUBJECT_SEARCH_LIMIT = RateLimit(
    "searches",
    "SUBJECT_SEARCHES_PER_HOUR",
    _(
        "You've reached the limit of %(most)d user searches per hour. No search was run."
        " Try again later, or ask an administrator."
    ),
)
SERVICE_LISTING_LIMIT = RateLimit(
    "listings",
    "SUBJECT_SEARCHES_PER_HOUR",
    _(
        "You've reached the limit of %(most)d service listings per hour. Select the token's"
        " service, or try again later."
    ),
)
REVEAL_LIMIT = RateLimit(
    "reveals",
    "REVEALS_PER_HOUR",
    _(
        "You've reached the limit of %(most)d reveals per hour. Nothing was revealed. Try"
        " again later."
    ),
)
INVITATION_LIMIT = RateLimit(
    "invitations",
    "INVITATIONS_PER_HOUR",
    _(
        "You've reached the limit of %(most)d invitations and password links per hour. Nothing"
        " was sent. Try again later."
    ),
)


def consume(
    member: Member, rate_limit: RateLimit, form: forms.Form | None = None, field: str | None = None
) -> bool:
    """Count one action; above the limit, log it, add an error to ``form``, and return False.

    The hit is stored before the count is read, so concurrent actions can't exceed it.
    """
    hits = RateLimitUse.objects.filter(user=member.user, budget=rate_limit.name)
    hits.filter(at__lte=timezone.now() - LIMIT_WINDOW).delete()
    hit = RateLimitUse.objects.create(user=member.user, budget=rate_limit.name)
    if hits.count() <= rate_limit.max_per_hour:
        return True
    hit.delete()
    RATE_LIMITED.labels(rate_limit.name).inc()
    record_event(
        member.actor, RATE_LIMIT_EXCEEDED, outcome=Outcome.REJECTED, object=rate_limit.name
    )
    if form:
        error = forms.ValidationError(rate_limit.error_message, code=RATE_LIMIT_CODE)
        form.add_error(field, error)
    return False
