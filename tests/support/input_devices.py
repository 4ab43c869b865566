"""Working a page as a person does, and counting what it takes.

A click, and a key that activates something, counts one; typing, and choosing in a
list by typing, counts nothing.
"""

from playwright.sync_api import Error, expect

ASKED = ".htmx-request:not([hx-trigger^=load], [hx-trigger^=every])"
FAR = 400  # presses of Tab after which something counts as out of reach
HERE = "one => one.isConnected ? one === document.activeElement : null"


class Mouse:
    """Points at things and clicks."""

    def __init__(self, page):
        self.page = page
        self.clicks = 0
        self.loads = 0  # of whole documents
        page.on("domcontentloaded", lambda _: self._loaded())

    def click(self, role, name, within=None):
        """Use a link or button by its name."""
        self.follow((within or self.page).get_by_role(role, name=name, exact=True))

    def follow(self, locator):
        self._use(locator)
        self._see()
        self.clicks += 1

    def search(self, words):
        """Find services from wherever one is."""
        self.click("link", "Find a service")
        self.submit(self._box, words)

    def submit(self, locator, text):
        self.type(locator, text)
        self.page.keyboard.press("Enter")
        self._see()
        self.clicks += 1

    def type(self, locator, text):
        locator.fill(text)

    def choose(self, locator, label):
        locator.select_option(label=label)

    @property
    def _box(self):
        return self.page.get_by_role("searchbox", name="Search services by name")

    def _use(self, locator):
        locator.click()

    def _see(self):
        """Wait for what was asked for, so that nothing moves under the next click.

        What a page asks for by itself may take its time.
        """
        expect(self.page.locator(ASKED)).to_have_count(0)

    def _loaded(self):
        self.loads += 1


class Keyboard(Mouse):
    """Never touches the mouse: Tab goes there, and what is focused is seen to be."""

    def search(self, words):
        self.page.keyboard.press("/")
        self.clicks += 1
        expect(self._box).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self._see()
        self.clicks += 1

    def type(self, locator, text):
        self._reach(locator)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, locator, label):
        self._reach(locator)
        self.page.keyboard.type(label)

    def _use(self, locator):
        self._reach(locator)
        self.page.keyboard.press("Enter")

    def _reach(self, locator):
        expect(locator).to_be_visible()
        element = locator.element_handle()  # to look it up takes longer than a press
        for _ in range(FAR):
            if here := focused(element):
                break
            if here is None:
                element = locator.element_handle()
            else:
                self.page.keyboard.press("Tab")
        expect(locator).to_be_focused()
        style = locator.evaluate("e => getComputedStyle(e).outlineStyle")
        assert style != "none", "nobody can see where the focus is"


def focused(element):
    """Whether it is what keys go to; None once it, or its page, is gone."""
    try:
        return element.evaluate(HERE)
    except Error:
        return None
