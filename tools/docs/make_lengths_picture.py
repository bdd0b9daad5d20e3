"""Take the picture of series of unequal length in docs/viewer.md: two utterances, one pinned next to the other."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from make_screenshot import BROWSERS, MARK, viewer
from playwright.sync_api import sync_playwright

from cam1d_widget import Explanation, ExplanationViewer, explain
from cam1d_widget.data import Recordings, load_japanese_vowels

ROOT = Path(__file__).parents[2]
LABEL = "HiResCAM"
# Test series per speaker.
COUNT = 3


def series_of(x: np.ndarray) -> list[np.ndarray]:
    """Series without their padding."""
    return [one[np.isfinite(one).all(axis=1)] for one in x]


def trained(vowels: Recordings) -> Any:
    """A network for utterances of any length, trained on those of one length at a time."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((None, 12)),
            layers.Conv1D(32, 3, padding="same", activation="relu"),
            layers.Conv1D(32, 3, padding="same", activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(9, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)
    lengths = np.isfinite(vowels.x_train).all(axis=2).sum(axis=1)
    for _ in range(40):
        for length in np.unique(lengths):
            rows = lengths == length
            model.train_on_batch(vowels.x_train[rows, :length], vowels.y_train[rows])
    return model


def explained(vowels: Recordings) -> Explanation:
    """Maps of some utterances of each speaker, each computed at its own length."""
    model = trained(vowels)
    rows = np.concatenate([np.flatnonzero(vowels.y_test == speaker)[:COUNT] for speaker in range(9)])
    x = series_of(vowels.x_test[rows])
    each = [explain(model, one[np.newaxis], methods=[LABEL], targets="all", progress=False) for one in x]
    return Explanation(
        x,
        np.concatenate([one.scores for one in each]),
        np.concatenate([one.targets for one in each]),
        {LABEL: [one.attributions[LABEL][0] for one in each]},
        probabilities=np.concatenate([one.probabilities for one in each]),
        exactness=each[0].exactness,
        adds_up=each[0].adds_up,
        completeness={LABEL: np.concatenate([one.completeness[LABEL] for one in each])},
        y=vowels.y_test[rows],
        class_names=vowels.class_names,
        channel_names=vowels.channel_names,
        sampling_rate=vowels.sampling_rate,
    )


def main() -> None:
    """Write the picture."""
    shown = ExplanationViewer(explained(load_japanese_vowels()))
    lengths = shown.explanation.lengths
    assert lengths is not None
    shown.instance = int(lengths.argmin())
    shown.options.hidden = list(range(4, 12))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = shown.save_html(Path(folder) / "page.html", progress=False)
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1180, "height": 1100})
        page.goto(path.as_uri())
        page.wait_for_selector(".bqplot.figure[data-ready]")
        page.locator(".bqplot.figure").focus()
        page.keyboard.press("p")
        page.evaluate(f"{MARK}.model.choose({{ instance: {int(lengths.argmax())} }})")
        page.wait_for_timeout(600)  # bqplot lays out a figure again after 300 ms
        viewer(page).screenshot(path=ROOT / "docs" / "viewer_lengths.png")
        browser.close()


if __name__ == "__main__":
    main()
