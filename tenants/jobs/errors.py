"""Exceptions of the job engine."""


class LeaseLostError(Exception):
    """Another worker holds the job, so this one must send nothing more."""


class JobStateError(Exception):
    """The job's state doesn't allow the action; nothing was changed."""


class RetryLaterError(Exception):
    """The item isn't finished and nothing failed: start it again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class OrphanedTaskError(Exception):
    """The worker that ran this task is gone."""
