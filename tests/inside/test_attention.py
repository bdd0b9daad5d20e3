"""Attention compared with what the score depends on."""

import keras
import numpy as np
import pytest
from keras import layers as L

from cam1d_widget import Explanation, models
from cam1d_widget.inside import attention
from cam1d_widget.inside.attention import attention_agreement


def heard(loud: bool) -> tuple[keras.Model, np.ndarray]:
    """Steps that say their first channel: heard by it, or nearly alike, by a channel that says nothing."""
    series = keras.Input((60, 2))
    mean = models.TemporalAttention(1, name="attention")(L.Conv1D(2, 1, use_bias=False, name="same")(series))
    model = keras.Model(series, L.Dense(2, use_bias=False)(mean))
    listened = np.array([[3.0], [0.0]]) if loud else np.array([[0.0], [3.0]])
    model.get_layer("same").set_weights([np.eye(2)[np.newaxis]])
    strength = np.full((1, 1), 3 if loud else 1e-3)
    model.get_layer("attention").set_weights([listened, np.zeros(1), strength, np.zeros(1)])
    model.layers[-1].set_weights([np.array([[1.0, -1.0], [0.0, 0.0]])])
    x = np.abs(np.random.default_rng(0).normal(size=(12, 60, 2))).astype(np.float32)
    return model, x


@pytest.mark.slow
def test_attention_to_what_speaks_agrees_and_to_what_is_silent_does_not():
    model, x = heard(loud=True)
    agreement = attention_agreement(model, x, targets=0, progress=False)
    assert all(np.median(values) > 0.8 for values in agreement.correlations.values())
    assert all(abs(np.median(values)) < 0.2 for values in agreement.elsewhere.values())
    model, x = heard(loud=False)
    agreement = attention_agreement(model, x, targets=0, progress=False)
    assert all(abs(np.median(values)) < 0.2 for values in agreement.correlations.values())


def test_what_it_prints_says_what_was_compared():
    model, x = heard(loud=True)
    words = repr(attention_agreement(model, x[:5], targets=0, progress=False)).splitlines()
    assert words[0] == "attention agrees in rank, median of 5 series, with"
    assert [line.split("  ")[1].strip() for line in words[1:]] == ["Attention × Gradient", "Integrated Gradients"]


def test_series_of_unequal_length_are_compared_where_they_have_samples(monkeypatch):
    lengths, rng = [9, 6, 9], np.random.default_rng(0)
    maps = {label: rng.normal(size=(3, 1, 9, 2)) for label in ("Attention", *attention.LABELS)}
    padded = Explanation(np.zeros((3, 9, 2)), np.zeros((3, 2)), np.zeros((3, 1), int), maps, lengths=lengths)

    def compared(*rows, length):
        facts = {"scores": padded.scores[[*rows]], "targets": padded.targets[[*rows]]}
        cut = {label: values[[*rows], :, :length] for label, values in maps.items()}
        one = Explanation(padded.x[[*rows], :length], **facts, attributions=cut)
        monkeypatch.setattr(attention, "explain", lambda *args, **options: one)
        return attention_agreement("model", "x")

    monkeypatch.setattr(attention, "explain", lambda *args, **options: padded)
    many = attention_agreement("model", "x")
    for label in attention.LABELS:
        for row, length in enumerate(lengths):
            assert many.correlations[label][row] == compared(row, row, length=length).correlations[label][0]
        # Attention to the series before, where both have samples.
        assert many.elsewhere[label][1] == compared(0, 1, length=6).elsewhere[label][1]
        assert many.elsewhere[label][2] == compared(1, 2, length=6).elsewhere[label][1]


def test_one_class_and_two_series_are_required():
    model, x = heard(loud=True)
    for series, targets in ((x[:1], 0), (x, "all")):
        with pytest.raises(ValueError, match="needs one class for each of at least two instances"):
            attention_agreement(model, series, targets=targets, progress=False)


def test_a_model_without_attention_is_refused():
    with pytest.raises(ValueError, match=r"^model 'fcn' has no attention over the steps"):
        attention_agreement(models.fcn((60, 2), 2, filters=2), np.ones((2, 60, 2)), progress=False)
