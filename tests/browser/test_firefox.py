"""The saved page, opened from disk in a real Firefox."""

import json

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, models
from cam1d_widget.viewer.choice import Choice
from cam1d_widget.viewer.export.page import ViewerState, save_html

from ..support.arrays import explanation
from ..support.planted import PLACE, planted_model, planted_series
from .firefox import firefox
from .page import COUNT_PASSES, MARK, SNAPSHOT, WITHOUT_MAPS, table_colors

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What the displayed picture is, once there is one that is not `before`.
SHOWN = """new Promise((done) => {{
  const look = () => {{
    const {{ ready }} = document.querySelector(".bqplot.figure[data-ready]")?.dataset ?? {{}};
    return ready && ready !== {before} ? done(ready) : setTimeout(look, 20);
  }};
  look();
}})"""
COLORS = """JSON.stringify(((picture) => {
  const context = document.querySelector(".bqplot canvas").getContext("2d");
  const read = (x, y) => [...context.getImageData(x * picture.ratio, y * picture.ratio, 1, 1).data].slice(0, 3);
  return { ...picture, colors: picture.rows.map((row) => picture.centers.map((x) => read(x, row.top + 2))) };
})(SNAPSHOT))""".replace("SNAPSHOT", SNAPSHOT)
WAIT_FOR_MODEL = f"""() => new Promise((done) => {{
  const look = () => ({MARK}.model.engineAnswers.ready ? done() : setTimeout(look, 20));
  look();
}})"""
# Clicks a button, by the beginning of its name, once it is there.
CLICK = """new Promise((done) => {{
  const named = (button) => (button.getAttribute("aria-label") ?? button.textContent).trim().startsWith("{name}");
  const look = () => {{
    const button = [...document.querySelectorAll("button")].find(named);
    return button ? done(void button.click()) : setTimeout(look, 20);
  }};
  look();
}})"""
LAST = "\ue010"


def test_a_page_opens_from_disk_with_its_colors_and_keys_and_fetches_nothing(tmp_path):
    whole = explanation()
    page = save_html(whole, tmp_path / "page.html", state=ViewerState(Choice(0, 1, "Gradient × Input")), progress=False)
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox(profile) as browser:
        browser.open(page.as_uri())
        assert browser.evaluate(SHOWN.format(before="null")) == "0/1/1"
        picture = json.loads(browser.evaluate(COLORS))
        for channel, colors in enumerate(picture["colors"]):
            off = np.abs(
                np.array(colors) - table_colors(picture, whole.attribution("Gradient × Input", 0, 1)[:, channel])
            )
            assert np.quantile(off.max(axis=1), 0.8) <= 2
        browser.evaluate("void document.querySelector('[role=slider][aria-label=instance]').focus()")
        browser.press(LAST)
        assert browser.evaluate(SHOWN.format(before="'0/1/1'")) == "3/1/1"
        said = [event["params"] for event in browser.events]
        assert not [entry["text"] for entry in said if entry.get("level") == "error"]
        asked = [entry["request"]["url"] for entry in said if "request" in entry]
        assert not [url for url in asked if url.startswith(("http:", "https:"))]


def test_a_page_from_disk_computes_in_a_worker(tmp_path):
    x = np.random.default_rng(0).normal(size=(2, 120, 3)).astype(np.float32)
    widget = CAM1DWidget(models.question_cnn((120, 3), 3, filters=8), x, methods=["HiResCAM", "Occlusion"])
    page = widget.save_html(tmp_path / "page.html", methods=["HiResCAM", "Occlusion"], model=True, progress=False)
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox(profile) as browser:
        browser.open(page.as_uri())
        first = browser.evaluate(SHOWN.format(before="null"))
        browser.evaluate(f"({WAIT_FOR_MODEL})()")
        browser.evaluate(f"({COUNT_PASSES})()")
        browser.evaluate(f"({WITHOUT_MAPS})()")
        browser.evaluate(f"void {MARK}.model.choose({{ instance: 1, target: 2, method: 1 }})")
        assert browser.evaluate(SHOWN.format(before=f"'{first}'")) == "1/2/1"
        values = browser.evaluate(f"JSON.stringify([...{MARK}.model.tiles.get('attribution/1/1/2').values])")
        there = widget.explanation.attribution("Occlusion", 1, 2)
        np.testing.assert_allclose(np.reshape(json.loads(values), there.shape), there, atol=1e-3 * np.abs(there).max())
        assert browser.evaluate("window.passes") == 0
        assert not [event for event in browser.events if event["params"].get("level") == "error"]


def test_an_event_is_edited_away_and_put_into_another_channel(tmp_path):
    names = {"class_names": ["none", "in a", "in b"], "channel_names": ["a", "b", "c"]}
    widget = CAM1DWidget(planted_model(), planted_series(), methods=["HiResCAM"], method="HiResCAM", **names)
    page = widget.save_html(tmp_path / "page.html", model=True, progress=False)
    first, stop = PLACE[0] - 4, PLACE[1] + 5
    model, series = f"{MARK}.model", planted_series()[0]

    def numbers(expression, like):
        return np.reshape(json.loads(browser.evaluate(f"JSON.stringify([...{expression}])")), like.shape)

    def shows(series, target):
        np.testing.assert_array_equal(numbers(f"{model}.edits.seriesOf(0).values", series), series)
        expected = widget.mark._scores_without.scores(0, series).scores
        found = numbers(f"{model}.outputs.scores.values.slice(0, 3)", expected)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
        expected = widget.mark._scores_without.attribution("HiResCAM", 0, target, series).values
        there = numbers(f"{model}.picture.attribution.values", expected)
        np.testing.assert_allclose(there, expected, rtol=0, atol=1e-3 * np.abs(expected).max())

    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox(profile) as browser:
        browser.open(page.as_uri())
        assert browser.evaluate(SHOWN.format(before="null")) == "0/1/0"
        browser.evaluate(f"({WAIT_FOR_MODEL})()")
        browser.evaluate(CLICK.format(name="Edit: "))
        browser.evaluate(f"void {model}.windows.choose([{first}, {stop}], true)")
        browser.evaluate(CLICK.format(name="Flatten: "))
        assert browser.evaluate(SHOWN.format(before="'0/1/0'")) == "0/0/0"
        zero = series.copy()
        zero[first:stop] = 0
        shows(zero, 0)
        browser.evaluate(CLICK.format(name="Undo: "))
        assert browser.evaluate(SHOWN.format(before="'0/0/0'")) == "0/1/0"
        browser.evaluate(f"void {model}.edits.apply({{ do: 'exchange', window: [{first}, {stop}], channels: [0, 1] }})")
        assert browser.evaluate(SHOWN.format(before="'0/1/0'")) == "0/2/0"
        series[first:stop, :2] = series[first:stop, 1::-1]
        shows(series, 2)
        said = [event["params"] for event in browser.events]
        assert not [entry["text"] for entry in said if entry.get("level") == "error"]
        asked = [entry["request"]["url"] for entry in said if "request" in entry]
        assert not [
            url for url in asked if not url.startswith(("file:", "blob:", "data:", "about:", "chrome:", "resource:"))
        ]
