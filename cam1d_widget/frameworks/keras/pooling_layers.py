"""Keras layers that pool the steps of a map, and report what each step contributes.

Multiple instance learning treats a series as a bag of steps, of which only some belong to the class: the score of the
bag is computed from scores of its steps. Attention takes a weighted mean of steps. Any layer with these methods is
recognized, also one that a user writes:

* ``attention_weights(maps)`` returns the weight of every step, of shape (batch, step), and ``pooled(maps, weights)``
  the output of the layer for given weights;
* ``step_scores(maps)`` returns the contribution of every step to every class score, of shape (batch, step, class), and
  ``outer_bias()`` the remaining bias, of shape (class,). They are used where the output of the layer is the scores.
  ``stands_alone = True`` states that a step with all features at zero adds zero, and changes nothing else.

Every layer is registered under the package's name, so that a saved model is loaded without ``custom_objects`` once this
module has been imported; everything in this package that takes the path of a model imports it.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any

import keras
from keras import ops

from ...validation import check_count, check_number

__all__ = ["POOLINGS", "AdditivePooling", "AttentionPooling", "ConjunctivePooling", "InstancePooling", "MILPooling"]
__all__ += ["TemporalAttention"]

_registered = keras.saving.register_keras_serializable("cam1d_widget")


class _Pooling(keras.layers.Layer):  # type: ignore[misc]
    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """The layer; an error for arguments in which Keras, which reads them first, finds no end."""
        try:
            return super().__new__(cls, *args, **kwargs)
        except RecursionError:
            names = " or ".join(name for name in inspect.signature(cls).parameters if name != "kwargs")
            raise ValueError(f"{names} of {cls.__name__} must be a number, but is a list that holds itself") from None


class _WithAttention(_Pooling):
    """A layer that rates every step: tanh units, and one number computed from them."""

    def __init__(self, attention_units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attention_units = check_count("attention_units", attention_units)
        self._hidden = keras.layers.Dense(self.attention_units, activation="tanh", name="attention_hidden")
        self._grade = keras.layers.Dense(1, name="attention_grade")

    def build(self, input_shape: Any) -> None:
        """Create the weights."""
        self._hidden.build(input_shape)
        self._grade.build((*input_shape[:-1], self.attention_units))
        super().build(input_shape)

    def grades(self, maps: Any) -> Any:
        """Attention logit of each step, of shape (batch, step)."""
        return ops.squeeze(self._grade(self._hidden(maps)), -1)

    def get_config(self) -> dict[str, Any]:
        """Configuration that the layer is created from."""
        return {**super().get_config(), "attention_units": self.attention_units}


@_registered
class TemporalAttention(_WithAttention):
    """Weighted mean of the steps of a map; the weights are learned and add up to one.

    Takes a map of shape (batch, step, filter), such as the states of an LSTM, to (batch, filter).

    Parameters
    ----------
    attention_units : int
        Hidden units that rate a step.

    Notes
    -----
    Bahdanau et al. (2015), https://arxiv.org/abs/1409.0473, without a query: Yang et al. (2016),
    https://aclanthology.org/N16-1174.
    """

    def __init__(self, attention_units: int = 32, **kwargs: Any) -> None:
        super().__init__(attention_units, **kwargs)

    def attention_weights(self, maps: Any) -> Any:
        """Weight of every step, of shape (batch, step)."""
        return ops.softmax(self.grades(maps), axis=1)

    def pooled(self, maps: Any, weights: Any) -> Any:
        """Weighted mean of the steps, of shape (batch, filter)."""
        return ops.sum(ops.expand_dims(weights, -1) * maps, axis=1)

    def call(self, maps: Any) -> Any:
        """Weighted mean of the steps, of shape (batch, filter)."""
        return self.pooled(maps, self.attention_weights(maps))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the output."""
        return (input_shape[0], input_shape[-1])


