"""One region is in trouble: the others are whole, and the page says what is missing.

Over real sockets, so that what hangs or breaks does so as it would out there.
"""

import re
from time import monotonic

import pytest
from playwright.sync_api import expect

from tenants.audit.models import AuditEntry
from tenants.authlete import get_connection_pool
from tenants.organizations.roles import Role
from tenants.sandbox.server import SandboxServer
from tests.support.tiers import slow_after_first

DEADLINE = 10.0  # seconds that a call may take in all
SPARE = 15.0  # seconds, far from a page that waits for ever, on the busiest machine
SLOW = 2.0  # seconds


@pytest.fixture
def sandbox(sandbox, settings):
    """The four regions on real ports."""
    with SandboxServer(sandbox) as server:
        urls = {name: server.url(name) for name in sandbox.state.regions}
        settings.AUTHLETE_TRANSPORT = ""
        settings.AUTHLETE_REGIONS = urls
        yield sandbox
        for url in urls.values():
            get_connection_pool(url).close()


@pytest.fixture
def page(open_signed_in, person):
    return open_signed_in(person(Role.VIEWER))


def open_list(page):
    """Open the list of services, and say how many seconds it took."""
    began = monotonic()
    page.goto("/harbor/services/")
    return monotonic() - began


def names(page):
    return page.locator("tbody th a:not(.badge)").all_inner_texts()


# What goes wrong, and the words in which that is told.
TROUBLES = {
    "down": ("down", "(refused|reset) the connection|connection was lost"),
    "HTML": ("html502", "HTTP 502"),
    "HTML in a 200": ("html200", "not valid JSON"),
    "garbage": ("garbage", "not valid JSON"),
    "cut": ("cut", "not valid JSON"),
    "refusing": ("status", "Injected fault"),
    "reset": ("reset", "connection was lost"),
    "hanging": ("delay", "in time"),
    "dripping": ("drip", "in time|took too long"),
}
MORE = {"delay": {"delay": 30_000}, "drip": {"delay": 400}, "status": {"status": 503}}


def troubles(*but):
    """All of them; each that waits for the deadline takes as long."""
    return pytest.mark.parametrize("trouble", slow_after_first(sorted(TROUBLES.keys() - {*but})))


@pytest.fixture
def words(trouble, sandbox, page):
    """Japan gets into trouble; the words of what is said of it."""
    open_list(page)  # so that its services are known
    kind, words = TROUBLES[trouble]
    sandbox.fault(kind, region="jp", **MORE.get(kind, {}))
    return re.compile(words)


@troubles("dripping")
def test_outage_is_named_and_other_regions_are_shown(page, words):
    took = open_list(page)

    assert took < DEADLINE + SPARE
    notice = page.locator(".notice", has_text="Japan didn't respond")
    expect(notice).to_contain_text("Showing the last known services of this region.")
    expect(notice).to_contain_text(words)
    expect(notice.get_by_role("link", name="Retry JP")).to_be_visible()
    assert len(names(page)) == 14
    for name in ("Retail banking Europe", "Pagamentos", "Payments", "Payments Japan"):
        assert name in names(page)
    stale = page.locator("tr.is-stale")
    expect(stale).to_have_count(3)
    for row in stale.all():
        expect(row).to_contain_text("not checked")
        expect(row).to_contain_text("synced")
    expect(page.get_by_role("link", name="JP no response")).to_be_visible()
    calls = AuditEntry.objects.filter(operation="service.list")[:4]
    outcomes = {entry.region: entry.outcome for entry in calls}
    assert outcomes.pop("jp") in ("not sent", "unknown")
    assert outcomes == {"us": "done", "eu": "done", "br": "done"}


@troubles("hanging", "cut", "reset")
def test_service_page_explains_the_outage(page, words, find_service_id):
    number = find_service_id("jp", "Payments Japan")
    began = monotonic()

    response = page.goto(f"/harbor/services/jp/{number}/")

    assert monotonic() - began < DEADLINE + SPARE
    assert response.status in (502, 503)
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    alert = page.get_by_role("alert").inner_text()
    last = AuditEntry.objects.filter(operation="service.get", region="jp")[0]
    assert str(last.entry) in alert


def test_page_waits_for_a_slow_region(page, sandbox):
    sandbox.fault("delay", region="jp", delay=int(SLOW * 1000))

    took = open_list(page)

    assert SLOW < took < SLOW + SPARE
    assert len(names(page)) == 14
    expect(page.get_by_text(re.compile("no response"))).to_have_count(0)


def test_list_is_complete_after_recovery(page, sandbox):
    open_list(page)
    sandbox.fault("html502", region="jp", times=1)
    open_list(page)

    page.get_by_role("link", name="Retry JP").click()

    expect(page.locator("tbody th a:not(.badge)")).to_have_count(14)
    expect(page.locator("tr.is-stale")).to_have_count(0)


@pytest.mark.parametrize("trouble", slow_after_first(["down", "HTML", "hanging"]))
def test_client_list_keeps_the_rows_of_an_unreachable_region(page, sandbox, worker, trouble):
    page.goto("/harbor/clients/?region=jp")
    rows_shown, known = page.locator("tbody tr"), page.locator(".page-head p").first
    rows, summary = rows_shown.count(), known.inner_text()
    kind, words = TROUBLES[trouble]
    sandbox.fault(kind, region="jp", **MORE.get(kind, {}))

    page.get_by_role("button", name="Sync", exact=True).click()
    expect(page.get_by_text("Sync started")).to_be_visible()
    worker()

    page.goto("/harbor/clients/?region=jp")
    assert known.inner_text() == summary
    assert rows_shown.count() == rows > 0
    expect(page.get_by_role("link", name="Sync waiting")).to_be_visible()
    page.get_by_text("Details").click()
    paused = "Calls to this region have failed"
    expect(page.locator(".notice").first).to_contain_text(re.compile(f"{words}|{paused}"))
    page.goto("/harbor/clients/?region=eu")
    assert rows_shown.count() > 0
