"""Take the screenshots of the docs: the real widget on the page that `make page` wrote, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
# As in the Makefile, which installs one if there is none.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MARK = "document.querySelector('.bqplot canvas').__channelStack"
DARK = """() => {
  document.body.dataset.jpThemeLight = "false";
  document.body.style.background = "#111111";
  const colors = { "--jp-ui-font-color1": "#f2f2f4", "--jp-layout-color0": "#111111", "--jp-layout-color1": "#212121",
    "--jp-border-color1": "#777777", "--jp-border-color2": "#444444", "--jp-widgets-color": "#f2f2f4",
    "--jp-widgets-label-color": "#f2f2f4", "--jp-widgets-input-color": "#f2f2f4",
    "--jp-widgets-input-background-color": "#111111" };
  Object.entries(colors).forEach(([name, color]) => document.documentElement.style.setProperty(name, color));
}"""


def plain(page: Page) -> None:
    """Leave the plot as it opens."""


def options(page: Page) -> None:
    """Unfold the options, with color limits over all instances and a percentile clipped."""
    panel(page, "View")
    page.get_by_role("combobox", name="color range").select_option("method")
    page.get_by_label("clip (%)").fill("1")
    page.get_by_label("clip (%)").press("Enter")


def lines(page: Page) -> None:
    """Color the lines, smoothed, and put the largest share first."""
    change(page, "{ style: 'line', order: 'share', smoothing: 5 }")


def overlay(page: Page) -> None:
    """Overlay the channels."""
    change(page, "{ overlay: true, rows: 'unit' }")


def find(page: Page) -> None:
    """Find misclassified instances."""
    panel(page, "Find")
    page.get_by_role("combobox", name="prediction").select_option("wrong")


def window(page: Page) -> None:
    """Select a window, and hover over the plot."""
    page.evaluate(f"{MARK}.model.windows.choose([120, 175], true)")
    page.locator(".bqplot.figure").hover(position={"x": 560, "y": 250})


def contrast(page: Page) -> None:
    """Show the evidence for the class rather than for the second most probable one."""
    panel(page, "View")
    second = page.locator(".cam1d-scores label").nth(1).get_attribute("title")
    page.get_by_label("contrast against class").select_option(label=second)


def pinned(page: Page) -> None:
    """Pin the plot, and show another instance of the class next to it."""
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("p")
    page.evaluate(f"{MARK}.model.choose({{ instance: {MARK}.model.choice.instance + 1 }})")
    page.wait_for_timeout(500)  # bqplot lays out a figure again after 300 ms


def mean(page: Page) -> None:
    """Show the mean over the class, and hover over the plot."""
    page.locator(".bqplot.figure").focus()
    page.keyboard.press("c")
    page.locator(".bqplot.figure").hover(position={"x": 480, "y": 260})


def overview(page: Page) -> None:
    """Zoom to a part of the series."""
    page.locator(".bqplot.figure").focus()
    for _ in range(3):
        page.keyboard.press("z")


def numbers(page: Page) -> None:
    """Unfold the table of numbers."""
    panel(page, "Numbers")


def dark(page: Page) -> None:
    """Change to a dark theme."""
    page.evaluate(DARK)


# Of each picture: the method, an action, and device pixels per pixel.
PICTURES: dict[str, tuple[str, Callable[[Page], None], int]] = {
    "first_look.png": ("Occlusion", plain, 2),
    "first_look_cam.png": ("HiResCAM", plain, 2),
    "viewer_options.png": ("Integrated Gradients", options, 1),
    "viewer_lines.png": ("Integrated Gradients", lines, 1),
    "viewer_overlay.png": ("HiResCAM", overlay, 1),
    "viewer_find.png": ("HiResCAM", find, 1),
    "viewer_window.png": ("Occlusion", window, 1),
    "viewer_contrast.png": ("HiResCAM", contrast, 1),
    "viewer_pinned.png": ("Occlusion", pinned, 1),
    "viewer_mean.png": ("Integrated Gradients", mean, 1),
    "viewer_overview.png": ("Occlusion", overview, 1),
    "viewer_numbers.png": ("Occlusion", numbers, 1),
    "viewer_dark.png": ("Occlusion", dark, 1),
}


def main() -> None:
    """Write each picture into docs/."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name in PICTURES:
            take(browser, name)
        browser.close()


def take(browser: Browser, name: str) -> None:
    """Picture of the widget alone, after its action."""
    method, act, ratio = PICTURES[name]
    page = browser.new_page(viewport={"width": 1180, "height": 1100}, device_scale_factor=ratio)
    page.goto((ROOT / "first_look.html").as_uri())
    page.wait_for_selector(".bqplot.figure[data-ready]")
    menu = page.get_by_role("combobox", name="method")
    labels = [text.split(" · ")[0] for text in menu.locator("option").all_text_contents()]
    menu.select_option(index=labels.index(method))
    page.wait_for_function("name => document.querySelector('.cam1d-method').textContent === name", arg=method)
    act(page)
    page.wait_for_timeout(300)  # a frame or two: the canvas is not in the page's elements
    page.wait_for_selector(".bqplot.figure[data-ready]")
    viewer(page).screenshot(path=ROOT / "docs" / name)
    page.close()


def viewer(page: Page) -> Locator:
    """The widget with everything around the plot."""
    return page.locator(".cam1d-viewer")


def panel(page: Page, name: str) -> None:
    """Unfold a panel of the toolbar."""
    page.get_by_role("button", name=f"{name}: ").click()


def change(page: Page, changed: str) -> None:
    """Change options of the plot."""
    page.evaluate(f"{MARK}.model.optionsModel.change({changed})")


if __name__ == "__main__":
    main()
