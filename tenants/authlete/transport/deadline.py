"""One point in time that everything done for a call must end by."""

from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Deadline:
    """A point in time, ``seconds`` after it was set."""

    seconds: float
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = monotonic() + self.seconds

    def remaining(self, limit: float | None = None) -> float:
        """Seconds still left, never below zero."""
        left = max(0.0, self._end - monotonic())
        return left if limit is None else min(left, limit)
