"""Every engine compared with its own bare passes, and our PyTorch engine with captum on the same module: `make bench`.

Each engine runs in a process of its own, since Keras has one backend. A bare pass is one compiled forward pass, or
forward and backward, of the network by the engine alone, on the same batch. Ratios are medians of alternating runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from alternating import in_turn

ENGINES = {
    "Keras on TensorFlow": "tensorflow",
    "Keras on JAX": "jax",
    "Keras on PyTorch": "torch",
    "PyTorch": "module",
}
LENGTH, CHANNELS, CLASSES, TARGET, FILTERS = 300, 9, 7, 2, 128
COUNTS = (1, 64)
ROUNDS: dict[str, Any] = {"least": 5, "most": 101, "during": 2.0}


def main() -> None:
    """Write both tables."""
    from results import leave, table

    started = time.perf_counter()
    found = {name: in_process(engine) for name, engine in ENGINES.items()}
    columns = ["engine", *(f"{what}, {count} at once" for count in COUNTS for what in ("scores", "gradient"))]
    rows = [[name, *ratios["bare"]] for name, ratios in found.items()]
    tables = [table("Times the engine's own bare pass", columns, rows)]
    against = found["PyTorch"]["captum"]
    rows = [[label, *ratios] for label, ratios in against.items()]
    columns = ["method", *(f"our time ÷ captum's, {count} at once" for count in COUNTS)]
    tables.append(table("PyTorch compared with captum, on the same module", columns, rows))
    leave("engines", {"tables": tables, "seconds": time.perf_counter() - started})


def in_process(engine: str) -> dict[str, Any]:
    """Ratios of one engine, measured in a process of its own."""
    backend = {} if engine == "module" else {"KERAS_BACKEND": engine}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, engine],
        env={**os.environ, **backend},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measured(engine: str) -> dict[str, Any]:
    """Ratios of one engine in this process."""
    classifier, passes, module = module_passes() if engine == "module" else keras_passes(engine)
    ratios = []
    for count in COUNTS:
        x = series(count)
        for ours, bare in ((classifier.scores, passes[0]), (lambda x: classifier.gradient(x, TARGET), passes[1])):
            ratios.append(in_turn(lambda ours=ours, x=x: ours(x), lambda bare=bare, x=x: bare(x), **ROUNDS))
    return {"bare": ratios, "captum": {} if module is None else beside_captum(classifier, module)}


def series(count: int) -> np.ndarray:
    """Series of noise."""
    return np.random.default_rng(0).normal(size=(count, LENGTH, CHANNELS)).astype(np.float32)


def keras_passes(engine: str) -> tuple[Any, tuple[Callable[..., Any], ...], None]:
    """Classifier of a Keras model, and the bare passes of its backend."""
    import keras

    from cam1d_widget import KerasClassifier, models

    keras.utils.set_random_seed(0)
    model = models.question_cnn((LENGTH, CHANNELS), CLASSES)
    made = {"tensorflow": tensorflow_passes, "jax": jax_passes, "torch": torch_passes}[engine](model)
    return KerasClassifier(model), made, None


def tensorflow_passes(model: Any) -> tuple[Callable[..., Any], ...]:
    """Compiled by tf.function."""
    import tensorflow as tf

    forward = tf.function(lambda x: model(x, training=False), reduce_retracing=True)

    @tf.function(reduce_retracing=True)
    def both(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = model(x, training=False)[:, TARGET]
        return tape.gradient(score, x)

    return tuple(lambda x, function=function: function(tf.constant(x)).numpy() for function in (forward, both))


def jax_passes(model: Any) -> tuple[Callable[..., Any], ...]:
    """Compiled by jax.jit, with the weights as arguments."""
    import jax

    weights, others = [
        [one.value for one in ones] for ones in (model.trainable_variables, model.non_trainable_variables)
    ]

    def scores(x: Any, weights: Any, others: Any) -> Any:
        return model.stateless_call(weights, others, x, training=False)[0]

    forward = jax.jit(scores)
    both = jax.jit(jax.grad(lambda x, weights, others: scores(x, weights, others)[:, TARGET].sum()))
    return tuple(lambda x, function=function: np.asarray(function(x, weights, others)) for function in (forward, both))


def torch_passes(model: Any, first: bool = False) -> tuple[Callable[..., Any], ...]:
    """Called eagerly; with the channels first if the model takes them so."""
    import torch

    def given(x: np.ndarray) -> Any:
        made = torch.as_tensor(x)
        return made.transpose(1, 2).contiguous() if first else made

    def forward(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return model(given(x)).numpy()

    def both(x: np.ndarray) -> np.ndarray:
        taken = given(x).requires_grad_()
        return torch.autograd.grad(model(taken)[:, TARGET].sum(), taken)[0].numpy()

    return forward, both


def module_passes() -> tuple[Any, tuple[Callable[..., Any], ...], Any]:
    """Classifier of a PyTorch module of the same network, its bare passes, and the module."""
    import torch
    from torch import nn

    from cam1d_widget import TorchClassifier

    torch.manual_seed(0)
    blocks = [
        layer
        for given in (CHANNELS, FILTERS)
        for layer in (nn.Conv1d(given, FILTERS, 9), nn.BatchNorm1d(FILTERS), nn.ReLU(), nn.MaxPool1d(5))
    ]
    module = nn.Sequential(*blocks, nn.Flatten(), nn.LazyLinear(CLASSES)).eval()
    module(torch.zeros(1, CHANNELS, LENGTH))
    return TorchClassifier(module).for_series(series(1)), torch_passes(module, first=True), module


def beside_captum(classifier: Any, module: Any) -> dict[str, list[float]]:
    """Our time of a map of each method, divided by captum's on the same module."""
    import torch
    from captum import attr

    from cam1d_widget.attribution import methods

    # Steps, windows and baselines are the same on both sides.
    ours = {
        "Saliency": methods.Saliency(),
        "Gradient × Input": methods.GradientXInput(),
        "Integrated Gradients": methods.IntegratedGradients(steps=32, tolerance=None),
        "DeepLIFT": methods.DeepLIFT(),
        "Guided Backprop": methods.GuidedBackprop(),
        "Occlusion": methods.Occlusion(size=50, stride=25),
        "Grad-CAM": methods.GradCAM(),
    }

    def theirs(x: Any) -> dict[str, Callable[[], Any]]:
        occluded = {"sliding_window_shapes": (1, 50), "strides": (1, 25), "perturbations_per_eval": 8}
        return {
            "Saliency": lambda: attr.Saliency(module).attribute(x, target=TARGET, abs=False),
            "Gradient × Input": lambda: attr.InputXGradient(module).attribute(x, target=TARGET),
            "Integrated Gradients": lambda: attr.IntegratedGradients(module).attribute(
                x, target=TARGET, n_steps=32, internal_batch_size=64
            ),
            "DeepLIFT": lambda: attr.DeepLift(module).attribute(x, target=TARGET),
            "Guided Backprop": lambda: attr.GuidedBackprop(module).attribute(x, target=TARGET),
            "Occlusion": lambda: attr.Occlusion(module).attribute(x, target=TARGET, **occluded),
            "Grad-CAM": lambda: attr.LayerGradCam(module, module[7]).attribute(x, target=TARGET),
        }

    found: dict[str, list[float]] = {label: [] for label in ours}
    for count in COUNTS:
        x = series(count)
        given = torch.as_tensor(x).transpose(1, 2).contiguous()
        for label, call in theirs(given.requires_grad_()).items():
            method = ours[label]
            found[label].append(
                in_turn(lambda method=method, x=x: method.attribute(classifier, x, TARGET), call, **ROUNDS)
            )
    return found


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.path.insert(0, str(Path(__file__).parents[1]))
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
