"""The widget: a viewer connected to a model."""

from __future__ import annotations

import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import CAM1DWidget, Explanation, ExplanationViewer, explain

from ..support.toys import question

RNG = np.random.default_rng(4)


@pytest.fixture(scope="module")
def model():
    return question([L.Flatten(), L.Dense(3, activation="softmax")])


@pytest.fixture(scope="module")
def x():
    return RNG.normal(size=(6, 300, 9)).astype(np.float32)


def test_traits_choose_the_map(model, x):
    widget = CAM1DWidget(model, x, [0, 1, 2, 0, 1, 2], sampling_rate=50)
    assert widget.method == "Occlusion"
    assert widget.target == np.asarray(model(x[:1])).argmax()
    widget.instance, widget.target, widget.method = 4, 2, "Integrated Gradients"
    expected = explain(model, x[4], methods=["Integrated Gradients"], targets=2, progress=False)
    np.testing.assert_allclose(widget.attribution, expected.attribution("Integrated Gradients", 0, 2), atol=1e-5)
    assert widget.explanation.scores.shape == (6, 3)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("instance", 6, "instance must be a whole number from 0 to 5, but is 6"),
        ("target", -1, "target must be a whole number from 0 to 2"),
        (
            "method",
            "GradCem",
            "method must be one of Ablation-CAM, Eigen-CAM, .* but is 'GradCem'; did you mean 'Grad-CAM'?",
        ),
    ],
)
def test_what_is_not_there_is_a_value_error(name, value, message, model, x):
    widget = CAM1DWidget(model, x)
    before = (widget.instance, widget.target, widget.method)
    with pytest.raises(ValueError, match=message):
        setattr(widget, name, value)
    assert (widget.instance, widget.target, widget.method) == before


def test_series_where_the_model_belongs_are_reported(model, x):
    with pytest.raises(TypeError, match=r"model must be a keras\.Model or the path of a saved one, .* but is an array"):
        CAM1DWidget(x, model)


def test_a_method_that_does_not_fit_says_why(model, x):
    with pytest.raises(ValueError, match=r"CAM needs global average pooling .*, but this head is 'flatten'"):
        CAM1DWidget(model, x).method = "CAM"


def test_the_initial_picture_may_be_chosen(model, x):
    widget = CAM1DWidget(model, x, class_names=["a", "b", "c"], instance=2, target="b", method="IG")
    assert (widget.instance, widget.target, widget.method) == (2, 1, "Integrated Gradients")
    with pytest.raises(ValueError, match="instance must be a whole number from 0 to 5, but is 6"):
        CAM1DWidget(model, x, instance=6)


def test_repr_fits_a_notebook(model, x):
    widget = CAM1DWidget(model, x, class_names=["a", "b", "c"])
    widget.instance, widget.target = 2, 1
    assert repr(widget) == "<CAM1DWidget of 6 series (300 samples, 9 channels) at instance 2, b, Occlusion>"
    assert repr(widget.explanation).startswith("<LazyExplanation of 6 series (300 samples, 9 channels), each map ")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"y": [0]}, ValueError),
        ({"class_names": ["a", "b"]}, ValueError),
        ({"class_names": "abc"}, TypeError),
        ({"methods": ["CAM"]}, ValueError),
        ({"layer": "nowhere"}, ValueError),
        ({"sampling_rate": -50}, ValueError),
        ({"background": np.zeros((1, 300, 2))}, ValueError),
    ],
)
def test_wrong_arguments_leave_no_widget_behind(options, error, model, x):
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    with pytest.raises(error):
        CAM1DWidget(model, x, **options)
    assert set(_instances) == before


def test_model_without_convolution_is_looked_at_by_gradients(x):
    import keras

    mlp = keras.Sequential([keras.Input((300, 9)), L.Flatten(), L.Dense(3, activation="softmax")])
    widget = CAM1DWidget(mlp, x)
    assert {"Integrated Gradients", "Occlusion"} < set(widget.explanation.methods)
    assert not [label for label in widget.explanation.methods if label.endswith("CAM")]
    with pytest.raises(ValueError, match=r"no single map .* with several steps before its head"):
        CAM1DWidget(mlp, x, methods=["HiResCAM"])


def test_file_shows_what_the_widget_shows(model, x, tmp_path):
    explanation = explain(model, x, targets="all", methods=["HiResCAM", "Saliency"], progress=False)
    explanation.save(tmp_path / "explanation.npz")
    viewer = ExplanationViewer(Explanation.load(tmp_path / "explanation.npz"))
    widget = CAM1DWidget(model, x, methods=["HiResCAM", "Saliency"])
    for method in ("HiResCAM", "Saliency"):
        viewer.method = widget.method = method
        viewer.instance = widget.instance = 3
        viewer.target = widget.target = 1
        np.testing.assert_allclose(viewer.attribution, widget.attribution, atol=1e-5)


@pytest.mark.parametrize("known", [False, True])
def test_the_model_returns_its_scores_without_a_window(model, x, known):
    background = x + 1 if known else None
    widget = CAM1DWidget(model, x, background=background)
    said = widget.mark._scores_without(2, 40, 90)
    replaced = x[2:3].copy()
    replaced[:, 40:90] = (x + 1).mean(axis=(0, 1)) if known else 0
    np.testing.assert_allclose(said.probabilities, np.asarray(model(replaced))[0], atol=1e-5)
    assert said.scores.shape == (3,)
    assert ("mean" in widget.mark.facts["baseline"]) == known
    np.testing.assert_array_equal(widget.explanation.x, x)
