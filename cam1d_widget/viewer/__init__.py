"""The front, Python half: numpy, ipywidgets and bqplot. It knows no model and no framework."""

from .viewer import ExplanationViewer

__all__ = ["ExplanationViewer"]
