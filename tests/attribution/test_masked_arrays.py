"""Masked arrays: values that a mask hides are never used."""

import numpy as np
import pytest

from cam1d_widget import CAM1DWidget, explain
from cam1d_widget.attribution import metrics
from cam1d_widget.attribution.masking import Noise, Swap, baseline_for, replaced
from cam1d_widget.attribution.methods import ExpectedGradients

from ..support.toys import linear

X = np.random.default_rng(0).normal(size=(4, 20, 2)).astype(np.float32)
HIDDEN = np.ma.masked_array(X, np.abs(X) > 2)
CLASSIFIER = linear(np.random.default_rng(1).normal(size=(2, 20, 2)), np.zeros(2))


@pytest.mark.parametrize(
    ("argument", "use"),
    [
        ("x", lambda: explain(CLASSIFIER, HIDDEN, progress=False)),
        ("x", lambda: CAM1DWidget(CLASSIFIER, list(HIDDEN))),
        ("x", lambda: explain(CLASSIFIER, [list(series) for series in HIDDEN], progress=False)),
        ("x", lambda: explain(CLASSIFIER, [[tuple(row) for row in series] for series in HIDDEN], progress=False)),
        ("background", lambda: explain(CLASSIFIER, X, background=HIDDEN, progress=False)),
        ("y", lambda: explain(CLASSIFIER, X, y=np.ma.masked_equal([0, 1, 0, 1], 1), progress=False)),
        ("baseline", lambda: baseline_for(X, HIDDEN)),
        ("baseline", lambda: baseline_for(X, lambda x: HIDDEN)),
        ("background", lambda: Noise(HIDDEN)(X)),
        ("background", lambda: Swap(HIDDEN)(X)),
        ("background", lambda: ExpectedGradients(background=HIDDEN).attribute(CLASSIFIER, X, 0)),
        ("x", lambda: replaced(HIDDEN, np.s_[3:5])),
        ("x", lambda: metrics.deletion(CLASSIFIER, HIDDEN, X, 0, measure="score")),
        ("attribution", lambda: metrics.gini(HIDDEN)),
    ],
)
def test_hidden_values_are_refused_with_the_way_out(argument, use):
    with pytest.raises(ValueError, match=rf"^{argument} must not be masked.* as in {argument}.filled\(0\)"):
        use()


def test_a_mask_that_hides_nothing_is_no_matter():
    shown = explain(CLASSIFIER, np.ma.masked_array(X, False), methods=["Saliency"], progress=False)
    np.testing.assert_array_equal(shown.x, X)
