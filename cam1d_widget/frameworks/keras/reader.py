"""A Keras model, read once into a graph of operations, with the models inside it read layer by layer.

Sequential and Functional models know their layers' calls. A subclassed model is called once on a symbolic series, which
records its calls as long as it computes by layers and ``keras.ops``; a model inside a model is called in the same way.
What cannot be opened stays one operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from ...network.function_call import FunctionCall
from ...network.graph import Graph, LayerOutput, Node, Tensors, Value
from ...network.operations import Held, Identity, Operation
from ..inputs import Inputs
from .called import Called
from .layer_table import activation_of, activation_operation, computed_by_keras, operation_of

__all__ = ["called_through", "functional_copy", "is_model", "nothing_recorded", "read"]


def read(
    model: str, series: Any, output: Any, tensors: Tensors, others: Sequence[Any] = (), inputs: Inputs | None = None
) -> Graph:
    """Graph from a symbolic series to an output.

    Parameters
    ----------
    model : str
        The model's name, for messages.
    series, output : KerasTensor
    tensors : Tensors
    others : sequence of KerasTensor
        Inputs besides the series.
    inputs : Inputs, optional
        Holds their values during a pass.

    Raises
    ------
    ValueError
        If a layer is called with ``training=True``.
    """
    opened = _opened(series, list(others), output)
    return _Reading(model, opened, tensors, inputs).graph()


def called_through(graph: Any, inputs: Any, run: Callable[..., Any] | None = None) -> Any:
    """Output of a functional model whose layers are called one by one, as they were called when it was built."""
    if run is None:
        return graph._run_through_graph(inputs, operation_fn=lambda operation: operation)
    return graph._run_through_graph(inputs, operation_fn=lambda operation: partial(run, operation))


def is_model(operation: Any) -> bool:
    """Whether an operation is a model of layers."""
    return hasattr(operation, "layers") and hasattr(operation, "call")


def functional_copy(graph: Graph, value: int) -> Any:
    """Functional model from the series to a value, of the same layers with copies of their weights."""
    series = keras.Input(graph.values[0].shape[1:], dtype=graph.values[0].dtype)
    values: dict[int, Any] = {0: series}
    copies: dict[int, Any] = {}
    for node in graph.between([0], [value]):
        inputs = [values[one] for one in node.inputs]
        made = node.call.on_copy(copies, *inputs) if isinstance(node.call, LayerCall) else node.call(*inputs)
        values.update(zip(node.outputs, made, strict=True))
    shared = keras.Model(series, values[value])
    copy = keras.models.clone_model(shared)
    copy.set_weights(shared.get_weights())
    return copy


class LayerCall:
    """One call of a layer as a function of its input tensors alone.

    Parameters
    ----------
    layer : keras.Layer or keras.Operation
    arguments : keras SymbolicArguments, optional
        What it was called with. Default: one tensor.
    tensors : sequence of int
        Ids of its distinct symbolic tensors.
    """

    def __init__(self, layer: Any, arguments: Any = None, tensors: tuple[int, ...] = ()) -> None:
        self._layer, self._arguments, self._tensors = layer, arguments, tensors

    def __call__(self, *values: Any) -> list[Any]:
        """Output tensors, in the precision of the layer; arrays from arrays."""
        args, kwargs = self._filled(values)
        made = _flat(self._layer(*args, **kwargs))
        return [*map(ops.convert_to_numpy, made)] if isinstance(values[0], np.ndarray) else made

    def in_float32(self, *values: Any) -> list[Any]:
        """Output tensors, computed in the precision of the inputs and not in that of the layer's policy."""
        args, kwargs = self._filled(values)
        return _flat(self._layer.call(*args, **kwargs))

    def on_copy(self, copies: dict[int, Any], *values: Any) -> list[Any]:
        """Output of a shallow copy of the layer: called on symbolic tensors, the layer itself would record the call."""
        layer = copies.setdefault(id(self._layer), _shallow_copy(self._layer))
        args, kwargs = self._filled(values)
        return _flat(layer(*args, **kwargs))

    def weights(self) -> list[np.ndarray]:
        """Current values of all its parameters."""
        return [ops.convert_to_numpy(weight.value) for weight in getattr(self._layer, "weights", ())]

    def _filled(self, values: tuple[Any, ...]) -> Any:
        if self._arguments is None:
            return values, {}
        return self._arguments.fill_in(dict(zip(self._tensors, values, strict=True)))


