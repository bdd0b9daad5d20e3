"""A Keras model read as a graph of tensors.

Nothing is called and nothing is built: a symbolic tensor knows the layer that made it, and the layer knows the tensors
that it was made from. Layers are told by the names of their classes, which Keras 3 shares between a layer
(``keras.layers.Add``) and the function that does the same (``a + b``), and so the framework is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["arguments", "backwards", "computed_by_keras", "kinds", "made_by_keras", "maker", "sources"]


# Methods in which Keras' layers compute their output, and which a derived class may override.
_COMPUTING = ("call", "convolution_op", "_merge_function")


def maker(tensor: Any) -> Any:
    """Layer (or function) that made a symbolic tensor."""
    return tensor._keras_history.operation


def sources(tensor: Any) -> list[Any]:
    """Tensors that a symbolic tensor was made from; none for an input of the model."""
    history = tensor._keras_history
    return list(history.operation._inbound_nodes[history.node_index].input_tensors)


def arguments(tensor: Any) -> list[Any]:
    """What the layer that made a symbolic tensor was called with besides symbolic tensors; lists are opened."""
    history = tensor._keras_history
    given = history.operation._inbound_nodes[history.node_index].arguments
    return [one for one in _opened([*given.args, *given.kwargs.values()]) if not hasattr(one, "_keras_history")]


def _opened(values: Any) -> list[Any]:
    """Values of lists that hold symbolic tensors, one by one; other lists are constants."""
    found = []
    for one in values:
        holds = isinstance(one, list | tuple) and any(hasattr(inner, "_keras_history") for inner in one)
        found += _opened(one) if holds else [one]
    return found


def kinds(operation: Any) -> frozenset[str]:
    """Names of the Keras classes that an operation is of.

    A class of the user's adds no name, whatever it is called. A layer that Keras does not compute does something else
    than the Keras class it derives from, and is only a "Layer".
    """
    names = frozenset(base.__name__ for base in type(operation).__mro__ if made_by_keras(base))
    return names if computed_by_keras(operation) else names & {"Layer", "Operation"}


def computed_by_keras(operation: Any) -> bool:
    """Whether Keras' own code computes an operation: its class, and the layer inside if it is a wrapper."""
    for name in _COMPUTING:
        owner = next((base for base in type(operation).__mro__ if name in vars(base)), None)
        if owner is not None and not made_by_keras(owner):
            return False
    inside = getattr(operation, "layer", None)
    return inside is None or computed_by_keras(inside)


def made_by_keras(made: Any) -> bool:
    """Whether a class or function is Keras' own (or TensorFlow's, whose activations go by the same names)."""
    return (getattr(made, "__module__", None) or "").split(".")[0] in ("keras", "tensorflow")


def backwards(tensor: Any, stop: Callable[[Any], bool]) -> Iterator[Any]:
    """Tensors from the end backwards, each after all that were made from it; not beyond where `stop` says so."""
    order: list[Any] = []
    visited: set[int] = set()

    def visit(node: Any) -> None:
        if id(node) in visited or stop(node):
            return
        visited.add(id(node))
        for source in sources(node):
            visit(source)
        order.append(node)

    visit(tensor)
    yield from reversed(order)
