"""Take the README's picture: the real widget on the page that `make page` wrote, in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
# As in the Makefile, which brings one where there is none.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = {"first_look.png": "Occlusion", "first_look_cam.png": "HiResCAM"}


def main() -> None:
    """Write each picture, at twice the pixels, beside this file."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 900}, device_scale_factor=2)
        page.goto((ROOT / "first_look.html").as_uri())
        for name, method in PICTURES.items():
            take(page, name, method)
        browser.close()


def take(page: Page, name: str, method: str) -> None:
    """Picture of the widget alone, once it shows a method's map."""
    page.wait_for_selector(".bqplot.figure[data-ready]")
    page.locator("select").last.select_option(label=method)
    page.wait_for_function("name => document.querySelector('.cam1d-method').textContent === name", arg=method)
    page.wait_for_selector(".bqplot.figure[data-ready]")
    page.locator(".cam1d-viewer").screenshot(path=ROOT / "docs" / name)


if __name__ == "__main__":
    main()
