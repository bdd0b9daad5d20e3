"""All that the checks found, and the verdict in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..metrics import PerturbationCurves, Randomization
from .deletion import NAME, Deletion, deletion_finding
from .fills import known_fill
from .result import Finding

__all__ = ["Trust"]


@dataclass(frozen=True, eq=False, repr=False)
class Trust:
    """How far a map can be believed.

    Attributes
    ----------
    method : str
        Label of the method.
    instance, target : int
        Series and class of the map.
    findings : tuple of Finding
        Of the map, check by check.
    network : Finding
        Whether the network does better than guessing on the series at hand.
    fill : str
        What stood where pieces were taken away: the verdict holds for it.
    deletions : mapping of str to Deletion
        By fill, the class' probability while the map's largest values are taken away, and random ones.
    randomization : Randomization or None
        How similar the map stays while layers are destroyed.
    agreement : mapping of str to float
        Rank correlation with each other method.
    """

    method: str
    instance: int
    target: int
    findings: tuple[Finding, ...]
    network: Finding
    fill: str = ""
    deletions: Mapping[str, Deletion] = field(default_factory=dict)
    randomization: Randomization | None = None
    agreement: Mapping[str, float] = field(default_factory=dict)

    @property
    def deletion(self) -> PerturbationCurves:
        """The class' probability while the map's largest values are taken away, and random ones, with the fill."""
        return self.deletions[self.fill].curves

    def with_fill(self, fill: str) -> Trust:
        """The same checks, judged with another fill.

        Parameters
        ----------
        fill : str
            One of `deletions`.
        """
        fill = known_fill(fill, self.deletions)
        again = deletion_finding(self.deletions, fill)
        return replace(self, fill=fill, findings=tuple(again if one.name == NAME else one for one in self.findings))

    @property
    def made(self) -> int:
        """Checks of the map that could be made."""
        return sum(finding.passed is not None for finding in self.findings)

    @property
    def survived(self) -> int:
        """Checks that the map survived."""
        return sum(finding.passed is True for finding in self.findings)

    @property
    def level(self) -> str:
        """Grade of the map.

        "void" if the network does no better than guessing, "doubtful" if the map fails a check or none could be made.
        A map that passes all of them is "sound" if the network does better than guessing, and "unknown quality" if the
        accuracy of the network is not known.
        """
        if self.network.passed is False:
            return "void"
        if not self.made or self.survived < self.made:
            return "doubtful"
        return "sound" if self.network.passed else "unknown quality"

    @property
    def verdict(self) -> str:
        """All that was found, in a sentence or two."""
        faults = "".join(f"; it {finding.fault}" for finding in self.findings if finding.passed is False)
        own = f"{self._survival()}{faults}."
        if self.network.passed is False:
            return f"Do not trust this map: {self.network.fault}. By itself, {own}"
        own = f"Of unknown quality: {own}" if self.level == "unknown quality" else own[0].upper() + own[1:]
        return own if self.network.passed else f"{own} {self.network.text}"

    def _survival(self) -> str:
        """How many checks were survived."""
        if not self.made:
            return "no check of this map could be made"
        if self.made == 1:
            return f"this map {'survives' if self.survived else 'does not survive'} the one check that could be made"
        share = "all" if self.survived == self.made else f"{self.survived or 'none'} of"
        return f"this map survives {share} {self.made} checks"

    def __repr__(self) -> str:
        signs = {True: "+", False: "-", None: "?"}
        lines = [f"  {signs[one.passed]} {one.name}: {one.text}" for one in (*self.findings, self.network)]
        return (
            "\n".join([f"<{self.method} on series {self.instance}, class {self.target}: {self.verdict}", *lines]) + ">"
        )
