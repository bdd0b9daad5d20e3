"""Our maps compared with those of captum, an independent library, for the same weights: the largest difference.

The Stack Overflow CNN is built twice, in Keras and in PyTorch, with the same random weights and moving statistics, and
our maps are computed of both. Ends with an error if a method differs by more than 1e-4 of the largest value of its map.
Maps of the CAM methods are compared before they are placed in time, since captum does not place them.

Three corrections are made for captum: for LRP the batch norms are merged into the convolutions, and gamma applies to
biases as well; for DeepLIFT the output of each ReLU is copied, without which captum (0.9.0) loses the multipliers of a
max-pooling directly after it, as its own convergence delta shows.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import captum
import keras
import numpy as np
import torch
from captum import attr
from captum.attr._utils.lrp_rules import EpsilonRule, GammaRule
from results import leave, table

from cam1d_widget import KerasClassifier, TorchClassifier, models
from cam1d_widget.attribution import methods

sys.path.insert(0, str(Path(__file__).parent / "peers"))

from torch_network import torch_network

LENGTH, CHANNELS, CLASSES, TARGET = 300, 9, 4, 2
LAYERS = ("conv1", "norm1", "conv2", "norm2", "dense")
TOLERANCE = 1e-4


def main() -> int:
    """Write the table; one if a method differs."""
    started = time.perf_counter()
    model, given = keras_network()
    theirs, delta = captum_maps(given)
    classifiers = {
        "Keras": KerasClassifier(model),
        "PyTorch": TorchClassifier(torch_network(given)).for_series(given["x"]),
    }
    rows = [
        [f"{label}, {framework}", *compared(values, theirs[label])]
        for framework, classifier in classifiers.items()
        for label, values in our_maps(classifier, given["x"], given["baseline"]).items()
    ]
    missed = f"Without the copies, captum's DeepLIFT misses the difference of the scores by up to {delta:.2g}."
    note = f"{len(given['x'])} series. {missed}"
    columns = ["what", "largest difference ÷ largest value", "largest value"]
    found = table(f"Compared with captum {captum.__version__}", columns, rows, note)
    leave("captum_check", {"tables": [found], "seconds": time.perf_counter() - started})
    return int(max(difference for _, difference, _ in rows) > TOLERANCE)


def compared(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Largest difference as a share of the largest value, and that value."""
    largest = np.abs(theirs).max()
    return np.abs(ours - theirs).max() / largest, largest


def keras_network() -> tuple[Any, dict[str, np.ndarray]]:
    """The network in Keras, and everything needed to build it in PyTorch and to explain the same series."""
    keras.utils.set_random_seed(0)
    model = models.question_cnn((LENGTH, CHANNELS), CLASSES, filters=32)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if "norm" in layer.name:
            layer.set_weights([rng.uniform(0.3, 1.2, weight.shape) for weight in layer.get_weights()])
    x, baseline = rng.normal(size=(2, 3, LENGTH, CHANNELS)).astype(np.float32)
    named = [layer for layer in model.layers if layer.get_weights()]
    weights = {
        f"{name} {index}": weight
        for name, layer in zip(LAYERS, named, strict=True)
        for index, weight in enumerate(layer.get_weights())
    }
    return model, {"x": x, "baseline": baseline, **weights}


def our_maps(classifier: Any, x: np.ndarray, baseline: np.ndarray) -> dict[str, np.ndarray]:
    """Maps by label."""
    found = {
        "scores": classifier.scores(x),
        "Saliency": methods.Saliency().attribute(classifier, x, TARGET),
        "Gradient × Input": methods.GradientXInput().attribute(classifier, x, TARGET),
        "Integrated Gradients": methods.IntegratedGradients(steps=32, baseline=baseline, tolerance=None).attribute(
            classifier, x, TARGET
        ),
        "DeepLIFT": methods.DeepLIFT(baseline=baseline).attribute(classifier, x, TARGET),
        "LRP, epsilon": methods.LRP(epsilon=1e-9).attribute(classifier, x, TARGET),
        "LRP, gamma": methods.LRP("gamma", gamma=0.25).attribute(classifier, np.abs(x), TARGET),
        "Guided Backprop": methods.GuidedBackprop().attribute(classifier, x, TARGET),
        "Occlusion": methods.Occlusion(size=50, stride=25, baseline=baseline).attribute(classifier, x, TARGET),
    }
    for method in (methods.GradCAM(), methods.HiResCAM()):
        found[method.label] = method.at_steps(classifier, x, np.full((len(x), 1), TARGET))[:, 0]
    return found


def captum_maps(given: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], float]:
    """The same maps by captum, in PyTorch with the same weights; and the sum that its DeepLIFT misses."""
    x, baseline = (torch.tensor(given[name].transpose(0, 2, 1)) for name in ("x", "baseline"))
    network = torch_network(given)
    pool, plain, gamma = network[7], torch_network(given, folded=True), torch_network(given, folded=True)

    class PaperGammaRule(GammaRule):  # in Montavon et al. (2019) the bias is one more weight
        def _manipulate_weights(self, module: Any, inputs: Any, outputs: Any) -> None:
            super()._manipulate_weights(module, inputs, outputs)
            module.bias.data = module.bias.data + self.gamma * module.bias.data.clamp(min=0)

    for one, rule in ((plain, EpsilonRule), (gamma, PaperGammaRule)):
        for layer in one:
            if isinstance(layer, torch.nn.Conv1d | torch.nn.Flatten | torch.nn.Linear):
                layer.rule = rule() if isinstance(layer, torch.nn.Conv1d) else EpsilonRule()
    grad_cam = attr.LayerGradCam(network, pool).attribute(x, target=TARGET)
    hires_cam = attr.LayerGradientXActivation(network, pool).attribute(x, target=TARGET).sum(dim=1, keepdim=True)
    maps = {
        "Saliency": attr.Saliency(network).attribute(x, target=TARGET, abs=False),
        "Gradient × Input": attr.InputXGradient(network).attribute(x, target=TARGET),
        "Integrated Gradients": attr.IntegratedGradients(network).attribute(
            x, baseline, target=TARGET, n_steps=32, method="gausslegendre"
        ),
        "DeepLIFT": attr.DeepLift(torch_network(given, copied=True)).attribute(x, baseline, target=TARGET),
        "LRP, epsilon": attr.LRP(plain).attribute(x, target=TARGET),
        "LRP, gamma": attr.LRP(gamma).attribute(x.abs(), target=TARGET),
        "Guided Backprop": attr.GuidedBackprop(network).attribute(x, target=TARGET),
        "Occlusion": attr.Occlusion(network).attribute(
            x, sliding_window_shapes=(1, 50), strides=(1, 25), baselines=baseline, target=TARGET
        ),
        "Grad-CAM": grad_cam,
        "HiResCAM": hires_cam,
    }
    _, delta = attr.DeepLift(network).attribute(x, baseline, target=TARGET, return_convergence_delta=True)
    arrays = {label: values.detach().numpy().transpose(0, 2, 1) for label, values in maps.items()}
    arrays |= {label: arrays[label][..., 0] for label in ("Grad-CAM", "HiResCAM")}
    return arrays | {"scores": network(x).detach().numpy()}, float(delta.abs().max())


if __name__ == "__main__":
    sys.exit(main())