class ActivationCall(LayerCall):
    """The activation of a layer, which is not given the mask of the layer; the output has it."""

    def __call__(self, *values: Any) -> list[Any]:
        """Output tensor, in the precision of the layer."""
        mask = getattr(values[0], "_keras_mask", None)
        if mask is None:
            return super().__call__(*values)
        made = super().__call__(ops.copy(values[0]))
        made[0]._keras_mask = mask
        return made


def _flat(made: Any) -> list[Any]:
    return list(keras.tree.flatten(made))


class _Reading:
    """Nodes and values of a graph while it is read."""

    def __init__(self, model: str, opened: _Opened, tensors: Tensors, inputs: Inputs | None) -> None:
        self._model, self._opened, self._tensors = model, opened, tensors
        self._nodes: list[Node] = []
        self._values = [_value(opened.series)]
        self._known = {id(opened.series): 0}  # number of each symbolic tensor
        for place, tensor in enumerate(opened.others):
            assert inputs is not None
            held = FunctionCall(partial(inputs.held, place, ops=ops))
            self._known[id(tensor)] = len(self._values)
            self._nodes.append(
                Node(tensor.name, "InputLayer", Held(), (0,), (len(self._values),), held, _maker(tensor))
            )
            self._values.append(_value(tensor))
        self._parts: dict[int, tuple[Any, Any]] = {}

    def graph(self) -> Graph:
        on_the_way = _before(self._opened.output)
        for tensor in on_the_way:
            if id(tensor) not in self._known:  # otherwise it is another output of a layer that was read
                self._read_call_of(tensor)
        given = {id(tensor) for tensor in (self._opened.series, *self._opened.others)}
        calls = [(_maker(tensor), tensor) for tensor in on_the_way if id(tensor) not in given]
        made = [*calls, *self._opened.inside]
        layers = tuple(
            LayerOutput(layer.name, type(layer).__name__, layer, numbers, is_model(layer))
            for layer, output in made
            if (numbers := tuple(self._known[id(one)] for one in _flat(output) if id(one) in self._known))
        )
        output = self._known[id(self._opened.output)]
        return Graph(tuple(self._nodes), tuple(self._values), output, layers, self._tensors)

    def _read_call_of(self, tensor: Any) -> None:
        """Add the nodes of the call that made a tensor."""
        layer, node = _maker(tensor), _node(tensor)
        if node.arguments.kwargs.get("training") is True:
            raise ValueError(
                f"layer {layer.name!r} of model {self._model!r} is called with training=True, so that "
                f"no two scores are the same; build the model without it"
            )
        inputs = {id(one): one for one in node.input_tensors}
        outputs = node.output_tensors
        values, ids = list(map(_value, outputs)), tuple(inputs)
        arguments = _listed([*node.arguments.args, *node.arguments.kwargs.values()])
        order = tuple(ids.index(id(one)) for one in arguments if id(one) in inputs)
        call = node.arguments.args, node.arguments.kwargs
        called = Called(layer, arguments, [one.shape for one in inputs.values()], outputs[0].shape, order, call)
        operation = operation_of(called)
        sources = tuple(self._known[one] for one in ids)
        then = activation_operation(activation_of(layer), called.shape)
        if isinstance(then, Identity):
            made = self._add(layer, operation, sources, values, LayerCall(layer, node.arguments, ids))
        else:
            bare, activation = self._parts_of(layer)
            made = self._add(layer, operation, sources, values, LayerCall(bare, node.arguments, ids))
            made = self._add(layer, then, made, values, ActivationCall(activation))
        self._known.update(zip(map(id, outputs), made, strict=True))

    def _parts_of(self, layer: Any) -> tuple[Any, Any]:
        """A layer without its activation, and its activation as a layer; the same ones for each call."""
        if id(layer) not in self._parts:
            activation = _as_layer(activation_of(layer), layer)
            self._parts[id(layer)] = _without_activation(layer), activation
        return self._parts[id(layer)]

    def _add(
        self, layer: Any, operation: Operation, sources: tuple[int, ...], values: list[Value], call: LayerCall
    ) -> tuple[int, ...]:
        made = tuple(range(len(self._values), len(self._values) + len(values)))
        self._values += values
        self._nodes.append(Node(layer.name, type(layer).__name__, operation, sources, made, call, layer))
        return made


def _without_activation(layer: Any) -> Any:
    if hasattr(layer, "activation"):
        return _shallow_copy(layer, activation=keras.activations.linear)
    return _shallow_copy(layer, layer=_without_activation(layer.layer))  # TimeDistributed


