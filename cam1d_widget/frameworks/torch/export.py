"""A PyTorch module as an exported program for batches of any size.

The exporter follows the size of the batch through the module, unless Python makes a number of it, as ``len(x)`` does.
Then the module is exported for batches of two and of three, and numbers that differ are multiples of the size.
"""

from __future__ import annotations

import logging
import operator
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import lru_cache
from io import StringIO
from typing import Any

import sympy
import torch
from torch._decomp import decomposition_table
from torch.export import Dim, ExportedProgram

__all__ = ["evaluated", "exported", "name_of", "size_of", "sizes_of"]

_BATCH = sympy.Symbol("batch", integer=True, positive=True)


def exported(
    module: torch.nn.Module, args: Sequence[torch.Tensor], named: Mapping[str, Any] | None = None
) -> ExportedProgram:
    """Program of a module in evaluation mode, for batches of any size.

    Parameters
    ----------
    module : torch.nn.Module
    args : sequence of Tensor
        A batch of three as the module takes it.
    named : mapping of str to Tensor, optional
        Arguments by name.

    Raises
    ------
    Exception
        Of many kinds, if the module cannot be exported.
    """
    named = named or {}
    with _quietly():
        try:
            program = _program(module, args, named, {0: Dim("batch")})
        except Exception as reason:
            try:
                program = _of_two(*(_program(module, *_first(count, args, named), None) for count in (2, 3)))
            except Exception:
                raise reason from None
    program.graph.eliminate_dead_code()
    return program


@contextmanager
def _quietly() -> Iterator[None]:
    """Without warnings and prints about the exporter's own parts, and about attributes that a forward pass assigns."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stderr(StringIO()), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


def _first(count: int, args: Sequence[torch.Tensor], named: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The first instances of a batch."""
    return [one[:count] for one in args], {name: one[:count] for name, one in named.items()}


def _program(
    module: torch.nn.Module, args: Sequence[torch.Tensor], named: Mapping[str, Any], sizes: Any
) -> ExportedProgram:
    by_name = dict.fromkeys(named, sizes)
    dynamic = None if sizes is None else by_name or (sizes,) * len(args)
    program = torch.export.export(module, tuple(args), dict(named), dynamic_shapes=dynamic)
    with _recurrent_layers_whole():
        return program.run_decompositions({})


@contextmanager
def _recurrent_layers_whole() -> Iterator[None]:
    """Shapes of recurrent layers from their arguments: the exporter computes them step by step, seconds for each 30."""
    every = [getattr(torch.ops.aten, name).input for name in ("gru", "lstm", "rnn_tanh", "rnn_relu")]
    known = {operation: decomposition_table[operation] for operation in every if operation in decomposition_table}
    try:
        decomposition_table.update(dict.fromkeys(known, _recurrent_shapes))
        yield
    finally:
        decomposition_table.update(known)


def _recurrent_shapes(x: Any, states: Any, *options: Any) -> tuple[Any, ...]:
    """Empty output and states of a recurrent layer."""
    states = states if isinstance(states, list | tuple) else [states]
    _, _, _, _, _, bidirectional, _ = options
    made = x.new_empty([*x.shape[:-1], states[0].shape[-1] * (2 if bidirectional else 1)])
    return (made, *map(torch.empty_like, states))


def name_of(target: Any) -> str:
    """Name of an operation, without its overload: "conv1d" of ``aten.conv1d.padding``."""
    schema = getattr(target, "_schema", None)
    return str(getattr(target, "__name__", target)) if schema is None else str(schema.name).partition("::")[2]


def size_of(node: Any) -> Any:
    """Expression in the size of the batch, if the value of a node is such a number; otherwise None."""
    made = node.meta.get("val")
    return made.node.expr if isinstance(made, torch.SymInt) else node.meta.get("size")


def sizes_of(node: Any) -> tuple[Any, ...]:
    """Sizes of a tensor: numbers, and expressions in the size of the batch."""
    if "sizes" in node.meta:
        return tuple(node.meta["sizes"])
    found = getattr(node.meta["val"], "shape", ())
    return tuple(size if isinstance(size, int) else size.node.expr for size in found)


@lru_cache(maxsize=1024)
def evaluated(expression: Any, batch: int) -> int:
    """Number of an expression for a batch."""
    return int(expression.subs(dict.fromkeys(expression.free_symbols, batch)))


# Two programs


def _of_two(one: ExportedProgram, other: ExportedProgram) -> ExportedProgram:
    """The program for two instances; numbers that differ from those for three become sizes of the batch."""
    pairs = list(zip(one.graph.nodes, other.graph.nodes, strict=True))
    if any(a.target != b.target and a.op == "call_function" for a, b in pairs):
        raise ValueError("it computes differently for batches of different sizes")
    for a, b in pairs:
        shapes = [getattr(node.meta.get("val"), "shape", None) for node in (a, b)]
        if None not in shapes:
            a.meta["sizes"] = [_multiple(x, y) for x, y in zip(*shapes, strict=True)]
        if a.op == "call_function":
            with one.graph.inserting_before(a):
                a.args, a.kwargs = _merged(one.graph, a.args, b.args), _merged(one.graph, a.kwargs, b.kwargs)
    return one


def _multiple(two: int, three: int) -> Any:
    """A number that was seen for batches of two and of three: itself, or a multiple of the size of the batch."""
    if two == three:
        return two
    if two != 2 * (three - two):
        raise ValueError(f"a size of {two} for two instances is {three} for three")
    return (three - two) * _BATCH


def _merged(graph: Any, one: Any, other: Any) -> Any:
    """Arguments for two instances, with nodes for the numbers that differ from those for three."""
    if isinstance(one, dict):
        return {name: _merged(graph, value, other[name]) for name, value in one.items()}
    if isinstance(one, list | tuple):
        return type(one)(_merged(graph, a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, bool) or not isinstance(one, int) or one == other:
        return one
    size = graph.call_function(operator.index, (one,))
    size.meta["size"] = _multiple(one, other)
    return size
