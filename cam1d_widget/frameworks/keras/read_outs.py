"""What a model says of its own steps: scores that it adds up, and weights that its attention gives.

Methods of the family "inherent" read it. A model that says nothing of the kind has its reason here, in a sentence.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from ...attribution.classifier import as_targets
from .passes import Passes
from .symbolic import maker

__all__ = ["OwnAccount"]


class OwnAccount:
    """The part of a Keras classifier that reads what the model itself says of its steps."""

    score: str
    classes: int
    _network: Any
    _passes: Passes

    @property
    @abstractmethod
    def name(self) -> str:
        """The model's name."""

    @abstractmethod
    def _checked(self, x: np.ndarray) -> np.ndarray:
        """Series that the model takes."""

    @property
    def no_step_scores(self) -> str | None:
        """Why there are no scores of steps that add up to the model's; None where there are."""
        if self.score == "logits" and self._network.scoring:
            return None
        return (
            f"model {self.name!r} has no layer that scores the steps of the explained map and adds them up to its "
            f"logits, as multiple instance learning does; models.with_mil_head puts one on its trunk"
        )

    def step_scores(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What every step adds to each score, of shape (instance, step, class), and what is there beside, (class,)."""
        if self.no_step_scores:
            raise ValueError(self.no_step_scores)
        return self._passes.step_scores(self._checked(x)), self._network.outer_bias()

    @property
    def step_scores_stand_alone(self) -> bool:
        """Whether setting a step's features to zero lowers S by exactly that step's score."""
        return all(getattr(maker(made), "stands_alone", False) for made in self._network.scoring)

    @property
    def no_attention(self) -> str | None:
        """Why there is no attention to the steps of the explained map; None where there is."""
        if self._network.attending:
            return None
        return (
            f"model {self.name!r} has no attention of this package over the steps of the explained map; give it "
            f"models.TemporalAttention, or name the map in front of it with layer="
        )

    @property
    def attention_adds_up(self) -> bool:
        """Whether a score is its value without attention plus the sum of gradients times weights, if these are held."""
        return self.score == "logits" and self._network.attention_adds_up

    def attention(self, x: np.ndarray) -> np.ndarray:
        """Weight of every step, as the model's attention has it, of shape (instance, head, step)."""
        if self.no_attention:
            raise ValueError(self.no_attention)
        return self._passes.attention(self._checked(x))

    def attention_gradients(self, x: np.ndarray, target: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Weights, the targets' gradients by them (instance, target, head, step), and the scores without any."""
        if self.no_attention:
            raise ValueError(self.no_attention)
        x = self._checked(x)
        return self._passes.attention_and_gradients(x, as_targets(target, len(x), self.classes))
