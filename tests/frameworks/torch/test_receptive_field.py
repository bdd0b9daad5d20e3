"""Receptive fields of modules: the support of the gradient, layer by layer; and crops, which rely on them."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from cam1d_widget import FunctionClassifier, TorchClassifier, explain
from cam1d_widget.attribution.masking.crops import crops_of
from cam1d_widget.attribution.masking.windows import Slices
from cam1d_widget.attribution.methods import Occlusion
from tests.support.modules import Through, cnn
from tests.support.selection import slow_but

STEPS, CHANNELS = 48, 3


def eegnet():
    return nn.Sequential(
        nn.Unflatten(1, (1, CHANNELS)),
        nn.Conv2d(1, 4, (1, 7), padding=(0, 3)),
        nn.Conv2d(4, 8, (CHANNELS, 1), groups=4),
        nn.ELU(),
        nn.AvgPool2d((1, 3)),
        nn.Conv2d(8, 8, (1, 3), groups=8),
        nn.Flatten(),
        nn.Linear(8 * 14, 2),
    )


def strided():
    return nn.Sequential(
        nn.Conv1d(CHANNELS, 4, 4, stride=2, padding=3),
        nn.ELU(),
        nn.MaxPool1d(3, 2, 1, ceil_mode=True),
        nn.Conv1d(4, 4, 3, dilation=2, padding="same"),
        nn.AvgPool1d(2, padding=1),
        nn.Flatten(),
        nn.LazyLinear(2),
    )


def causal():
    """A temporal block, which chops off what padding adds at the right."""
    return Through(
        lambda net, x: net.head((net.two(torch.tanh(net.one(x)[:, :, :-4]))[..., :-8] + net.skip(x)).mean(-1)),
        one=nn.Conv1d(CHANNELS, 4, 3, padding=4, dilation=2),
        two=nn.Conv1d(4, 4, 3, padding=8, dilation=4),
        skip=nn.Conv1d(CHANNELS, 4, 1),
        head=nn.Linear(4, 2),
    )


def transformer():
    return Through(
        lambda net, x: net.head(net.block(net.embed(x.transpose(1, 2))).mean(1)),
        embed=nn.Linear(CHANNELS, 8),
        block=nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
        head=nn.Linear(8, 2),
    )


def upsampled():
    return Through(
        lambda net, x: net.head(torch.cat([net.up(net.down(x)), x], 1).amax(-1)),
        down=nn.Conv1d(CHANNELS, 4, 2, stride=2),
        up=nn.Upsample(scale_factor=2),
        head=nn.Linear(4 + CHANNELS, 2),
    )


def time_first():
    """Recurrent layers that take (time, batch, channel), as is their default."""
    return Through(
        lambda net, x: net.head(net.rnn(net.conv(x).permute(2, 0, 1))[0][-1]),
        conv=nn.Conv1d(CHANNELS, 4, 3),
        rnn=nn.GRU(4, 5, bidirectional=True),
        head=nn.Linear(10, 2),
    )


def padded(mode):
    """Convolutions whose ends are padded by copies of steps, after one another and with strides."""
    return nn.Sequential(
        nn.Conv1d(CHANNELS, 4, 5, padding=3, padding_mode=mode),
        nn.ELU(),
        nn.Conv1d(4, 4, 3, stride=2, padding=2, dilation=2, padding_mode=mode),
        nn.ELU(),
        nn.Conv1d(4, 4, 2, padding="same", padding_mode=mode),
        nn.AdaptiveAvgPool1d(1),
        nn.Flatten(),
        nn.Linear(4, 2),
    )


circular, reflected, replicated = (partial(padded, mode) for mode in ("circular", "reflect", "replicate"))


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "make",
    slow_but(
        [eegnet, strided, causal, circular, reflected, replicated],
        [cnn, eegnet, strided, causal, transformer, upsampled, time_first, circular, reflected, replicated],
    ),
)
def test_receptive_field_is_the_support_of_the_gradient(make):
    torch.manual_seed(2)
    module = make().eval()
    x = np.random.default_rng(0).normal(size=(8, STEPS, CHANNELS)).astype(np.float32)
    with torch.no_grad():
        module(torch.as_tensor(x).transpose(1, 2))  # lazy layers take their shape
    classifier = TorchClassifier(module, layout="channels_first").for_series(x)
    assert classifier.layers
    for layer in classifier.layers:
        at = classifier.at(layer.name)
        field = at.receptive_field
        steps = at.trunk(x).shape[1]
        assert len(field) == steps
        for step in (0, steps // 2, steps - 1):
            series = torch.tensor(x, requires_grad=True)
            torch.square(at._network.features(series)[:, step]).sum().backward()
            seen = np.flatnonzero((series.grad != 0).any(dim=2).any(dim=0).numpy())
            assert (seen.min(), seen.max() + 1) == (field.start[step], field.stop[step]), (layer.name, step)


@pytest.mark.parametrize("make", [cnn, circular, reflected, replicated])
def test_occlusion_of_long_series_runs_crops_with_the_same_result(make):
    """Where the ends of a series see each other, no crop gives the same features."""
    torch.manual_seed(2)
    module = make().eval()
    x = np.random.default_rng(1).normal(size=(1, 600, 3)).astype(np.float32)
    classifier = TorchClassifier(module).for_series(x)

    def predict(series):
        with torch.no_grad():
            return module(torch.as_tensor(series).transpose(1, 2)).numpy()

    assert (crops_of(classifier, x[0], Slices.apart(600, 20)) is None) == (make is circular)
    plain = FunctionClassifier(predict, score="logits").for_series(x)
    method = Occlusion(size=20, stride=20)
    one, other = (method.attribute(a, x, 1) for a in (classifier, plain))
    np.testing.assert_allclose(one, other, atol=1e-4 * np.abs(other).max())


BROADCAST = {
    "maximum": lambda h: torch.maximum(h, torch.zeros(20)),
    "where": lambda h: torch.where(torch.arange(20) > 4, h, 0.0),
    "clamp": lambda h: h.clamp(min=torch.linspace(-1, 1, 20)),
    "sum": lambda h: h + torch.arange(20.0),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("name", BROADCAST)
def test_one_step_that_is_repeated_by_a_constant_has_no_place_in_time(name):
    module = Through(
        lambda net, x: net.head(torch.relu(BROADCAST[name](net.conv(x)[:, :, :1])).mean(-1)),
        conv=nn.Conv1d(CHANNELS, 4, 3),
        head=nn.Linear(4, 2),
    )
    x = np.random.default_rng(0).normal(size=(2, 30, CHANNELS)).astype(np.float32)
    assert "computes 20 steps from 1 in an unknown way" in TorchClassifier(module).for_series(x).no_features
    assert {"Saliency", "Occlusion"} <= set(explain(module, x, progress=False).attributions)
