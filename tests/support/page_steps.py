"""Steps that many journeys share, and the check for horizontal overflow."""

from playwright.sync_api import expect


def open_section(page, region, number, section="tokens"):
    page.goto(f"/harbor/services/{region}/{number}/edit/{section}/")


def enter_setting(page, label, text, unit=""):
    """Fill in one setting by its label."""
    page.get_by_label(label, exact=True).fill(text)
    if unit:
        page.get_by_label(f"Unit of {label}").select_option(label=unit)


def review_changes(page):
    page.get_by_role("button", name="Review changes").click()


def save_changes(page):
    """Enter a reason and save the reviewed changes."""
    page.get_by_label("Reason").fill("Agreed with risk")
    page.get_by_role("button", name="Save ").click()


def expect_saved(page):
    """Expect that Authlete saved every change as sent."""
    expect(page.get_by_text("Saved as sent")).to_be_visible()


# What reaches out of the window, but for what scrolls inside something.
OVERFLOW_JS = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = (one) => one.getBoundingClientRect().right > root.clientWidth + 0.5;
    const scrolls = (one) => getComputedStyle(one).overflowX !== "visible";
    const free = (one) => {
        for (let up = one.parentElement; up !== document.body; up = up.parentElement)
            if (scrolls(up)) return false;
        return true;
    };
    return [...document.querySelectorAll("body *")]
        .filter((one) => out(one) && free(one))
        .map((one) => one.outerHTML.slice(0, 120));
}"""


def find_overflow(page):
    """Return the elements that make the page scroll sideways."""
    return page.evaluate(OVERFLOW_JS)
