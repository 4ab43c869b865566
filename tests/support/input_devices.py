"""Use a page by mouse or by keyboard, and count the actions.

A click, or a key that activates something, counts one. Typing, and choosing from a
list by typing, counts nothing.
"""

from playwright.sync_api import Error, expect

PENDING_REQUEST_SELECTOR = ".htmx-request:not([hx-trigger^=load], [hx-trigger^=every])"
MAX_TAB_PRESSES = 400  # presses of Tab after which something counts as out of reach
IS_FOCUSED_JS = "one => one.isConnected ? one === document.activeElement : null"


class Mouse:
    """Point and click."""

    def __init__(self, page):
        self.page = page
        self.clicks = 0
        self.loads = 0  # of whole documents
        page.on("domcontentloaded", lambda _: self._wait_for_load())

    def click(self, role, name, within=None):
        """Activate a link or button by its name."""
        self.follow_link((within or self.page).get_by_role(role, name=name, exact=True))

    def follow_link(self, locator):
        self._activate(locator)
        self._wait_for_responses()
        self.clicks += 1

    def tick(self, locator):
        """Tick or untick a box."""
        locator.click()
        self.clicks += 1

    def search(self, words):
        """Open the first result of the command palette."""
        start = self.page.url
        self.click("link", "Search everything")
        self.submit(self.page.get_by_role("combobox", name="Search for objects"), words)
        self.page.wait_for_url(lambda url: url != start)

    def submit(self, locator, text):
        self.type(locator, text)
        self.page.keyboard.press("Enter")
        self._wait_for_responses()
        self.clicks += 1

    def type(self, locator, text):
        locator.fill(text)

    def choose(self, locator, label):
        locator.select_option(label=label)

    def _activate(self, locator):
        locator.click()

    def _wait_for_responses(self):
        """Wait for the responses to the last action.

        Requests that the page makes by itself are not waited for.
        """
        expect(self.page.locator(PENDING_REQUEST_SELECTOR)).to_have_count(0)

    def _wait_for_load(self):
        self.loads += 1


class Keyboard(Mouse):
    """Use the keyboard only; every focused element must show its focus."""

    def type(self, locator, text):
        self._tab_to(locator)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, locator):
        self._tab_to(locator)
        self.page.keyboard.press("Space")
        self.clicks += 1

    def choose(self, locator, label):
        self._tab_to(locator)
        self.page.keyboard.type(label)

    def _activate(self, locator):
        self._tab_to(locator)
        self.page.keyboard.press("Enter")

    def _tab_to(self, locator):
        expect(locator).to_be_visible()
        element = locator.element_handle()  # to look it up takes longer than a press
        for _ in range(MAX_TAB_PRESSES):
            if here := is_focused(element):
                break
            if here is None:
                element = locator.element_handle()
            else:
                self.page.keyboard.press("Tab")
        expect(locator).to_be_focused()
        style = locator.evaluate("e => getComputedStyle(e).outlineStyle")
        assert style != "none", "nobody can see where the focus is"


def is_focused(element):
    """Return whether the element has the focus; None once it or its page is gone."""
    try:
        return element.evaluate(IS_FOCUSED_JS)
    except Error:
        return None
