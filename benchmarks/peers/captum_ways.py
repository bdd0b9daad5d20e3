"""captum on the same weights in PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from timed import Way, main
from torch_network import torch_network


def ways_of(given: Any, folder: Path) -> dict[str, Way]:
    """Its methods by our labels."""
    import torch
    from captum import attr
    from captum.attr._utils.lrp_rules import EpsilonRule

    network, folded = torch_network(given), torch_network(given, folded=True)
    mean = torch.tensor(given["mean"], dtype=torch.float32)[None, :, None]
    background = torch.tensor(given["background"].transpose(0, 2, 1))
    slices = torch.tensor(given["slices"].T[None])
    length, window, step = given["x"].shape[1], int(given["window"]), int(given["step"])

    def way(explainer: Any, **options: Any) -> Way:
        def run(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            series, target = torch.tensor(x.transpose(0, 2, 1)), torch.tensor(y)
            return explainer.attribute(series, target=target, **options).detach().numpy().transpose(0, 2, 1)

        return run

    def lrp(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        for layer in folded:  # captum deletes the rules after a run
            if isinstance(layer, torch.nn.Conv1d | torch.nn.Flatten | torch.nn.Linear):
                layer.rule = EpsilonRule()
        return way(attr.LRP(folded))(x, y)

    def grad_cam(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        steps = attr.LayerGradCam(network, network[7]).attribute(
            torch.tensor(x.transpose(0, 2, 1)), target=torch.tensor(y)
        )
        return attr.LayerAttribution.interpolate(steps, length).detach().numpy().transpose(0, 2, 1)

    def per_baseline(explainer: Any, **options: Any) -> Way:
        def run(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            reference = mean.expand(len(x), -1, length)
            return way(explainer, baselines=reference, **options)(x, y)

        return run

    surrogate = {"feature_mask": slices, "n_samples": 500, "perturbations_per_eval": 64}

    def one_by_one(explainer: Any) -> Way:
        def run(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            single = per_baseline(explainer, **surrogate)
            return np.concatenate([single(x[i : i + 1], y[i : i + 1]) for i in range(len(x))])

        return run

    return {
        "Saliency": way(attr.Saliency(network), abs=False),
        "Gradient × Input": way(attr.InputXGradient(network)),
        "Integrated Gradients": way(
            attr.IntegratedGradients(network), n_steps=50, method="gausslegendre", internal_batch_size=256
        ),
        "SmoothGrad": way(
            attr.NoiseTunnel(attr.Saliency(network)), nt_samples=50, nt_samples_batch_size=16, stdevs=0.15, abs=False
        ),
        "Grad-CAM": grad_cam,
        "DeepLIFT": per_baseline(attr.DeepLift(torch_network(given, copied=True))),
        "LRP": lrp,
        "Guided Backprop": way(attr.GuidedBackprop(network)),
        "Guided Grad-CAM": way(attr.GuidedGradCam(network, network[7])),
        "Occlusion": per_baseline(
            attr.Occlusion(network), sliding_window_shapes=(1, window), strides=(1, step), perturbations_per_eval=16
        ),
        "Expected Gradients": way(attr.GradientShap(network), baselines=background, n_samples=400),
        "KernelSHAP": one_by_one(attr.KernelShap(network)),
        "LIME": one_by_one(attr.Lime(network)),
    }


if __name__ == "__main__":
    main("captum", ways_of)
