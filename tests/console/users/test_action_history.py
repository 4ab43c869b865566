"""Everything of a subject revoked, as their page tells it from then on."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tests.support.users import did


@pytest.fixture
def world(world_with_scopes):
    return world_with_scopes


def test_is_one_deed_of_the_past_and_hides_none_before_it(
    desk, begin, worker, look_up, acme, monkeypatch
):
    monkeypatch.setattr("console.users.action_history.ENTRIES_PER_PAGE", 3)
    did(acme, ticket="INC-1", reason="Lost phone")
    path = begin()
    worker()

    page = desk.get(look_up())

    assertContains(page, "Revoked all access", count=1)
    assertContains(page, path, count=1)
    assertContains(page, "fully confirmed", count=1)
    assertContains(page, "INC-1", count=1)


def test_the_past_does_not_call_proven_what_is_not(desk, begin, worker, look_up, world):
    world.fault("down", region="jp")
    begin()
    worker()

    page = desk.get(look_up())

    assertContains(page, "Revocation of all access not confirmed")
    assertContains(page, "partly confirmed")
    assertNotContains(page, "fully confirmed")
