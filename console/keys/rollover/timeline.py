"""The stages of a rollover."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import Rollover

State = Rollover.State

PUBLISH_LABEL = _("Publish the new key")
CACHES_LABEL = _("Wait for caches")
SUPERIORS_LABEL = _("Wait for superiors and caches")
SWITCH_LABEL = _("Switch to the new key")
TOKENS_LABEL = _("Wait for tokens to expire")
RETIRE_LABEL = _("Retire the old key")
REVERT_LABEL = _("Switch back to the old key")
NEW_TOKENS_LABEL = _("Wait for tokens to expire")
REMOVE_LABEL = _("Remove the new key")


@dataclass(frozen=True, slots=True)
class RolloverStage:
    """A stage; ``at`` is when it was done or, before that, when it's due."""

    label: str | Promise
    state: str  # "done", "now" or ""
    at: datetime | None = None


def build_stages(rollover: Rollover) -> list[RolloverStage]:
    """Return the stages in order; a stopped rollover has unfinished ones."""
    if rollover.reverted_at or rollover.is_reverting:
        return _revert_stages(rollover)
    learn = SUPERIORS_LABEL if rollover.in_federation else CACHES_LABEL
    published, switched = rollover.published_at, rollover.switched_at
    ended = rollover.ended_at if rollover.state == State.RETIRED else None
    due = rollover.due_at
    retire = due
    if due and published and not switched:
        retire = due + timedelta(seconds=rollover.tokens)
    return [
        _action_stage(PUBLISH_LABEL, published, rollover.state == State.STARTED, due),
        _wait_stage(learn, published, switched, due),
        _action_stage(SWITCH_LABEL, switched, False, due if published else None),
        _wait_stage(TOKENS_LABEL, switched, ended, due),
        _action_stage(RETIRE_LABEL, ended, False, retire if published else None),
    ]


def _revert_stages(rollover: Rollover) -> list[RolloverStage]:
    reverted, due = rollover.reverted_at, rollover.due_at
    ended = rollover.ended_at if rollover.state == State.UNDONE else None
    stages = [_action_stage(PUBLISH_LABEL, rollover.published_at, False, None)]
    if rollover.switched_at:
        stages += [
            _action_stage(SWITCH_LABEL, rollover.switched_at, False, None),
            _action_stage(REVERT_LABEL, reverted, rollover.state == State.REVERTING, due),
            _wait_stage(NEW_TOKENS_LABEL, reverted, ended, due),
        ]
    return [*stages, _action_stage(REMOVE_LABEL, ended, not rollover.switched_at, due)]


def _action_stage(
    label: str | Promise, done: datetime | None, is_current: bool, due: datetime | None
) -> RolloverStage:
    if done:
        return RolloverStage(label, "done", done)
    return RolloverStage(label, "now" if is_current else "", due)


def _wait_stage(
    label: str | Promise, since: datetime | None, until: datetime | None, due: datetime | None
) -> RolloverStage:
    if until:
        return RolloverStage(label, "done")
    return RolloverStage(label, "now" if since else "", due if since else None)
