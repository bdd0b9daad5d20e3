import importlib
import pkgutil
import re

import pytest

import cam1d_widget
from cam1d_widget import all_methods, models
from cam1d_widget.attribution import masking, methods, metrics

PUBLIC = {
    "BlockExplainer",
    "CAM1DWidget",
    "Explanation",
    "ExplanationViewer",
    "FunctionClassifier",
    "KerasClassifier",
    "TorchClassifier",
    "all_methods",
    "baselines",
    "data",
    "explain",
    "explain_to",
    "inside",
    "methods",
    "metrics",
    "models",
}


def test_public_names_are_those_of_the_documentation():
    assert set(cam1d_widget.__all__) == PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_exists_and_is_completed(name):
    assert getattr(cam1d_widget, name) is not None
    assert name in dir(cam1d_widget)


def test_every_file_of_methods_is_in_the_list():
    for module in pkgutil.iter_modules(methods.__path__):
        importlib.import_module(f"{methods.__name__}.{module.name}")
    own = {method.__name__ for method in all_methods() if method.__module__.startswith("cam1d_widget.")}
    assert own == set(methods.__all__) - {"AttributionMethod", "Axiom", "ClassActivationMap", "all_methods"}


@pytest.mark.parametrize(("short", "home"), [("methods", methods), ("metrics", metrics), ("baselines", masking)])
def test_short_paths_lead_to_the_same_objects(short, home):
    module = importlib.import_module(f"cam1d_widget.{short}")
    assert getattr(cam1d_widget, short) is module
    assert all(getattr(module, name) is getattr(home, name) for name in module.__all__)


@pytest.mark.parametrize("name", models.__all__)
def test_every_model_exists_and_has_a_description(name):
    assert re.match(r"[A-Z].*\.$", getattr(models, name).__doc__.splitlines()[0])


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'CAMWidget'"):
        _ = cam1d_widget.CAMWidget
