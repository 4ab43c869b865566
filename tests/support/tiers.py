"""Mark each test by what it needs, and run the slowest tests first.

- ``unit``: neither a database nor a browser.
- ``db``: a database. These run on SQLite and on PostgreSQL.
- ``browser``: a Chromium.
- ``slow``: processes of its own, or a ``slow`` mark. ``make test`` leaves these out.
- ``property``: hypothesis examples; ``make test-slow`` runs them with more examples.

``fast`` keeps a test of its own processes in ``make test``. ``database("postgresql")``
names the only database that a test is about.
"""

import os
from collections.abc import Generator, Iterable

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
# Each starts processes or a server.
PROCESS_FIXTURES = {
    "isolated_database",
    "migrated_sqlite_file",
    "make_postgresql_database",
    "postgresql_server",
    "postgresql_with_passwords",
}
POSTGRESQL_FIXTURES = {"make_postgresql_database", "postgresql_server", "postgresql_with_passwords"}
SQLITE_FIXTURES = {"migrated_sqlite_file"}
MARKERS = (
    "unit: needs neither a database nor a browser",
    "db: needs a database",
    "browser: needs a Chromium",
    "slow: left out of make test",
    "fast: stays in make test although it starts processes",
    "property: draws hypothesis examples",
    "database(vendor): is about this database alone",
)
FULL = os.environ.get("HYPOTHESIS_PROFILE") == "full"


def examples(full: int) -> int:
    """Return how many examples to draw: ``full``, or a tenth of it in ``make test``."""
    return full if FULL else max(5, full // 10)


settings.register_profile(
    "tests", max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # the marks are set before -m is judged
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    for item in items:
        mark_tier(item)
    other = [item for item in items if not runs_on(item, connection.vendor)]
    config.hook.pytest_deselected(items=other)
    left_out = set(other)
    items[:] = [item for item in items if item not in left_out]
    yield
    items.sort(key=start_rank)


def start_rank(item: pytest.Item) -> int:
    """Rank what takes longest first, so that no worker is left with it at the end."""
    ranks = ("slow", "fast", "browser", "db")
    return next((rank for rank, name in enumerate(ranks) if item.get_closest_marker(name)), 9)


def mark_tier(item: pytest.Item) -> None:
    """Add the markers that follow from the fixtures of a test."""
    fixtures = set(getattr(item, "fixturenames", ()))
    starts_processes = bool(fixtures & PROCESS_FIXTURES)
    needs_database = starts_processes or bool(
        item.get_closest_marker("django_db") or fixtures & DATABASE_FIXTURES
    )
    if needs_database:
        item.add_marker("db")
    if "browser" in fixtures:
        item.add_marker("browser")
    if not item.get_closest_marker("db") and not item.get_closest_marker("browser"):
        item.add_marker("unit")
    if starts_processes and not item.get_closest_marker("fast"):
        item.add_marker("slow")
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("property")


def runs_on(item: pytest.Item, vendor: str) -> bool:
    """Return whether a test is about the database that the suite runs on."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if fixtures & POSTGRESQL_FIXTURES:
        return vendor == "postgresql"
    if fixtures & SQLITE_FIXTURES:
        return vendor == "sqlite"
    named = item.get_closest_marker("database")
    return named is None or vendor in named.args


def slow_after_first(values: Iterable[object]) -> list[object]:
    """Parametrize ``values``, of which ``make test`` runs the first alone."""
    first, *others = values
    return [first, *(_slow(value) for value in others)]


def _slow(value: object) -> object:
    arguments = value if isinstance(value, tuple) else (value,)
    return pytest.param(*arguments, marks=pytest.mark.slow)
