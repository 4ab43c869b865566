"""Encrypted secrets are bound to their row."""

import pytest
from pytest_django.asserts import assertContains

from console.models import Rotation
from tests.support.clients import CLIENT, OLD, make_client
from tests.support.forms import URLENCODED, fill_form

OTHER = CLIENT.replace("/44/", "/45/")


@pytest.fixture
def two(admin, do, sandbox):
    """Secrets of two clients are being replaced."""
    sandbox.clients[45] = make_client(45, clientSecret="of-the-other")
    do(admin, "stage")
    do(admin, "stage", client=OTHER)
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


def sent(sandbox):
    return [one for one in sandbox.calls if one.operation == "client.set_secret"]


def test_swapped_new_secret_is_not_sent(admin, do, moved, sandbox, ledger):
    moved("new_sealed")

    response = do(admin, "activate")

    assertContains(response, "be decrypted")
    assert not sent(sandbox)
    assert ledger["clientSecret"] == OLD
    assert Rotation.objects.get(client_id=44).state == "staged"


def test_swapped_new_secret_is_not_shown(admin, moved):
    Rotation.objects.update(shown_at=None)  # as one that a job has staged
    moved("new_sealed")

    url = f"{CLIENT}staged/"
    body = fill_form(admin.get(url), "idempotency_key")

    response = admin.post(url, body, content_type=URLENCODED, follow=True)

    assertContains(response, "be decrypted")


def test_swapped_old_secret_is_not_restored(admin, do, moved, sandbox, ledger):
    do(admin, "activate")
    now = ledger["clientSecret"]
    moved("old_sealed")

    response = do(admin, "undo")

    assertContains(response, "be decrypted")
    assert len(sent(sandbox)) == 1
    assert ledger["clientSecret"] == now
    assert Rotation.objects.get(client_id=44).state == "activated"
