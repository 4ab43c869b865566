"""What one person may do only so often within an hour.

Whoever takes over an account, or means ill with their own, is slowed down to what
work needs; and somebody on duty hears of it. Rows in the database count, so that all
processes count together.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import Spending
from console.web.access import Member
from tenants.audit.events import RATE_LIMIT_EXCEEDED
from tenants.audit.recorder import record_event
from tenants.authlete.errors import Outcome

LIMIT_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So often within an hour; ``over`` says what was refused, and why."""

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
        "Nobody was looked up: you have looked up %(most)d subjects within the hour,"
        " as many as one person may. Try again later, or ask an administrator."
    ),
)
SERVICE_LISTING_LIMIT = RateLimit(
    "listings",
    "SUBJECT_SEARCHES_PER_HOUR",
    _(
        "The services were not listed: %(most)d times within the hour all regions were"
        " asked for you, as often as for one person they may. Choose the service of"
        " the token, or try again later."
    ),
)
REVEAL_LIMIT = RateLimit(
    "reveals",
    "REVEALS_PER_HOUR",
    _(
        "Nothing was shown: %(most)d times within the hour you have seen what is"
        " hidden, as often as one person may. Try again later."
    ),
)


def consume(member: Member, rate_limit: RateLimit) -> bool:
    """Count one more; False, in the record and with an alert, where that is too often.

    It is counted before it is looked at, so that many at once are not too many.
    """
    mine = Spending.objects.filter(user=member.user, budget=rate_limit.name)
    mine.filter(at__lte=timezone.now() - LIMIT_WINDOW).delete()
    one = Spending.objects.create(user=member.user, budget=rate_limit.name)
    if mine.count() <= rate_limit.max_per_hour:
        return True
    one.delete()
    record_event(
        member.actor,
        RATE_LIMIT_EXCEEDED,
        outcome=Outcome.REJECTED,
        object=rate_limit.name,
    )
    return False
