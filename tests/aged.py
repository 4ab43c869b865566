"""A record that reaches back for years."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tenants.audit import rows

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
        patch.setattr(rows, "time", SimpleNamespace(time_ns=tick))
        yield
