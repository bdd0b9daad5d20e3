"""What a layer computes: one of about 25 kinds of operation, and the facts about each that attribution depends on.

An operation is independent of the framework. Learned parameters are functions that return the current values in
float32, as tensors of the framework; outside of compiled code ``numpy.asarray`` makes arrays of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from .functions import FUNCTIONS, Function

__all__ = [
    "Attention",
    "Concatenate",
    "Convolution",
    "Crop",
    "Dense",
    "Elementwise",
    "Facts",
    "Flip",
    "Held",
    "Identity",
    "Masking",
    "MatrixProduct",
    "Maximum",
    "Minimum",
    "Mixing",
    "Normalize",
    "Opaque",
    "Operation",
    "Pad",
    "Padding",
    "Parameter",
    "Parts",
    "Permute",
    "Pick",
    "Pointwise",
    "Pool",
    "Product",
    "Rearranging",
    "Recurrent",
    "Reduce",
    "Rescale",
    "Reshape",
    "Scale",
    "Slice",
    "StepPooling",
    "Sum",
    "TransposedConvolution",
    "Upsample",
    "Weighted",
]

Parameter = Callable[[], Any]
"""Returns the current values of a learned parameter."""

Parts: TypeAlias = Callable[..., int]
"""Adds the simpler operations of which one consists to a :class:`~cam1d_widget.network.parts.Writing`, whose inputs
have the given numbers; returns the number of the last value."""

Padding: TypeAlias = str | tuple[tuple[int, int], ...]
"""Padding by the name that Keras gives it, or the length that is added at both ends of each axis."""


class Facts(NamedTuple):
    """Facts about one operation, as it is computed at inference.

    Axes are counted with the batch, and are never negative.

    Attributes
    ----------
    affine : bool
        Whether the output is an affine function of all inputs together.
    homogeneous : bool
        Whether the output scales with the inputs: f(a x) = a f(x) for a > 0.
    jumps : bool
        Whether the output is discontinuous, or its gradient is zero where the output changes.
    rises : bool
        Whether each output depends on one input value, and never falls where that value rises.
    keeps_sign : bool
        Whether no output is negative if no input is.
    parameter_axes : frozenset of int
        Axes of the output along which parameters or constants of the operation differ.
    """

    affine: bool = False
    homogeneous: bool = False
    jumps: bool = False
    rises: bool = False
    keeps_sign: bool = False
    parameter_axes: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Operation:
    """One kind of computation."""

    @property
    def facts(self) -> Facts:
        """What is known about it."""
        return self._facts()

    def _facts(self) -> Facts:
        return Facts()


# Learned weights


@dataclass(frozen=True)
class Weighted(Operation):
    """A linear function with learned weights, plus a bias.

    Attributes
    ----------
    kernel : Parameter
    bias : Parameter or None
    rounds : bool
        Whether it rounds, as quantized layers do.
    """

    kernel: Parameter
    bias: Parameter | None
    rounds: bool = field(default=False, kw_only=True)

    def _facts(self) -> Facts:
        return Facts(not self.rounds, homogeneous=self.bias is None and not self.rounds, jumps=self.rounds)


@dataclass(frozen=True)
class Dense(Weighted):
    """The last axis multiplied by a matrix (input, output)."""


@dataclass(frozen=True)
class Convolution(Weighted):
    """Convolution over the axes between batch and filter.

    Attributes
    ----------
    kernel : Parameter
        Of shape (size, channel / groups, filter), or (size, channel, multiplier) if depthwise. A separable
        convolution has the kernel that its two steps make together.
    size, strides, dilation : tuple of int
        One number for each axis.
    padding : {"valid", "same", "causal"}, or tuple of (int, int)
        As in Keras, or the zeros that are added at both ends of each axis.
    depthwise : bool
        Whether each filter sees one channel.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: Padding
    depthwise: bool = False


@dataclass(frozen=True)
class Scale(Weighted):
    """Batch normalization at inference: a factor (`kernel`) and a summand (`bias`) along the last axis."""

    axis: int

    def _facts(self) -> Facts:
        return Facts(affine=True, parameter_axes=frozenset({self.axis}))


