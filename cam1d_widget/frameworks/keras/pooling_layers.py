"""Keras layers that explain themselves: what they do with each step of a map can be read off them.

Multiple instance learning takes a series for a bag of steps, of which only some are of the class: the score of the bag
is made of scores of its steps. Attention takes a weighted mean of steps. The door (:mod:`.keras_network`) reads any
layer with these abilities, also one that a user writes:

* ``attention_weights(maps)`` gives the weight of every step, of shape (batch, step), and ``pooled(maps, weights)`` what
  the layer puts out for given weights;
* ``step_scores(maps)`` gives what every step adds to every class score, of shape (batch, step, class), and
  ``outer_bias()`` what the scores hold beside that sum, of shape (class,). It is asked for where the layer's output are
  the scores. ``stands_alone = True`` states that a step with all features at zero adds zero, and changes nothing else.

Every layer is registered under the package's name, so that a saved model is loaded without ``custom_objects``, once
this file has been imported; whatever of this package takes the path of a model imports it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import keras
from keras import ops

__all__ = ["POOLINGS", "AdditivePooling", "AttentionPooling", "ConjunctivePooling", "InstancePooling", "MILPooling"]
__all__ += ["TemporalAttention"]

_registered = keras.saving.register_keras_serializable("cam1d_widget")


class _WithAttention(keras.layers.Layer):  # type: ignore[misc]
    """A layer that gives every step a grade: tanh units, and one number of them."""

    def __init__(self, attention_units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.attention_units = attention_units
        self._hidden = keras.layers.Dense(attention_units, activation="tanh", name="attention_hidden")
        self._grade = keras.layers.Dense(1, name="attention_grade")

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self._hidden.build(input_shape)
        self._grade.build((*input_shape[:-1], self.attention_units))
        super().build(input_shape)

    def grades(self, maps: Any) -> Any:
        """How much each step asks to be heard, of shape (batch, step)."""
        return ops.squeeze(self._grade(self._hidden(maps)), -1)

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from."""
        return {**super().get_config(), "attention_units": self.attention_units}


@_registered
class TemporalAttention(_WithAttention):
    """Weighted mean of the steps of a map, by weights that it learns and that add up to one.

    Takes a map of shape (batch, step, filter), such as the states of an LSTM, to (batch, filter).

    Parameters
    ----------
    attention_units : int
        Hidden units that grade a step.

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
        return ops.einsum("bs,bsf->bf", weights, maps)

    def call(self, maps: Any) -> Any:
        """Weighted mean of the steps, of shape (batch, filter)."""
        return self.pooled(maps, self.attention_weights(maps))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of what comes out."""
        return (input_shape[0], input_shape[-1])


