"""A record that reaches back for years."""

import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tenants.audit import record_builder
from tenants.audit.models import OUTCOME_TIMEOUT

DAY = 86_400_000_000_000  # nanoseconds


@contextmanager
def ago(days):
    """What is written was written so long ago, each row a millisecond after another."""
    moment = time.time_ns() - int(days * DAY)

    def tick():
        nonlocal moment
        moment += 1_000_000
        return moment

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_builder, "time", SimpleNamespace(time_ns=tick))
        yield


def overdue():
    """What is sent was sent so long ago that it is not on its way any more."""
    return ago((OUTCOME_TIMEOUT + timedelta(seconds=1)) / timedelta(days=1))
