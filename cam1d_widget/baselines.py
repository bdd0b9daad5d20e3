"""Baselines by name: the short path of those in :mod:`cam1d_widget.attribution.masking`."""

from .attribution.masking.baselines import *  # noqa: F403
from .attribution.masking.baselines import __all__ as __all__
