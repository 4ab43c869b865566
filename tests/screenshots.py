"""Takes the pictures of docs/images from a demo: ``make screenshots``.

With fonts-inter and fonts-noto-cjk, or what stands for them elsewhere: the sheet asks
for Inter first, and a service has a Japanese name.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.console.demo.running import Demo, running
from tests.support.chromium import find_chromium

HERE = Path(__file__).parents[1] / "docs" / "images"
WIDE = ViewportSize(width=1280, height=800)
ROLE = "editor"


def take(demo: Demo, browser: Browser) -> None:
    """The pictures that the documents show."""
    for scheme in ("light", "dark"):
        context = browser.new_context(
            base_url=f"http://localhost:{demo.port}",
            viewport=WIDE,
            device_scale_factor=2,
            color_scheme=scheme,
            locale="en",
        )
        page = context.new_page()
        sign_in(page, demo)
        page.goto("/harbor/services/")
        change(page, minutes=45 if scheme == "light" else 30)
        if scheme == "light":
            save_picture(page, "review-light")
        page.get_by_role("button", name="Save 1 change to JP").click()
        page.get_by_role("heading", name="1 change to Payments Japan").wait_for()
        page.goto("/harbor/services/?sort=-changed")
        save_picture(page, f"services-{scheme}")
        context.close()


def sign_in(page: Page, demo: Demo) -> None:
    account = next(entry for entry in demo.accounts() if entry["role"] == ROLE)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(account["email"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


def change(page: Page, minutes: int) -> None:
    """Set how long access tokens of one service live, as far as the review."""
    page.get_by_role("link", name="Payments Japan").click()
    page.get_by_role("link", name="Access and refresh tokens").click()
    page.get_by_label("Access token duration", exact=True).fill(str(minutes))
    unit = page.get_by_label("Unit of Access token duration")
    unit.select_option(label="minutes")
    page.get_by_role("button", name="Review changes").click()
    page.get_by_label("Reason").fill("Shorter, says risk")
    page.get_by_label("Ticket").fill("CHG-2107")


def save_picture(page: Page, name: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=HERE / f"{name}.png", animations="disabled")
    print(f"docs/images/{name}.png")


def main() -> None:
    path = find_chromium() or sys.exit("There is no Chromium: install one, or set CHROMIUM.")
    HERE.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data)) as demo,
        sync_playwright() as playwright,
    ):
        demo.welcome()
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        take(demo, browser)
        browser.close()


if __name__ == "__main__":
    main()