@dataclass(frozen=True)
class TransposedConvolution(Operation):
    """Transposed convolution over the axes between batch and filter: the gradient of a convolution, by its input.

    Attributes
    ----------
    kernel : Parameter
        Of shape (size, filter / groups, channel).
    bias : Parameter or None
    size, strides, dilation : tuple of int
        One number for each axis.
    padding : {"valid", "same"}, or tuple of (int, int)
        As in Keras, or the steps that are cut off at both ends of each axis; an output padding takes the place of cut
        steps at the end, or adds zeros there.
    """

    kernel: Parameter
    bias: Parameter | None
    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: Padding

    def _facts(self) -> Facts:
        return Facts(affine=True, homogeneous=self.bias is None)


# Linear functions without learned weights


@dataclass(frozen=True)
class Identity(Operation):
    """The input, as dropout, noise and regularization layers return it at inference."""

    def _facts(self) -> Facts:
        return Facts(affine=True, homogeneous=True, rises=True, keeps_sign=True)


@dataclass(frozen=True)
class Held(Operation):
    """Another input of the model, which is held fixed: of the series it depends only on the batch size."""

    def _facts(self) -> Facts:
        return Facts(affine=True)


@dataclass(frozen=True)
class Rescale(Operation):
    """The input times constants, plus constants.

    Attributes
    ----------
    offset : bool
        Whether anything is added.
    axes : frozenset of int
        Axes along which the constants differ.
    """

    offset: bool = False
    axes: frozenset[int] = frozenset()

    def _facts(self) -> Facts:
        return Facts(affine=True, homogeneous=not self.offset, parameter_axes=self.axes)


@dataclass(frozen=True)
class Sum(Operation):
    """Sum, difference or mean of tensors at each position.

    Attributes
    ----------
    constant : bool
        Whether a constant is added.
    subtracts : bool
        Whether a tensor is subtracted.
    axes : frozenset of int
        Axes along which the constants differ.
    """

    constant: bool = False
    subtracts: bool = False
    axes: frozenset[int] = frozenset()

    def _facts(self) -> Facts:
        only_added = not self.constant and not self.subtracts
        return Facts(affine=True, homogeneous=not self.constant, keeps_sign=only_added, parameter_axes=self.axes)


@dataclass(frozen=True)
class Rearranging(Operation):
    """Every output is one of the inputs, or zero."""

    def _facts(self) -> Facts:
        return Facts(affine=True, homogeneous=True, keeps_sign=True)


@dataclass(frozen=True)
class Reshape(Rearranging):
    """The same values in another shape.

    Attributes
    ----------
    order : tuple of int, optional
        Order in which the axes of the input are taken before, as PyTorch takes the filters of a map before its steps.
    merges_instances : bool
        Whether instances and the values of another axis may share an axis, as batched matrix products need it.
    """

    order: tuple[int, ...] | None = None
    merges_instances: bool = False


@dataclass(frozen=True)
class Permute(Rearranging):
    """Axes in another order; None if the order is unknown."""

    order: tuple[int, ...] | None


@dataclass(frozen=True)
class Pad(Rearranging):
    """Zeros or copies of steps added at the ends of the axes between batch and filter: (left, right) for each.

    Attributes
    ----------
    ends : tuple of (int, int)
    mode : {"zeros", "reflect", "replicate", "circular"}
        Steps of which copies are added: those near the same end in the opposite order, the last one, or those near the
        other end.
    """

    ends: tuple[tuple[int, int], ...]
    mode: str = "zeros"


@dataclass(frozen=True)
class Crop(Rearranging):
    """Steps removed at the ends of the axes between batch and filter: (left, right) for each."""

    ends: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Upsample(Rearranging):
    """Each step repeated, along each axis between batch and filter."""

    size: tuple[int, ...]


