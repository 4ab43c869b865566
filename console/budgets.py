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

from console.access import Member
from console.models import Spending
from tenants.audit.events import BUDGET_EXCEEDED
from tenants.audit.notes import note
from tenants.authlete.errors import Outcome

WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Budget:
    """So often within an hour; ``over`` says what was refused, and why."""

    name: str
    setting: str
    over: str | Promise

    @property
    def most(self) -> int:
        return int(getattr(settings, self.setting))

    @property
    def refusal(self) -> str:
        return str(self.over) % {"most": self.most}


SEARCHES = Budget(
    "searches",
    "SUBJECT_SEARCHES_PER_HOUR",
    _(
        "Nobody was looked up: you have looked up %(most)d subjects within the hour,"
        " as many as one person may. Try again later, or ask an administrator."
    ),
)
LISTINGS = Budget(
    "listings",
    "SUBJECT_SEARCHES_PER_HOUR",
    _(
        "The services were not listed: %(most)d times within the hour all regions were"
        " asked for you, as often as for one person they may. Choose the service of"
        " the token, or try again later."
    ),
)
REVEALS = Budget(
    "reveals",
    "REVEALS_PER_HOUR",
    _(
        "Nothing was shown: %(most)d times within the hour you have seen what is"
        " hidden, as often as one person may. Try again later."
    ),
)


def spend(member: Member, budget: Budget) -> bool:
    """Count one more; False, in the record and with an alert, where that is too often.

    It is counted before it is looked at, so that many at once are not too many.
    """
    mine = Spending.objects.filter(user=member.user, budget=budget.name)
    mine.filter(at__lte=timezone.now() - WINDOW).delete()
    one = Spending.objects.create(user=member.user, budget=budget.name)
    if mine.count() <= budget.most:
        return True
    one.delete()
    note(member.who, BUDGET_EXCEEDED, outcome=Outcome.REFUSED, object=budget.name)
    return False
