"""Published networks of other people, in Keras and in PyTorch: read, explained, and equal to the model itself."""

import keras
import numpy as np
import pytest
import torch

from ..support.examined import examined
from ..support.published_keras import KERAS_NETWORKS
from ..support.published_torch import CHANNELS, STEPS, TORCH_NETWORKS
from ..support.selection import slow_but

# Networks whose head takes several maps, or none that has steps.
WITHOUT_MAP = {"multi-head CNN", "LSTM-FCN", "ConvLSTM"}


def holds(found, name):
    """What is true of every network."""
    assert not found.refusal
    assert not found.faults
    assert found.read
    assert found.difference < 1e-5
    assert {"Saliency", "Occlusion"} <= set(found.methods)
    assert ("HiResCAM" in found.methods) == (name not in WITHOUT_MAP), found.refused.get("HiResCAM")
    assert max(found.gaps.values(), default=0) < 1e-3
    assert all(len(reason.split(". ")) == 1 for reason in found.refused.values())


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("name", slow_but(["CNN-LSTM"], TORCH_NETWORKS))
@pytest.mark.slow
def test_network_in_pytorch(name):
    torch.manual_seed(0)
    module = TORCH_NETWORKS[name]().eval()
    x = np.random.default_rng(0).normal(size=(2, STEPS, CHANNELS)).astype(np.float32)
    with torch.no_grad():
        own = module(torch.as_tensor(x).transpose(1, 2)).numpy()
    holds(examined(module, x, own), name)


@pytest.mark.parametrize("name", slow_but(["EEGNet"], KERAS_NETWORKS))
@pytest.mark.slow
def test_network_in_keras(name):
    keras.utils.set_random_seed(0)
    model = KERAS_NETWORKS[name]()
    x = np.random.default_rng(0).normal(size=(2, *model.input_shape[1:])).astype(np.float32)
    own = model.predict(x, verbose=0)
    holds(examined(model, x, own), name)