@dataclass(frozen=True)
class Concatenate(Rearranging):
    """Tensors one after the other along an axis.

    Attributes
    ----------
    axis : int
    order : tuple of int
        Which of the node's inputs is at each place.
    constant : bool
        Whether a constant is among them.
    """

    axis: int
    order: tuple[int, ...]
    constant: bool = False

    def _facts(self) -> Facts:
        return Facts(affine=True, homogeneous=not self.constant, keeps_sign=not self.constant)


@dataclass(frozen=True)
class Slice(Rearranging):
    """Every `step`-th place of an axis from `start` to before `stop`.

    Attributes
    ----------
    axis, start, stop, step : int
        Counted from the first place; `step` is positive.
    keepdims : bool
        Whether the axis is kept where one place is left.
    """

    axis: int
    start: int
    stop: int
    step: int = 1
    keepdims: bool = True


@dataclass(frozen=True)
class Pick(Rearranging):
    """A rearrangement that may move steps, such as a slice, a flip or a roll.

    Attributes
    ----------
    axes : frozenset of int, optional
        Axes along which values are moved. Default: they may be moved along any.
    """

    axes: frozenset[int] | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Flip(Pick):
    """The places of an axis in the opposite order."""

    axis: int


@dataclass(frozen=True)
class Spread(Rearranging):
    """Each value repeated along a new axis.

    Attributes
    ----------
    axis : int
    """

    axis: int


# Pooling


@dataclass(frozen=True)
class Pool(Operation):
    """Pooling over windows.

    Attributes
    ----------
    largest : bool
        Whether it takes the maximum of a window, not the mean.
    size, strides : tuple of int
        One number for each axis between batch and filter.
    padding : {"valid", "same"}, or tuple of (int, int)
        As in Keras, or what is added at both ends of each axis.
    """

    largest: bool
    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding

    def _facts(self) -> Facts:
        return Facts(affine=not self.largest, homogeneous=True, keeps_sign=True)


@dataclass(frozen=True)
class Reduce(Operation):
    """Mean, sum, maximum or minimum over whole axes.

    Attributes
    ----------
    kind : {"mean", "sum", "max", "min"}
    axes : frozenset of int
    keepdims : bool
    """

    kind: str
    axes: frozenset[int]
    keepdims: bool = False

    def _facts(self) -> Facts:
        return Facts(affine=self.kind in ("mean", "sum"), homogeneous=True, keeps_sign=True)


@dataclass(frozen=True)
class StepPooling(Operation):
    """Pooling of the steps of a map that can report what each step contributes.

    Attributes
    ----------
    scores_steps, weighs_steps : bool
        Whether it reports scores of steps (multiple instance learning), and attention weights.
    averages : bool
        Whether it is the mean of one linear score of each step.
    stands_alone : bool
        Whether setting a step's features to zero removes exactly that step's score.
    discontinuous : bool
    hides_relu : bool
        Whether there may be ReLUs in it.
    """

    scores_steps: bool
    weighs_steps: bool
    averages: bool = False
    stands_alone: bool = False
    discontinuous: bool = False
    hides_relu: bool = False

    def _facts(self) -> Facts:
        return Facts(affine=self.averages, jumps=self.discontinuous)


# Functions of the values at one position


@dataclass(frozen=True)
class Pointwise(Operation):
    """A function of one value.

    Attributes
    ----------
    name : str
        Key of :data:`~cam1d_widget.network.functions.FUNCTIONS`.
    limited : bool
        Whether its values have an upper limit that the function of this name does not have.
    threshold : bool
        Whether it jumps at a threshold.
    axes : frozenset of int
        Axes along which learned slopes differ.
    """

    name: str
    limited: bool = False
    threshold: bool = False
    axes: frozenset[int] = frozenset()

    @property
    def function(self) -> Function:
        """Facts about the function of this name."""
        return FUNCTIONS[self.name]

    def _facts(self) -> Facts:
        function = self.function
        return Facts(
            homogeneous=function.homogeneous and not self.limited and not self.threshold,
            jumps=function.jumps or self.threshold,
            rises=function.rises and not self.limited,
            keeps_sign=function.never_negative,
            parameter_axes=self.axes,
        )


@dataclass(frozen=True)
class Product(Operation):
    """Two tensors multiplied at each position."""


