"""The Keras model in what a user passes: a path, a fitted classifier or a model, and which output is explained."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ...names import did_you_mean
from ...network.graph import Graph
from ...validation import check_old_file, shown
from ..arguments import Arguments, ByName
from ..inputs import Input, Inputs, series_among
from ..no_model import what_it_is
from ..passes import Argument
from . import pooling_layers  # noqa: F401  # registers them, so that a saved model with them is loaded
from .engine import Compiled
from .layer_table import computed_by_keras
from .reader import called_through, nothing_recorded, read
from .tensors import KerasTensors

__all__ = [
    "alone",
    "arguments_of",
    "check_called",
    "graph_of",
    "graph_of_call",
    "inputs_of",
    "own_output",
    "readable",
    "run_on",
    "symbolic_output",
    "which_output",
]


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
        raise TypeError(f"model must be a keras.Model or the path of a saved one, but is {what_it_is(model)}")
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


def arguments_of(model: Any) -> Arguments | None:
    """Arguments of a subclassed model's call, if it takes others than the series; None for other models.

    Only the shape of the first argument is known before it is called with data.

    Raises
    ------
    ValueError
        If they have no names, or if the first is a list or dict of tensors.
    """
    if _has_graph(model):
        return None
    arguments = Arguments(inspect.signature(model.call), f"{type(model).__name__}'s call", without=["training"])
    others = [name for name in arguments.optional if name != "mask" and not name.endswith("_mask")]
    if len(arguments.required) + len(others) < 2 and arguments.names:
        return None
    built = (model.get_build_config() or {}).get("input_shape") or ()
    nested = isinstance(built, dict) or (built and isinstance(built[0], list | tuple))
    if nested and len(arguments.required) == 1:
        return None
    if nested or not arguments.names:
        raise ValueError(
            f"model {model.name!r} must be called with one tensor for each argument, by its name, but "
            f"{arguments.owner} takes {inspect.signature(model.call)}; pass a functional model around it, "
            f"keras.Model([series, age], model(...)), with series = keras.Input((time, channel), name='series') and so "
            f"on"
        )
    return arguments


def alone(name: str) -> Inputs:
    """A model whose only argument is the series."""
    return Inputs([Input(name, (None, None))], [name], _first)


def check_called(model: Any, arguments: Arguments, inputs: Inputs, x: np.ndarray) -> None:
    """Refuse series and other arguments that a subclassed model does not compute with."""
    try:
        own_output(model, inputs, x[:1])
    except Exception as fault:  # any error that the user's code raises
        # Keras quotes the reason in bold type, between the names of the layer and of the arguments.
        reason = (re.findall(r"\x1b\[1m(.*?)\x1b\[0m", str(fault), re.DOTALL) or [str(fault).strip()])[-1]
        others = [f"{one.name} {one.shape}" for one in inputs.others]
        given = " and ".join([f"series {x.shape[1:]}", *others])
        raise ValueError(
            f"model {model.name!r} could not be called with {given} ({reason.partition(chr(10))[0]}); x must hold "
            f"every argument of {arguments.owner} that it needs, of {', '.join(arguments.names)}, in the shape that it "
            f"takes"
        ) from fault


def inputs_of(model: Any, series: str | None = None) -> tuple[Inputs, tuple[int | None, ...]]:
    """Inputs of a model, and the shape (batch, time, channel) of its series.

    Parameters
    ----------
    model : keras.Model
    series : str, optional
        Name of the input that is the series.

    Raises
    ------
    ValueError
        If it takes no series, or several of different shapes.
    """
    shapes, dtypes, structure = _signature(model)
    name = str(model.name)
    packed = _first if structure is None else partial(keras.tree.pack_sequence_as, structure)
    if len(shapes) == 1:
        key, shape = next(iter(shapes.items()))
        if series not in (None, key):
            series_among([Input(key, shape[1:])], series, name)
        if len(shape) != 3:
            raise ValueError(
                f"model {name!r} must take series of shape (batch, time, channel), but takes {shape}"
                f"{_rearranged(shape)}"
            )
        return Inputs([Input(key, shape[1:])], [key], packed), shape
    taken = [Input(key, shape[1:], dtypes.get(key, "float32")) for key, shape in shapes.items()]
    found = series_among(taken, series, name)
    if not found or len(shapes[found[0]]) != 3:
        every = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
        raise ValueError(f"model {name!r} must take series of shape (batch, time, channel), but takes {every}")
    return Inputs(taken, found, packed), shapes[found[0]]


def _first(values: list[Any]) -> Any:
    return values[0]


def _signature(model: Any) -> tuple[dict[str, tuple[int | None, ...]], dict[str, str], Any]:
    """Shape of each input by its name, with the batch; the dtypes that are known; and the list or dict that holds them.

    The latter is None for a model that takes a single tensor.
    """
    if _has_graph(model):
        structure = getattr(model, "_inputs_struct", None)
        structure = structure if isinstance(structure, dict | list | tuple) else None
        names = {id(one): str(one.name) for one in model.inputs}
        if isinstance(structure, dict):
            names |= {id(one): str(key) for key, one in structure.items()}
        by_name = {names[id(one)]: one for one in model.inputs}
        shapes = {name: tuple(one.shape) for name, one in by_name.items()}
        return shapes, {name: str(one.dtype) for name, one in by_name.items()}, structure
    # The shapes of the batch on which it was first called.
    built = (model.get_build_config() or {}).get("input_shape") or ()
    if isinstance(built, dict):
        return {str(key): (None, *built[key][1:]) for key in sorted(built)}, {}, dict.fromkeys(built, 0)
    if built and isinstance(built[0], list | tuple):
        return {f"input_{place}": (None, *one[1:]) for place, one in enumerate(built)}, {}, [0] * len(built)
    return {"series": (None, *built[1:])}, {}, None


def _rearranged(shape: tuple[int | None, ...]) -> str:
    """How a model that takes series with one more axis, such as an image of one color, is made to take series."""
    sizes = [size for size in shape[1:] if size is not None]
    if len(shape) != 4:
        return ""
    if len(sizes) != 3 or 1 not in sizes:
        return "; let it begin with Reshape and Permute layers that compute this shape from a series"
    one = sizes.index(1)
    rows, columns = sizes[:one] + sizes[one + 1 :]
    time, channels = max(rows, columns), min(rows, columns)  # the longer axis is mostly that of time
    layers = [f"keras.Input(({time}, {channels}))"]
    if rows < columns:
        layers.append("keras.layers.Permute((2, 1))")
    code = ", ".join([*layers, f"keras.layers.Reshape({tuple(sizes)})", "model"])
    return f"; pass keras.Sequential([{code}]) and x of shape (instance, time, channel)"


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


def own_output(model: Any, inputs: Inputs, x: Any) -> Any:
    """What a model returns at inference for series (batch, time, channel), as it is now."""
    return run_on(model, lambda x: _called(model, inputs.filled(x, keras.ops), training=False), x)


def symbolic_output(model: Any, inputs: Inputs, shape: tuple[int | None, ...]) -> Any:
    """Output of a model for symbolic series of a shape, by which it is built."""
    series, others = _symbols(inputs, shape)
    return _called(model, inputs.arranged(series, others))


def _called(function: Callable[..., Any], taken: Any, **options: Any) -> Any:
    """Output of a model for its argument, or for several by name."""
    return function(**taken, **options) if isinstance(taken, ByName) else function(taken, **options)


def _symbols(inputs: Inputs, shape: tuple[int | None, ...]) -> tuple[Any, list[Any]]:
    """Symbolic tensors of the series and of the other inputs."""
    others = [keras.Input(one.shape, dtype=one.dtype, name=one.name) for one in inputs.others]
    return keras.Input(shape[1:], name="series"), others


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


def graph_of(model: Any, index: int, inputs: Inputs, shape: tuple[int | None, ...]) -> Graph | str:
    """Graph of a model up to one of its outputs; if its calls cannot be read, the reason."""
    with nothing_recorded(model):
        others: list[Any] = []
        if _has_graph(model) and computed_by_keras(model) and len(inputs.names) == 1:
            series, outputs = model.inputs[0], model.outputs
        else:
            series, others = _symbols(inputs, shape)
            taken = inputs.arranged(series, others)
            try:
                outputs = keras.tree.flatten(_symbolic(model, taken))
            except Exception as fault:  # any error that the user's code raises for a symbolic tensor
                return str(fault).strip().splitlines()[0]
        return read(model.name, series, outputs[index], KerasTensors(), others, inputs)


def graph_of_call(layer: Any, shape: tuple[int, ...]) -> Graph | None:
    """Graph of a layer's own call, for an input of a shape; None if it cannot be read."""
    with nothing_recorded(layer):
        series = keras.Input(shape[1:], name="series")
        try:
            return read(layer.name, series, layer.call(series, **_inference(layer)), KerasTensors())
        except Exception:  # any error that the user's code raises for a symbolic tensor
            return None


def _symbolic(model: Any, taken: Any) -> Any:
    """Output of a model for symbolic inputs."""
    if _has_graph(model) and computed_by_keras(model):
        return called_through(model, taken)
    return _called(model.call, taken, **_inference(model))


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
