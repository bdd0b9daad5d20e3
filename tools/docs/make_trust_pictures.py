"""Take the pictures of docs/trust.md: the real panel over two networks, one of which only guesses, in a browser."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import keras
from make_screenshot import BROWSERS, panel, viewer
from playwright.sync_api import Browser, sync_playwright

from cam1d_widget import CAM1DWidget
from cam1d_widget.data import load_self_regulation_scp2, load_watch
from cam1d_widget.models import question_cnn

ROOT = Path(__file__).parents[2]


def trained() -> CAM1DWidget:
    """A map of the network that `make page` trained; it depends on the series rather than on the network."""
    widget = over(keras.models.load_model(ROOT / "notebooks" / "first_look.keras"), load_watch())
    widget.instance, widget.method = 100, "Guided Backprop"
    return widget


def guessing() -> CAM1DWidget:
    """A map of the network of notebooks/report.ipynb that memorized its training series."""
    recordings = load_self_regulation_scp2()
    keras.utils.set_random_seed(0)
    model = question_cnn(recordings.x_train.shape[1:], classes=2, filters=16)
    model.fit(recordings.x_train, recordings.y_train, epochs=8, verbose=0)
    widget = over(model, recordings, methods=["HiResCAM", "Gradient × Input", "Occlusion"])
    widget.method = "Occlusion"
    return widget


def over(model: Any, data: Any, methods: Any = None) -> CAM1DWidget:
    """Widget over the test series."""
    return CAM1DWidget(
        model,
        data.x_test,
        data.y_test,
        class_names=data.class_names,
        channel_names=data.channel_names,
        channel_units=data.channel_units,
        sampling_rate=data.sampling_rate,
        background=data.x_train,
        methods=methods,
    )


def take(browser: Browser, name: str, widget: CAM1DWidget) -> None:
    """Picture of the current map, checked, with the panel unfolded."""
    widget.target = int(widget.explanation.scores[widget.instance].argmax())
    widget.check(progress=False)
    with tempfile.TemporaryDirectory() as folder:
        page_file = widget.save_html(
            Path(folder) / "page.html", instances=[widget.instance], methods=[widget.method], progress=False
        )
        page = browser.new_page(viewport={"width": 1180, "height": 1100})
        page.goto(page_file.as_uri())
        page.wait_for_selector(".bqplot.figure[data-ready]")
        panel(page, "Checks")
        page.locator(".cam1d-verdict").wait_for()
        page.wait_for_timeout(300)  # a frame or two, as in make_screenshot.py
        viewer(page).screenshot(path=ROOT / "docs" / name)
        page.close()


def main() -> None:
    """Write the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=["--no-sandbox"]
        )
        take(browser, "trust_checks.png", trained())
        take(browser, "trust_guessing.png", guessing())
        browser.close()


if __name__ == "__main__":
    main()
