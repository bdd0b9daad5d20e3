"""Every row of the layer table, compared with what the layer computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L
from keras import ops

from cam1d_widget.frameworks.keras.layer_table import ROWS
from cam1d_widget.frameworks.keras.reader import read
from cam1d_widget.frameworks.keras.tensors import KerasTensors
from cam1d_widget.network.graph import Graph, Node
from tests.support.operation_facts import assert_facts_are_measured

STEPS, CHANNELS = 8, 3
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=(STEPS, CHANNELS)).astype(np.float32)


def plane(x: Any) -> Any:
    """Series (time, channel) as a map (time, channel, 1)."""
    return L.Reshape((STEPS, CHANNELS, 1))(x)


def windows(x: Any) -> Any:
    """Series (time, channel) as two windows (window, step, channel)."""
    return L.Reshape((2, STEPS // 2, CHANNELS))(x)


def doubled(x: Any) -> Any:
    """Another tensor of the same shape."""
    return L.Rescaling(2.0)(x)


EXAMPLES: dict[str, list[Callable[[Any], Any]]] = {
    "Dense": [lambda x: L.Dense(4)(x), lambda x: L.Dense(4, use_bias=False)(x)],
    "Conv1D": [
        lambda x: L.Conv1D(4, 3)(x),
        lambda x: L.Conv1D(3, 3, padding="same", strides=2, use_bias=False)(x),
        lambda x: L.Conv1D(4, 2, padding="causal", dilation_rate=2)(x),
        lambda x: L.Conv1D(3, 3, groups=3)(x),
    ],
    "Conv2D": [lambda x: L.Conv2D(4, (3, 2))(plane(x)), lambda x: L.Conv2D(2, (2, 3), padding="same")(plane(x))],
    "SeparableConv1D": [lambda x: L.SeparableConv1D(4, 3)(x), lambda x: L.SeparableConv1D(4, 3, depth_multiplier=2)(x)],
    "SeparableConv2D": [lambda x: L.SeparableConv2D(4, (3, 2))(plane(x))],
    "DepthwiseConv1D": [lambda x: L.DepthwiseConv1D(3)(x), lambda x: L.DepthwiseConv1D(3, depth_multiplier=2)(x)],
    "DepthwiseConv2D": [lambda x: L.DepthwiseConv2D((3, 2))(plane(x))],
    "Conv1DTranspose": [lambda x: L.Conv1DTranspose(4, 3, padding="same")(x)],
    "Conv2DTranspose": [lambda x: L.Conv2DTranspose(4, (3, 1), padding="same")(plane(x))],
    "BatchNormalization": [
        lambda x: L.BatchNormalization()(x),
        lambda x: L.BatchNormalization(axis=1)(x),
        lambda x: L.BatchNormalization(center=False, scale=False)(plane(x)),
    ],
    "ConvertToTensor": [lambda x: ops.convert_to_tensor(x)],
    "Identity": [lambda x: L.Identity()(x)],
    "Dropout": [lambda x: L.Dropout(0.5)(x)],
    "SpatialDropout1D": [lambda x: L.SpatialDropout1D(0.5)(x)],
    "SpatialDropout2D": [lambda x: L.SpatialDropout2D(0.5)(plane(x))],
    "AlphaDropout": [lambda x: L.AlphaDropout(0.5)(x)],
    "GaussianNoise": [lambda x: L.GaussianNoise(0.5)(x)],
    "GaussianDropout": [lambda x: L.GaussianDropout(0.5)(x)],
    "ActivityRegularization": [lambda x: L.ActivityRegularization(0.1)(x)],
    "Rescaling": [
        lambda x: L.Rescaling(2.0)(x),
        lambda x: L.Rescaling(2.0, 0.5)(x),
        lambda x: L.Rescaling(list(range(1, STEPS * CHANNELS + 1)))(L.Flatten()(x)),
        lambda x: L.Rescaling(NOISE)(x),
    ],
    "Normalization": [
        lambda x: L.Normalization(mean=[1.0, 2, 3], variance=[2.0, 3, 4])(x),
        lambda x: L.Normalization(axis=1, mean=np.arange(8.0), variance=np.arange(1, 9.0))(x),
    ],
    "Add": [lambda x: L.Add()([x, doubled(x)]), lambda x: x + doubled(x), lambda x: x + 1.5, lambda x: x + NOISE],
    "Average": [lambda x: L.Average()([x, doubled(x)])],
    "Subtract": [lambda x: L.Subtract()([x, doubled(x)]), lambda x: x - doubled(x), lambda x: x - 1.5, lambda x: 2 - x],
    "Negative": [lambda x: -x],
    "Multiply": [
        lambda x: L.Multiply()([x, doubled(x)]),
        lambda x: x * doubled(x),
        lambda x: x * 3.0,
        lambda x: x * NOISE,
        lambda x: x * x,
        lambda x: L.Multiply()([x, doubled(x), L.Rescaling(3.0)(x)]),
    ],
    "Divide": [lambda x: ops.divide(x, 2.0), lambda x: ops.divide(x, 2 + NOISE**2)],
    "TrueDivide": [lambda x: ops.true_divide(x, 2.0), lambda x: ops.true_divide(x, doubled(x))],
    "Maximum": [lambda x: L.Maximum()([x, doubled(x)]), lambda x: ops.maximum(x, 0.0), lambda x: ops.maximum(x, NOISE)],
    "Minimum": [lambda x: L.Minimum()([x, doubled(x)]), lambda x: ops.minimum(x, 0.5)],
    "Arctan2": [lambda x: ops.arctan2(x, doubled(x))],
    "Hypot": [lambda x: ops.hypot(x, doubled(x))],
    "Where": [lambda x: ops.where(NOISE > 0, x, doubled(x))],
    "FloorDivide": [lambda x: ops.floor_divide(x, 0.5)],
    "Mod": [lambda x: ops.mod(x, 0.5)],
    "Equal": [lambda x: ops.equal(x, NOISE)],
    "NotEqual": [lambda x: ops.not_equal(x, NOISE)],
    "Greater": [lambda x: ops.greater(x, 0.1)],
    "GreaterEqual": [lambda x: ops.greater_equal(x, doubled(x))],
    "Less": [lambda x: ops.less(x, 0.1)],
    "LessEqual": [lambda x: ops.less_equal(x, NOISE)],
    "LogicalAnd": [lambda x: ops.logical_and(x, doubled(x))],
    "LogicalOr": [lambda x: ops.logical_or(x, doubled(x))],
    "LogicalNot": [lambda x: ops.logical_not(x)],
    "Isnan": [lambda x: ops.isnan(x)],
    "Isinf": [lambda x: ops.isinf(x)],
    "Isfinite": [lambda x: ops.isfinite(x)],
    "Activation": [
        lambda x: L.Activation("linear")(x),
        lambda x: L.Activation("relu")(x),
        lambda x: L.Activation("softmax")(x),
        lambda x: L.Activation(L.LeakyReLU())(x),
        lambda x: L.Activation("hard_shrink")(x),
    ],
    "ReLU": [
        lambda x: L.ReLU()(x),
        lambda x: L.ReLU(max_value=1.0)(x),
        lambda x: L.ReLU(negative_slope=0.2)(x),
        lambda x: L.ReLU(threshold=0.5)(x),
    ],
    "LeakyReLU": [lambda x: L.LeakyReLU(0.2)(x)],
    "Relu": [lambda x: ops.relu(x)],
    "LeakyRelu": [lambda x: ops.leaky_relu(x)],
    "PReLU": [
        lambda x: L.PReLU(alpha_initializer="uniform")(x),
        lambda x: L.PReLU(alpha_initializer="uniform", shared_axes=[1])(x),
    ],
    "ELU": [lambda x: L.ELU()(x)],
    "Clip": [lambda x: ops.clip(x, -0.5, 0.5), lambda x: ops.clip(x, -1 - NOISE**2, 0.5)],
    "Cast": [lambda x: ops.cast(x, "float16"), lambda x: ops.cast(x, "int32")],
    "Masking": [lambda x: L.Masking(0.0)(x)],
    "Power": [lambda x: ops.power(x, 2), lambda x: ops.power(2.0, x)],
    "Threshold": [lambda x: ops.threshold(x, 0.2, 5.0)],
    "StopGradient": [lambda x: ops.stop_gradient(x)],
    "Softmax": [lambda x: L.Softmax()(x), lambda x: L.Softmax(axis=1)(x), lambda x: ops.softmax(x, axis=1)],
    "LogSoftmax": [lambda x: ops.log_softmax(x), lambda x: ops.log_softmax(x, axis=1)],
    "Sparsemax": [lambda x: ops.sparsemax(x)],
    "Glu": [lambda x: ops.glu(x, axis=1)],
    "LayerNormalization": [lambda x: L.LayerNormalization()(x), lambda x: L.LayerNormalization(axis=[1, 2])(x)],
    "RMSNormalization": [lambda x: L.RMSNormalization()(x)],
    "UnitNormalization": [lambda x: L.UnitNormalization()(x), lambda x: L.UnitNormalization(axis=1)(x)],
    "GroupNormalization": [lambda x: L.GroupNormalization(groups=3)(x)],
    "MaxPooling1D": [lambda x: L.MaxPooling1D(2)(x), lambda x: L.MaxPooling1D(3, strides=2, padding="same")(x)],
    "MaxPooling2D": [lambda x: L.MaxPooling2D((2, 3))(plane(x))],
    "AveragePooling1D": [lambda x: L.AveragePooling1D(3, strides=1)(x)],
    "AveragePooling2D": [lambda x: L.AveragePooling2D((2, 1))(plane(x))],
    "MaxPool": [lambda x: ops.max_pool(x, 2, data_format="channels_last")],
    "AveragePool": [lambda x: ops.average_pool(x, 3, strides=2, data_format="channels_last")],
    "GlobalAveragePooling1D": [lambda x: L.GlobalAveragePooling1D()(x)],
    "GlobalAveragePooling2D": [lambda x: L.GlobalAveragePooling2D(keepdims=True)(plane(x))],
    "GlobalMaxPooling1D": [lambda x: L.GlobalMaxPooling1D()(x)],
    "GlobalMaxPooling2D": [lambda x: L.GlobalMaxPooling2D()(plane(x))],
    "Mean": [lambda x: ops.mean(x, axis=1), lambda x: ops.mean(x, axis=-1, keepdims=True)],
    "Sum": [lambda x: ops.sum(x, axis=1), lambda x: ops.sum(x, axis=[1, 2])],
    "Max": [lambda x: ops.max(x, axis=1), lambda x: ops.max(x, axis=-1)],
    "Min": [lambda x: ops.min(x, axis=1, keepdims=True)],
    "Amax": [lambda x: ops.amax(x, axis=1)],
    "Amin": [lambda x: ops.amin(x, axis=-1)],
    "Flatten": [lambda x: L.Flatten()(x)],
    "Reshape": [lambda x: L.Reshape((STEPS, CHANNELS, 1))(x), lambda x: ops.reshape(x, (-1, STEPS, 1, CHANNELS))],
    "ExpandDims": [lambda x: ops.expand_dims(x, 1)],
    "Squeeze": [lambda x: ops.squeeze(plane(x), -1)],
    "Permute": [lambda x: L.Permute((2, 1))(x)],
    "Transpose": [lambda x: ops.transpose(x, (0, 2, 1))],
    "ZeroPadding1D": [lambda x: L.ZeroPadding1D((2, 1))(x)],
    "ZeroPadding2D": [lambda x: L.ZeroPadding2D(((1, 2), (0, 1)))(plane(x))],
    "Cropping1D": [lambda x: L.Cropping1D((2, 1))(x)],
    "Cropping2D": [lambda x: L.Cropping2D(((1, 2), (1, 0)))(plane(x))],
    "UpSampling1D": [lambda x: L.UpSampling1D(2)(x)],
    "UpSampling2D": [
        lambda x: L.UpSampling2D((2, 1))(plane(x)),
        lambda x: L.UpSampling2D((2, 1), interpolation="bilinear")(plane(x)),
    ],
    "Concatenate": [
        lambda x: L.Concatenate()([x, doubled(x)]),
        lambda x: L.Concatenate(axis=1)([x, doubled(x)]),
        lambda x: ops.concatenate([x, doubled(x)], axis=-1),
    ],
    "RepeatVector": [lambda x: L.RepeatVector(4)(L.Flatten()(x))],
    "Stack": [lambda x: ops.stack([x, doubled(x)], axis=1)],
    "Flip": [lambda x: ops.flip(x, axis=1)],
    "Roll": [lambda x: ops.roll(x, 2, axis=1)],
    "GetItem": [
        lambda x: x[:, ::-1],
        lambda x: x[:, -1],
        lambda x: x[:, 2:7:2],
        lambda x: x[..., :2],
        lambda x: x[:, 1:, 1],
        lambda x: x[:, :, -2],
    ],
    "Split": [lambda x: ops.split(x, 2, axis=1)[0]],
    "Moveaxis": [lambda x: ops.moveaxis(x, 1, 2)],
    "Swapaxes": [lambda x: ops.swapaxes(x, 1, 2)],
    "Repeat": [lambda x: ops.repeat(x, 2, axis=1)],
    "Tile": [lambda x: ops.tile(x, (1, 2, 1))],
    "Ravel": [lambda x: ops.ravel(x)],
    "BroadcastTo": [lambda x: ops.broadcast_to(ops.expand_dims(x, 1), (4, 2, STEPS, CHANNELS))],
    "RNN": [lambda x: L.RNN(L.SimpleRNNCell(4), return_sequences=True)(x)],
    "SimpleRNN": [lambda x: L.SimpleRNN(4, return_sequences=True)(x)],
    "LSTM": [lambda x: L.LSTM(4, return_sequences=True)(x), lambda x: L.LSTM(4)(x)],
    "GRU": [lambda x: L.GRU(4, return_sequences=True)(x)],
    "Bidirectional": [lambda x: L.Bidirectional(L.GRU(4, return_sequences=True))(x)],
    "ConvLSTM1D": [lambda x: L.ConvLSTM1D(2, 2)(plane(x))],
    "MultiHeadAttention": [lambda x: L.MultiHeadAttention(2, 3)(x, x)],
    "GroupedQueryAttention": [lambda x: L.GroupQueryAttention(3, 2, 1)(x, x)],
    "Attention": [lambda x: L.Attention()([x, doubled(x)])],
    "AdditiveAttention": [lambda x: L.AdditiveAttention()([x, doubled(x)])],
    "Dot": [lambda x: L.Dot(axes=2)([x, doubled(x)])],
    "Matmul": [lambda x: ops.matmul(x, NOISE.T), lambda x: ops.matmul(x, ops.transpose(doubled(x), (0, 2, 1)))],
    "Einsum": [lambda x: ops.einsum("bsc,bsd->bcd", x, doubled(x))],
    "Tensordot": [lambda x: ops.tensordot(x, NOISE, axes=[[2], [1]])],
    "EinsumDense": [lambda x: L.EinsumDense("bsc,cf->bsf", output_shape=(None, 4))(x)],
    "Lambda": [lambda x: L.Lambda(lambda one: one * 2)(x)],
    "TimeDistributed": [
        lambda x: L.TimeDistributed(L.Dense(4))(x),
        lambda x: L.TimeDistributed(L.Conv1D(4, 2, padding="causal", dilation_rate=2))(windows(x)),
        lambda x: L.TimeDistributed(L.Conv1D(4, 3, strides=2, padding="same", use_bias=False))(windows(x)),
        lambda x: L.TimeDistributed(L.DepthwiseConv1D(3))(windows(x)),
        lambda x: L.TimeDistributed(L.SeparableConv1D(4, 3))(windows(x)),
        lambda x: L.TimeDistributed(L.Conv2D(4, (2, 1)))(L.Reshape((2, 4, CHANNELS, 1))(x)),
        lambda x: L.TimeDistributed(L.BatchNormalization())(windows(x)),
        lambda x: L.TimeDistributed(L.Dropout(0.5))(windows(x)),
        lambda x: L.TimeDistributed(L.PReLU(alpha_initializer="uniform"))(windows(x)),
        lambda x: L.TimeDistributed(L.LayerNormalization())(windows(x)),
        lambda x: L.TimeDistributed(L.Softmax(axis=1))(windows(x)),
        lambda x: L.TimeDistributed(L.Rescaling([1.0, 2, 3]))(windows(x)),
        lambda x: L.TimeDistributed(L.MaxPooling1D(2))(windows(x)),
        lambda x: L.TimeDistributed(L.GlobalAveragePooling1D())(windows(x)),
        lambda x: L.TimeDistributed(L.Flatten())(windows(x)),
        lambda x: L.TimeDistributed(L.Permute((2, 1)))(windows(x)),
        lambda x: L.TimeDistributed(L.ZeroPadding1D((2, 1)))(windows(x)),
        lambda x: L.TimeDistributed(L.Cropping1D((1, 0)))(windows(x)),
        lambda x: L.TimeDistributed(L.UpSampling1D(2))(windows(x)),
        lambda x: L.TimeDistributed(L.LSTM(4))(windows(x)),
    ],
    "Argmax": [lambda x: ops.argmax(x, axis=-1)],
    "Argmin": [lambda x: ops.argmin(x, axis=1)],
    "OneHot": [lambda x: ops.one_hot(ops.cast(x, "int32"), 3)],
}
FUNCTIONS = """relu6 elu selu celu gelu silu hard_silu tanh hard_tanh tanh_shrink soft_shrink hard_shrink softsign
sigmoid hard_sigmoid sparse_sigmoid softplus squareplus sparse_plus log_sigmoid exp expm1 log log1p sqrt rsqrt square
absolute abs sin cos sign round floor ceil trunc""".split()
"""Functions of ``keras.ops`` whose class has the same name."""


def _same_class(name: str) -> str:
    return name.title().replace("_", "").replace("1P", "1p").replace("M1P", "m1p")


EXAMPLES.update({_same_class(name): [lambda x, name=name: getattr(ops, name)(x)] for name in FUNCTIONS})
EXAMPLES |= {"Swish": EXAMPLES["Silu"], "HardSwish": EXAMPLES["HardSilu"]}  # other names in some versions of Keras
CASES = [pytest.param(name, make, id=f"{name}-{i}") for name, cases in EXAMPLES.items() for i, make in enumerate(cases)]


def node_of(make: Callable[[Any], Any]) -> tuple[Graph, Node]:
    keras.utils.set_random_seed(1)
    series = keras.Input((STEPS, CHANNELS))
    graph = read("example", series, make(series), KerasTensors())
    node = graph.makers[graph.output]
    for weight in getattr(node.layer, "weights", ()):
        if weight.dtype == "float32" and "seed" not in weight.path:
            noise = np.random.default_rng(2).uniform(0.2, 1, weight.shape)
            weight.assign(noise if "variance" in weight.path else noise * np.sign(noise - 0.5))
    return graph, node


def test_every_row_has_an_example():
    assert set(EXAMPLES) == set(ROWS)


@pytest.mark.few(80)
@pytest.mark.parametrize(("name", "make"), CASES)
def test_a_row_states_what_the_layer_computes(name, make):
    graph, node = node_of(make)
    assert_row_is_found(name, node)
    assert_facts_are_measured(
        graph,
        node,
        of_positive=name in ("Log", "Log1p", "Sqrt", "Rsqrt", "TrueDivide", "Power"),
        exact=name != "GroupNormalization",
    )


def assert_row_is_found(name: str, node: Node) -> None:
    names = [base.__name__ for base in type(node.layer).__mro__]
    found = next(one for one in names if one in ROWS)
    assert found == name or {found, name} in ({"Silu", "Swish"}, {"HardSilu", "HardSwish"}, {"Abs", "Absolute"}), names
