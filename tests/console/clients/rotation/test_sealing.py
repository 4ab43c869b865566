"""Encrypted secrets are bound to their row."""

import pytest
from pytest_django.asserts import assertContains

from console.models import Rotation
from tests.support.clients import CLIENT, OLD, make_client
from tests.support.forms import URLENCODED, fill_form

OTHER = CLIENT.replace("/44/", "/45/")


@pytest.fixture
def two(admin, submit_form, sandbox):
    """Secret rotations of two clients in progress."""
    sandbox.clients[45] = make_client(45, clientSecret="of-the-other")
    submit_form(admin, "stage")
    submit_form(admin, "stage", client=OTHER)
    mine, other = Rotation.objects.order_by("client_id")
    return mine, other


@pytest.fixture
def moved(two):
    """Give client 44 a column of the other one's row, as who can write the database
    could.
    """

    def moved(column):
        mine, other = two
        Rotation.objects.filter(pk=mine.pk).update(**{column: getattr(other, column)})

    return moved


def set_secret_calls(sandbox):
    return [call for call in sandbox.calls if call.operation == "client.set_secret"]


def test_swapped_new_secret_is_not_sent(admin, submit_form, moved, sandbox, ledger):
    moved("new_sealed")

    response = submit_form(admin, "activate")

    assertContains(response, "be decrypted")
    assert not set_secret_calls(sandbox)
    assert ledger["clientSecret"] == OLD
    assert Rotation.objects.get(client_id=44).state == "staged"


def test_swapped_new_secret_is_not_shown(admin, moved):
    Rotation.objects.update(shown_at=None)  # as one that a job has staged
    moved("new_sealed")

    url = f"{CLIENT}staged/"
    body = fill_form(admin.get(url), "idempotency_key")

    response = admin.post(url, body, content_type=URLENCODED, follow=True)

    assertContains(response, "be decrypted")


def test_swapped_old_secret_is_not_restored(admin, submit_form, moved, sandbox, ledger):
    submit_form(admin, "activate")
    now = ledger["clientSecret"]
    moved("old_sealed")

    response = submit_form(admin, "undo")

    assertContains(response, "be decrypted")
    assert len(set_secret_calls(sandbox)) == 1
    assert ledger["clientSecret"] == now
    assert Rotation.objects.get(client_id=44).state == "activated"
