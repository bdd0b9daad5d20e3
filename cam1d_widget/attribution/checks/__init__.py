"""Whether a map is to be believed: a few checks of it and of its network, and a verdict in words.

:func:`examined` makes them, one after another; each is a metric of :mod:`~cam1d_widget.attribution.metrics` with a
bound that it must keep, and the bounds stand with their reasons in :mod:`.bounds`.
"""

from .fills import fills_of
from .report import Trust
from .result import Finding
from .run import examined

__all__ = ["Finding", "Trust", "examined", "fills_of"]
