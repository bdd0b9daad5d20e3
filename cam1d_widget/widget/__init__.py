"""The Jupyter widget: a model behind, an explanation viewer in front."""

from .widget import CAM1DWidget

__all__ = ["CAM1DWidget"]
