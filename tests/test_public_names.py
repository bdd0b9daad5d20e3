import re

import pytest

import cam1d_widget
from cam1d_widget import models

PUBLIC = {
    "CAM1DWidget",
    "Explanation",
    "ExplanationViewer",
    "KerasClassifier",
    "all_methods",
    "explain",
    "inside",
    "models",
}


def test_public_names_are_those_of_the_documentation():
    assert set(cam1d_widget.__all__) == PUBLIC


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_is_there_and_in_completion(name):
    assert getattr(cam1d_widget, name) is not None
    assert name in dir(cam1d_widget)


@pytest.mark.parametrize("name", models.__all__)
def test_every_model_is_there_and_says_what_it_is(name):
    assert re.match(r"[A-Z].*\.$", getattr(models, name).__doc__.splitlines()[0])


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'CAMWidget'"):
        _ = cam1d_widget.CAMWidget
