"""Retention periods of entries by category.

The category follows from the name of the operation or event, or else from its effect.
"""

from collections.abc import Mapping

from django.conf import settings

from tenants.audit.events import AUDIT_EXPIRE, EVENTS

MICROSECONDS_PER_DAY = 86_400_000_000  # microseconds
SEVEN_YEARS_IN_DAYS = 2557  # days: seven years
MIN_RETENTION_DAYS = 30
MAX_RETENTION_DAYS = 36_500  # days, so that there is a time before which it is not
FOREVER = "forever"

READS, SIGN_INS, SEARCHES = "reads", "signins", "searches"
REVEALS, CHANGES, DESTRUCTIONS = "reveals", "changes", "destructions"
ACCESS = "access"

# Days; 0: forever. Membership entries are needed to tell who had which role
# since when.
DEFAULT_RETENTION_DAYS: Mapping[str, int] = {
    READS: SEVEN_YEARS_IN_DAYS,
    SIGN_INS: SEVEN_YEARS_IN_DAYS,
    SEARCHES: SEVEN_YEARS_IN_DAYS,
    REVEALS: SEVEN_YEARS_IN_DAYS,
    CHANGES: SEVEN_YEARS_IN_DAYS,
    DESTRUCTIONS: SEVEN_YEARS_IN_DAYS,
    ACCESS: 0,
}
CATEGORY_BY_EFFECT = {"read": READS, "reveal": REVEALS, "change": CHANGES, "destroy": DESTRUCTIONS}
CATEGORY_BY_AREA = {
    **dict.fromkeys("member invitation organization credential vault".split(), ACCESS),
    **dict.fromkeys("audit stream search".split(), SEARCHES),
    **dict.fromkeys("sign_in sign_out session step_up password second_factor".split(), SIGN_INS),
}
CATEGORY_BY_OPERATION = {
    **{name: SIGN_INS for name, event in EVENTS.items() if event.is_denial},
    **dict.fromkeys(
        "subject.search subject.export token.check clients.exported keys.exported"
        " receipt.made".split(),
        SEARCHES,
    ),
    "access.counted": SIGN_INS,
    "audit.settle": CHANGES,
    AUDIT_EXPIRE.name: "",  # proves deletions
}


def get_category(operation: str, effect: str) -> str:
    """Return the retention category; "" if never deleted."""
    area = operation.partition(".")[0]
    category = CATEGORY_BY_OPERATION.get(operation)
    return (
        CATEGORY_BY_AREA.get(area, CATEGORY_BY_EFFECT.get(effect, ""))
        if category is None
        else category
    )


def load_retention_policy() -> dict[str, int]:
    """Return days per category, 0 for forever; raise `ValueError`."""
    return {
        **DEFAULT_RETENTION_DAYS,
        **{
            kind: parse_retention_days(configured)
            for kind, configured in _configured_days().items()
        },
    }


def parse_retention_days(text: str) -> int:
    """Parse a number of days from a setting; raise `ValueError`."""
    if text in ("0", FOREVER):
        return 0
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is neither a number of days nor {FOREVER}")
    if int(text) < MIN_RETENTION_DAYS:
        raise ValueError(f"{text} is less than the minimum of {MIN_RETENTION_DAYS} days")
    if int(text) > MAX_RETENTION_DAYS:
        raise ValueError(f"{text} is more than {MAX_RETENTION_DAYS} days; use {FOREVER}")
    return int(text)


def _configured_days() -> dict[str, str]:
    configured: dict[str, str] = settings.AUDIT_KEEP
    if unknown := configured.keys() - DEFAULT_RETENTION_DAYS.keys():
        name = ", ".join(sorted(unknown))
        raise ValueError(f"unknown category {name}; use {', '.join(DEFAULT_RETENTION_DAYS)}")
    return configured
