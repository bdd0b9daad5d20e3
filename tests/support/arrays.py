"""Explanations from arrays: nothing is computed, so that every value is known."""

from dataclasses import fields

import numpy as np

from cam1d_widget.explanation import Explanation

LABELS = ("Grad-CAM", "Gradient × Input", "Saliency")


def explanation(instances=4, time=60, channels=3, classes=3, **changes) -> Explanation:
    """Waves with noise, and maps that cling to them; the last two samples are not seen."""
    rng = np.random.default_rng(5)
    clock = np.arange(time) / 25
    phase = rng.uniform(0, 6, (instances, 1, channels))
    x = np.sin(clock[:, None] * np.arange(1, channels + 1) + phase) + 0.1 * rng.normal(size=(instances, time, channels))
    pull = rng.normal(size=(classes, 1, channels))
    each = x[:, None] * pull
    scores = each.mean(axis=(2, 3))
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    field = np.array([[step, min(step + 8, time - 2), step + 3.5] for step in range(0, time - 9, 5)], dtype=float)
    made = {
        "x": x,
        "scores": scores,
        "probabilities": probabilities,
        "targets": np.tile(np.arange(classes), (instances, 1)),
        "y": np.arange(instances) % classes,
        "attributions": {
            "Grad-CAM": each.sum(axis=3, keepdims=True),
            "Gradient × Input": each,
            "Saliency": np.abs(each),
        },
        "completeness": {"Gradient × Input": np.full((instances, classes), 0.25)},
        "exactness": {"Gradient × Input": "complete"},
        "sampling_rate": 25.0,
        "channel_names": [f"a{axis}" for axis in "xyzuvw"[:channels]],
        "channel_units": ["g"] * channels,
        "class_names": ["rest", "walk", "run", "jump"][:classes],
        "receptive_field": field,
    }
    return Explanation(**{**made, **changes})


def with_predicted_only(whole: Explanation) -> Explanation:
    """The same, with the predicted class of each instance alone explained."""
    predicted = whole.scores.argmax(axis=1)
    rows = np.arange(len(predicted))
    changes = {
        "targets": predicted[:, None],
        "attributions": {label: maps[rows, predicted][:, None] for label, maps in whole.attributions.items()},
        "completeness": {label: gaps[rows, predicted][:, None] for label, gaps in whole.completeness.items()},
    }
    return Explanation(**{field.name: getattr(whole, field.name) for field in fields(whole)} | changes)


class Lazy:
    """A source that counts what is computed, and may fail."""

    def __init__(self, whole: Explanation, fault: BaseException | None = None):
        self.whole = whole
        self.fault = fault
        self.computed: list[tuple] = []

    def __getattr__(self, name):
        return getattr(self.whole, name)

    def attribution(self, method, instance, target):
        self.computed.append((method, instance, target))
        if self.fault:
            raise self.fault
        return self.whole.attribution(method, instance, target)
