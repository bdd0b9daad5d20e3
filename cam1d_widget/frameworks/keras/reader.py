"""A Keras model, opened: one graph of layers, with the models inside it gone through layer by layer.

Sequential and Functional models know their graph. A subclassed model is called once on a symbolic series, which writes
its graph down as long as it computes by layers and ``keras.ops``; a model inside a model is called in the same way.
What cannot be opened stays one operation. Models are told by what they have, so that the framework is not imported.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

from .symbolic import backwards, maker

__all__ = ["OpenedModel", "is_model", "opened"]


class OpenedModel(NamedTuple):
    """Graph of a model.

    Attributes
    ----------
    series : symbolic tensor of shape (batch, time, channel)
    output : symbolic tensor of shape (batch, class)
    made : list of (operation, symbolic tensor)
        What each layer, and each model inside the model, puts out on the way from the series to the output.
    """

    series: Any
    output: Any
    made: list[tuple[Any, Any]]


def opened(series: Any, output: Any, new_series: Callable[[], Any], function: Any) -> OpenedModel:
    """Graph from a series to an output without models in it.

    A graph that has none is taken as it is; else it is gone through once more, on a series of its own.

    Parameters
    ----------
    series, output : symbolic tensors
    new_series : callable
        Makes a symbolic series.
    function : type
        :class:`keras.Function`.
    """
    inside: list[tuple[Any, Any]] = []
    closed: set[int] = set()
    while any(is_model(made) and id(made) not in closed for made in _makers(output)):
        fresh = new_series()
        run = partial(_run, inside=inside, closed=closed)
        output = _through(function([series], [output]), fresh, run)[0]
        series = fresh
    return OpenedModel(series, output, [*_on_the_way(output), *inside])


def is_model(operation: Any) -> bool:
    """Whether an operation is a model of layers."""
    return hasattr(operation, "layers") and hasattr(operation, "call")


def _run(operation: Any, *args: Any, inside: list[tuple[Any, Any]], closed: set[int], **kwargs: Any) -> Any:
    """Call an operation on symbolic tensors; of a model, what is in it."""
    if not is_model(operation) or id(operation) in closed:
        return operation(*args, **kwargs)
    if kwargs.get("training") is True:
        raise ValueError(
            f"model {operation.name!r} is called with training=True, so that no two scores are the same; "
            f"build the model around it without that"
        )
    run = partial(_run, inside=inside, closed=closed)
    graph = getattr(operation, "_functional", None) or operation  # what a Sequential model keeps its graph in
    if hasattr(graph, "_run_through_graph"):
        made = _through(graph, args[0], run)
        made = made[0] if isinstance(made, list) and len(made) == 1 else made
    else:
        made = _called(operation, args, kwargs, closed)
    inside.append((operation, made))
    return made


def _called(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any], closed: set[int]) -> Any:
    """What a subclassed model computes, written down; or the model itself where that cannot be."""
    if "training" in signature(model.call).parameters:
        kwargs = {**kwargs, "training": False}
    try:
        return model.call(*args, **kwargs)
    except Exception:  # whatever a user's code makes of a symbolic tensor
        closed.add(id(model))
        return model(*args, **kwargs)


def _through(graph: Any, series: Any, run: Callable[..., Any]) -> Any:
    return graph._run_through_graph(series, operation_fn=lambda operation: partial(run, operation))


def _makers(output: Any) -> list[Any]:
    return [maker(tensor) for tensor in backwards(output, lambda _: False)]


def _on_the_way(output: Any) -> list[tuple[Any, Any]]:
    """Layers and what they put out, from the series to the output."""
    return [(maker(tensor), tensor) for tensor in reversed(list(backwards(output, lambda _: False)))]
