"""A saved page: reading its state, acting on it, and waiting for it."""

import base64
import io
import json
from pathlib import Path

import numpy as np
from matplotlib.image import imread

from ..support.waiting import until

JS = Path(__file__).parents[2] / "js"
TABLES = json.loads((JS / "src" / "core" / "draw" / "color_tables.json").read_text())
AXE = JS / "node_modules" / "axe-core" / "axe.min.js"
EVIL = "<img src=x onerror=alert(1)>"
HEAD = 26  # height of the summary above the picture, in CSS pixels

MARK = "document.querySelector('.bqplot canvas').__channelStack"
SNAPSHOT = f"{MARK}.snapshot()"
PIXELS = "document.querySelector('.bqplot canvas').toDataURL()"
WITHOUT_MAPS = f"""() => {{
  const {{ index, data }} = {MARK}.model.get("tiles");
  {MARK}.model.tiles.replace({{ index: index.filter(({{ key }}) => key.startsWith("series/")), data }});
}}"""
# How often the page's own thread asks the network for values.
COUNT_PASSES = f"""() => {{
  const {{ engine }} = {MARK}.model.engineAnswers.model, forward = engine.forward.bind(engine);
  window.passes = 0;
  engine.forward = (...given) => {{ window.passes++; return forward(...given); }};
}}"""
# Colors of the canvas at places in CSS pixels, each as red, green, blue, alpha.
READ_COLORS = """places => {
  const canvas = document.querySelector(".bqplot canvas"), ratio = canvas.__channelStack.snapshot().ratio;
  const context = canvas.getContext("2d");
  return places.map(([x, y]) => [...context.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data]);
}"""
DARK = """() => {
  document.body.dataset.jpThemeLight = "false";
  document.body.style.background = "#111111";
  const colors = {
    "--jp-ui-font-color1": "#f2f2f4", "--jp-layout-color0": "#111111", "--jp-layout-color1": "#212121",
    "--jp-widgets-color": "#f2f2f4", "--jp-widgets-label-color": "#f2f2f4",
    "--jp-widgets-input-color": "#f2f2f4", "--jp-widgets-input-background-color": "#111111" };
  Object.entries(colors).forEach(([name, color]) => document.documentElement.style.setProperty(name, color));
  document.querySelector("h1").style.color = "#f2f2f4";
}"""
# Drawing is scheduled for the next frame; a picture that is drawn next to another follows in the frame after it.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# bqplot lays a figure out some time after its size has changed.
IS_LAID_OUT = f"""async () => {{
  await ({TWO_FRAMES})();
  const figure = document.querySelector(".bqplot.figure"), canvas = figure.querySelector("canvas");
  const [there, drawn] = [figure, canvas].map((element) => element.getBoundingClientRect());
  const close = Math.abs(there.width - drawn.width) < 1 && Math.abs(there.height - drawn.height) < 1;
  return close && figure.dataset.state !== "waiting";
}}"""


def ready(page, instance, target, method):
    page.wait_for_selector(f'.bqplot.figure[data-ready="{instance}/{target}/{method}"]')


def shown(page):
    """Indices of the current picture."""
    figure = page.wait_for_selector(".bqplot.figure[data-ready]")
    return tuple(int(place) for place in figure.get_attribute("data-ready").split("/"))


def drawn(page):
    """Wait until what has changed so far is drawn."""
    page.evaluate(TWO_FRAMES)


def laid_out(page):
    """Wait until the current picture is drawn in the size that the figure has now."""
    until(lambda: page.evaluate(IS_LAID_OUT))


def choose(page, choice):
    page.evaluate(f"{MARK}.model.choose({choice})")
    laid_out(page)


def choose_method(viewer, label):
    """Another method, by its menu, whose entries are a label and facts."""
    menu = viewer.get_by_role("combobox", name="method")
    labels = [text.split(" · ")[0] for text in menu.locator("option").all_text_contents()]
    menu.select_option(index=labels.index(label))


def slider(page, name):
    return page.get_by_role("slider", name=name, exact=True)


def move(page, name, key):
    slider(page, name).focus()
    page.keyboard.press(key)


def table_colors(picture, values):
    """Entries of the picture's color table for these values."""
    table, limit = np.array(TABLES[picture["table"]]), picture["limit"]
    share = (values / limit + 1) / 2 if picture["table"].startswith("signed") else values / limit
    return table[np.clip(np.floor(256 * share), 0, 255).astype(int)]


def saved(page, kind, width=None, dpi=96):
    """Bytes of a file that the page saves, by default in the pixels of the screen."""
    if not page.locator(".cam1d-panel").is_visible():
        page.get_by_role("button", name="Save: ").click()
    for label, value in (("width (mm)", width), ("dpi", dpi)):
        field = page.get_by_label(label)
        field.fill("" if value is None else str(value))
        field.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("button", name=f"as {kind}").click()
    assert download.value.suggested_filename.endswith(f".{kind.lower()}")
    return download.value.path().read_bytes()


def pixels(png):
    return np.rint(255 * imread(io.BytesIO(png), format="png")).astype(int)


def on_paper(url):
    """Pixels of a canvas, given as a data URL, over white paper."""
    layers = pixels(base64.b64decode(url.split(",")[1]))
    share = layers[..., 3:] / 255
    return layers[..., :3] * share + 255 * (1 - share)


def share_of_color(picture):
    """Share of the pixels that are not gray."""
    return np.mean(np.ptp(picture[..., :3], axis=-1) > 60)


def brush(page, first, last):
    """Select the window between two samples, by Shift and drag."""
    picture = page.evaluate(SNAPSHOT)
    corner = page.locator(".bqplot.figure").bounding_box()
    y = corner["y"] + picture["rows"][0]["top"] + 30
    page.keyboard.down("Shift")
    page.mouse.move(corner["x"] + picture["centers"][first], y)
    page.mouse.down()
    page.mouse.move(corner["x"] + picture["centers"][(first + last) // 2], y)
    page.mouse.move(corner["x"] + picture["centers"][last], y)
    page.mouse.up()
    page.keyboard.up("Shift")


def darken(page):
    """Change to a dark theme, as JupyterLab would."""
    page.evaluate(DARK)


def violations(page, within="document"):
    """What axe-core finds: each as its rule, its impact and the first elements."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run({within}).then((report) => report.violations)")
    return [(one["id"], one["impact"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found]
