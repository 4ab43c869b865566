"""A quarter's destructive actions become evidence that holds elsewhere, in five
clicks; and one click says whether the record is whole.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import to_microseconds
from tenants.audit.writer import writer
from tenants.authlete.outcome import Outcome
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.journeys.states.evidence_packages import run_worker
from tests.support.input_devices import Mouse
from tests.support.scene import Scene


@pytest.fixture
def scene(open_page, sandbox, person, live_server):
    scene = Scene(open_page(), sandbox, person, live_server.url)
    scene.sign_in_as(Role.AUDITOR)
    return scene


def destroyed_last_quarter():
    """A client was deleted in the middle of it."""
    today = timezone.now()
    begun = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
    at = to_microseconds(begun - timedelta(days=40))
    home = Organization.objects.get(slug="harbor")
    actor = Actor(7, "ida@harbor.example", "admin", home.pk, home.slug)
    row = record_builder.build_intent(actor, "client.delete", "destroy", label="Till", region="us")
    old = {name: getattr(row, name) for name in row.__slots__} | {"at": at}
    writer.write([type(row)(**old), record_builder.build_outcome(row.entry, Outcome.SUCCEEDED)])


def test_evidence_package_of_a_quarter_is_verifiable(scene, tmp_path, assert_budget):
    destroyed_last_quarter()
    page = scene.page
    scene.goto("dashboard:index")
    hand = Mouse(page)

    hand.click("link", "Destructive")
    expect(page.get_by_role("link", name="Destructive")).to_have_attribute("aria-current", "true")
    hand.click("link", "Last quarter")
    expect(page.get_by_role("heading", name="1 entry")).to_be_visible()
    hand.click("link", "Export")
    hand.click("button", "Create evidence package")
    expect(page.get_by_text("In progress. You can leave this page.")).to_be_visible()
    run_worker()
    expect(page.locator("#package").get_by_text("Ready")).to_be_visible()  # by itself
    with page.expect_download() as download:
        hand.click("link", "Download")

    assert_budget("U2", hand)
    download.value.save_as(tmp_path / download.value.suggested_filename)
    stdout = subprocess.run(
        ["sh", "-ec", page.locator("#command").inner_text()],
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "OK: 2 rows of 1 entries" in stdout


def test_one_click_verifies_the_audit_log(scene, assert_budget):
    scene.goto("dashboard:index")
    hand = Mouse(scene.page)

    hand.click("button", "Verify now")
    expect(scene.page.get_by_role("link", name="Refresh")).to_be_visible()
    run_worker()
    expect(scene.page.locator("#verify").get_by_text("Log verified")).to_be_visible()
    assert_budget("U3", hand)
