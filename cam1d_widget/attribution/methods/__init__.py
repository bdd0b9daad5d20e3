"""Attribution methods, one file each. A new file adds its class to the imports and to `__all__`."""

from __future__ import annotations

import inspect
from typing import Any

from .ablation_cam import AblationCAM
from .attention import Attention
from .attention_rollout import AttentionRollout
from .attention_x_gradient import AttentionXGradient
from .cam import CAM
from .deep_lift import DeepLIFT
from .eigen_cam import EigenCAM
from .expected_gradients import ExpectedGradients
from .families.base import FAMILIES, AttributionMethod, Axiom, ClassActivationMap
from .grad_cam import GradCAM
from .grad_cam_plus_plus import GradCAMPlusPlus
from .gradient_x_input import GradientXInput
from .guided_backprop import GuidedBackprop
from .guided_grad_cam import GuidedGradCAM
from .hires_cam import HiResCAM
from .integrated_gradients import IntegratedGradients
from .kernel_shap import KernelSHAP
from .layer_cam import LayerCAM
from .lime import LIME
from .lrp import LRP
from .mil import MIL
from .occlusion import Occlusion
from .rise import RISE
from .saliency import Saliency
from .score_cam import ScoreCAM
from .smooth_grad import SmoothGrad
from .square_grad import SquareGrad
from .var_grad import VarGrad
from .xgrad_cam import XGradCAM

__all__ = [
    "CAM",
    "LIME",
    "LRP",
    "MIL",
    "RISE",
    "AblationCAM",
    "Attention",
    "AttentionRollout",
    "AttentionXGradient",
    "AttributionMethod",
    "Axiom",
    "ClassActivationMap",
    "DeepLIFT",
    "EigenCAM",
    "ExpectedGradients",
    "GradCAM",
    "GradCAMPlusPlus",
    "GradientXInput",
    "GuidedBackprop",
    "GuidedGradCAM",
    "HiResCAM",
    "IntegratedGradients",
    "KernelSHAP",
    "LayerCAM",
    "Occlusion",
    "Saliency",
    "ScoreCAM",
    "SmoothGrad",
    "SquareGrad",
    "VarGrad",
    "XGradCAM",
    "all_methods",
]


def all_methods() -> tuple[type[AttributionMethod], ...]:
    """All methods by family and label, including those that are defined in a notebook cell."""
    found = {method.label: method for method in _concrete(AttributionMethod) if _complete(method)}
    return tuple(sorted(found.values(), key=lambda method: (_rank(method.family), method.label)))


def _complete(method: type[AttributionMethod]) -> bool:
    """Whether a class has a label and a family; an unfinished one in a notebook must not break the menu."""
    return hasattr(method, "label") and hasattr(method, "family")


def _rank(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def _concrete(base: Any) -> list[type[AttributionMethod]]:
    below = [method for child in base.__subclasses__() for method in _concrete(child)]
    return below if inspect.isabstract(base) else [base, *below]
