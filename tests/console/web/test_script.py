"""What console.js adds to the pages."""

import pytest
from playwright.sync_api import expect

from console.models import AccountPreferences
from tenants.models import Membership, Organization
from tenants.organizations.roles import Role
from tests.support.accounts import PASSWORD

TOLD = "#notices [role=alert]"


@pytest.fixture
def page(page, live_server, client, django_user_model):
    """The patterns page, as somebody sees it who is in one organization."""
    mara = django_user_model.objects.create_user("mara")
    harbor = Organization.objects.create(slug="harbor", name="Harbor Mutual")
    Membership.objects.create(organization=harbor, user=mara, role=Role.VIEWER)
    client.force_login(mara)
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page.goto(live_server.url + "/help/patterns/")
    return page


def test_copy_button_copies_and_confirms(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("""() => {
        const status = document.getElementById("status");
        const green = document.createElement("i");
        document.getElementById("content").append(green);
        green.style.color = "var(--ok)";
        const colour = (one) => getComputedStyle(one).color;
        window.said = new Promise((done) => new MutationObserver(() => done([
            status.textContent,
            colour(document.activeElement) === colour(green),
        ])).observe(status, { childList: true }));
    }""")
    page.get_by_role("button", name="Copy service id").first.click()

    assert page.evaluate("said") == ["Copied.", True]
    assert page.evaluate("navigator.clipboard.readText()") == "1948271630"


def test_organization_switcher_loads_when_opened(page, live_server):
    page.goto(live_server.url + "/harbor/")
    page.get_by_role("button", name="Harbor Mutual").click()

    link = page.locator("#organizations").get_by_role("link", name="Harbor Mutual")
    expect(link).to_have_attribute("aria-current", "true")


def test_server_errors_are_shown_above_the_page(page):
    page.evaluate("void htmx.ajax('GET', '/help/nowhere/', '#content')")

    expect(page.locator(TOLD)).to_contain_text("Page not found")
    expect(page.locator("#content h1").first).to_have_text("Patterns")


@pytest.mark.parametrize("answer", ["none", "a proxy's page"])
def test_missing_response_is_reported(page, answer, browser_log):
    browser_log.allow("ERR_FAILED|htmx:(afterRequest|sendError)|Response Status Error Code 502")
    if answer == "none":
        page.route("**/help/display/", lambda route: route.abort())
    else:
        page.route(
            "**/help/display/", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>")
        )
    page.evaluate("void htmx.ajax('GET', '/help/display/', '#content').catch(() => 0)")

    expect(page.locator("#notices")).to_contain_text("No response from the server")
    expect(page.locator("#content")).not_to_contain_text("Bad gateway")


def test_csrf_token_is_sent_without_a_form(page):
    with page.expect_response("**/help/display/") as posted:
        page.evaluate("void htmx.ajax('POST', '/help/display/', '#content')")

    assert posted.value.request.headers["x-csrftoken"]
    assert posted.value.status == 200


def focus_after(page, before, at, after, **headers):
    """What has the focus once ``before``, whose link or button ``at`` had it, is
    replaced: its label, where it leads, or its id.
    """
    page.evaluate("part => (document.getElementById('part').innerHTML = part)", before)
    page.locator("#part > *").nth(at).focus()
    page.unroute_all()
    page.route("**/swap/", lambda route: route.fulfill(body=after))
    return page.evaluate(
        """headers => new Promise((done) => {
            document.addEventListener("htmx:afterSettle", () => {
                const here = document.activeElement;
                done(here.ariaLabel || here.getAttribute("href") || here.id);
            }, { once: true });
            htmx.ajax("GET", "/swap/", { target: "#part", headers });
        })""",
        headers,
    )


def links(words, *numbers):
    return "".join(f"<a href='?{number}'>{words.format(number)}</a>" for number in numbers)


def test_swap_preserves_the_focus(page):
    page.evaluate("document.getElementById('notices').innerHTML = '<p id=part></p>'")
    on = "<a href='?1' aria-label='Remove filter: Harbor'>Harbor</a>"
    copies = "<button aria-label='Copy id'></button><button aria-label='Copy'></button>"
    rows, alike = "Again from row {}", "Receipt"
    for before, at, after, expected in (
        (links("Harbor {}", 12), 0, links("Harbor {}", "1,007"), "?1,007"),
        (links("Harbor {}", 12), 0, on, "Remove filter: Harbor"),
        (on, 0, links("Harbor {}", 12), "?12"),
        (links(rows, 11, 21, 31), 2, links(rows, 11, 21, 31, 41), "?31"),
        (links(rows, 11, 21, 31), 2, links(rows, 11, 21), "content"),
        (links(rows, 11, 21), 1, links(rows, 11), "content"),
        (links(rows, 11), 0, links(rows, 11, 21).replace("11", "31"), "content"),
        (links("Send", 1), 0, links("Send again", 2), "content"),
        ("<a id=a href='?1'>Row 1</a>", 0, links("Row {}", 2), "content"),
        (copies, 1, copies, "Copy"),
        (copies, 1, copies.replace("Copy'", "Show'"), "content"),
        (links(alike, 1, 2), 1, links(alike, 3, 4), "?4"),
        (links(alike, 1, 2), 1, links(alike, 1, 2, 3), "content"),
    ):
        assert focus_after(page, before, at, after) == expected, (before, at, after)


def test_polling_preserves_the_focus_on_links(page):
    page.evaluate("document.getElementById('notices').innerHTML = '<p id=part></p>'")
    before = links("Receipt", 1, 2)
    for after, expected in ((3, 1, 2), "?2"), ((3, 1), "content"), ((3, 4), "content"):
        part = links("Receipt", *after)
        assert focus_after(page, before, 1, part, **{"X-Poll": "yes"}) == expected


@pytest.mark.parametrize(("moved", "where"), [(0, "/harbor/"), (90, "/help/patterns/")])
def test_link_swapped_during_a_click_is_followed(page, live_server, moved, where):
    link = "<p id='swapped'><a href='/harbor/'>Harbor Mutual</a></p>"
    page.evaluate(f"document.getElementById('content').innerHTML = `{link}`")
    box = page.locator("#swapped a").bounding_box()
    requests = []
    page.on("request", lambda event: requests.append(event.is_navigation_request()))
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.evaluate(f"htmx.swap('#swapped', `{link}`, {{swapStyle: 'outerHTML'}})")
    page.mouse.move(box["x"] + 9 + moved, box["y"] + 9)
    page.mouse.up()

    expect(page).to_have_url(live_server.url + where)
    page.evaluate("fetch('/help/display/')")  # what was begun before has begun by then
    assert any(requests) is (moved == 0)


@pytest.mark.parametrize(
    ("key", "lost"),
    [
        ("", "dispatchEvent(new Event('blur'))"),
        ("Space", "document.dispatchEvent(new Event('visibilitychange'))"),
    ],
)
def test_polling_waits_while_a_button_is_pressed(page, key, lost):
    page.evaluate("""() => {
        const content = document.getElementById("content");
        content.innerHTML = "<p id='swapped'><button>Pause</button></p>";
        content.addEventListener("click", () => (content.dataset.clicked = ""));
    }""")
    look = """htmx.ajax("GET", "/help/display/", {
        target: "#swapped", swap: "outerHTML", headers: { "X-Poll": "yes" }
    })"""
    button = page.get_by_role("button", name="Pause")

    def press():
        if key:
            page.keyboard.down(key)
        else:
            page.mouse.down()

    button.hover()
    button.focus()
    press()
    page.evaluate(look)
    if key:
        page.keyboard.up(key)
    else:
        page.mouse.up()
    expect(page.locator("#content")).to_have_attribute("data-clicked", "")

    press()  # whose release goes to another window
    page.evaluate(lost)
    page.evaluate(look)
    expect(button).to_have_count(0)


def test_times_are_shown_in_full_by_tap_and_by_key(page):
    time = page.locator("time[title]").first
    relative, exact = time.text_content(), time.get_attribute("title")

    time.click()
    expect(time).to_have_text(exact)
    page.keyboard.press("t")
    expect(time).to_have_text(relative)


def test_first_sign_in_sends_the_time_zone_of_the_browser(browser, live_server, django_user_model):
    user = django_user_model.objects.create_user("ann", "ann@acme.example", PASSWORD)
    page = browser.new_context(timezone_id="Asia/Tokyo").new_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)

    assert AccountPreferences.objects.get(user=user).time_zone == "Asia/Tokyo"


def test_f_focuses_the_search_box(page):
    page.keyboard.press("f")
    expect(page.locator("#find")).to_be_focused()

    page.keyboard.type("a/b")
    expect(page.locator("#find")).to_have_value("a/b")


def test_toast_can_be_dismissed(page):
    toast = page.locator(".toast", has_text="The draft couldn't be saved")
    toast.get_by_role("button", name="Dismiss").click()

    expect(toast).to_have_count(0)
