"""Passes back through a Keras classifier by rules of their own: DeepLIFT, LRP and the guided ones."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import Any

import numpy as np

from ...attribution.classifier import as_targets
from ...attribution.propagation_rules import Rule
from ...network.propagation.propagation import Propagations

__all__ = ["RulesBack"]


class RulesBack:
    """The part of a Keras classifier that hands scores back to the input by a rule."""

    score: str
    classes: int
    batch_size: int
    jit_compile: bool
    _network: Any

    @property
    @abstractmethod
    def name(self) -> str:
        """The model's name."""

    @abstractmethod
    def _checked(self, x: np.ndarray) -> np.ndarray:
        """Series that the model takes."""

    def propagate(self, x: np.ndarray, target: Any, rule: Rule, baseline: np.ndarray | None = None) -> np.ndarray:
        """What a rule hands back from the target's score to the input, of shape (instance, time, channel).

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
        target : int, or ndarray of int of shape (instance,)
        rule : Rule
            One of :mod:`~cam1d_widget.attribution.propagation_rules`.
        baseline : ndarray of the shape of x, optional
            Series that a rule of differences compares with. Default: zero.

        Raises
        ------
        ValueError
            If the rule cannot go through a layer; :meth:`no_propagation` says so beforehand.
        """
        x = self._checked(x)
        targets = as_targets(target, len(x), self.classes)
        reason = self.no_propagation(rule)
        if reason:
            raise ValueError(reason)
        return self.propagations(rule)(x, targets, baseline, self.batch_size)

    def no_propagation(self, rule: Rule) -> str | None:
        """Why a rule cannot go through the model; None where it can."""
        if self.score == "probabilities":
            return f"{rule.label} starts at the logits and cannot explain probabilities; use score='logits'"
        if self._network.exit is None:
            return str(self._network.no_map)
        if self._network.link in ("odds", "unit odds"):
            return f"{rule.label} starts at the logits, which are not to be found in model {self.name!r}"
        return self.propagations.refusal(rule)

    @cached_property
    def propagations(self) -> Propagations:
        """Passes back through the model, by rule."""
        network = self._network
        return Propagations(network.series, network.exit, network.ending.dense, network.two_sided, self.jit_compile)
