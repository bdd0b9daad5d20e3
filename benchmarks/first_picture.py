"""Time from running a cell to the first picture: `python benchmarks/first_picture.py`.

In a real JupyterLab with a real kernel, in which the model has predicted before. The cell imports the package and makes
the widget; its time ends when the browser has painted the series, and when it has painted the first map.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Page, sync_playwright
from results import leave, table

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.lab import CHROMIUM, KERNEL_IS_IDLE, Server, run_in_kernel, serving, write_notebook

REPEATS = 3

BEGIN = """
import keras
import numpy as np
from keras import layers as L


def transformer(shape, classes):
    '''The transformer of Keras' example of time-series classification.'''
    series = maps = keras.Input(shape)
    for _ in range(4):
        attended = L.Dropout(0.25)(L.MultiHeadAttention(key_dim=256, num_heads=4, dropout=0.25)(maps, maps))
        maps = L.LayerNormalization(epsilon=1e-6)(attended) + maps
        hidden = L.Dropout(0.25)(L.Conv1D(4, 1, activation="relu")(maps))
        maps = L.LayerNormalization(epsilon=1e-6)(L.Conv1D(shape[-1], 1)(hidden)) + maps
    pooled = L.GlobalAveragePooling1D(data_format="channels_last")(maps)
    hidden = L.Dropout(0.4)(L.Dense(128, activation="relu")(pooled))
    return keras.Model(series, L.Dense(classes, activation="softmax")(hidden))


def eeg_net(shape, classes):
    '''EEGNet (Lawhern et al., 2018).'''
    steps, channels = shape
    return keras.Sequential([
        keras.Input(shape), L.Permute((2, 1)), L.Reshape((channels, steps, 1)),
        L.Conv2D(8, (1, 64), padding="same", use_bias=False), L.BatchNormalization(),
        L.DepthwiseConv2D((channels, 1), use_bias=False, depth_multiplier=2), L.BatchNormalization(),
        L.Activation("elu"), L.AveragePooling2D((1, 4)), L.Dropout(0.5),
        L.SeparableConv2D(16, (1, 16), padding="same", use_bias=False), L.BatchNormalization(), L.Activation("elu"),
        L.AveragePooling2D((1, 8)), L.Dropout(0.5), L.Flatten(), L.Dense(classes, activation="softmax"),
    ])


def made(build, instances, steps, channels):
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(instances, steps, channels)).astype("float32")
    model = build((steps, channels), 4)
    model.predict(x[:8], verbose=0)
    return model, x


from cam1d_widget import models as builders
"""
# Name, function that builds it, instances, samples and channels.
NETWORKS = [
    ("Stack Overflow CNN", "builders.question_cnn", 150, 300, 9),
    ("FCN", "builders.fcn", 150, 500, 1),
    ("transformer of Keras' example", "transformer", 40, 500, 1),
    ("InceptionTime", "builders.inception_time", 40, 5000, 12),
    ("EEGNet", "eeg_net", 40, 2000, 64),
]
CELL = """
from cam1d_widget import CAM1DWidget
widget = CAM1DWidget(model, x)
widget
"""
# Milliseconds from the start of the cell to the frames in which the series and the map are painted.
RUN = """async () => {
  // Frames are requested only once there is something to paint: 60 a second would take time from the kernel.
  const pause = () => new Promise((done) => setTimeout(done, 10));
  const frame = () => new Promise(requestAnimationFrame), begun = performance.now(), took = {};
  window.jupyterapp.commands.execute("notebook:run-cell");
  while (!took.map) {
    await pause();
    const figure = document.querySelector(".bqplot.figure"), mark = figure?.querySelector("canvas")?.__channelStack;
    for (const [what, there] of [["series", mark?.model.picture], ["map", figure?.dataset.state === "ready"]]) {
      if (there && !took[what]) {
        await frame();
        took[what] = performance.now() - begun;
      }
    }
  }
  return [took.series, took.map];
}"""


def main() -> None:
    """Write every figure."""
    started = perf_counter()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(Path(home)) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            rows = [row(page, server, place) for place in range(len(NETWORKS))]
        browser.close()
    note = f"Medians of {REPEATS} kernels; load of the machine at the end: {os.getloadavg()[0]:.1f}."
    columns = ["network", "samples", "channels", "series painted, s", "map painted, s", "method of the map"]
    leave(
        "first_picture",
        {"tables": [table("From the cell to the picture", columns, rows, note)], "seconds": perf_counter() - started},
    )


def row(page: Page, server: Server, place: int) -> list[Any]:
    """Times of a network, each in a new kernel."""
    name, build, instances, steps, channels = NETWORKS[place]
    times = []
    for repeat in range(REPEATS):
        file = write_notebook(
            server.folder / f"{place}_{repeat}.ipynb",
            f"{BEGIN}model, x = made({build}, {instances}, {steps}, {channels})",
            CELL,
        )
        page.goto(f"{server.address}/lab/workspaces/{file.stem}/tree/{file.name}")
        page.wait_for_function(KERNEL_IS_IDLE, timeout=120_000)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-cell-and-select-next')")
        page.get_by_text("[1]:").first.wait_for(timeout=120_000)
        page.wait_for_function(KERNEL_IS_IDLE)
        times.append(page.evaluate(RUN))
        method = run_in_kernel(page, "print(widget.method)").strip()
        server.shut_down_kernels()
    return [name, steps, channels, *(median(each) / 1000 for each in zip(*times, strict=True)), method]


if __name__ == "__main__":
    main()