class MILPooling(_Pooling, ABC):
    """Scores of a series, computed from scores of its steps.

    Takes a map of shape (batch, step, filter) to class scores (batch, class): logits, to be followed by a softmax. The
    contributions of the steps are :meth:`step_scores`; with :meth:`outer_bias` they add up to the logit.

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Fraction of the map's values that are dropped in training.
    """

    averages = False
    """Whether it is the mean of the same linear score of each step: global average pooling by another name."""
    stands_alone = True
    """Whether a step with all features at zero contributes zero, and changes no contribution of another step."""

    def __init__(self, units: int, dropout: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.dropout = check_count("units", units), check_number("dropout", dropout, least=0, below=1)
        self._thinning = keras.layers.Dropout(dropout)

    def build(self, input_shape: Any) -> None:
        """Create the weights."""
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        super().build(input_shape)

    @abstractmethod
    def step_scores(self, maps: Any) -> Any:
        """Contribution of every step to every class score, of shape (batch, step, class)."""

    def outer_bias(self) -> Any:
        """Remaining bias of the scores, of shape (class,)."""
        return self.bias

    def call(self, maps: Any, training: bool | None = None) -> Any:
        """Scores of every class, of shape (batch, class)."""
        scores = ops.sum(self.step_scores(self._thinning(maps, training=training)), axis=1)
        return scores + ops.cast(self.outer_bias(), scores.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the output."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Configuration that the layer is created from."""
        return {**super().get_config(), "units": self.units, "dropout": self.dropout}

    def _linear(self, maps: Any) -> Any:
        return ops.matmul(maps, ops.cast(self.kernel, maps.dtype))


class _AttentiveMILPooling(MILPooling, _WithAttention):
    """MIL pooling whose steps have different weights."""

    def __init__(self, units: int, dropout: float = 0.1, attention_units: int = 8, **kwargs: Any) -> None:
        super().__init__(units, dropout, attention_units=attention_units, **kwargs)

    def attention_weights(self, maps: Any) -> Any:
        """Weight of every step, of shape (batch, step): each between 0 and 1, independent of the others."""
        return ops.sigmoid(self.grades(maps))

    def _weighed(self, maps: Any, weights: Any) -> Any:
        """Contribution of every step to every class score for given weights, of shape (batch, step, class)."""
        return _mean_share(self._linear(maps) * ops.expand_dims(weights, -1))

    def step_scores(self, maps: Any) -> Any:
        """Contribution of every step to every class score, of shape (batch, step, class)."""
        return self._weighed(maps, self.attention_weights(maps))

    def pooled(self, maps: Any, weights: Any) -> Any:
        """Scores of every class for given weights, of shape (batch, class)."""
        scores = ops.sum(self._weighed(maps, weights), axis=1)
        return scores + ops.cast(self.outer_bias(), scores.dtype)


@_registered
class InstancePooling(MILPooling):
    r"""Mean of a linear score of each step.

    .. math:: S_c = \frac{1}{T'} \sum_t (w_c \cdot z_t + b_c)

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Fraction of the map's values that are dropped in training.
    """

    averages = True

    def step_scores(self, maps: Any) -> Any:
        """Contribution of every step to every class score, of shape (batch, step, class)."""
        return _mean_share(self._linear(maps))


@_registered
class AttentionPooling(_AttentiveMILPooling):
    r"""Linear score of a weighted mean of the steps, whose weights add up to one.

    .. math:: S_c = w_c \cdot \sum_t a_t z_t + b_c, \qquad \textstyle\sum_t a_t = 1

    Ilse et al. (2018), https://arxiv.org/abs/1802.04712. The contribution of a step depends on the
    others, by the weights.

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Fraction of the map's values that are dropped in training.
    attention_units : int
        Hidden units that rate a step.
    """

    stands_alone = False

    def attention_weights(self, maps: Any) -> Any:
        """Weight of every step, of shape (batch, step); they add up to one."""
        return ops.softmax(self.grades(maps), axis=1)

    def _weighed(self, maps: Any, weights: Any) -> Any:
        return self._linear(maps) * ops.expand_dims(weights, -1)


@_registered
class AdditivePooling(_AttentiveMILPooling):
    r"""Mean of the scores of the weighted steps.

    .. math:: S_c = \frac{1}{T'} \sum_t (w_c \cdot a_t z_t + b_c)

    Javed et al. (2022), https://arxiv.org/abs/2206.01794, with the weights of Early et al. (2024).

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Fraction of the map's values that are dropped in training.
    attention_units : int
        Hidden units that rate a step.
    """


@_registered
class ConjunctivePooling(_AttentiveMILPooling):
    r"""Mean of the weighted scores of the steps.

    .. math:: S_c = \frac{1}{T'} \sum_t a_t (w_c \cdot z_t + b_c)

    Early et al. (2024), https://openreview.net/forum?id=xriGRsoAza. The contribution of a step depends on that
    step alone, but a step whose features are zero still contributes its bias times its weight.

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Fraction of the map's values that are dropped in training.
    attention_units : int
        Hidden units that rate a step.
    """

    stands_alone = False

    def outer_bias(self) -> Any:
        """Zero: the bias belongs to the steps."""
        return ops.zeros_like(ops.convert_to_tensor(self.bias))

    def _linear(self, maps: Any) -> Any:
        return super()._linear(maps) + ops.cast(self.bias, maps.dtype)


POOLINGS = {
    "instance": InstancePooling,
    "attention": AttentionPooling,
    "additive": AdditivePooling,
    "conjunctive": ConjunctivePooling,
}
"""MIL poolings by name."""


def _mean_share(scores: Any) -> Any:
    """Shares of a mean over steps."""
    return scores / ops.cast(ops.shape(scores)[1], scores.dtype)
