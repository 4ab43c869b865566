"""The audit log in a browser, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from console.audit.views import entries as views
from tenants.audit import events
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import Role
from tests.support.accessibility import find_contrast_violations, find_violations
from tests.support.backdating import backdate_entries
from tests.support.page_steps import find_overflow
from tests.support.tiers import slow_after_first

URL = "/acme/audit/"


@pytest.fixture
def complaints():
    """What the browser says about the pages by itself."""
    return []


@pytest.fixture
def history(update, add_service, sandbox, make_actor):
    """Some days at Acme."""
    add_service("us", 17, "Shop")
    update({"accessTokenDuration": 600}, ticket="CHG-2107", reason="Too long")
    update({"pkceRequired": True, "serviceName": "Web shop"})
    sandbox.fault("reset", operation="service.update", after=True)
    with pytest.raises(AuthleteError):
        update({"accessTokenDuration": 60})
    sandbox.faults.clear()
    record_event(
        make_actor(), events.ACCESS_DENIED, "change", Outcome.REJECTED, object="services:edit"
    )


@pytest.fixture
def signed_in(live_server, member, complaints):
    """Sign the auditor in, in any browser context."""
    session = member(Role.AUDITOR).cookies["session"].value

    def sign_in(context):
        cookie = {"name": "session", "value": session, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    return sign_in


@pytest.fixture
def visit(context, signed_in, live_server):
    page = signed_in(context)

    def go(path=URL):
        page.goto(live_server.url + path)
        return page

    return go


def of(operation, **columns):
    entry = AuditEntry.objects.filter(operation=operation, **columns)[0]
    return f"{URL}{entry.entry}/"


PAGES = {
    "all": lambda: URL,
    "reads": lambda: f"{URL}?reads=1",
    "filtered away": lambda: f"{URL}?ticket=none",
    "set": lambda: f"{URL}?effect=change&actor=ida@acme.example",
    "looks back": lambda: f"{URL}?region=us",
    "done": lambda: of("service.update", outcome="done"),
    "unknown": lambda: of("service.update", outcome="unknown"),
    "denied": lambda: of("access.denied"),
}


@pytest.mark.parametrize("name", slow_after_first(PAGES))
def test_breaks_no_rule_of_wcag(visit, history, complaints, name):
    page = visit(PAGES[name]())

    looks = (
        ("light", 1280, find_violations),
        ("dark", 1280, find_contrast_violations),
        ("light", 320, find_violations),
    )
    for scheme, width, wrong in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        assert wrong(page) == []
        if summary := page.query_selector("summary#more"):
            summary.click()
            assert wrong(page) == []
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_breaks_no_rule_of_wcag_where_a_filter_is_wrong(visit, history):
    page = visit(f"{URL}?effect=x&service=none&colour=red")

    assert find_violations(page) == []
    expect(page.get_by_label("Service name or ID")).to_be_visible()


def test_search_finds_who_changed_a_setting(visit, history):
    page = visit()
    page.keyboard.press("f")
    page.keyboard.type('service:"Shop" field:accessTokenDuration')
    page.keyboard.press("Enter")

    expect(page.locator("#count")).to_have_text("2 entries")
    expect(page).to_have_url(
        f"{page.url.partition('/acme')[0]}{URL}?service=Shop&field=accessTokenDuration"
    )
    expect(page.locator("tbody tr:not(.day)").last).to_contain_text("1 hour → 10 minutes")

    page.get_by_role("link", name="Update Shop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Update Shop")
    expect(page.locator(".chain")).to_contain_text("This entry")
    expect(page.get_by_text("Too long")).to_be_visible()


def test_completes_by_keyboard(visit, history):
    page = visit()
    box = page.get_by_role("combobox", name="Search the audit log")

    page.keyboard.press("f")
    page.keyboard.type("after:last-q")
    offered = page.get_by_role("option", name="last-quarter")
    expect(offered).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(offered).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")

    expect(box).to_have_value("after:last-quarter ")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_focused()


def test_swap_preserves_the_scroll_position(visit, history):
    page = visit()
    page.evaluate("document.body.dataset.same = 'yes'")
    status = page.locator("#status")

    page.get_by_role("link", name="Rejected or unknown").click()

    expect(page.locator("#count")).to_have_text("2 entries")
    expect(page.locator("#count")).to_be_focused()
    expect(status).to_have_text("2 entries")
    expect(page.get_by_role("link", name="Remove filter: Outcome: Rejected")).to_be_visible()

    page.get_by_label("Search the audit log", exact=True).and_(page.locator("input")).fill(
        "nothing like it"
    )
    page.keyboard.press("Enter")

    expect(page.get_by_text("No matching entries")).to_be_visible()
    expect(
        page.get_by_label("Search the audit log", exact=True).and_(page.locator("input"))
    ).to_be_focused()
    expect(status).to_have_text("0 entries")
    assert page.evaluate("document.body.dataset.same") == "yes"

    page.go_back()
    expect(page.locator("#count")).to_have_text("2 entries")


def test_errors_appear_without_a_page_load(visit, history):
    page = visit()
    page.get_by_label("Search the audit log", exact=True).and_(page.locator("input")).fill(
        "colour:red"
    )
    page.keyboard.press("Enter")

    expect(page.get_by_text("Unknown filter “colour”")).to_be_visible()
    expect(page.get_by_text("Invalid filter")).to_be_visible()


def test_log_is_paged(visit, history, monkeypatch):
    monkeypatch.setattr(views, "ENTRIES_PER_PAGE", 2)
    page = visit()

    page.get_by_role("link", name="Older").click()

    expect(page.locator("tbody tr:not(.day)").last).to_contain_text("10 minutes")
    page.get_by_role("link", name="Newer").click()
    expect(page.locator("tbody tr:not(.day)").first).to_contain_text("services:edit")


def test_works_without_script(browser, signed_in, live_server, history):
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context)
    page.goto(live_server.url + URL)

    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Ticket").fill("CHG-2107")
    page.get_by_label("Change", exact=True).check()
    page.get_by_role("button", name="Apply filters").click()

    expect(page.locator("#count")).to_have_text("1 entry")
    assert page.url.endswith(f"{URL}?ticket=CHG-2107&effect=change")
    page.get_by_role("link", name="Remove filter: Ticket: CHG-2107").click()
    expect(page.locator("#count")).to_have_text("4 entries")
    context.close()


def test_prints_an_entry_with_its_title_and_facts(visit, history):
    page = visit(PAGES["done"]())
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Details")).to_be_visible()
    for hidden in (".sidebar", ".topbar", ".no-print", "button"):
        expect(page.locator(hidden).first).to_be_hidden()


def test_deleted_entry_notice_stays_in_its_box(visit, make_actor):
    with backdate_entries(3000):
        record_event(make_actor(), events.SIGN_OUT)
    assert sum(delete_expired_entries(lambda _: make_actor())) == 1
    removal = AuditEntry.objects.get(operation="audit.expire")

    page = visit(f"{URL}{removal.entry}/")
    expect(page.get_by_text("deleted, tombstone verified")).to_be_visible()
    inside = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    assert page.locator(".chain li").evaluate_all(inside)


def test_paper_says_what_was_searched_and_fits(visit, history):
    page = visit(f"{URL}export/file/?format=print&ticket=CHG-2107")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})  # of A4, between the margins
    expect(page.get_by_text("Ticket: CHG-2107")).to_be_visible()
    assert find_overflow(page) == []

    page = visit(f"{URL}access/")
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    wide = page.locator(".table.access").evaluate("one => one.scrollWidth")
    assert wide <= 680
