"""Figures of the browser half, compared with other ways to make the same plot: `python benchmarks/front_end.py`.

Draw times are those of pages that need no kernel. A slider step is a key on a slider in a real JupyterLab with a real
kernel, until the last change of the page after it; all ways run one after the other in one notebook.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from results import leave, table

sys.path.insert(0, str(Path(__file__).parents[1]))

from cam1d_widget import Explanation
from cam1d_widget.viewer.export.page import save_html
from tests.browser.lab import CHROMIUM, KERNEL_IS_IDLE, serving, write_notebook

SIZES = [(9, 300), (64, 300), (9, 10_000), (64, 10_000), (9, 1_000_000)]
STEPS = 7

# Draws of the same view, and after moves of the time axis, which invalidate everything cached for it.
DRAW = """async ([steps, moves]) => {
  const view = document.querySelector(".bqplot canvas").__channelStack, scale = view.scales.x.model;
  const whole = scale.attributes, [min, max] = [whole.min, whole.max];
  const times = [];
  for (let step = 0; step < steps; step++) {
    const by = ((max - min) * step) / 1000;
    moves ? scale.set({ min: min + by, max: max + by - (max - min) / 20 }) : view.draw();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    times.push(view.drawTime);
  }
  scale.set({ min, max });
  return times;
}"""
# The next paint after each key, by the browser's own clock, which has a resolution of 8 ms.
LISTEN = """() => {
  window.paints = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) =>
    entry.name === "keydown" && window.paints.push(entry.duration)))
    .observe({ type: "event", durationThreshold: 16, buffered: true });
}"""
# From the key to the last change of a cell's output before it is idle.
WATCH = """(cell) => {
  const output = document.querySelectorAll(".jp-CodeCell")[cell].querySelector(".jp-Cell-outputWrapper");
  window.lastChange = 0;
  window.watcher?.disconnect();
  // The slider's own handle moves at once; what counts is the picture.
  const counts = ({ target }) => !(target.closest ? target : target.parentElement)?.closest(".widget-slider");
  window.watcher = new MutationObserver((changes) => {
    window.lastChange = changes.some(counts) ? performance.now() : window.lastChange;
  });
  window.watcher.observe(output, { childList: true, subtree: true, attributes: true, characterData: true });
  window.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
}"""
RESTS = "() => window.lastChange > window.pressed && performance.now() - window.lastChange > 350"

SETUP = """
import numpy as np, ipywidgets as w
from IPython.display import display
channels, time, count = {channels}, {time}, 30
rng = np.random.default_rng(0)
x = np.cumsum(rng.normal(size=(count, time, channels)), axis=1).astype("float32")
a = rng.normal(size=(count, 1, time, channels)).astype("float32")
def slider():
    return w.IntSlider(0, 0, count - 1, continuous_update=True)
"""
OURS = """
from cam1d_widget import Explanation, ExplanationViewer
viewer = ExplanationViewer(Explanation(x, np.zeros((count, 1)), np.zeros((count, 1), int), {"Saliency": a}))
viewer
"""
MATPLOTLIB = """
%matplotlib inline
import matplotlib.pyplot as plt
def show(i):
    fig, axes = plt.subplots(channels, 1, figsize=(10, 0.8 * channels), sharex=True)
    for c, axis in enumerate(axes):
        axis.imshow(a[i, 0, :, c][None], aspect="auto", cmap="RdBu", extent=(0, time, -50, 50))
        axis.plot(x[i, :, c])
    plt.show()
s = slider()
display(s, w.interactive_output(show, {"i": s}))
"""
BQPLOT = """
import bqplot
t = np.arange(time)
parts = []
for c in range(channels):
    X, Y, C = bqplot.LinearScale(), bqplot.LinearScale(), bqplot.ColorScale(scheme="RdBu")
    heat = bqplot.HeatMap(x=t, y=np.array([-50.0, 50.0]), color=np.repeat(a[0, 0, :, c][None], 2, 0),
                          scales={"x": X, "y": Y, "color": C})
    line = bqplot.Lines(x=t, y=x[0, :, c], scales={"x": X, "y": Y})
    parts.append((heat, line, bqplot.Figure(marks=[heat, line], layout={"height": "90px", "width": "100%"},
                                            fig_margin=dict(top=2, bottom=2, left=30, right=5))))
def show(change):
    for c, (heat, line, _) in enumerate(parts):
        heat.color = np.repeat(a[change.new, 0, :, c][None], 2, 0)
        line.y = x[change.new, :, c]
