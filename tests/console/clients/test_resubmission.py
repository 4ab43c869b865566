"""Resubmitted forms, and forms without their idempotency key, do nothing."""

import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Rotation
from tests.support.clients import CLIENT, entered
from tests.support.forms import URLENCODED, fill_form

WHY = {"reason": "Yearly rotation", "ticket": "CHG-1"}
READS = {"client.get", "client.list", "service.get", "token.list"}
# What is filled in, and what has to be done before.
DEEDS = {
    "reveal": ({}, []),
    "rotate": ({}, []),
    "secret/set": ({"secret": "chosen-by-somebody"}, []),
    "stage": ({}, []),
    "activate": ({}, ["stage"]),
    "undo": ({}, ["stage", "activate"]),
    "drop": ({}, ["stage"]),
    "forget": ({}, ["stage", "activate"]),
    "lock": ({}, []),
    "remove": ({"typed": "Ledger sync"}, []),
    "key": ({}, []),
    "create": ({}, []),
}


@pytest.fixture
def ready(admin, submit_form):
    """Prepare an action; return its form's path and data."""

    def ready(deed):
        filled_in, before = DEEDS[deed]
        for entry in before:
            submit_form(admin, entry)
        url = entered(admin) if deed == "create" else f"{CLIENT}{deed}/"
        having = "alg" if deed == "key" else "reason"
        why = {} if deed == "key" else WHY
        return url, fill_form(admin.get(url), having, **why, **filled_in)

    return ready


def state(sandbox):
    """All that a deed could change."""
    changes = [call for call in sandbox.calls if call.operation not in READS]
    rows = list(Rotation.objects.order_by("pk").values())
    return len(changes), rows, str(sandbox.clients)


@pytest.mark.parametrize("deed", DEEDS)
def test_resubmitted_form_does_and_shows_nothing(admin, ready, sandbox, deed):
    url, body = ready(deed)
    before = state(sandbox)
    first = admin.post(url, body, content_type=URLENCODED)
    done = state(sandbox)
    assert (done == before) is (deed in ("reveal", "key"))
    secrets = re.findall(r'id="the-secret"[^>]*>([^<]+)<', first.text)

    again = admin.post(url, body, content_type=URLENCODED, follow=True)

    assert state(sandbox) == done
    assert again.redirect_chain
    assert not [secret for secret in secrets if secret in again.text]


def test_resubmission_with_other_values_is_reported_as_not_sent(admin, ready, sandbox):
    url, body = ready("secret/set")
    admin.post(url, body, content_type=URLENCODED)
    done = state(sandbox)
    other = body.replace("chosen-by-somebody", "chosen-by-somebody-else")

    same = admin.post(url, body, content_type=URLENCODED, follow=True)
    changed = admin.post(url, other, content_type=URLENCODED, follow=True)

    assert state(sandbox) == done
    assertNotContains(same, "with other values")
    assertContains(changed, "with other values")


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    "key", ["idempotency_key=", "idempotency_key=short", "idempotency_key=" + "%00" * 24, ""]
)
def test_form_without_its_key_does_nothing(admin, ready, sandbox, deed, key):
    url, body = ready(deed)
    before = state(sandbox)

    admin.post(url, re.sub(r"idempotency_key=[^&]*", key, body), content_type=URLENCODED)

    assert state(sandbox) == before


@pytest.mark.parametrize("deed", sorted(DEEDS.keys() - {"reveal", "undo", "forget"}))
def test_form_with_a_key_of_another_form_does_nothing(admin, ready, submit_form, sandbox, deed):
    url, body = ready(deed)
    (used,) = re.findall(
        r"idempotency_key=([^&]*)", fill_form(admin.get(f"{CLIENT}reveal/"), "idempotency_key")
    )
    admin.post(f"{CLIENT}reveal/", WHY | {"idempotency_key": used})
    before = state(sandbox)

    admin.post(
        url,
        re.sub(r"idempotency_key=[^&]*", f"idempotency_key={used}", body),
        content_type=URLENCODED,
    )

    assert state(sandbox) == before
