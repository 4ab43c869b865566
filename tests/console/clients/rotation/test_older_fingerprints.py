"""Rotations staged by an older version, with fingerprints in another format."""

import pytest

from console.models import Rotation
from tests.support.clients import OLD

OLDER = {"new_fingerprint": "0123456789abcdef", "old_fingerprint": "fedcba9876543210"}


@pytest.fixture
def older(admin, submit_form):
    """A rotation that was staged before fingerprints were bound to their object."""
    submit_form(admin, "stage")
    admin.post("/acme/services/us/17/clients/44/stored/")
    Rotation.objects.update(**OLDER)


def test_older_rotation_is_activated_and_undone(admin, submit_form, older, ledger):
    submit_form(admin, "activate")
    assert ledger["clientSecret"] == Rotation.objects.get().new_secret
    assert Rotation.objects.get().state == "activated"

    submit_form(admin, "undo")

    assert ledger["clientSecret"] == OLD
    assert Rotation.objects.get().state == "undone"


def test_changed_secret_stops_an_older_rotation(admin, submit_form, older, ledger):
    ledger["clientSecret"] = "changed-elsewhere"

    submit_form(admin, "activate")

    assert ledger["clientSecret"] == "changed-elsewhere"
