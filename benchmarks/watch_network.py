"""The Stack Overflow CNN, trained on the smartwatch data, for several benchmarks."""

from __future__ import annotations

from typing import Any

import keras

from cam1d_widget import models
from cam1d_widget.data.watch import load_watch


def trained() -> tuple[Any, Any]:
    """Network and recordings, from a fixed seed."""
    watch = load_watch()
    keras.utils.set_random_seed(0)
    model = models.question_cnn((300, 6), 7)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(watch.x_train, watch.y_train, epochs=8, batch_size=32, verbose=0)
    return model, watch
