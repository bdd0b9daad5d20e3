"""A Keras model read as a graph of tensors.

Nothing is called and nothing is built: a symbolic tensor knows the layer that made it, and the layer knows the tensors
that it was made from. Layers are told by the names of their classes, which Keras 3 shares between a layer
(``keras.layers.Add``) and the function that does the same (``a + b``), and so the framework is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["arguments", "backwards", "kinds", "made_by_keras", "maker", "sources"]


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
    """Names of the operation's class and of those it derives from.

    A layer with a `call` of its own does something else than the class it derives from, and goes by its own name.
    """
    bases = type(operation).__mro__
    call = getattr(type(operation), "call", None)
    if call is not None and not made_by_keras(call):
        bases = tuple(base for base in bases if base.__name__ in ("Layer", "Operation") or not made_by_keras(base))
    return frozenset(base.__name__ for base in bases)


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
