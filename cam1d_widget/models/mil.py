"""Multiple instance learning: classifiers whose score of a series is computed from scores of its steps."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import layers as L

from ..frameworks.keras.network import KerasNetwork
from ..frameworks.keras.pooling_layers import POOLINGS
from ..frameworks.keras.reader import functional_copy
from ..frameworks.keras.user_model import readable
from ..network.operations import Held
from ..validation import check_choice, check_count, check_flag, check_layer, shown
from .baselines import TRUNKS
from .input_shape import check_input_shape

__all__ = ["mil_classifier", "with_mil_head"]


def mil_classifier(
    input_shape: tuple[int | None, int],
    classes: int,
    *,
    pooling: str = "conjunctive",
    backbone: str | Callable[[Any], Any] = "inception_time",
    attention_units: int = 8,
    dropout: float = 0.1,
    **sizes: Any,
) -> keras.Model:
    """Multiple instance learning: the class scores of a series are computed from class scores of every step.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one series, (time, channel); time may be None for series of any length.
    classes : int
        Number of classes.
    pooling : {"conjunctive", "additive", "attention", "instance"}
        How the score of the series is computed from those of its steps, as by
        :class:`~cam1d_widget.models.ConjunctivePooling`.
    backbone : {"inception_time", "fcn", "resnet"} or callable
        Network that computes a map, without global pooling; a callable takes a symbolic series of shape (batch,
        time, channel) to a map of shape (batch, step, filter).
    attention_units : int
        Hidden units of the attention; "instance" has none.
    dropout : float
        Share of the map's values that are dropped in training.
    **sizes
        Of the named backbone: `filters`, `momentum`, and `depth` and `kernel_size` of "inception_time".

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as integers).

    Notes
    -----
    Early et al. (2024), "Inherently Interpretable Time Series Classification via Multiple Instance Learning",
    https://openreview.net/forum?id=xriGRsoAza, without the paper's encoding of positions.

    Examples
    --------
    >>> from cam1d_widget.models import mil_classifier
    >>> model = mil_classifier((1008, 1), 10, backbone="fcn", filters=32)
    """
    pool = _pooling(pooling, classes, attention_units, dropout)
    series = keras.Input(check_input_shape(input_shape), name="series")
    return _compiled(series, pool(_trunk(backbone, sizes)(series)), f"mil_{pooling}")


def with_mil_head(
    model: Any,
    classes: int | None = None,
    *,
    pooling: str = "conjunctive",
    layer: Any = None,
    attention_units: int = 8,
    dropout: float = 0.1,
    train_trunk: bool = True,
) -> keras.Model:
    """Trunk of a trained network with a new head that scores every step, to be trained on.

    Parameters
    ----------
    model : keras.Model, path of a saved one, or fitted classifier of aeon or sktime
        Its trunk, up to the map that enters its pooling or flatten, is copied with its weights; the model itself is not
        changed, and shares nothing with the new one.
    classes : int, optional
        Number of classes. Default: those of the model.
    pooling : {"conjunctive", "additive", "attention", "instance"}
        As in :func:`mil_classifier`.
    layer : str, int or keras.Layer, optional
        Layer whose map enters the new head. Default: the one that enters the old head.
    attention_units : int
        Hidden units of the attention; "instance" has none.
    dropout : float
        Share of the map's values that are dropped in training.
    train_trunk : bool
        Whether the trunk is trained further, together with the head.

    Returns
    -------
    keras.Model
        A functional model, compiled with Adam and sparse categorical cross-entropy (classes as integers). Its head is
        not trained yet: fit it.

    Examples
    --------
    >>> mil = with_mil_head(model)
    >>> mil.fit(x_train, y_train, epochs=10)
    """
    check_flag("train_trunk", train_trunk)
    check_layer(layer)
    network = KerasNetwork(readable(model), layer, output=None)
    if network.entry is None:
        raise ValueError(network.no_map)
    found = 2 if network.two_sided else network.units
    pool = _pooling(pooling, found if classes is None else classes, attention_units, dropout)
    assert network.graph is not None
    if any(isinstance(node.operation, Held) for node in network.graph.between([0], [network.entry])):
        raise ValueError(
            f"model must compute the map from the series alone, but that of model {network.name!r} depends on other "
            f"inputs; name a layer before they meet it with layer="
        )
    trunk = functional_copy(network.graph, network.entry)
    trunk.trainable = train_trunk
    return _compiled(trunk.inputs[0], pool(trunk.outputs[0]), f"{network.model.name}_{pooling}")


def _trunk(backbone: str | Callable[[Any], Any], sizes: dict[str, Any]) -> Callable[[Any], Any]:
    if callable(backbone):
        if sizes:
            raise TypeError(f"a backbone that is a function takes no {', '.join(sizes)}; set them inside the function")
        return lambda series: _map_of(backbone, series)
    trunk = TRUNKS[check_choice("backbone", backbone, TRUNKS, "; or give a function")]
    known = list(inspect.signature(trunk).parameters)[1:]
    for name in sizes:
        check_choice(f"the size {name} of a backbone", name, known)
    return partial(trunk, **sizes)


def _map_of(backbone: Callable[[Any], Any], series: Any) -> Any:
    """Map that a user's function makes of a series."""
    rule = "backbone must make a map of shape (batch, step, filter) of a series of shape (batch, time, channel), but"
    try:
        maps = backbone(series)
    except Exception as fault:
        raise ValueError(f"{rule} raised a {type(fault).__name__}; see the error above") from fault
    if len(getattr(maps, "shape", ())) != 3:
        raise ValueError(f"{rule} made {shown(maps)}")
    return maps


def _pooling(pooling: str, classes: int, attention_units: int, dropout: float) -> Any:
    check_choice("pooling", pooling, POOLINGS)
    classes, attention_units = check_count("classes", classes), check_count("attention_units", attention_units)
    attentive = {} if pooling == "instance" else {"attention_units": attention_units}
    return POOLINGS[pooling](classes, dropout=dropout, name="pooling", **attentive)


def _compiled(series: Any, scores: Any, name: str) -> keras.Model:
    model = keras.Model(series, L.Softmax(name="probabilities")(scores), name=name)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
