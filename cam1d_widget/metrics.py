"""Metrics of attribution maps: the short path of :mod:`cam1d_widget.attribution.metrics`."""

from .attribution.metrics import *  # noqa: F403
from .attribution.metrics import __all__ as __all__
