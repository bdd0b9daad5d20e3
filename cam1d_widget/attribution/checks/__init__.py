"""Checks of a map and of its network, with the result in words.

:func:`run_checks` runs them one after another. Each compares a metric of :mod:`~cam1d_widget.attribution.metrics` with
a threshold, and :mod:`.thresholds` explains the thresholds.
"""

from ..check_result import CheckResult
from .fills import fills_of
from .report import ChecksReport
from .run import run_checks

__all__ = ["CheckResult", "ChecksReport", "fills_of", "run_checks"]
