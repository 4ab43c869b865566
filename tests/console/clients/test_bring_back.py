"""Settings of an earlier version of a client, put back through its review."""

from pytest_django.asserts import assertContains

from tenants.roles import Role
from tenants.versions.models import Version
from tests.console.clients.conftest import CLIENT


def test_puts_back_what_somebody_changed_elsewhere(member, ledger, sandbox):
    editor = member(Role.EDITOR)
    editor.get(CLIENT)
    sandbox.clients[44] |= {"clientName": "Hijacked", "modifiedAt": 2**41}
    editor.get(CLIENT)
    body = {"at": Version.objects.get(number=1).first_at.isoformat(), "whole": ""}

    review = editor.get(editor.post(f"{CLIENT}bring-back/", body).url)

    assertContains(review, "Hijacked")
    assertContains(review, "Review 1 change")
