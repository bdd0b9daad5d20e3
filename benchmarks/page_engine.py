"""How long a saved page takes to compute scores and maps with its own network: `python benchmarks/page_engine.py`.

On the Stack Overflow CNN with series of 300 samples and 9 channels, in a real Chromium without a kernel. Python's
times on the same machine are measured for comparison.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright
from results import leave, table

from cam1d_widget import CAM1DWidget, models

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.lab import CHROMIUM

METHODS = ["HiResCAM", "Grad-CAM", "Saliency", "Integrated Gradients", "Occlusion"]
REPEATS = 40
MARK = "document.querySelector('.bqplot canvas').__channelStack.model"
# Milliseconds of each of several runs, and of the frame in which the picture is painted.
TIMES = f"""([label, repeats]) => {{
  const {{ model }} = {MARK}.pageAnswers, times = [];
  for (let repeat = 0; repeat < repeats; repeat++) {{
    const x = {MARK}.tiles.get(`series/${{repeat % 8}}`).values;
    const start = performance.now();
    if (label) {{
      const steps = model.maps(label, x, 1);
      while (!steps.next().done) {{}}
    }} else {{
      model.scores(x);
    }}
    times.push(performance.now() - start);
  }}
  return times;
}}"""
PAINTED = f"""async ([method, repeats]) => {{
  const model = {MARK}, times = [], figure = document.querySelector(".bqplot.figure");
  const {{ index, data }} = model.get("tiles");
  const frame = () => new Promise(requestAnimationFrame);
  for (let repeat = 0; repeat < repeats; repeat++) {{
    model.tiles.replace({{ index: index.filter(({{ key }}) => key.startsWith("series/")), data }});
    await frame();
    const wanted = [repeat % 8, 1, method].join("/"), start = performance.now();
    model.choose({{ instance: repeat % 8, target: 1, method }});
    do {{ await frame(); }} while (figure.dataset.ready !== wanted);
    times.push(performance.now() - start);
  }}
  return times;
}}"""


def main() -> None:
    """Write every figure."""
    started = perf_counter()
    x = np.random.default_rng(0).normal(size=(8, 300, 9)).astype(np.float32)
    widget = CAM1DWidget(models.question_cnn((300, 9), 7), x, methods=METHODS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = widget.save_html(Path(folder, "page.html"), model=True, methods=METHODS, progress=False)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1200})
        page.goto(path.as_uri())
        page.locator(".bqplot.figure[data-ready]").wait_for(timeout=120_000)
        page.wait_for_function(f"{MARK}.pageAnswers.ready", timeout=120_000)
        rows = [scores(page, widget, x), *(maps(page, widget, x, place) for place in range(len(METHODS)))]
        megabytes = path.stat().st_size / 2**20
        browser.close()
    columns = ["", "in Python, ms", "in the page, ms", "choice to plot, ms", "the same, 95 %, ms"]
    note = f"The page with 8 series and their maps has {megabytes:.1f} MB."
    tables = [table("Computed by a saved page", columns, rows, note)]
    leave("page_engine", {"tables": tables, "seconds": perf_counter() - started})


def scores(page: Page, widget: CAM1DWidget, x: np.ndarray) -> list[Any]:
    """Time of the scores of one series."""
    classifier = widget.explanation.classifier
    return ["scores of a series", of_python(lambda: classifier.scores(x[:1])), in_page(page, None), None, None]


def maps(page: Page, widget: CAM1DWidget, x: np.ndarray, place: int) -> list[Any]:
    """Time of one map."""
    label = METHODS[place]
    method, classifier = widget.explanation.method(label), widget.explanation.classifier
    if isinstance(baseline := getattr(method, "baseline", None), np.ndarray):
        method = replace(method, baseline=baseline[:1])
    alone = of_python(lambda: method.attribute(classifier, x[:1], np.array([1])))
    painted = page.evaluate(PAINTED, [place, 12 if label in METHODS[3:] else REPEATS])[2:]
    return [label, alone, in_page(page, label), median(painted), quantiles(painted, n=20)[-1]]


def in_page(page: Page, label: str | None) -> float:
    """Median time in the page, in milliseconds."""
    return median(page.evaluate(TIMES, [label, 8 if label in METHODS[3:] else REPEATS])[2:])


def of_python(compute: Callable[[], Any]) -> float:
    """Median time in Python, in milliseconds."""
    times = []
    for _ in range(8):
        begun = perf_counter()
        compute()
        times.append(1000 * (perf_counter() - begun))
    return median(times[2:])


if __name__ == "__main__":
    main()