s = slider()
s.observe(show, "value")
display(s, w.VBox([figure for _, _, figure in parts]))
"""
PLOTLY = """
import plotly.graph_objects as go
from plotly.subplots import make_subplots
grid = make_subplots(rows=channels, cols=1, shared_xaxes=True, vertical_spacing=0)
for c in range(channels):
    grid.add_trace(go.Heatmap(z=a[0, 0, :, c][None], showscale=False), row=c + 1, col=1)
    grid.add_trace(go.Scatter(y=x[0, :, c]), row=c + 1, col=1)
figure = go.FigureWidget(grid)
figure.update_layout(height=90 * channels, showlegend=False)
def show(change):
    with figure.batch_update():
        for c in range(channels):
            figure.data[2 * c].z = a[change.new, 0, :, c][None]
            figure.data[2 * c + 1].y = x[change.new, :, c]
s = slider()
s.observe(show, "value")
display(s, figure)
"""


def main() -> None:
    """Write every figure."""
    started = perf_counter()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tables = [pages(browser), *(notebook(browser, channels, 300) for channels in (9, 64))]
        browser.close()
    leave("front_end", {"tables": tables, "seconds": perf_counter() - started})


def pages(browser: Browser) -> dict[str, Any]:
    """Draw times at each size, and the next paint after a key at the two most common ones."""
    rows = []
    for channels, time in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            instances = 20 if time == 300 else 1
            path = save_html(
                waves(instances, channels, time), Path(folder) / "page.html", budget_mb=1000, progress=False
            )
            page = browser.new_page(viewport={"width": 1100, "height": 1000})
            page.goto(path.as_uri())
            page.wait_for_selector(".bqplot.figure[data-ready]", timeout=120_000)
            rest, moved = ([float(took) for took in page.evaluate(DRAW, [40, moves])] for moves in (False, True))
            paint = key_to_paint(page) if instances > 1 else None
            rows.append([channels, time, median(rest), min(rest), median(moved), min(moved), paint])
            page.close()
    draws = [f"{moment}, {which}, ms" for moment in ("draw", "draw after a move") for which in ("median", "least")]
    return table("Pages", ["channels", "samples", *draws, "key to paint, 95th percentile, ms"], rows)


def key_to_paint(page: Page) -> float:
    """Milliseconds from a key on the instance slider to the paint that follows it."""
    page.evaluate(LISTEN)
    page.get_by_role("slider", name="instance").focus()
    for step in range(40):
        page.keyboard.press("ArrowRight" if step % 30 < 15 else "ArrowLeft")
        page.wait_for_timeout(60)
    paints = page.evaluate("paints")
    # The browser does not report times below the clock's threshold.
    return quantiles([*paints, *[16.0] * (40 - len(paints))], n=20)[-1]


def waves(instances: int, channels: int, time: int) -> Explanation:
    """Random walks, with noise as maps."""
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(size=(instances, time, channels)).astype(np.float32), axis=1)
    maps = rng.normal(size=(instances, 1, time, channels)).astype(np.float32)
    return Explanation(x, np.zeros((instances, 1)), np.zeros((instances, 1), int), {"Saliency": maps})


def notebook(browser: Browser, channels: int, time: int) -> dict[str, Any]:
    """Slider steps of every way in one notebook, with their ratios to ours."""
    ways = {
        "ours": OURS,
        "stock bqplot, a figure per channel": BQPLOT,
        "plotly FigureWidget": PLOTLY,
        "matplotlib, interactive_output": MATPLOTLIB,
    }
    steps = measured(browser, [SETUP.format(channels=channels, time=time), *ways.values()])
    rows = [[name, took, took / steps[0]] for name, took in zip(ways, steps, strict=True)]
    return table(f"Slider step, {channels} channels of {time} samples", ["way", "ms", "times ours"], rows)


def measured(browser: Browser, cells: list[str]) -> list[float]:
    """Median time of a slider step in each cell but the first."""
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as server:
        write_notebook(server.folder / "bench.ipynb", *cells)
        page = browser.new_page(viewport={"width": 1400, "height": 1200})
        page.goto(f"{server.address}/lab/tree/bench.ipynb")
        page.wait_for_function(KERNEL_IS_IDLE, timeout=60_000)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        took = [step_time(page, cell) for cell in range(1, len(cells))]
        page.close()
    return took


def step_time(page: Page, cell: int) -> float:
    """Median milliseconds from a key on a cell's slider to the last change of its output."""
    handle = page.locator(".jp-CodeCell").nth(cell).locator(".noUi-handle").first
    handle.wait_for(timeout=120_000)
    handle.scroll_into_view_if_needed()
    page.wait_for_timeout(2500)
    page.evaluate(WATCH, cell)
    times: list[Any] = []
    for _ in range(STEPS):
        handle.focus()
        handle.press("ArrowRight")
        page.wait_for_function(RESTS, timeout=60_000)
        times.append(page.evaluate("window.lastChange - window.pressed"))
    return float(median(times[2:]))


if __name__ == "__main__":
    main()
