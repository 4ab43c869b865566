"""Deadlines on the monotonic clock."""

from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Deadline:
    """A point in time, ``seconds`` after it was created."""

    seconds: float
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = monotonic() + self.seconds

    def remaining(self, limit: float | None = None) -> float:
        """Return the seconds left, from 0 to ``limit``."""
        remaining = max(0.0, self._end - monotonic())
        return remaining if limit is None else min(remaining, limit)
