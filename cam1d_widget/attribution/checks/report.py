"""Results of all checks of a map, and a verdict in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...validation import counted
from ..check_result import CheckResult
from ..metrics import PerturbationCurves, Randomization
from .deletion import NAME, Deletion, deletion_result
from .fills import known_fill

__all__ = ["ChecksReport"]


@dataclass(frozen=True, eq=False, repr=False)
class ChecksReport:
    """Results of the checks of one map, and of its network.

    Attributes
    ----------
    method : str
        Label of the method.
    instance, target : int
        Series and class of the map.
    findings : tuple of CheckResult
        Result of each check of the map.
    network : CheckResult
        Whether the network does better than guessing on these series.
    fill : str
        Name of the fill that the verdict holds for.
    deletions : mapping of str to Deletion
        By fill, the class' probability while segments are removed, in the map's order and in random orders.
    randomization : Randomization or None
        How similar the map stays while the weights of the layers are randomized.
    agreement : mapping of str to float
        Rank correlation with each other method.
    """

    method: str
    instance: int
    target: int
    findings: tuple[CheckResult, ...]
    network: CheckResult
    fill: str = ""
    deletions: Mapping[str, Deletion] = field(default_factory=dict)
    randomization: Randomization | None = None
    agreement: Mapping[str, float] = field(default_factory=dict)

    @property
    def deletion(self) -> PerturbationCurves:
        """Deletion curves with `fill`."""
        return self.deletions[self.fill].curves

    def with_fill(self, fill: str) -> ChecksReport:
        """The same report, with the verdict for another fill.

        Parameters
        ----------
        fill : str
            One of `deletions`.
        """
        fill = known_fill(fill, self.deletions)
        again = deletion_result(self.deletions, fill)
        return replace(self, fill=fill, findings=tuple(again if one.name == NAME else one for one in self.findings))

    @property
    def completed(self) -> int:
        """Number of checks of the map that could be run."""
        return sum(result.passed is not None for result in self.findings)

    @property
    def passed(self) -> int:
        """Number of checks that the map passes."""
        return sum(result.passed is True for result in self.findings)

    @property
    def level(self) -> str:
        """Grade of the map.

        "void" if the network does no better than guessing, "doubtful" if the map fails a check or none could be run.
        A map that passes all of them is "sound" if the network does better than guessing, and "unknown quality" if the
        accuracy of the network is not known.
        """
        if self.network.passed is False:
            return "void"
        if not self.completed or self.passed < self.completed:
            return "doubtful"
        return "sound" if self.network.passed else "unknown quality"

    @property
    def verdict(self) -> str:
        """Summary in one or two sentences."""
        faults = "".join(f"; it {result.fault}" for result in self.findings if result.passed is False)
        own = f"{self._passed_text()}{faults}."
        if self.network.passed is False:
            return f"Do not trust this map: {self.network.fault}. Apart from that, {own}"
        own = f"Of unknown quality: {own}" if self.level == "unknown quality" else own[0].upper() + own[1:]
        return own if self.network.passed else f"{own} {self.network.text}"

    def _passed_text(self) -> str:
        """How many checks are passed."""
        if not self.completed:
            return "no check of this map could be run"
        if self.completed == 1:
            return f"this map {'passes' if self.passed else 'fails'} the one check that could be run"
        share = "all" if self.passed == self.completed else f"{self.passed or 'none'} of"
        return f"this map passes {share} {counted(self.completed, 'check')}"

    def __repr__(self) -> str:
        signs = {True: "+", False: "-", None: "?"}
        lines = [f"  {signs[one.passed]} {one.name}: {one.text}" for one in (*self.findings, self.network)]
        return (
            "\n".join([f"<{self.method} on series {self.instance}, class {self.target}: {self.verdict}", *lines]) + ">"
        )
