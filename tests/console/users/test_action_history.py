"""Revocations in the action history of a user."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tests.support.users import did


@pytest.fixture
def world(world_with_scopes):
    return world_with_scopes


def test_bulk_revocation_is_one_entry_of_the_history(help_desk, begin, worker, look_up, acme):
    did(acme, ticket="INC-1", reason="Lost phone")
    path = begin()
    worker()

    page = help_desk.get(look_up())

    assertContains(page, "Revoked all access", count=1)
    assertContains(page, path, count=1)
    assertContains(page, "fully confirmed", count=1)
    assertContains(page, "INC-1", count=1)


def test_history_shows_incomplete_revocations_as_incomplete(
    help_desk, begin, worker, look_up, world
):
    world.fault("down", region="jp")
    begin()
    worker()

    page = help_desk.get(look_up())

    assertContains(page, "Revocation of all access not confirmed")
    assertContains(page, "partly confirmed")
    assertNotContains(page, "fully confirmed")
