"""Whether a Keras model has changed since it was read."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np

from ...explanation.source import ModelChangedError
from ...typing import Score
from ..passes import Passes
from .compiled import CompiledFunction
from .fingerprint import Settings, Structure
from .network import KerasNetwork
from .weights import digest_of_still

__all__ = ["ModelChanges"]


class ModelChanges:
    """Changes of a model since a classifier read it.

    Parameters
    ----------
    model : keras.Model
    before : Settings
        Settings of the model before it was read.
    network : KerasNetwork
        What was read.
    passes : Passes
    score : {"logits", "probabilities"}
    """

    def __init__(self, model: Any, before: Settings, network: KerasNetwork, passes: Passes, score: Score) -> None:
        self._model, self._network, self._passes, self._score = model, network, passes, score
        before_and_between = before, network.settings_after_batch
        self._structure = Structure(model, before_and_between, with_loss=not network.seen)
        self._functions_compared = -1
        self._same_scores = True

    def with_passes(self, network: KerasNetwork, passes: Passes) -> ModelChanges:
        """The same for other passes through the model."""
        other = copy(self)
        other._network, other._passes = network, passes
        return other

    def fingerprint(self, *, just_read: bool = False) -> tuple[Hashable, ...]:
        """Values that change with the model's weights, layers and loss.

        With `just_read`, the output of the model when it was read is compared, and not computed again.
        """
        digest = self._digest()  # compiles functions on first use
        if self._functions_compared != CompiledFunction.created:
            self.compare(just_read=just_read)
        return self._structure.changed(), digest, self._same_scores

    @cached_property
    def _digest(self) -> Callable[[], bytes]:
        """Digest of the weights, and of all other variables that the scores are computed from."""
        samples = self._network.samples_of_noise()
        variables = [*self._model.weights, *self._passes.compiled("scores").variables]
        return digest_of_still(variables, lambda: self._passes.run("scores", samples))

    def compare(self, *, just_read: bool = False) -> bool:
        """Compare the compiled scores with the model's own output now, on series of noise; whether they are equal."""
        self._same_scores = not self._structure.changed() and self._equals_own_output(just_read)
        self._functions_compared = CompiledFunction.created
        return self._same_scores

    def _equals_own_output(self, just_read: bool) -> bool:
        network = self._network
        scores = self._passes.run("scores", network.samples_of_noise())[0]
        outputs = network.outputs_when_read if just_read else network.outputs_now()
        if self._score == "logits":
            scores = self._network.own_outputs(scores)
        elif self._network.logs:
            scores = np.log(scores)
        ours = scores[:, -outputs.shape[1] :]
        largest = np.abs(np.where(np.isfinite(outputs), outputs, 0)).max(axis=0)
        return bool(np.isclose(ours, outputs, rtol=0, atol=2e-2 * largest, equal_nan=True).all())

    def refuse(self) -> None:
        """Refuse a model with a changed layer, since functions may have been compiled before the change."""
        what = self._structure.changed()
        if what:
            raise ModelChangedError(
                f"model {str(self._model.name)!r} has changed since this classifier was made ({what}); create a new "
                f"classifier"
            )
