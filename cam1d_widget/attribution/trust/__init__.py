"""Whether a map is to be believed: a few checks of it and of its network, and a verdict in words.

:func:`examined` makes them, one after another; each is a metric of :mod:`~cam1d_widget.attribution.metrics` with a
bound that it must keep, and the bounds stand with their reasons in :mod:`.bounds`.
"""

from .examination import examined
from .fills import fills_of
from .finding import Finding
from .verdict import Trust

__all__ = ["Finding", "Trust", "examined", "fills_of"]
