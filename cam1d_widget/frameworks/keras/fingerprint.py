"""Structure of a Keras model, compared to detect that it has changed since it was read.

Layers are mutable: an activation or a slope may be assigned after a function was compiled, and the function keeps the
old one. Weights are compared separately, since functions read them at every call: see :mod:`.weights`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from ..same_attributes import SameAttributes

__all__ = ["Settings", "Structure", "settings_of"]

Settings = dict[tuple[int, str], Hashable]
"""Value of each setting, by the layer's number and the attribute's name; the layer itself under ""."""

# Attributes that training, prediction (with PyTorch also the mode) and building set, and that do not affect inference.
_IGNORED = frozenset(
    "name optimizer history compiled stop_training stop_evaluating stop_predicting train_function test_function "
    "predict_function steps_per_execution unrolled_steps_per_execution jit_compile run_eagerly "
    "call_signature_parameters training build built quantize supports_jit".split()
)
_OF_TRAINING = ("_initializer", "_regularizer", "_constraint")
_PRIVATE = ("_layers", "_dtype_policy")
_UNKNOWN = object()
# Tuples, since a union takes longer to make than to test, and every call tests thousands of values.
_SCALARS, _CONTAINERS = (bool, int, float, str, np.generic), (list, dict, tuple)
# Largest array or list whose contents are compared at every call.
_MOST_COMPARED = 1_000


class Structure:
    """Layers of a model with their settings, as they were when it was read.

    A setting that a call of the model changes is left out: a layer may count its calls, or keep its last result.

    Parameters
    ----------
    model : keras.Model
    before : sequence of Settings
        Its settings before calls on batches of several sizes; those after them are read here.
    with_loss : bool
        Whether the loss decides what the outputs mean, because the model ends without an activation.
    """

    def __init__(self, model: Any, before: Sequence[Settings], with_loss: bool = True) -> None:
        self._model = model
        self._settings = {
            key: value
            for key, value in settings_of(model).items()
            if all(one.get(key, _UNKNOWN) == value for one in before) and (with_loss or key[1] != "loss")
        }
        self._attributes = _attributes_of(model)

    def changed(self) -> str | None:
        """Which setting has changed, in words; None where none has."""
        if self._attributes.unchanged():
            return None
        attributes = _attributes_of(self._model)
        what = self._difference()
        if what is None:  # another attribute has, such as the history of a training
            self._attributes = attributes
        return what

    def _difference(self) -> str | None:
        now = settings_of(self._model)
        if any(not name and (number, name) not in self._settings for number, name in now):
            return "its layers"
        different = [key for key, value in self._settings.items() if now.get(key, _UNKNOWN) != value]
        if not different:
            return None
        number, name = different[0]
        layer: Any = self._settings[number, ""]
        return f"{name} of layer {layer.name!r}" if name else "its layers"


def settings_of(model: Any) -> Settings:
    """Layers of a model with their settings, such as activations and slopes, and its loss, but not its weights."""
    settings: Settings = {}
    for number, layer in enumerate(model._flatten_layers()):
        settings[number, ""] = layer
        settings[number, "dtype"] = layer.dtype_policy.name
        for name, value in vars(layer).items():
            if not _is_setting(layer, name):
                continue
            setting = _loss(value) if name == "loss" else _setting(value)
            if setting is not _UNKNOWN:
                settings[number, name] = setting
    return settings


def _attributes_of(model: Any) -> SameAttributes:
    """Attributes of the layers of a model as they are now."""
    layers = list(model._flatten_layers())
    owners = [(one, [name for name in vars(one) if name in _PRIVATE or _is_setting(one, name)]) for one in layers]
    values = [vars(one)[name] for one, names in owners for name in names if name not in _PRIVATE]
    return SameAttributes(owners, [one._layers for one in layers], filter(_is_mutable, values), _setting)


def _is_setting(layer: Any, name: str) -> bool:
    if name.endswith(_OF_TRAINING) and type(layer).__module__.startswith("keras."):
        return False
    return not name.startswith("_") and name not in _IGNORED


def _is_mutable(value: Any) -> bool:
    """Whether a value can be changed in place; large values are compared by identity only, for speed."""
    if isinstance(value, tuple) and len(value) <= _MOST_COMPARED:
        return any(map(_is_mutable, value))
    size = value.size if isinstance(value, np.ndarray) else len(value) if isinstance(value, _CONTAINERS) else None
    return size is not None and size <= _MOST_COMPARED


def _setting(value: Any) -> Hashable:
    """Hashable value of numbers, text, functions, arrays and containers of these; `_UNKNOWN` for anything else."""
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, list | tuple):
        return tuple(map(_setting, value))
    if isinstance(value, dict):
        return tuple((str(name), _setting(one)) for name, one in value.items())
    if _is_tensor(value):  # such as the mean of a Normalization layer
        value = ops.convert_to_numpy(value)
    if isinstance(value, np.ndarray):
        return value.shape, hashlib.sha1(value.tobytes(), usedforsecurity=False).digest()
    return value if callable(value) and isinstance(value, Hashable) else _UNKNOWN


def _is_tensor(value: Any) -> bool:
    """Whether a value is a tensor with numbers, as opposed to a variable or a symbolic tensor."""
    eager = callable(getattr(value, "numpy", None)) or keras.backend.backend() == "jax"
    return eager and ops.is_tensor(value) and not hasattr(value, "assign")


def _loss(value: Any) -> Hashable:
    """Part of a loss that decides what outputs without an activation are: logits or not, and of which kind."""
    if isinstance(value, dict):
        return tuple((str(name), _loss(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_loss, value))
    takes_logits = bool(getattr(value, "from_logits", False))
    return value is not None, takes_logits, takes_logits and "Binary" in type(value).__name__
