"""The Chromium of the system, for browser tests.

Without a Chromium, browser tests are left out and the summary says so; with
``CI=true`` that is an error.
"""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

BROWSER_TIMEOUT_MS = 30_000  # milliseconds, for a machine that has much else to do
# The shell goes first: it draws no window around a page, and is much quicker for it.
PROGRAM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium: the one in ``CHROMIUM``, or one that is found."""
    if named := os.environ.get("CHROMIUM"):
        if not (path := shutil.which(named)):
            raise pytest.UsageError(f"CHROMIUM={named} is not a program.")
        return path
    return next(filter(None, map(shutil.which, PROGRAM_NAMES)), None) or find_playwright_chromium()


def find_playwright_chromium() -> str | None:
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache")
    places = Path(cache).glob("**/chromium-*/chrome-linux*/chrome")
    return next(map(str, sorted(places, reverse=True)), None)


def pytest_configure(config: pytest.Config) -> None:
    expect.set_options(timeout=BROWSER_TIMEOUT_MS)
    if not find_chromium() and os.environ.get("CI") == "true":
        raise pytest.UsageError("There is no Chromium, which CI=true asks for.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not find_chromium():
        of_browser = [item for item in items if item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=of_browser)
        items[:] = [item for item in items if item not in of_browser]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not find_chromium():
        terminalreporter.section("no Chromium", red=True, bold=True)
        terminalreporter.line(
            "All browser tests were left out. Install chromium, or name one with"
            " CHROMIUM=/path/to/it, to run them.",
            red=True,
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Launch the system's Chromium; as root without its sandbox."""
    quiet = ["--disable-gpu", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    return browser_type_launch_args | {"executable_path": find_chromium(), "args": quiet}
