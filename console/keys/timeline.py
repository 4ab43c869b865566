"""Where a rollover stands, as stages on a rail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import Rollover

State = Rollover.State

PUBLISH = _("Publish the new key")
CACHES = _("Let caches learn it")
SUPERIORS = _("Let superiors and caches learn it")
SWITCH = _("Sign with the new key")
TOKENS = _("Let what the old key signed end")
RETIRE = _("Retire the old key")
BACK = _("Sign with the old key again")
NEW_TOKENS = _("Let what the new key signed end")
WITHDRAW = _("Take the new key out")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; its time is when it was done or, ahead of that, when it is due."""

    label: str | Promise
    state: str  # done, now, or nothing
    at: datetime | None = None


def stages(rollover: Rollover) -> list[Stage]:
    """All of them in their order; those of a rollover that was left stay open."""
    if rollover.reverted_at or rollover.goes_back:
        return _back(rollover)
    learn = SUPERIORS if rollover.in_federation else CACHES
    published, switched = rollover.published_at, rollover.switched_at
    ended = rollover.ended_at if rollover.state == State.RETIRED else None
    due = rollover.due_at
    retire = due
    if due and published and not switched:
        retire = due + timedelta(seconds=rollover.tokens)
    return [
        _stage(PUBLISH, published, rollover.state == State.STARTED, due),
        _wait(learn, published, switched, due),
        _stage(SWITCH, switched, False, due if published else None),
        _wait(TOKENS, switched, ended, due),
        _stage(RETIRE, ended, False, retire if published else None),
    ]


def _back(rollover: Rollover) -> list[Stage]:
    reverted, due = rollover.reverted_at, rollover.due_at
    ended = rollover.ended_at if rollover.state == State.UNDONE else None
    found = [_stage(PUBLISH, rollover.published_at, False, None)]
    if rollover.switched_at:
        found += [
            _stage(SWITCH, rollover.switched_at, False, None),
            _stage(BACK, reverted, rollover.state == State.REVERTING, due),
            _wait(NEW_TOKENS, reverted, ended, due),
        ]
    return [*found, _stage(WITHDRAW, ended, not rollover.switched_at, due)]


def _stage(
    words: str | Promise, done: datetime | None, now: bool, due: datetime | None
) -> Stage:
    if done:
        return Stage(words, "done", done)
    return Stage(words, "now" if now else "", due)


def _wait(
    words: str | Promise,
    since: datetime | None,
    until: datetime | None,
    due: datetime | None,
) -> Stage:
    if until:
        return Stage(words, "done")
    return Stage(words, "now" if since else "", due if since else None)
