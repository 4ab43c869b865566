"""How long entries are kept, by what kind of thing they tell.

The name of an operation or event says its kind, or else its effect does.
"""

from collections.abc import Mapping

from django.conf import settings

from tenants.audit.events import AUDIT_EXPIRE, EVENTS

DAY = 86_400_000_000  # microseconds
YEARS = 2557  # days: seven years
SHORTEST = 30  # days that anything is kept
LONGEST = 36_500  # days, so that there is a time before which it is not
FOREVER = "forever"

READS, SIGN_INS, SEARCHES = "reads", "signins", "searches"
REVEALS, CHANGES, DESTRUCTIONS = "reveals", "changes", "destructions"
ACCESS = "access"

# Days; 0: for ever. Without what made somebody a member, who may do what and since
# when cannot be told.
KEPT: Mapping[str, int] = {
    READS: YEARS,
    SIGN_INS: YEARS,
    SEARCHES: YEARS,
    REVEALS: YEARS,
    CHANGES: YEARS,
    DESTRUCTIONS: YEARS,
    ACCESS: 0,
}
BY_EFFECT = {
    "read": READS,
    "reveal": REVEALS,
    "change": CHANGES,
    "destroy": DESTRUCTIONS,
}
BY_AREA = {
    **dict.fromkeys("member organization credential vault".split(), ACCESS),
    **dict.fromkeys("audit stream search".split(), SEARCHES),
    **dict.fromkeys(
        "sign_in sign_out session step_up password second_factor".split(), SIGN_INS
    ),
}
BY_NAME = {
    **{name: SIGN_INS for name, event in EVENTS.items() if event.denial},
    **dict.fromkeys(
        "subject.search subject.export token.check clients.exported keys.exported"
        " receipt.made".split(),
        SEARCHES,
    ),
    "access.counted": SIGN_INS,
    "audit.settle": CHANGES,
    AUDIT_EXPIRE.name: "",  # what is gone is proven by it
}


def kind_of(operation: str, effect: str) -> str:
    """By which an entry is kept; empty for what is never removed."""
    area = operation.partition(".")[0]
    found = BY_NAME.get(operation)
    return BY_AREA.get(area, BY_EFFECT.get(effect, "")) if found is None else found


def policy() -> dict[str, int]:
    """How many days each kind is kept, 0 for ever; raises `ValueError` in words."""
    return {**KEPT, **{kind: days(said) for kind, said in _said().items()}}


def days(said: str) -> int:
    """A number of days as a setting says it; raises `ValueError` in words."""
    if said in ("0", FOREVER):
        return 0
    if not (said.isascii() and said.isdigit()):
        raise ValueError(f"{said!r} is no number of days, and not {FOREVER}")
    if int(said) < SHORTEST:
        raise ValueError(f"nothing is kept for less than {SHORTEST} days, not {said}")
    if int(said) > LONGEST:
        raise ValueError(f"{said} days are more than {LONGEST}: say {FOREVER}")
    return int(said)


def _said() -> dict[str, str]:
    said: dict[str, str] = settings.AUDIT_KEEP
    if unknown := said.keys() - KEPT.keys():
        named = ", ".join(sorted(unknown))
        raise ValueError(f"there is no {named}, only {', '.join(KEPT)}")
    return said
