"""The Python part of the viewer, on numpy, ipywidgets and bqplot, without models and frameworks."""

from .viewer import ExplanationViewer

__all__ = ["ExplanationViewer"]
