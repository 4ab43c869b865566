"""A job page while the job runs."""

import pytest
from playwright.sync_api import expect

from tenants.jobs.worker import JobWorker
from tenants.organizations.roles import Role
from tests.journeys.states.jobs import job
from tests.support.scene import Scene
from tests.support.tiers import slow_after_first


@pytest.fixture
def scene(open_page, sandbox, person, live_server):
    """Make an editor who has started a job, in a browser with scripts or without."""

    def make(**options):
        scene = Scene(open_page(**options), sandbox, person, live_server.url)
        scene.sign_in_as(Role.EDITOR)
        job(scene)
        return scene

    return make


def test_job_page_polls_until_the_job_ends(scene):
    scene = scene()
    page = scene.page
    scene.goto("jobs:show")
    expect(page.get_by_text("1 running")).to_be_visible()

    JobWorker("scene", until_empty=True).run()

    expect(page.get_by_text("completed", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.get_by_text("1 running")).to_have_count(0)
    expect(page.locator("[hx-trigger^=every]")).to_have_count(0)
    page.get_by_role("link", name="not sent").click()
    expect(page.get_by_role("row", name="Loyalty points (closed)")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize("scripts", slow_after_first([True, False]))
def test_job_is_paused_resumed_and_cancelled(scene, scripts):
    scene = scene(java_script_enabled=scripts)
    page = scene.page
    scene.goto("jobs:show")

    scene.click_button("Pause")
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    scene.click_button("Resume")
    expect(page.get_by_text("waiting", exact=True)).to_be_visible()
    page.get_by_role("link", name="Cancel job").click()
    scene.click_button("Cancel job")

    expect(page.get_by_text("cancelled", exact=True)).to_be_visible()
    expect(page.get_by_text("Job cancelled.")).to_be_visible()
