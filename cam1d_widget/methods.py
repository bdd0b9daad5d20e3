"""Attribution methods: the short path of :mod:`cam1d_widget.attribution.methods`."""

from .attribution.methods import *  # noqa: F403
from .attribution.methods import __all__ as __all__
