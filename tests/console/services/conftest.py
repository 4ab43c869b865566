import pytest

from tenants.roles import Role
from tests.pages import FORM, filled

SERVICE = "/acme/services/us/17/"


@pytest.fixture
def editor(member, sandbox):
    return member(Role.EDITOR)


@pytest.fixture
def enter():
    """Fill in some settings of service 17 and send them on to the review."""

    def enter(browser, section="tokens", **entered):
        url = f"{SERVICE}edit/{section}/"
        body = filled(browser.get(url), "base", **entered)
        return browser.post(url, body, content_type=FORM)

    return enter


@pytest.fixture
def save():
    """Save the draft as it was just reviewed."""

    def save(browser, reason="Agreed with risk", ticket="CHG-1", page=None):
        url = f"{SERVICE}review/"
        page = page or browser.get(url)
        body = filled(page, "reviewed", reason=reason, ticket=ticket)
        return browser.post(url, body, content_type=FORM)

    return save
