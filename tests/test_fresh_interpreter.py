"""Viewing an explanation needs no framework: tested in a fresh interpreter."""

import subprocess
import sys

import numpy as np
import pytest

FRAMEWORKS = ("keras", "tensorflow", "jax", "torch")


def runs_without_frameworks(statements: str, frameworks: tuple[str, ...] = FRAMEWORKS) -> bool:
    check = f"assert not {{{', '.join(map(repr, frameworks))}}} & set(sys.modules), 'imported'"
    done = subprocess.run([sys.executable, "-c", f"import sys\n{statements}\n{check}"], capture_output=True, text=True)
    assert done.returncode == 0 or "AssertionError: imported" in done.stderr, done.stderr
    return done.returncode == 0


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    from cam1d_widget import Explanation

    rng = np.random.default_rng(0)
    explanation = Explanation(
        x=rng.normal(size=(2, 30, 3)),
        scores=rng.normal(size=(2, 2)),
        targets=np.tile([0, 1], (2, 1)),
        attributions={
            "CAM": rng.normal(size=(2, 2, 30, 1)),
            "Saliency": rng.normal(size=(2, 2, 30, 3)),
        },
    )
    path = tmp_path_factory.mktemp("saved") / "explanation.npz"
    explanation.save(path)
    return path


def test_importing_loading_and_showing_an_explanation_brings_no_framework(saved):
    assert runs_without_frameworks(
        "from cam1d_widget import Explanation, ExplanationViewer\n"
        "from cam1d_widget import all_methods, baselines, methods, metrics, models\n"
        "from cam1d_widget.data import load_watch\n"
        "all_methods()\n"
        f"viewer = ExplanationViewer(Explanation.load({str(saved)!r}))\n"
        "viewer.instance = 1"
    )


def test_explaining_a_classifier_of_ones_own_brings_no_framework():
    assert runs_without_frameworks(
        "import numpy as np\n"
        "from cam1d_widget import CAM1DWidget, explain\n"
        "class Sums:\n"
        "    classes, input_shape, continuous = 2, (20, 2), True\n"
        "    def scores(self, x): return x.sum(axis=1)\n"
        "    def probabilities(self, x): return None\n"
        "    def gradient(self, x, target): return np.ones_like(x)\n"
        "x = np.ones((3, 20, 2), np.float32)\n"
        "made = explain(Sums(), x, progress=False)\n"
        "assert {'Saliency', 'Occlusion'} <= set(made.methods)\n"
        "CAM1DWidget(Sums(), x).instance = 1"
    )


def test_explaining_a_function_brings_no_framework():
    assert runs_without_frameworks(
        "import numpy as np\n"
        "from cam1d_widget import CAM1DWidget\n"
        "scores = lambda x: np.stack([x.mean(axis=(1, 2)), 1 - x.mean(axis=(1, 2))], axis=1)\n"
        "CAM1DWidget(scores, np.ones((3, 20, 2))).instance = 1"
    )


def test_refusing_what_is_no_model_brings_no_framework():
    assert runs_without_frameworks(
        "import numpy as np\n"
        "from cam1d_widget import CAM1DWidget\n"
        "for model in (None, {'weight': 1}, 3, np.ones(3), object(), float):\n"
        "    try: CAM1DWidget(model, np.ones((3, 20, 2)))\n"
        "    except TypeError as fault: assert 'model must be a keras.Model or' in str(fault), fault\n"
        "    else: raise ValueError(model)"
    )


# Keras on PyTorch imports JAX itself, where it is installed.
@pytest.mark.slow
@pytest.mark.parametrize(("backend", "others"), [("jax", ("tensorflow", "torch")), ("torch", ("tensorflow",))])
def test_explaining_a_keras_model_brings_its_backend_alone(backend, others):
    assert runs_without_frameworks(
        f"import os; os.environ['KERAS_BACKEND'] = {backend!r}\n"
        "import numpy as np, keras\n"
        "from cam1d_widget import CAM1DWidget\n"
        "from cam1d_widget.models import question_cnn\n"
        "CAM1DWidget(question_cnn((120, 2), 2, filters=4), np.ones((3, 120, 2), np.float32)).instance = 1",
        others,
    )


@pytest.mark.slow
def test_this_check_can_fail():
    assert not runs_without_frameworks("from cam1d_widget.models import question_cnn")


def test_this_check_does_not_pass_over_other_failures():
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        runs_without_frameworks("1 / 0")


USES = [
    "CAM1DWidget('m.keras', [[0.0]])",
    "KerasClassifier",
    "explain('m.keras', [[0.0]])",
    "models.question_cnn",
    "models.AttentionPooling",
    "models.lstm_attention_classifier",
]


WITHOUT_KERAS = """
import sys; sys.modules.update(keras=None, tensorflow=None)
import cam1d_widget
for use in sys.argv[1:]:
    try:
        print("no error:", eval(f"cam1d_widget.{use}"))
    except ImportError as error:
        print(error)
"""


def test_where_no_framework_is_installed_the_error_says_how_to_install_one():
    done = subprocess.run([sys.executable, "-c", WITHOUT_KERAS, *USES], capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert len(said) == len(USES), done.stderr
    for one in said:
        assert "needs Keras with TensorFlow, JAX or PyTorch, but " in one
        assert 'pip install "cam1d_widget[tensorflow]"' in one


def test_where_pytorch_is_not_installed_the_way_to_it_is_told():
    nothing = "import sys; sys.modules.update(torch=None); import cam1d_widget; cam1d_widget.TorchClassifier"
    done = subprocess.run([sys.executable, "-c", nothing], capture_output=True, text=True)
    said = done.stderr.splitlines()[-1]
    assert "TorchClassifier needs PyTorch, but torch is not installed" in said
    assert 'pip install "cam1d_widget[torch]"' in said


MODULE = """
import numpy as np, torch
from torch import nn
from cam1d_widget import CAM1DWidget
module = nn.Sequential(nn.Conv1d(3, 4, 5), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 2))
widget = CAM1DWidget(module, np.random.default_rng(0).normal(size=(2, 400, 3)))
"""
MODEL = """
import numpy as np
from keras import Input, Sequential, layers
from cam1d_widget import CAM1DWidget
model = Sequential([Input((30, 3)), layers.Conv1D(4, 5), layers.GlobalAveragePooling1D(), layers.Dense(2)])
widget = CAM1DWidget(model, np.zeros((2, 30, 3)))
"""


@pytest.mark.slow
def test_explaining_a_pytorch_module_brings_no_keras_and_ends_while_maps_are_computed():
    assert runs_without_frameworks(MODULE, ("keras", "tensorflow", "jax"))


@pytest.mark.slow
def test_explaining_a_keras_model_brings_no_pytorch():
    assert runs_without_frameworks(MODEL, ("torch",))
