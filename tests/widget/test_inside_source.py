"""Requests of the browser to a widget's model: a layer, a filter, a maximizing input."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget
from cam1d_widget.widget import step_result

from ..support.networks import CHANNELS, EDGE, LENGTH, edge, hidden_pieces, likeness, planted
from ..support.synced import outcome


def done(widget, kind, **arguments):
    return outcome(widget.jobs.work[kind](arguments))


@pytest.fixture
def widget():
    x, _ = hidden_pieces(edge())
    y = (np.arange(len(x)) % 2 == 0).astype(int)
    widget = CAM1DWidget(planted(edge()), x, y, background=x[:8], sampling_rate=50, methods=["HiResCAM"])
    yield widget
    widget.close()


def test_a_layer_says_which_filters_count_and_what_its_steps_see(widget):
    result, said = done(widget, "inside layer", layer="planted")
    assert result.content["weighed"] == "exact"
    assert result.arrays["steps"][0].tolist() == [0, EDGE, (EDGE - 1) / 2]
    assert result.arrays["weights"].shape == (2, 2)
    assert said[0] == (0.0, "reading planted")


def test_a_filter_says_what_it_means(widget):
    result, _ = done(widget, "inside filter", layer="planted", filter=0)
    assert result.content["by"] == "closed form"
    assert likeness(result.arrays["mean"], edge()) > 0.95
    assert likeness(result.arrays["kernel"], edge()) > 0.999
    assert "channel 1" in result.content["words"]


def test_steps_say_what_they_add_to_the_score(widget):
    result, _ = done(widget, "inside step", layer="planted", instance=2, target=1)
    arrays, content = result.arrays, result.content
    assert content["filters"] == [0, 1]
    total = (arrays["activations"] * arrays["weights"]).sum() + arrays["others"].sum() + content["rest"]
    assert total == pytest.approx(content["score"], abs=1e-5)
    assert content["score"] == pytest.approx(widget.explanation.scores[2, 1], abs=1e-5)
    assert arrays["steps"][0].tolist() == [0, EDGE, (EDGE - 1) / 2]
    assert arrays["stage 0"].shape == arrays["activations"].shape
    for bad in ({"instance": -1}, {"target": 5}, {"layer": "none"}):
        with pytest.raises(ValueError, match=f"^{next(iter(bad))} "):
            done(widget, "inside step", **{"layer": "planted", "instance": 2, "target": 1, **bad})


def test_of_a_large_layer_the_filters_that_contribute_most_are_sent(widget, monkeypatch):
    whole, _ = done(widget, "inside step", layer="planted", instance=2, target=1)
    monkeypatch.setattr(step_result, "_MOST_BYTES", 1)
    one, _ = done(widget, "inside step", layer="planted", instance=2, target=1)
    [kept] = one.content["filters"]
    values = whole.arrays["activations"] * whole.arrays["weights"]
    assert kept == np.abs(values).max(axis=0).argmax()
    np.testing.assert_allclose(one.arrays["others"], values[:, 1 - kept], atol=1e-6)


def test_series_that_a_class_likes_best_come_with_the_nearest_real_ones(widget):
    result, said = done(widget, "inside series", target=0, start="noise", nearness=0, solutions=2)
    assert result.arrays["x"].shape == (2, LENGTH, CHANNELS)
    assert result.arrays["scores"][0] > result.arrays["real_best"][0]
    assert result.content["background"]
    nearest = widget.explanation.x[result.content["numbers"][0]]
    np.testing.assert_array_equal(result.arrays["nearest"][0], nearest)
    assert said[-1][0] == 1.0


def test_it_is_stopped_between_two_steps(widget):
    going = widget.jobs.work["inside series"]({"target": 0, "start": "noise", "nearness": 0, "solutions": 1})
    assert [next(going)[1] for _ in range(3)] == [
        "reading the real series",
        "gradient step 1 of 200",
        "gradient step 2 of 200",
    ]
    going.close()


def test_activations_are_those_of_the_instance_on_show(widget):
    np.testing.assert_allclose(
        widget.inside.tile("activations/0/2").values,
        np.asarray(widget.inside._source._reading("planted").activations(2).values[0]),
    )
