"""The Jupyter widget: an explanation viewer that computes the maps of a model."""

from .widget import CAM1DWidget

__all__ = ["CAM1DWidget"]
