"""The engine of JAX by itself; tests of backends run it in another process, as the backend of Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cam1d_widget.explanation.source import ModelChangedError
from cam1d_widget.frameworks.keras.engine_jax import Compiled
from cam1d_widget.frameworks.passes import Argument


def test_variables_of_a_function_of_series_of_any_length_are_known_before_it_is_called():
    def convolved(x: Any) -> Any:
        if x.shape[1] < 5:
            raise ValueError("too short for the kernel")
        return x[:, 4:]

    compiled = Compiled(convolved, Argument((None, None, 2), "float32"))
    assert list(compiled.variables) == []
    assert compiled.traces == 0


def test_a_check_while_it_computes_withholds_the_results_and_explains_an_error():
    x = np.ones((1, 3), np.float32)

    def failing(x: Any) -> Any:
        raise KeyError("a layer that is gone")

    def refuse() -> None:
        raise ModelChangedError("its layers")

    for function in (lambda x: 2 * x, failing):
        with pytest.raises(ModelChangedError, match="its layers"):
            Compiled(function, Argument((None, 3), "float32")).while_computing(refuse, x)
    checked: list[str] = []
    compiled = Compiled(lambda x: 2 * x, Argument((None, 3), "float32"))
    np.testing.assert_array_equal(compiled.while_computing(lambda: checked.append("once"), x), [2 * x])
    assert checked == ["once"]
