import keras
import numpy as np
import pytest
import torch
from keras import layers as L

from cam1d_widget import KerasClassifier, TorchClassifier, inside, models

from ..support.networks import edge, hidden_pieces, planted


@pytest.fixture(scope="module")
def question() -> KerasClassifier:
    model = models.question_cnn((300, 6), 7, filters=8)
    for layer in model.layers:  # statistics as after training
        if isinstance(layer, L.BatchNormalization):
            rng = np.random.default_rng(1)
            layer.set_weights([rng.normal(1, 0.5, weight.shape) for weight in layer.get_weights()[:3]] + [np.ones(8)])
    return KerasClassifier(model)


@pytest.fixture(scope="module")
def series() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32)


def test_contributions_and_the_bias_add_up_to_the_score(question, series):
    found = inside.step_contributions(question, series)
    scores = question.scores(series[np.newaxis])[0]
    assert (found.layer, found.target, found.affine) == ("pool2", scores.argmax(), True)
    assert found.score == pytest.approx(scores.max(), rel=1e-6)
    assert found.values.shape == (10, 8)
    assert found.rest == pytest.approx(question.bias()[found.target], abs=1e-5)
    other = inside.step_contributions(question, 2 * series, target=found.target)
    assert other.rest == pytest.approx(found.rest, abs=1e-5)
    np.testing.assert_array_equal(other.weights, found.weights)


def test_stages_are_the_layers_own_outputs_and_positions_lead_to_the_pooled_value(question, series):
    found = inside.step_contributions(question, series)
    assert [(stage.name, stage.pools) for stage in found.stages] == [
        ("conv2", None),
        ("norm2", None),
        ("relu2", None),
        ("pool2", "maximum"),
    ]
    for stage in found.stages:
        own = keras.Model(question.model.input, question.model.get_layer(stage.name).output)
        np.testing.assert_allclose(stage.values, own(series[np.newaxis]), rtol=1e-5, atol=1e-5)
    for step in range(10):
        for filter in range(8):
            *_, before, at = found.positions(step, filter)
            assert 5 * step <= before < 5 * step + 5
            assert at == step
            assert found.stages[2].values[0, before, filter] == found.activations[step, filter]


@pytest.mark.parametrize("samples", [101, 1400])
def test_positions_are_those_of_the_length_of_the_series(samples):
    given = keras.Input((None, 2))
    maps = keras.layers.MaxPooling1D(4, padding="same")(keras.layers.Conv1D(3, 3, activation="relu")(given))
    model = keras.Model(given, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling1D()(maps)))
    x = np.random.default_rng(0).normal(size=(samples, 2)).astype(np.float32)
    found = inside.step_contributions(model, x)
    for step in (0, len(found.activations) // 2, len(found.activations) - 1):
        before, _ = found.positions(step, 1)[-2:]
        assert found.stages[-2].values[0, before, 1] == found.activations[step, 1]
    classifier = KerasClassifier(model).for_length(samples)
    description = classifier.portable().description
    counts = [len(stage["sources"]) for stage in description["stages"][:-1]]
    assert counts == [stage.values.shape[1] for stage in found.stages[1:]]


def test_a_torch_module_has_the_same_stages(series):
    module = torch.nn.Sequential(
        torch.nn.Conv1d(6, 4, 9), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.MaxPool1d(5), torch.nn.Flatten()
    )
    module.append(torch.nn.Linear(4 * 58, 3))
    found = inside.step_contributions(TorchClassifier(module.eval()), series)
    assert [stage.pools for stage in found.stages] == [None, None, None, "maximum"]
    assert found.values.sum() + found.rest == pytest.approx(found.score, abs=1e-5)
    with torch.no_grad():
        maps = module[0](torch.from_numpy(series.T[np.newaxis].copy()))
    np.testing.assert_allclose(found.stages[0].values[0], maps[0].numpy().T, atol=1e-5)


def test_what_a_planted_kernel_finds_is_the_largest_contribution():
    x, starts = hidden_pieces(edge())
    found = inside.step_contributions(planted(edge()), x[0], "planted", target=0)
    best = int(found.values.sum(axis=1).argmax())
    assert abs(best - starts[0]) <= 1
    assert found.ranked(best)[0] == 0
    assert f"step {best}, filter 0" in found.words(best)


def test_a_mean_over_windows_and_a_layer_without_pooling():
    series = keras.Input((40, 2))
    maps = L.AveragePooling1D(4)(L.Conv1D(3, 5, activation="relu", name="conv")(series))
    model = keras.Model(series, L.Dense(2)(L.Flatten()(maps)))
    x = np.random.default_rng(2).normal(size=(40, 2)).astype(np.float32)
    pooled = inside.step_contributions(model, x)
    assert [stage.pools for stage in pooled.stages] == [None, None, "mean"]
    np.testing.assert_allclose(
        pooled.stages[1].values.reshape(1, 9, 4, 3).mean(axis=2)[0], pooled.activations, rtol=1e-5
    )
    alone = inside.step_contributions(model, x, "conv")
    assert [(stage.name, stage.kind) for stage in alone.stages] == [("conv", "Conv1D"), ("conv", "relu")]
    assert alone.values.sum() + alone.rest == pytest.approx(alone.score, abs=1e-5)


def test_what_is_not_affine_says_so():
    series = keras.Input((40, 2))
    maps = L.Conv1D(3, 5, name="conv")(series)
    model = keras.Model(series, L.Dense(2)(L.Dense(8, "relu")(L.Flatten()(maps))))
    x = np.random.default_rng(2).normal(size=(40, 2)).astype(np.float32)
    found = inside.step_contributions(model, x)
    assert not found.affine
    assert found.words(3).endswith("(what a linear approximation leaves)")


def test_bad_input_is_refused(question, series):
    with pytest.raises(ValueError, match=r"^x must hold one series, but holds 2; choose one, as x\[0\]$"):
        inside.step_contributions(question, np.stack([series, series]))
    with pytest.raises(ValueError, match=r"^target must be .* 0 to 6"):
        inside.step_contributions(question, series, target=7)
    with pytest.raises(ValueError, match="layer 'flatten' must output a map"):
        inside.step_contributions(question, series, "flatten")
    with pytest.raises(ValueError, match=r"^step must be"):
        inside.step_contributions(question, series).ranked(10)
