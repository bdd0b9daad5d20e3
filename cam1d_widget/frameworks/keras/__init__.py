"""Keras: models are read into graphs and run as compiled functions."""

from .classifier import KerasClassifier

__all__ = ["KerasClassifier"]
