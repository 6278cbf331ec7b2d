"""A real Chromium for the browser tests: the system's own, headless, quiet on the network."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

WAIT_MS = 20_000  # for what a page will show: the machine may be busy with other tests
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The menus of the address bar are pages of the browser's own, opened with every window whether it
# is seen or not: more than a second of processor a profile. The list replaces Playwright's own,
# which therefore follows.
_WITHOUT = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades",
    "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints",
    "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
)  # fmt: skip
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_WITHOUT)}",
)


def find_chromium() -> str | None:
    """The path of the system's Chromium, or None; ``HUBEI_CHROMIUM`` wins."""
    names = (os.environ.get("HUBEI_CHROMIUM") or None, *_NAMES)
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; skipped by name where there is none.

    Playwright keeps a loop in the main thread: servers under test run in a thread or a process.
    """
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found: install 'chromium' or set HUBEI_CHROMIUM")
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile at 1920×1080, in Chinese and Beijing time."""
    fresh = browser.new_context(
        viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page in a fresh profile."""
    return context.new_page()
