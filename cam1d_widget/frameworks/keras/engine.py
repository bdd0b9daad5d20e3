"""The engine of the backend that Keras runs on: compiled functions and vector-Jacobian products."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras

__all__ = ["Compiled", "digests", "variable_of", "vector_jacobian"]

_engine: Any = import_module(f".engine_{keras.backend.backend()}", __package__)

Compiled = _engine.Compiled
digests = _engine.digests
variable_of = _engine.variable_of
vector_jacobian = _engine.vector_jacobian