def _shallow_copy(layer: Any, /, **attributes: Any) -> Any:
    """The layer with the same weights, other attributes, and no recorded calls."""
    copy = object.__new__(type(layer))
    copy.__dict__.update({**vars(layer), "_inbound_nodes": [], "_outbound_nodes": [], **attributes})
    return copy


def _as_layer(activation: Any, owner: Any) -> Any:
    """Layer that applies an activation, and passes on the mask as the owner does."""
    if hasattr(activation, "call"):
        return activation
    return keras.layers.Activation(activation, dtype=owner.compute_dtype, name=f"{owner.name}_activation")


def _value(tensor: Any) -> Value:
    return Value(tuple(tensor.shape), str(tensor.dtype))


def _listed(values: Any) -> list[Any]:
    """Values, and those in lists that hold symbolic tensors one by one; other lists are constants."""
    found = []
    for one in values:
        holds = isinstance(one, list | tuple) and any(map(keras.backend.is_keras_tensor, one))
        found += _listed(one) if holds else [one]
    return found


@contextmanager
def nothing_recorded(model: Any) -> Iterator[None]:
    """Remove the calls that the layers of a model record while it is read."""
    recorded = [calls for one in model._flatten_layers() for calls in (one._inbound_nodes, one._outbound_nodes)]
    counts = [len(calls) for calls in recorded]
    try:
        yield
    finally:
        for calls, count in zip(recorded, counts, strict=True):
            del calls[count:]


# Symbolic tensors


def _maker(tensor: Any) -> Any:
    """Layer or function that made a symbolic tensor."""
    return tensor._keras_history.operation


def _node(tensor: Any) -> Any:
    """Call that made a symbolic tensor."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _before(output: Any) -> list[Any]:
    """Symbolic tensors from the series to an output, each after all that it was made from."""
    order: list[Any] = []
    visited: set[int] = set()

    def visit(tensor: Any) -> None:
        if id(tensor) not in visited:
            visited.add(id(tensor))
            for source in _node(tensor).input_tensors:
                visit(source)
            order.append(tensor)

    visit(output)
    return order


# Models inside models


class _Opened(NamedTuple):
    """Symbolic graph without models in it, and the outputs of each model inside the model."""

    series: Any
    others: list[Any]
    output: Any
    inside: list[tuple[Any, Any]]


def _opened(series: Any, others: list[Any], output: Any) -> _Opened:
    """Graph without models in it; one that has none is taken as it is, others are called again on another series."""
    inside: list[tuple[Any, Any]] = []
    closed: set[int] = set()
    while any(is_model(_maker(tensor)) and id(_maker(tensor)) not in closed for tensor in _before(output)):
        fresh, *rest = [keras.Input(one.shape[1:], dtype=one.dtype, name=one.name) for one in (series, *others)]
        run = partial(_run, inside=inside, closed=closed)
        output = called_through(keras.Function([series, *others], [output], name="graph"), [fresh, *rest], run)[0]
        series, others = fresh, rest
    return _Opened(series, others, output, inside)


def _run(operation: Any, *args: Any, inside: list[tuple[Any, Any]], closed: set[int], **kwargs: Any) -> Any:
    """Call an operation on symbolic tensors; of a model, the layers in it."""
    if not is_model(operation) or id(operation) in closed:
        return operation(*args, **kwargs)
    if kwargs.get("training") is True:
        raise ValueError(
            f"model {operation.name!r} is called with training=True, so that no two scores are the same; "
            f"build the model around it without that"
        )
    run = partial(_run, inside=inside, closed=closed)
    graph = getattr(operation, "_functional", None) or operation  # where a Sequential model keeps its graph
    if hasattr(graph, "_run_through_graph") and computed_by_keras(operation):
        inputs = args[0] if args else kwargs["inputs"]
        inputs = graph._standardize_inputs(inputs) if isinstance(inputs, dict) else inputs
        made = called_through(graph, inputs, run)
        made = made[0] if isinstance(made, list) and len(made) == 1 else made
    else:
        made = _called(operation, args, kwargs, closed)
    inside.append((operation, made))
    return made


def _called(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any], closed: set[int]) -> Any:
    """Symbolic output of a subclassed model, with its calls recorded; of the closed model if that fails."""
    if "training" in signature(model.call).parameters:
        kwargs = {**kwargs, "training": False}
    try:
        return model.call(*args, **kwargs)
    except Exception:  # any error that the user's code raises for a symbolic tensor
        closed.add(id(model))
        return model(*args, **kwargs)