class MILPooling(keras.layers.Layer, ABC):  # type: ignore[misc]
    """Scores of a series, made of scores of its steps.

    Takes a map of shape (batch, step, filter) to class scores (batch, class): logits, to be followed by a softmax. What
    each step adds is :meth:`step_scores`; with :meth:`outer_bias` they add up to the logit.

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Share of the map's values that are left out in training.
    """

    averages = False
    """Whether all steps have the same say and the same linear score: global average pooling by another name."""
    stands_alone = True
    """Whether a step with all features at zero adds zero to the scores, and changes what no other step adds."""

    def __init__(self, units: int, dropout: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.dropout = units, dropout
        self._thinning = keras.layers.Dropout(dropout)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        super().build(input_shape)

    @abstractmethod
    def step_scores(self, maps: Any) -> Any:
        """What every step adds to every class score, of shape (batch, step, class)."""

    def outer_bias(self) -> Any:
        """What the scores hold beside the sum over steps, of shape (class,)."""
        return self.bias

    def call(self, maps: Any, training: bool | None = None) -> Any:
        """Scores of every class, of shape (batch, class)."""
        scores = ops.sum(self.step_scores(self._thinning(maps, training=training)), axis=1)
        return scores + ops.cast(self.outer_bias(), scores.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of what comes out."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """What the layer is made again from."""
        return {**super().get_config(), "units": self.units, "dropout": self.dropout}

    def _linear(self, maps: Any) -> Any:
        return ops.matmul(maps, ops.cast(self.kernel, maps.dtype))


class _AttentiveMILPooling(MILPooling, _WithAttention):
    """MIL pooling whose steps have unlike weights."""

    def __init__(self, units: int, dropout: float = 0.1, attention_units: int = 8, **kwargs: Any) -> None:
        super().__init__(units, dropout, attention_units=attention_units, **kwargs)

    def attention_weights(self, maps: Any) -> Any:
        """Weight of every step, of shape (batch, step): open or shut, by itself."""
        return ops.sigmoid(self.grades(maps))

    def _weighed(self, maps: Any, weights: Any) -> Any:
        """What every step adds to every class score under given weights, of shape (batch, step, class)."""
        return _mean_share(self._linear(maps) * weights[..., None])

    def step_scores(self, maps: Any) -> Any:
        """What every step adds to every class score, of shape (batch, step, class)."""
        return self._weighed(maps, self.attention_weights(maps))

    def pooled(self, maps: Any, weights: Any) -> Any:
        """Scores of every class under given weights, of shape (batch, class)."""
        scores = ops.sum(self._weighed(maps, weights), axis=1)
        return scores + ops.cast(self.outer_bias(), scores.dtype)


@_registered
class InstancePooling(MILPooling):
    r"""Every step has a score of its own, and the series has their mean.

    .. math:: S_c = \frac{1}{T'} \sum_t (w_c \cdot z_t + b_c)

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Share of the map's values that are left out in training.
    """

    averages = True

    def step_scores(self, maps: Any) -> Any:
        """What every step adds to every class score, of shape (batch, step, class)."""
        return _mean_share(self._linear(maps))


@_registered
class AttentionPooling(_AttentiveMILPooling):
    r"""Weighted mean of the steps, by weights that add up to one, and a score of that.

    .. math:: S_c = w_c \cdot \sum_t a_t z_t + b_c, \qquad \textstyle\sum_t a_t = 1

    Ilse et al. (2018), https://arxiv.org/abs/1802.04712. What a step adds depends on the others, by the weights.

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Share of the map's values that are left out in training.
    attention_units : int
        Hidden units that grade a step.
    """

    stands_alone = False

    def attention_weights(self, maps: Any) -> Any:
        """Weight of every step, of shape (batch, step); they add up to one."""
        return ops.softmax(self.grades(maps), axis=1)

    def _weighed(self, maps: Any, weights: Any) -> Any:
        return self._linear(maps) * weights[..., None]


@_registered
class AdditivePooling(_AttentiveMILPooling):
    r"""Every step is weighed, and then scored; the series has the mean.

    .. math:: S_c = \frac{1}{T'} \sum_t (w_c \cdot a_t z_t + b_c)

    Javed et al. (2022), https://arxiv.org/abs/2206.01794, with the weights of Early et al. (2024).

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Share of the map's values that are left out in training.
    attention_units : int
        Hidden units that grade a step.
    """


@_registered
class ConjunctivePooling(_AttentiveMILPooling):
    r"""Every step is scored, and weighed by how much it matters at all; the series has the mean.

    .. math:: S_c = \frac{1}{T'} \sum_t a_t (w_c \cdot z_t + b_c)

    Early et al. (2024), https://openreview.net/forum?id=xriGRsoAza. What a step adds depends on that step alone, but a
    step whose features are zero still adds its bias times its weight.

    Parameters
    ----------
    units : int
        Number of classes.
    dropout : float
        Share of the map's values that are left out in training.
    attention_units : int
        Hidden units that grade a step.
    """

    stands_alone = False

    def outer_bias(self) -> Any:
        """Nothing: the bias belongs to the steps."""
        return ops.zeros_like(self.bias)

    def _linear(self, maps: Any) -> Any:
        return super()._linear(maps) + ops.cast(self.bias, maps.dtype)


POOLINGS = {
    "instance": InstancePooling,
    "attention": AttentionPooling,
    "additive": AdditivePooling,
    "conjunctive": ConjunctivePooling,
}
"""MIL poolings by their names in the field."""


def _mean_share(scores: Any) -> Any:
    """Shares of a mean over steps."""
    return scores / ops.cast(ops.shape(scores)[1], scores.dtype)
