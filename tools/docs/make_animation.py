"""Film the README's animation: the sliders of the real widget, on the page of `make page`, in a real browser."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from make_screenshot import BROWSERS, viewer
from PIL import Image, ImageOps
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
# The sliders in their order, and which key is pressed how often on which of them: some instances, from the class of the
# first one to the predicted class of the last one, and all methods of the page but one.
SLIDERS = ("instance", "class", "method")
MOVES = (
    ("instance", "ArrowRight", 6),
    ("class", "ArrowRight", 4),
    ("method", "ArrowLeft", 8),
)
# Milliseconds that a frame is shown: each step of a slider, and the last step before the next slider moves.
HOLD = {"instance": 500, "class": 800, "method": 900}
PAUSE = 1600
# An arrow of the mouse, as browsers leave theirs out of screenshots.
POINTER = """([x, y]) => {
  let arrow = document.getElementById("pointer");
  if (!arrow) {
    arrow = document.createElement("div");
    arrow.id = "pointer";
    arrow.innerHTML = '<svg width="22" height="28" viewBox="0 0 11 14">'
      + '<path d="M1 1v11l2.8-2.6 1.7 3.9 1.8-.8-1.7-3.8H9.5z" fill="black" stroke="white"/></svg>';
    arrow.style.cssText = "position:absolute;z-index:9;pointer-events:none;line-height:0";
    document.body.append(arrow);
  }
  arrow.style.left = `${x}px`;
  arrow.style.top = `${y}px`;
}"""


def main() -> None:
    """Write docs/first_look.webp."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1180, "height": 1000}, device_scale_factor=1.25)
        page.goto((ROOT / "first_look.html").as_uri())
        page.wait_for_selector(".bqplot.figure[data-ready]")
        pictures, times = zip(*frames(page), strict=True)
        browser.close()
    first, *others = alike(pictures)
    first.save(
        ROOT / "docs" / "first_look.webp", save_all=True, append_images=others, duration=list(times), loop=0,
        quality=80, method=6,
    )  # fmt: skip


def frames(page: Page) -> Iterator[tuple[Image.Image, int]]:
    """A picture after each step of a slider, and for how many milliseconds it is shown."""
    yield picture(page), PAUSE
    for name, key, times in MOVES:
        for left in reversed(range(times)):
            step(page, name, key)
            yield picture(page), HOLD[name] if left else PAUSE


def step(page: Page, name: str, key: str) -> None:
    """Press a key on a slider, put the pointer on its handle, and wait until the plot is drawn."""
    handle = page.locator(".noUi-handle").nth(SLIDERS.index(name))
    handle.press(key)
    box = handle.bounding_box()
    assert box is not None
    page.evaluate(POINTER, [box["x"] + box["width"] / 2 - 2, box["y"] + box["height"] / 2 - 1])
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_selector(".bqplot.figure[data-ready]")


def alike(pictures: Iterable[Image.Image]) -> list[Image.Image]:
    """The pictures in one size: the widget is higher where its method has a strip or a longer legend."""
    pictures = list(pictures)
    size = tuple(map(max, zip(*(picture.size for picture in pictures), strict=True)))
    return [ImageOps.pad(picture, size, color="white", centering=(0, 0)) for picture in pictures]


def picture(page: Page) -> Image.Image:
    """Picture of the widget alone."""
    return Image.open(io.BytesIO(viewer(page).screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
