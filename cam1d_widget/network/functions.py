"""Facts about functions of one value, such as activations."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FUNCTIONS", "Function"]


class Function(NamedTuple):
    """Facts about a function of one value.

    Attributes
    ----------
    rises : bool
        Whether it never falls where its argument rises.
    keeps_sign : bool
        Whether zero stays zero and no value changes its sign.
    never_negative : bool
    gate : bool
        Whether it weights the other factor of a product: values between 0 and 1, or the reciprocal root of a variance.
    homogeneous : bool
        Whether f(a x) = a f(x) for a > 0.
    jumps : bool
        Whether it is discontinuous.
    """

    rises: bool = False
    keeps_sign: bool = False
    never_negative: bool = False
    gate: bool = False
    homogeneous: bool = False
    jumps: bool = False


FUNCTIONS: dict[str, Function] = {
    "relu": Function(rises=True, keeps_sign=True, never_negative=True, homogeneous=True),
    "relu6": Function(rises=True, keeps_sign=True, never_negative=True),
    "leakyrelu": Function(rises=True, keeps_sign=True, homogeneous=True),
    "prelu": Function(keeps_sign=True, homogeneous=True),  # its slopes may be negative
    "elu": Function(rises=True, keeps_sign=True),
    "selu": Function(rises=True, keeps_sign=True),
    "celu": Function(rises=True, keeps_sign=True),
    "gelu": Function(keeps_sign=True),
    "silu": Function(keeps_sign=True),
    "swish": Function(keeps_sign=True),
    "hardsilu": Function(keeps_sign=True),
    "hardswish": Function(keeps_sign=True),
    "mish": Function(keeps_sign=True),
    "tanh": Function(rises=True, keeps_sign=True),
    "hardtanh": Function(rises=True, keeps_sign=True),
    "tanhshrink": Function(rises=True, keeps_sign=True),
    "softshrink": Function(rises=True, keeps_sign=True),
    "hardshrink": Function(rises=True, keeps_sign=True, jumps=True),
    "softsign": Function(rises=True, keeps_sign=True),
    "sigmoid": Function(rises=True, never_negative=True, gate=True),
    "hardsigmoid": Function(rises=True, never_negative=True, gate=True),
    "sparsesigmoid": Function(rises=True, never_negative=True, gate=True),
    "softplus": Function(rises=True, never_negative=True),
    "squareplus": Function(rises=True, never_negative=True),
    "sparseplus": Function(rises=True, never_negative=True),
    "exponential": Function(rises=True, never_negative=True),
    "exp": Function(rises=True, never_negative=True),
    "expm1": Function(rises=True, keeps_sign=True),
    "logsigmoid": Function(rises=True),
    "log": Function(rises=True),
    "log1p": Function(rises=True, keeps_sign=True),
    "sqrt": Function(rises=True, never_negative=True),
    "rsqrt": Function(never_negative=True, gate=True),
    "square": Function(never_negative=True),
    "absolute": Function(never_negative=True, homogeneous=True),
    "abs": Function(never_negative=True, homogeneous=True),
    "sin": Function(),
    "cos": Function(),
    "clip": Function(rises=True),
    "power": Function(),
    "threshold": Function(jumps=True),
    "sign": Function(rises=True, keeps_sign=True, jumps=True),
    "round": Function(rises=True, keeps_sign=True, jumps=True),
    "floor": Function(rises=True, jumps=True),
    "ceil": Function(rises=True, jumps=True),
    "trunc": Function(rises=True, keeps_sign=True, jumps=True),
    "heaviside": Function(rises=True, never_negative=True, jumps=True),
    "stopgradient": Function(rises=True, keeps_sign=True, jumps=True),  # its gradient is zero where its output changes
}
"""Functions of one value, by name in lower case without underscores."""
