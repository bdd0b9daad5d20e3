"""The Keras model in what a user passes: a path, a fitted classifier or a model, and which output is explained."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ...names import did_you_mean
from ...network.graph import Graph
from ...validation import check_old_file, shown
from ..passes import Argument
from . import pooling_layers  # noqa: F401  # registers them, so that a saved model with them is loaded
from .engine import Compiled
from .layer_table import computed_by_keras
from .reader import nothing_recorded, read
from .tensors import KerasTensors

__all__ = ["graph_of", "input_shape", "own_output", "readable", "run_on", "which_output"]


def readable(model: Any) -> Any:
    """Keras model of a user: the model itself, a saved one, or that of a fitted classifier of aeon or sktime.

    Raises
    ------
    TypeError, ValueError
        If there is none, or if it is not built.
    """
    if isinstance(model, str | PathLike):
        model = _loaded(check_old_file("model", model))
    members = getattr(model, "classifiers_", None)
    if members:
        raise TypeError(
            f"model must be one network, but this {type(model).__name__} averages {len(members)}; explain one of its "
            f"classifiers_"
        )
    fitted = getattr(model, "model_", model)
    if not isinstance(fitted, keras.Model):
        raise TypeError(
            f"model must be a keras.Model or the path of a saved one, but is {_kind_of(model)}{_why_no_network(model)}"
        )
    if not fitted.built or (_has_graph(fitted) and not getattr(fitted, "inputs", None)):
        raise ValueError(f"model {fitted.name!r} is not built; give it an Input layer, or call it once on a batch")
    return fitted


def _loaded(path: Path) -> Any:
    """Saved model, with its loss, which defines what plain outputs are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about an optimizer whose state is not needed
        try:
            return keras.models.load_model(path)
        except Exception as fault:  # the readers of zip, HDF5 and configurations raise different errors
            reason = (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]
            raise ValueError(
                f"model must be the path of a saved Keras model, ending in .keras or .h5, but {str(path)!r} could not "
                f"be loaded ({reason})"
            ) from fault


def _kind_of(model: Any) -> str:
    """What an object is, by the library that its class comes from."""
    libraries = {base.__module__.split(".")[0] for base in type(model).__mro__}
    if "torch" in libraries:
        return f"a PyTorch module, {type(model).__name__}; use TorchClassifier"
    if inspect.isroutine(model):
        return f"a function, {getattr(model, '__name__', type(model).__name__)}"
    library = type(model).__module__.split(".")[0]
    known = library in ("sktime", "aeon", "sklearn", "TSInterpret", "tsai", "xgboost", "lightgbm")
    return f"{library}'s {type(model).__name__}" if known else shown(model)


def _why_no_network(model: Any) -> str:
    """Why an estimator cannot be explained, and what to do; "" for other objects."""
    if isinstance(model, type):
        return "; create an instance of it"
    if not hasattr(model, "fit"):
        return ""
    if getattr(model, "is_fitted", len(getattr(model, "classes_", ())) > 0):
        return (
            ", which is fitted but holds no Keras network; a deep classifier of aeon or sktime that is fitted, such as "
            "FCNClassifier, is accepted too"
        )
    return " that is not fitted; fit it first"


def input_shape(model: Any) -> tuple[int | None, ...]:
    """Shape (batch, time, channel) of the series that a model takes.

    Raises
    ------
    ValueError
        If it takes something else.
    """
    if _has_graph(model):
        if len(model.inputs) != 1:
            raise ValueError(f"model {model.name!r} must have one input, but has {len(model.inputs)}")
        shape = tuple(model.inputs[0].shape)
    else:  # the shape of the batch on which it was first called
        shape = (None, *((model.get_build_config() or {}).get("input_shape") or ())[1:])
    if len(shape) != 3:
        way_out = (
            "; let it begin with Reshape and Permute layers that compute this shape from a series"
            if len(shape) == 4
            else ""
        )
        raise ValueError(
            f"model {model.name!r} must take series of shape (batch, time, channel), but takes {shape}{way_out}"
        )
    return shape


def which_output(model: Any, made: Any, output: str | int | None) -> int:
    """Index of the chosen output among all outputs of the model, flattened."""
    names = _names(model, made)
    if output is None and len(names) == 1:
        return 0
    if isinstance(output, str) and output in names:
        return names.index(output)
    if isinstance(output, int | np.integer) and not isinstance(output, bool) and 0 <= output < len(names):
        return int(output)
    raise ValueError(
        f"output must be the name or index of an output of model {model.name!r} ({', '.join(names)}), but is "
        f"{shown(output)}{did_you_mean(output, names)}"
    )


def own_output(model: Any, x: Any) -> Any:
    """What a model returns at inference for series (batch, time, channel), as it is now."""
    return run_on(model, lambda x: model(x, training=False), x)


def run_on(model: Any, function: Callable[[Any], Any], x: Any) -> Any:
    """Result of a function that runs layers of a model, on series or on symbolic tensors."""
    recurrent = any(isinstance(layer, keras.layers.RNN) for layer in model._flatten_layers())
    if keras.ops.is_tensor(x) or not recurrent:
        return function(x)
    # Without compilation, a recurrent layer takes milliseconds per time step.
    returned = []

    def called(x: Any) -> list[Any]:
        returned.append(function(x))
        return keras.tree.flatten(returned[-1])

    outputs = Compiled(called, Argument(x.shape, "float32"))(x)
    return keras.tree.pack_sequence_as(returned[-1], outputs)


def graph_of(model: Any, index: int) -> Graph | str:
    """Graph of a model up to one of its outputs; if its calls cannot be read, the reason."""
    with nothing_recorded(model):
        if _has_graph(model) and computed_by_keras(model):
            series, outputs = model.inputs[0], model.outputs
        else:
            series = keras.Input(input_shape(model)[1:], name="series")
            try:
                outputs = keras.tree.flatten(model.call(series, **_inference(model)))
            except Exception as fault:  # any error that the user's code raises for a symbolic tensor
                return str(fault).strip().splitlines()[0]
        return read(model.name, series, outputs[index], KerasTensors())


def _has_graph(model: Any) -> bool:
    return isinstance(model, keras.Sequential) or hasattr(model, "_operations")


def _inference(model: Any) -> dict[str, bool]:
    return {"training": False} if "training" in inspect.signature(model.call).parameters else {}


def _names(model: Any, made: Any) -> list[str]:
    """Names of a model's outputs, in the order in which they are flattened."""
    if isinstance(made, dict):
        return sorted(made)
    count = len(keras.tree.flatten(made))
    names = getattr(model, "output_names", None) or ()
    return list(names) if len(names) == count else [f"output {index}" for index in range(count)]
