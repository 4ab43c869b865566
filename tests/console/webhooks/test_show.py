import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Delivery
from tests.support.webhooks import make_webhook


def show(admin, webhook, **asked):
    return admin.get(f"/acme/webhooks/{webhook.pk}/", asked)


def test_selection_and_deliveries_are_shown(admin, acme, record_events):
    record_events(3)
    webhook = make_webhook(acme, groups="keys", effects="destroy", subjects=True, tries=1)
    failed = Delivery.objects.create(
        webhook=webhook,
        first=1,
        last=6,
        rows=6,
        tries=1,
        status=500,
        answer="<b>disk full</b>",
        tried_at=timezone.now(),
        took=0.25,
    )
    Delivery.objects.create(webhook=webhook, is_test=True, state="done", status=204)

    page = show(admin, webhook)

    for text in (
        "Keys and regions",
        "destroy",
        "in plain text",
        "The endpoint returned 500.",
        "&lt;b&gt;disk full",
        "250 ms",
        "test",
        f"?delivery={failed.pk}",
        f'id="again-{failed.pk}"',
        "every 3s",
    ):
        assertContains(page, text)
    for secret in ("s3cr3t", webhook.secret):
        assertNotContains(page, secret)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, "No deliveries yet"),
        ({"pause": "gone"}, "Endpoint is gone"),
        ({"pause": "failed"}, "Paused after repeated failures"),
        ({"pause": "hand", "paused_by": "ida"}, "Paused by ida"),
        ({"old_until": timedelta(hours=3)}, "previous secret valid until"),
    ],
)
def test_status_is_shown(admin, acme, state, message):
    if "old_until" in state:
        state = {"old_until": timezone.now() + state["old_until"]}
    webhook = make_webhook(acme, **state)

    page = show(admin, webhook)

    assertContains(page, message)
    assertNotContains(page, "every 3s")


def test_deliveries_are_paged_filtered_and_exported(admin, acme):
    webhook = make_webhook(acme)
    for row in range(26):
        done = Delivery.objects.create(webhook=webhook, state="done", first=row + 4000)
    failed = Delivery.objects.create(
        webhook=webhook, state="failed", first=5000, status=503, error="disk is full"
    )

    assertContains(show(admin, webhook, page=2, size=25), "26 to 27 of 27")
    assertContains(show(admin, webhook, outcome="failed"), "1 to 1 of 1")
    assertContains(show(admin, webhook, q="disk"), f"?delivery={failed.pk}")
    assertNotContains(show(admin, webhook, q="disk"), f"?delivery={done.pk}")
    exported = show(admin, webhook, status="503", download="jsonl").getvalue().decode()
    assert [json.loads(line)["message"] for line in exported.splitlines()] == [failed.message]
