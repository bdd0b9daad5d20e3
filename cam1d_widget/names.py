"""Names that people write for something: compared without regard to case, spaces and hyphens, and with a suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

__all__ = ["did_you_mean", "matching"]

# Other names of methods, as the field and other libraries write them.
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


def matching(word: str, names: Iterable[str]) -> str | None:
    """The one of the names that a word stands for; None if there is none, or more than one."""
    known = list(names)
    if word in known:
        return word
    wanted = _plain(word)
    alias = _ALIASES.get(wanted.replace("*", ""))
    found = [name for name in known if _plain(name) == wanted or name == alias]
    return found[0] if len(found) == 1 else None


def did_you_mean(word: Any, names: Iterable[str]) -> str:
    """End of a message that names the closest of the names; "" if none is close."""
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