@dataclass(frozen=True)
class Maximum(Operation):
    """The largest of several tensors at each position."""

    def _facts(self) -> Facts:
        return Facts(homogeneous=True)


@dataclass(frozen=True)
class Minimum(Operation):
    """The smallest of several tensors at each position."""

    def _facts(self) -> Facts:
        return Facts(homogeneous=True)


@dataclass(frozen=True)
class Elementwise(Operation):
    """Another function of the values of tensors and constants at one position, such as a quotient."""

    discontinuous: bool = False
    axes: frozenset[int] = frozenset()

    def _facts(self) -> Facts:
        return Facts(jumps=self.discontinuous, parameter_axes=self.axes)


@dataclass(frozen=True)
class Masking(Operation):
    """Steps at which all values equal a number are set to zero, and skipped by later layers."""

    def _facts(self) -> Facts:
        return Facts(jumps=True)


@dataclass(frozen=True)
class Normalize(Operation):
    """A normalization by the values along some axes, such as a softmax or a layer normalization.

    Attributes
    ----------
    name : str
        In lower case without underscores.
    axes : frozenset of int
        Axes over which it normalizes.
    learned : frozenset of int
        Axes along which it has learned factors.
    parts : callable, optional
        Simpler operations that compute the same.
    """

    name: str
    axes: frozenset[int]
    learned: frozenset[int] = frozenset()
    parts: Parts | None = None

    def _facts(self) -> Facts:
        # At zero, from where many paths start, the output has length one however small the input is.
        return Facts(jumps=self.name == "unitnormalization", parameter_axes=self.learned)


# Operations that mix steps


@dataclass(frozen=True)
class Mixing(Operation):
    """An operation whose steps may depend on all steps of its input.

    Attributes
    ----------
    keeps_order : bool or None
        Whether each step of the output belongs to the same step of the input; None if that must be tried.
    function : bool
        Whether it is a function, which may well move steps, and not a layer.
    discontinuous : bool
    hides_relu : bool
        Whether there may be ReLUs in it.
    distributed : bool
        Whether it is applied to each place of the second axis separately, in the same way.
    axes : frozenset of int, optional
        Axes along which it mixes values, and keeps their number. Default: it may mix along any.
    """

    keeps_order: bool | None = None
    function: bool = False
    discontinuous: bool = False
    hides_relu: bool = False
    distributed: bool = False
    axes: frozenset[int] | None = field(default=None, kw_only=True)

    def _facts(self) -> Facts:
        return Facts(jumps=self.discontinuous)


@dataclass(frozen=True)
class Recurrent(Mixing):
    """LSTM, GRU and other recurrent layers, also in both directions.

    Attributes
    ----------
    states : bool
        Whether the output is the last state of each layer, and not that of each step.
    parts : callable, optional
        Simpler operations that compute the same.
    """

    states: bool = False
    parts: Parts | None = None


@dataclass(frozen=True)
class Attention(Mixing):
    """Attention among steps.

    Attributes
    ----------
    parts : callable, optional
        Simpler operations that compute the same.
    """

    parts: Parts | None = None


@dataclass(frozen=True)
class MatrixProduct(Mixing):
    """Product of tensors that sums over an axis; of one tensor, with a constant.

    Attributes
    ----------
    tensors : int
        Number of tensors; equal ones count separately.
    transposes : bool or None
        Of two, whether the last two axes of the second are exchanged before; None if it is another product than that of
        the matrices along the last two axes.
    """

    tensors: int = 2
    transposes: bool | None = None

    def _facts(self) -> Facts:
        return Facts(affine=self.tensors == 1)


@dataclass(frozen=True)
class Opaque(Mixing):
    """Anything else.

    Attributes
    ----------
    name : str
        Of an activation.
    activation : bool
        Whether it is given as an activation, which mostly takes values one by one.
    refusal : str
        Why no map after it can be placed in time.
    stated : Facts, optional
        What is known about it.
    """

    name: str = ""
    activation: bool = False
    refusal: str = ""
    stated: Facts | None = None

    def _facts(self) -> Facts:
        return self.stated or super()._facts()
