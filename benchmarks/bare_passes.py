"""Every method compared with the bare passes of the same Keras model: `make bench`.

A bare pass is the same stacked batch through one compiled forward (or forward and backward) pass of the model. Each
ratio is the median of ratios of alternating runs, so that other load on the machine affects both equally.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import textwrap
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from alternating import in_turn, seconds
from results import leave, table

from cam1d_widget import KerasClassifier, models
from cam1d_widget.attribution.methods import AttributionMethod, ClassActivationMap
from cam1d_widget.attribution.propagation_rules import Rescale, Rule
from cam1d_widget.attribution.requests import chosen_methods

ROUNDS: dict[str, Any] = {"least": 3, "most": 31, "during": 1.5}


class Counted(KerasClassifier):
    """A classifier that records the batches that it computes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.there: list[int] = []
        self.back: list[int] = []

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Scores, recorded."""
        self.there.append(len(x))
        return super().scores(x)

    def gradient(self, x: np.ndarray, target: Any) -> np.ndarray:
        """Gradient, recorded."""
        self.back.append(len(x))
        return super().gradient(x, target)

    def features(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray]:
        """Features and gradients, recorded."""
        self.there.append(len(x))
        return super().features(x, target)

    def propagate(self, x: np.ndarray, target: Any, rule: Rule, baseline: np.ndarray | None = None) -> np.ndarray:
        """Propagation, recorded as one pass forward and backward; a baseline that all share is one series forward."""
        self.back.append(len(x))
        if isinstance(rule, Rescale):
            shared = baseline is None or bool((baseline == baseline[:1]).all())
            self.there.append(1 if shared else len(x))
        return super().propagate(x, target, rule, baseline)


class BarePasses:
    """The model's own compiled passes, in the classifier's batches."""

    def __init__(self, model: Any, batch_size: int) -> None:
        self._size = batch_size
        self._forward = tf.function(lambda x: model(x, training=False), reduce_retracing=True)

        @tf.function(reduce_retracing=True)
        def both(x: tf.Tensor) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                score = model(x, training=False)[:, 0]
            return tape.gradient(score, x)

        self._both = both

    def run(self, x: np.ndarray, there: list[int], back: list[int]) -> None:
        """As many passes as a method took, in batches of the same sizes."""
        for counts, function in ((there, self._forward), (back, self._both)):
            for count in counts:
                stacked = np.resize(x, (count, *x.shape[1:]))
                for first in range(0, count, self._size):
                    function(tf.constant(stacked[first : first + self._size])).numpy()


def main() -> None:
    """Write every figure."""
    started = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=1_000, help="instances of the memory run (10000 takes ten minutes)")
    many = parser.parse_args().many
    keras.utils.set_random_seed(0)
    tables = [*map(methods_beside_passes, (1, 64)), every_class_beside_a_forward(), first_map(), memory(many)]
    leave("bare_passes", {"tables": tables, "seconds": time.perf_counter() - started})


def methods_beside_passes(instances: int) -> dict[str, Any]:
    """Ratio of each method's one map to the bare passes that it took."""
    model = models.question_cnn((300, 9), 7)
    classifier, x = Counted(model), np.random.default_rng(0).normal(size=(instances, 300, 9)).astype(np.float32)
    bare, rows = BarePasses(model, classifier.batch_size), []
    for method in chosen_methods(None, classifier, background=x if len(x) > 1 else np.concatenate([x, x + 1])):
        if method.on_demand and instances > 1:  # minutes, without more information than one instance gives
            continue
        classifier.there, classifier.back = [], []
        method.attribute(classifier, x, 0)
        there, back = list(classifier.there), list(classifier.back)
        if there or back:
            ratio = in_turn(
                lambda method=method: method.attribute(classifier, x, 0),
                lambda there=there, back=back: bare.run(x, there, back),
                **ROUNDS,
            )
            rows.append([method.label, ratio, sum(there), sum(back)])
    columns = ["method", "times its bare passes", "series forward", "series forward and backward"]
    note = "The bare passes do not include those of crops (Occlusion) and of the head alone (Ablation-CAM)."
    return table(f"Maps of one class, {instances} at once", columns, rows, note)


def every_class_beside_a_forward() -> dict[str, Any]:
    """Ratio of the maps of all of 300 classes to one forward pass of one instance."""
    model = models.question_cnn((300, 9), 300)
    classifier, x = KerasClassifier(model), np.random.default_rng(0).normal(size=(1, 300, 9)).astype(np.float32)
    bare, targets, rows = BarePasses(model, 64), np.arange(300)[np.newaxis], []
    for method in chosen_methods(None, classifier):
        if isinstance(method, ClassActivationMap) and type(method).maps is ClassActivationMap.maps:
            ratio = in_turn(
                lambda method=method: method.maps(classifier, x, targets), lambda: bare.run(x, [1], []), **ROUNDS
            )
            rows.append([method.label, ratio])
    return table("Maps of all of 300 classes of one instance", ["method", "times one forward pass"], rows)


def first_map() -> dict[str, Any]:
    """Seconds from an imported TensorFlow to the first map of an existing model."""
    code = """
        import time
        import numpy as np
        from cam1d_widget import models
        model = models.question_cnn((300, 9), 7)
        x = np.zeros((1, 300, 9), np.float32)
        start = time.perf_counter()
        from cam1d_widget import CAM1DWidget
        widget = CAM1DWidget(model, x)
        widget.attribution
        print(time.perf_counter() - start)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, capture_output=True, text=True)
    row = ["import of the widget, and its first map", float(done.stdout.split()[-1])]
    return table("A fresh kernel with a model", ["what", "seconds"], [row])


def memory(instances: int) -> dict[str, Any]:
    """Memory that Integrated Gradients of many instances adds, and its time."""
    from cam1d_widget import explain

    model = models.question_cnn((300, 9), 7)
    x = np.random.default_rng(0).normal(size=(instances, 300, 9)).astype(np.float32)
    method: AttributionMethod = chosen_methods(["Integrated Gradients"], KerasClassifier(model))[0]
    explain(model, x[:64], methods=[method], progress=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = seconds(lambda: explain(model, x, methods=[method], background=x[:100]))
    above = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    columns = ["instances", "seconds", "MB above the start"]
    return table("Integrated Gradients of many instances", columns, [[instances, took, above]])


if __name__ == "__main__":
    main()
