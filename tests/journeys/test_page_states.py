"""Every page in every state: nobody is shut out of it, and it fits any window.

With ``PICTURES=folder`` each is kept there as well, to be looked at.
"""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from tests.journeys.states import PAGE_STATES
from tests.support import representative_states
from tests.support.accessibility import find_contrast_violations, find_violations
from tests.support.chromium import BROWSER_TIMEOUT_MS
from tests.support.page_steps import find_overflow
from tests.support.routes import ROUTES
from tests.support.scene import Scene

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}
ELSEWHERE = {
    "help:patterns": "tests/console/help/test_patterns_in_a_browser.py",
    "services:draft": "answers a script alone, with a sentence",
    "audit:suggest": "a part of audit:index, under what is typed",
    "audit:group": "a part of audit:index, below the row that it expands",
    "clients:draft": "answers a script alone, with a sentence",
}
# Something small from the same address: for any other, Chromium would take another
# process, in which it reads and compiles every script anew.
NOWHERE = "/static/console/mark.svg"
PICTURES = os.environ.get("PICTURES")
FEATURES = os.environ.get("STATE_FEATURES")
REPRESENTATIVE = representative_states.load()
STATES = [
    state if str(state) in REPRESENTATIVE else pytest.param(state, marks=pytest.mark.slow)
    for state in PAGE_STATES
]


@pytest.fixture(scope="module")
def window(browser, live_server):
    """One page for all states, since to open one takes as long as a look at it."""
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.set_default_timeout(BROWSER_TIMEOUT_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def scene(window, browser_log, sandbox, person, live_server, monkeypatch):
    window.set_viewport_size(WIDE)
    window.emulate_media(color_scheme="light")
    browser_log.attach(window.context)
    yield Scene(window, sandbox, person, live_server.url, monkeypatch)
    window.unroute_all(behavior="ignoreErrors")
    window.goto(NOWHERE)
    window.context.clear_cookies()
    browser_log.detach(window.context)


def test_every_page_has_a_state():
    assert {page_state.page for page_state in PAGE_STATES} - {
        ""
    } == ROUTES.keys() - ELSEWHERE.keys()


def test_representative_states_exist():
    """Where this fails, ``make page-states`` chooses anew."""
    assert len(REPRESENTATIVE - {str(state) for state in PAGE_STATES}) <= len(REPRESENTATIVE) // 10


@pytest.mark.parametrize("state", STATES, ids=str)
def test_page_is_accessible_and_fits_the_window(scene, state):
    with representative_states.recorded_templates() as templates:
        state.reach(scene)

    page = scene.page
    if FEATURES:
        shapes = page.evaluate(representative_states.SHAPES_JS)
        Path(FEATURES, f"{state}.json").write_text(json.dumps([*templates, *shapes]))
    if state.page:
        assert resolve(urlsplit(page.url).path).view_name == state.page
    assert find_violations(page) == []
    assert find_overflow(page) == []
    save_picture(page, state, "light")
    page.emulate_media(color_scheme="dark")
    assert find_contrast_violations(page) == []
    save_picture(page, state, "dark")
    page.set_viewport_size(NARROW)
    assert find_overflow(page) == []
    save_picture(page, state, "narrow")


def save_picture(page, state, name):
    if PICTURES:
        path = Path(PICTURES) / f"{str(state).strip('-')}-{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
