"""The engine of JAX by itself; tests of backends run it in another process, as the backend of Keras."""

from __future__ import annotations

from typing import Any

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
