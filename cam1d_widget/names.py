"""Matching of names: case, spaces and hyphens are ignored, and unknown names are answered with a suggestion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

__all__ = ["did_you_mean", "matching", "suggests_arguments"]

# Aliases of methods that are common in the literature and in other libraries.
_ALIASES = {
    "ablation": "Ablation-CAM",
    "attentiongradient": "Attention × Gradient",
    "eg": "Expected Gradients",
    "gradcampp": "Grad-CAM++",
    "gradcamplusplus": "Grad-CAM++",
    "gradientshap": "Expected Gradients",
    "gradient": "Saliency",
    "gradients": "Saliency",
    "vanillagradient": "Saliency",
    "vanillagradients": "Saliency",
    "gbp": "Guided Backprop",
    "guidedbackpropagation": "Guided Backprop",
    "gxi": "Gradient × Input",
    "gradientinput": "Gradient × Input",
    "inputgradient": "Gradient × Input",
    "inputxgradient": "Gradient × Input",
    "ig": "Integrated Gradients",
    "integratedgradient": "Integrated Gradients",
    "shap": "KernelSHAP",
    "shapley": "KernelSHAP",
    "shapleyvalues": "KernelSHAP",
    "layerwiserelevancepropagation": "LRP",
    "multipleinstancelearning": "MIL",
    "occlusionsensitivity": "Occlusion",
}

# Names of the same arguments in other libraries.
_ARGUMENTS = {
    "background": "background_data baseline baselines data reference",
    "batch_size": "batch",
    "channel_names": "channels columns features feature_names variables",
    "channel_units": "units unit",
    "class_names": "classes class_labels label_names target_names",
    "layer": "conv_layer last_conv_layer layer_name target_layer",
    "methods": "algorithm method",
    "model": "classifier estimator network predict",
    "sampling_rate": "fs freq frequency sample_rate sfreq",
    "targets": "target target_class class_index",
    "x": "X inputs samples series x_test",
    "y": "labels true_labels y_test y_true",
}
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def suggests_arguments(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Decorator: the error for an unknown argument suggests the argument that was probably meant."""
    there = [name for name in signature(function).parameters if name != "self"]

    @wraps(function)
    def called(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        unknown = next((name for name in kwargs if name not in there), None)
        if unknown is None:
            return function(*args, **kwargs)
        meant = [name for name in there if unknown in _ARGUMENTS.get(name, "").split()]
        meant += get_close_matches(unknown, there, 1, 0.6)
        way_out = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(there)}"
        raise TypeError(f"there is no argument {unknown}; {way_out}")

    return called


def matching(word: str, names: Iterable[str]) -> str | None:
    """Name that a word refers to; None if no name matches, or several do."""
    known = list(names)
    if word in known:
        return word
    wanted = _plain(word)
    alias = _ALIASES.get(wanted.replace("*", ""))
    found = [name for name in known if _plain(name) == wanted or name == alias]
    return found[0] if len(found) == 1 else None


def did_you_mean(word: Any, names: Iterable[str]) -> str:
    """End of an error message that suggests the closest name; "" if no name is close."""
    if not isinstance(word, str):
        return ""
    by_plain = {_plain(name): name for name in names}
    alias = _ALIASES.get(_plain(word))
    found = [alias] if alias in by_plain.values() else []
    found += [by_plain[one] for one in get_close_matches(_plain(word), by_plain, 1, 0.6)]
    return f"; did you mean {found[0]!r}?" if found else ""


def _plain(name: str) -> str:
    """A name in lower case, without spaces, hyphens and underscores."""
    return name.lower().replace("×", "x").translate(dict.fromkeys(map(ord, " -_‐–")))
