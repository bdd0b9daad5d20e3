"""Values that a model computes for its own steps are returned unchanged."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import Explanation, KerasClassifier, all_methods, explain, models
from cam1d_widget.attribution.methods import MIL, Attention, AttentionXGradient, GradCAM, HiResCAM
from cam1d_widget.attribution.metrics import ndcg
from cam1d_widget.data import make_web_traffic
from cam1d_widget.frameworks.keras.pooling_layers import POOLINGS

from ...support.selection import slow_but

RNG = np.random.default_rng(3)
X = RNG.normal(size=(5, 90, 2)).astype(np.float32)
INHERENT = {"MIL", "Attention", "Attention × Gradient"}


def mil(pooling: str, **chosen) -> keras.Model:
    """A network with a MIL head, all of its weights drawn at random."""
    keras.utils.set_random_seed(5)
    model = models.mil_classifier((90, 2), 4, pooling=pooling, backbone="fcn", filters=6, **chosen)
    model.set_weights([RNG.uniform(0.1, 0.9, weight.shape) - (weight.ndim > 1) * 0.5 for weight in model.get_weights()])
    return model


@cache
def classifier_of(pooling: str) -> KerasClassifier:
    """Of a network with this MIL head; the same for all tests, compiled once."""
    return KerasClassifier(mil(pooling))


def lstm(**chosen) -> keras.Model:
    keras.utils.set_random_seed(5)
    model = models.lstm_attention_classifier((90, 2), 4, units=6, **chosen)
    model.set_weights([RNG.normal(size=weight.shape) for weight in model.get_weights()])
    return model


@cache
def classifier_of_lstm() -> KerasClassifier:
    return KerasClassifier(lstm())


@cache
def bent() -> KerasClassifier:
    """With a hidden layer behind its attention."""
    series = keras.Input((90, 2))
    mean = models.TemporalAttention(4)(L.Conv1D(5, 5, activation="tanh")(series))
    return KerasClassifier(keras.Model(series, L.Dense(3)(L.Dense(4, activation="tanh")(mean))))


def labels(model) -> set[str]:
    classifier = model if isinstance(model, KerasClassifier) else KerasClassifier(model)
    return {method.label for method in all_methods() if method().refusal(classifier) is None} & INHERENT


@pytest.mark.few(1)
@pytest.mark.parametrize("pooling", slow_but(["conjunctive", "instance"], POOLINGS))
def test_scores_of_steps_add_up_to_the_logit_minus_its_bias(pooling):
    classifier = classifier_of(pooling)
    model = classifier.model
    steps, bias = classifier.step_scores(X)
    logits = keras.Function(model.inputs, [model.get_layer("pooling").output])([X])[0].numpy()
    own = np.zeros(4) if pooling == "conjunctive" else model.get_layer("pooling").bias.numpy()
    np.testing.assert_array_equal(bias, own)
    np.testing.assert_allclose(steps.sum(axis=1, dtype=np.float64), logits - own, rtol=1e-5, atol=1e-5)
    explanation = explain(classifier, X, methods=["MIL"], targets="all", progress=False)
    assert np.nanmax(explanation.completeness["MIL"]) < 1e-5


@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_formulas_of_the_poolings(pooling):
    """Worked out in numpy on the same weights."""
    maps = RNG.normal(size=(2, 7, 3)).astype(np.float32)
    layer = POOLINGS[pooling](2)
    layer.build(maps.shape)
    layer.set_weights([RNG.normal(size=weight.shape) for weight in layer.get_weights()])
    w, b, *attention = layer.get_weights()
    if pooling == "instance":
        expected = (maps @ w + b).mean(axis=1)
    else:
        hidden, hidden_bias, grade, grade_bias = attention
        grades = np.tanh(maps @ hidden + hidden_bias) @ grade + grade_bias
        gates, shares = 1 / (1 + np.exp(-grades)), np.exp(grades) / np.exp(grades).sum(axis=1, keepdims=True)
        expected = {
            "attention": (shares * maps).sum(axis=1) @ w + b,
            "additive": ((gates * maps) @ w + b).mean(axis=1),
            "conjunctive": (gates * (maps @ w + b)).mean(axis=1),
        }[pooling]
    np.testing.assert_allclose(layer(maps), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "make",
    [
        classifier_of_lstm,
        pytest.param(lambda: KerasClassifier(lstm(pool_size=3)), marks=pytest.mark.slow),
        lambda: classifier_of("attention"),
        lambda: classifier_of("additive"),
    ],
)
def test_attention_adds_up_to_one_before_it_is_placed(make):
    classifier = make()
    steps = Attention().at_steps(classifier, X, np.zeros((5, 1), int))
    assert (steps >= 0).all()
    np.testing.assert_allclose(steps.sum(axis=2), 1, rtol=1e-5)
    totals = Attention().maps(classifier, X, np.zeros((5, 1), int)).totals
    np.testing.assert_allclose(totals, 1, rtol=1e-5)


def test_attention_of_an_lstm_is_what_its_layer_gives():
    model = classifier_of_lstm().model
    states = keras.Function(model.inputs, [model.get_layer("lstm").output])([X])[0]
    own = model.get_layer("attention").attention_weights(states).numpy()
    map_ = Attention().attribute(classifier_of_lstm(), X, 2)[..., 0]
    np.testing.assert_allclose(map_, own, rtol=1e-5)
    assert np.ptp(own, axis=1).max() > 1e-3  # not all equal, so that a wrong order is detected


def test_attention_x_gradient_is_each_states_share_of_the_logit():
    """Behind one Dense layer: weight times state times kernel."""
    classifier = classifier_of_lstm()
    model = classifier.model
    states = keras.Function(model.inputs, [model.get_layer("lstm").output])([X])[0].numpy()
    weights = model.get_layer("attention").attention_weights(states).numpy()
    kernel, bias = model.get_layer("scores").get_weights()
    map_ = AttentionXGradient().attribute(classifier, X, 2)[..., 0]
    np.testing.assert_allclose(map_, weights * (states @ kernel[:, 2]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(map_.sum(axis=1), classifier.scores(X)[:, 2] - bias[2], rtol=1e-4, atol=1e-5)
    assert AttentionXGradient().exactness(classifier) == "complete"


def test_attention_x_gradient_promises_nothing_behind_a_hidden_layer():
    classifier = bent()
    targets = np.zeros((5, 1), int)
    assert AttentionXGradient().exactness(classifier) == "approximate"
    assert AttentionXGradient().expected_total(classifier, X, targets) is None
    total = AttentionXGradient().maps(classifier, X, targets).totals
    _, _, without = classifier.attention_gradients(X, targets)
    assert np.abs(total - (classifier.scores(X) - without)[:, :1]).max() > 1e-4


def test_attention_x_gradient_is_the_slope_along_the_weights():
    """Of a head that is bent: by finite differences."""
    classifier = bent()
    model = classifier.model
    weights, gradients, _ = classifier.attention_gradients(X[:1], np.array([[1]]))
    attention = next(layer for layer in model.layers if isinstance(layer, models.TemporalAttention))
    behind = keras.Function([attention.output], model.outputs)
    states = keras.Function(model.inputs, [attention.input])([X[:1]])[0]
    for step in (0, 40, 85):
        more, less = weights[:, 0].copy(), weights[:, 0].copy()
        more[0, step] += 0.1
        less[0, step] -= 0.1
        up, down = (behind([attention.pooled(states, one)])[0][0, 1] for one in (more, less))
        np.testing.assert_allclose(gradients[0, 0, 0, step], (up - down) / 0.2, rtol=2e-2, atol=1e-4)


def test_heads_are_averaged_in_attention_and_added_up_in_its_gradient():
    series = keras.Input((90, 2))
    states = L.Conv1D(5, 5, padding="same", activation="tanh")(series)
    heads = [models.TemporalAttention(4)(states) for _ in range(2)]
    model = keras.Model(series, L.Dense(3)(L.Concatenate()(heads)))
    classifier = KerasClassifier(model)
    assert classifier.attention(X).shape == (5, 2, 90)
    one = Attention().at_steps(classifier, X, np.zeros((5, 1), int))[:, 0]
    np.testing.assert_allclose(one, classifier.attention(X).mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(
        AttentionXGradient().at_steps(classifier, X, np.ones((5, 1), int)).sum(axis=2)[:, 0],
        classifier.scores(X)[:, 1] - model.layers[-1].bias.numpy()[1],
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("pooling", slow_but(["conjunctive", "instance"], POOLINGS))
def test_stated_exactness_of_cams_on_mil_heads_is_true(pooling):
    """Of a plain average they are exact; elsewhere features enter the attention as well, and nothing adds up."""
    classifier = classifier_of(pooling)
    targets = np.tile(np.arange(4), (5, 1))
    assert classifier.head == "mil"
    for method in (GradCAM(), HiResCAM()):
        total = method.maps(classifier, X, targets).totals
        off = np.abs(total - (classifier.scores(X) - classifier.bias())).max()
        assert method.exactness(classifier) == ("exact" if pooling == "instance" else "approximate")
        assert off < 1e-4 if pooling == "instance" else off > 1e-3


@pytest.mark.few(2)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_exact_means_that_a_step_of_zeros_takes_just_its_value_away(pooling):
    classifier = classifier_of(pooling)
    features, _ = classifier.features(X[:1], 0)
    values = MIL().at_steps(classifier, X[:1], np.array([[2]]))[0, 0]
    without = np.repeat(features, 90, axis=0)
    without[np.arange(90), np.arange(90)] = 0
    scores = classifier.head_scores(np.repeat(X[:1], 90, axis=0), without)[:, 2]
    falls = classifier.scores(X[:1])[0, 2] - scores
    alone = np.allclose(falls, values, atol=1e-3 * np.abs(values).max())
    assert alone == (MIL().exactness(classifier) == "exact") == (pooling in ("instance", "additive"))


def test_one_sigmoid_unit_speaks_for_both_classes():
    series = keras.Input((90, 2))
    logit = models.ConjunctivePooling(1)(L.Conv1D(5, 7, activation="relu")(series))
    classifier = KerasClassifier(keras.Model(series, L.Activation("sigmoid")(logit)))
    steps, bias = classifier.step_scores(X)
    np.testing.assert_allclose(steps.sum(axis=1) + bias, classifier.scores(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(steps[..., 0], -steps[..., 1])


@pytest.mark.parametrize(
    ("model", "there"),
    [
        (lambda: classifier_of("conjunctive"), INHERENT),
        (lambda: classifier_of("instance"), {"MIL"}),
        (classifier_of_lstm, {"Attention", "Attention × Gradient"}),
        (lambda: models.fcn((90, 2), 3, filters=4), set()),
        (lambda: models.question_cnn((90, 2), 3, filters=4), set()),
        (lambda: keras.Sequential([keras.Input((90, 2)), mil("additive")]), INHERENT),  # nested
        (lambda: keras.Sequential([keras.Input((90, 2)), lstm(), L.Dense(3)]), {"Attention", "Attention × Gradient"}),
        # scores of steps that are not the scores of the model, but taken further
        (
            lambda: keras.Sequential([keras.Input((90, 2)), L.Conv1D(4, 3), models.AdditivePooling(6), L.Dense(3)]),
            {"Attention", "Attention × Gradient"},
        ),
    ],
)
def test_the_menu_has_what_the_model_has(model, there):
    assert labels(model()) == there


def test_a_subclassed_model_is_looked_into():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv, self.pooling = L.Conv1D(4, 5), models.ConjunctivePooling(3)

        def call(self, x):
            return self.pooling(self.conv(x))

    model = Own()
    model(X)
    assert labels(model) == INHERENT


def test_a_custom_layer_is_read_by_its_methods():
    class Loudest(L.Layer):
        """Scores every step by its filters."""

        def step_scores(self, maps):
            return maps / 9

        def outer_bias(self):
            return np.zeros(3, np.float32)

        def call(self, maps):
            return keras.ops.sum(self.step_scores(maps), axis=1)

    classifier = KerasClassifier(keras.Sequential([keras.Input((90, 2)), L.Conv1D(3, 3), Loudest()]))
    explanation = explain(classifier, X, methods=["MIL"], progress=False)
    assert explanation.completeness["MIL"].max() < 1e-5


@pytest.mark.parametrize("label", sorted(INHERENT))
def test_other_models_are_refused_in_a_sentence(label):
    word = "scores the steps" if label == "MIL" else "attention"
    with pytest.raises(ValueError, match=rf"^model 'question_cnn' has no .*{word}.*; (models|give it|name)?.*$"):
        explain(models.question_cnn((90, 2), 3, filters=4), X, methods=[label], progress=False)


def test_probabilities_are_not_added_up():
    classifier = KerasClassifier(mil("conjunctive"), score="probabilities")
    assert "adds them up to its logits" in MIL().refusal(classifier)
    assert AttentionXGradient().exactness(classifier) == "approximate"


def test_several_maps_with_attention_are_distinguished_by_name():
    series = keras.Input((90, 2))
    states = [L.Conv1D(3, 5, name=name)(series) for name in ("one", "two")]
    model = keras.Model(series, L.Dense(3)(L.Concatenate()([models.TemporalAttention(4)(each) for each in states])))
    assert labels(model) == set()
    assert Attention().refusal(KerasClassifier(model, layer="two")) is None


@pytest.mark.slow
def test_saved_loaded_and_explained_again_in_a_fresh_process(tmp_path):
    made = {"conjunctive": mil("conjunctive"), "attention": mil("attention"), "lstm": lstm()}
    np.save(tmp_path / "x.npy", X)
    for name, model in made.items():
        model.save(tmp_path / f"{name}.keras")
    statements = (
        "import sys; from pathlib import Path; import numpy as np; from cam1d_widget import explain\n"
        "for path in Path(sys.argv[1]).glob('*.keras'):\n"
        "    x, labels = np.load(path.with_name('x.npy')), ['MIL', 'Attention', 'Attention × Gradient']\n"
        "    labels = labels[1:] if path.stem == 'lstm' else labels\n"
        "    explain(path, x, methods=labels, targets='all', progress=False).save(path.with_suffix('.npz'))"
    )
    done = subprocess.run([sys.executable, "-c", statements, tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name, model in made.items():
        before = explain(model, X, methods=sorted(labels(model)), targets="all", progress=False)
        again = Explanation.load(tmp_path / f"{name}.npz")
        assert again.exactness == before.exactness
        for label, values in before.attributions.items():
            np.testing.assert_allclose(again.attributions[label], values, rtol=1e-4, atol=1e-6)


def test_mil_shows_what_counts_where_grad_cam_shows_what_is_loud():
    """Weights by hand: a gate shuts loud bursts out, which the filter, and so its mean gradient, still sees."""
    series = keras.Input((120, 1))
    evidence = L.Conv1D(2, 1, activation="relu", name="evidence")
    pooling = models.ConjunctivePooling(2, attention_units=1)
    model = keras.Model(series, pooling(evidence(series)))
    evidence.set_weights([np.ones((1, 1, 2)), np.array([0.0, -2.0])])  # what is there, and how far it is beyond 2
    shut = [np.array([[0.0], [5.0]]), np.zeros(1), np.array([[-20.0]]), np.array([10.0])]
    pooling.set_weights([np.array([[1.0, -1.0], [0.0, 0.0]]), np.zeros(2), *shut])
    x, event, burst = (np.zeros((20, 120, 1)) for _ in range(3))
    for row, (first, second) in enumerate(zip(RNG.integers(0, 45, 20), RNG.integers(60, 105, 20), strict=True)):
        event[row, first : first + 12] = burst[row, second : second + 12] = 1
    x = event + 3 * burst
    classifier = KerasClassifier(model)
    score = classifier.scores(x)[:, 0]
    assert (np.abs(classifier.scores(x - 3 * burst)[:, 0] - score) < 0.01 * score).all()  # the burst does not count,
    assert (classifier.scores(x - event)[:, 0] < 0.01 * score).all()  # the event is all there is
    found = {method.label: method.attribute(classifier, x, 0) for method in (MIL(), GradCAM())}
    assert ndcg(found["MIL"], event > 0).values.tolist() == pytest.approx([1] * 20)
    assert ndcg(found["Grad-CAM"], event > 0).values.tolist() == [0] * 20


@pytest.mark.slow
def test_a_trained_mil_network_finds_oddities_that_it_was_never_shown_the_place_of():
    """Over three classes of WebTraffic, by more standard errors than chance could be lucky with."""
    x, y, _ = oddities(500, seed=0)
    x_test, y_test, truth = oddities(400, seed=1)
    keras.utils.set_random_seed(0)
    model = models.mil_classifier((1008, 1), 3, backbone="fcn", filters=8)
    model.optimizer.learning_rate = 5e-3
    model.fit(x, y, batch_size=16, epochs=10, verbose=0)
    explanation = explain(model, x_test, methods=["MIL"], targets=y_test[:, np.newaxis], progress=False)
    found = ndcg(explanation.attributions["MIL"][:, 0], truth)
    better = found.values - found.chance
    assert better.mean() > 6 * better.std() / np.sqrt(len(better))
    assert found.mean > 2 * found.mean_chance


def oddities(instances: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weeks with noise, cutoff or trough, their classes from 0 to 2, and the truth."""
    data = make_web_traffic(instances, seed=seed)
    chosen = [data.class_names.index(name) for name in ("noise", "cutoff", "trough")]
    those = np.isin(data.y, chosen)
    return data.x[those], np.searchsorted(chosen, data.y[those]), data.mask[those]
