"""Keras networks to start from, each loaded, with Keras, when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cam1d_widget._lazy_import import loaded

if TYPE_CHECKING:
    from cam1d_widget.frameworks.keras.pooling_layers import (
        AdditivePooling,
        AttentionPooling,
        ConjunctivePooling,
        InstancePooling,
        TemporalAttention,
    )
    from cam1d_widget.models.baselines import fcn, inception_time, resnet
    from cam1d_widget.models.mil import mil_classifier, with_mil_head
    from cam1d_widget.models.question import question_cnn
    from cam1d_widget.models.recurrent import lstm_attention_classifier

_LAYERS = "cam1d_widget.frameworks.keras.pooling_layers"
# No file may have the name of a builder: importing the file would replace the builder by the module.
_HOMES = {
    "AdditivePooling": _LAYERS,
    "AttentionPooling": _LAYERS,
    "ConjunctivePooling": _LAYERS,
    "InstancePooling": _LAYERS,
    "TemporalAttention": _LAYERS,
    "fcn": f"{__name__}.baselines",
    "inception_time": f"{__name__}.baselines",
    "lstm_attention_classifier": f"{__name__}.recurrent",
    "mil_classifier": f"{__name__}.mil",
    "question_cnn": f"{__name__}.question",
    "resnet": f"{__name__}.baselines",
    "with_mil_head": f"{__name__}.mil",
}

__all__ = [
    "AdditivePooling",
    "AttentionPooling",
    "ConjunctivePooling",
    "InstancePooling",
    "TemporalAttention",
    "fcn",
    "inception_time",
    "lstm_attention_classifier",
    "mil_classifier",
    "question_cnn",
    "resnet",
    "with_mil_head",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(loaded(_HOMES[name], f"models.{name}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
