"""What ends, and how soon, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.editing.ends import End
from tenants.regions import TITLES

REACHED: dict[int, str | Promise] = {
    0: _("Has ended"),
    1: _("Within a day"),
    7: _("Within 7 days"),
    30: _("Within 30 days"),
    90: _("Within 90 days"),
}


def reached(days: int) -> str | Promise:
    return REACHED.get(days, str(days))


def of_end(end: End) -> str:
    """What it is, and where, on one line."""
    place = TITLES.get(end.region, end.region)
    name = " ".join(end.name.split())
    owner = " ".join(end.owner.split())
    where = f"{owner}, {place}" if owner else place
    return (
        f"{end.what_words} {name} ({where})" if name else f"{end.what_words} ({where})"
    )
