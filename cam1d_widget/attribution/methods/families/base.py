"""Base classes of attribution methods, and the maps that they return.

A method is a frozen dataclass in its own file of the folder :mod:`cam1d_widget.attribution.methods`. Its fields are its
hyperparameters, named as in the paper; its class attributes describe it for the menu, the docs and the tests; its one
function is the paper's formula. Every subclass is found, including those that are defined in a notebook.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, ClassVar, NamedTuple, final

import numpy as np

from ....explanation.validation import check_targets
from ....validation import shown
from ...abilities import HasFeatures, HasGradient, for_series, offers, require
from ...classifier import Classifier, as_targets, check_classifier, is_class
from ...masking.batches import batches
from ...receptive_field import ReceptiveField
from ...series import check_series

__all__ = [
    "AttributionMethod",
    "Axiom",
    "ClassActivationMap",
    "Maps",
    "SeveralTargets",
    "StepMethod",
    "WeighedFeatures",
    "averages",
    "check_method",
    "score_difference",
]

# Bytes of gradients that are weighed at a time.
_CACHE = 2**17
FAMILIES = ("class activation map", "gradient", "propagation", "perturbation", "inherent")


_HEADING = "Parameters\n----------"


# Functions that users may call as well as this package.
_CALLED = ("attribute", "at_steps", "maps", "refusal", "exactness", "expected_total")


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A method's function, which checks its arguments before it computes anything."""
    signature = inspect.signature(function)
    names = list(signature.parameters)
    required = {name for name, one in signature.parameters.items() if one.default is one.empty}

    @wraps(function)
    def checked(*given: Any, **named: Any) -> Any:
        arguments = {**dict(zip(names, given, strict=False)), **named}
        if len(given) > len(names) or not required <= arguments.keys() <= set(names):
            arguments = signature.bind(*given, **named).arguments
        classifier = check_classifier(arguments["classifier"])
        if "x" in arguments:
            x = arguments["x"]
            check_series(x, *classifier.input_shape)
            if "target" in arguments and not is_class(arguments["target"], classifier.classes):
                as_targets(arguments["target"], len(x), classifier.classes)
            elif "targets" in arguments:
                check_targets(arguments["targets"], len(x), classifier.classes)
        return function(*given, **named)

    return checked


def check_method(method: Any) -> AttributionMethod:
    """An instance of a method; its label or class is refused."""
    if not isinstance(method, AttributionMethod):
        raise TypeError(f"method must be an attribution method such as methods.Saliency(), but is {shown(method)}")
    return method


def _parameters(method: type) -> str:
    """Hyperparameters in the docstring of a class of methods."""
    return inspect.cleandoc(method.__doc__ or "").partition(_HEADING)[2].strip("\n")


class Axiom(Enum):
    """Axiom that a method promises, and that tests verify."""

    COMPLETENESS = "its values add up to the score's difference from the baseline"
    DUMMY = "a channel that the score does not depend on gets exactly zero"
    LINEARITY = "the map of a sum of scores is the sum of their maps"
    SYMMETRY = "two channels with equal values that the score treats in the same way get equal maps"
    IMPLEMENTATION = "networks that compute the same function get the same map"
    SHIFT = "if the network is shift-invariant, a series shifted in time gets its map shifted"


class Maps(NamedTuple):
    """Maps of several classes, and what they add up to.

    Attributes
    ----------
    values : ndarray of shape (instance, target, time, channel or 1)
    totals : ndarray of shape (instance, target)
        Sum of the contributions; for a class activation map over its steps, before it is placed in time.
    errors : ndarray of the shape of `values`, optional
        Standard error of each value, of methods that draw at random.
    masses : ndarray of shape (instance, target), optional
        Sum of the contributions' magnitudes, for a map that is placed in time. Default: sum over `values`.
    """

    values: np.ndarray
    totals: np.ndarray
    errors: np.ndarray | None = None
    masses: np.ndarray | None = None

    @classmethod
    def placed(cls, steps: np.ndarray, field: ReceptiveField) -> Maps:
        """Maps at the steps of a layer, of shape (instance, target, step), placed in time by its receptive field."""
        values = np.moveaxis(field.place(np.moveaxis(steps, 1, 2)), 2, 1)[..., np.newaxis]
        steps = steps[..., field.in_series] if field.padding else steps  # what padding contributes is not in the map
        totals, masses = (one.sum(axis=-1, dtype=np.float64) for one in (steps, np.abs(steps)))
        return cls(values, totals, masses=masses)


class AttributionMethod(ABC):
    """Base class of attribution methods: how much each value of a series contributes to a class score.

    To write a method, subclass this as a frozen dataclass, set the class attributes, and override
    :meth:`attribute`; override :meth:`exactness` and :meth:`expected_total` if its values add up to something.

    Attributes
    ----------
    label : str
        The paper's name for it; key of the menu, the file and the docs.
    family : str
        One of the families in the menu's order.
    reference : str
        Author, year and address of the paper.
    axioms : frozenset of Axiom
        Axioms that it promises.
    placed : bool
        Whether maps are made at the steps of a layer and placed in time by their receptive fields.
    adds_up : str
        Sum of the values if they are exact or complete, as a verb phrase.
    free_targets : bool
        Whether all classes cost as much as one.
    class_specific : bool
        Whether the map depends on the explained class.
    stochastic : bool
        Whether it draws at random: it then has a `seed`, and its maps come with a standard error.
    on_demand : bool
        Whether it takes so long that ``explain(methods=None)`` leaves it out; the widget's menu has it.
    warning : str
        Why the map should not be trusted as it is; "" for most methods.
    needs : type
        Ability that the classifier must have, of :mod:`cam1d_widget.attribution.abilities`.
    read_out : str
        What the method reads from it, in words.
    """

    label: ClassVar[str]
    family: ClassVar[str]
    reference: ClassVar[str]
    axioms: ClassVar[frozenset[Axiom]] = frozenset()
    placed: ClassVar[bool] = False
    adds_up: ClassVar[str] = ""
    free_targets: ClassVar[bool] = False
    class_specific: ClassVar[bool] = True
    stochastic: ClassVar[bool] = False
    on_demand: ClassVar[bool] = False
    warning: ClassVar[str] = ""
    needs: ClassVar[type[Any]] = Classifier
    read_out: ClassVar[str] = "scores"

    def __init_subclass__(cls) -> None:
        """Add argument checks to its functions, and document inherited hyperparameters, for help() and the docs."""
        super().__init_subclass__()
        for name in _CALLED:
            if inspect.isfunction(own := vars(cls).get(name)):
                setattr(cls, name, _checked(own))
        inherited = next((found for base in cls.__mro__[1:] if (found := _parameters(base))), "")
        if inherited:
            own = inspect.cleandoc(cls.__doc__ or "")
            cls.__doc__ = f"{own}\n{inherited}" if _HEADING in own else f"{own}\n\n{_HEADING}\n{inherited}"

    @abstractmethod
    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Attribution of a class score to the values of each series.

        Parameters
        ----------
        classifier : Classifier
        x : ndarray of shape (instance, time, channel)
        target : int, or ndarray of int of shape (instance,)
            Explained class.

        Returns
        -------
        ndarray of shape (instance, time, channel or 1)
            Signed and not normalized; ``channel`` has size 1 if channels are not distinguished.
        """

    @_checked
    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes, `targets` of shape (instance, target)."""
        columns = [self.attribute(classifier, x, targets[:, column]) for column in range(targets.shape[1])]
        values = np.stack(columns, axis=1)
        return Maps(values, values.sum(axis=(2, 3), dtype=np.float64))

    @_checked
    def refusal(self, classifier: Classifier) -> str | None:
        """Why this method cannot explain this classifier; None if it can."""
        missing = getattr(classifier, "no_gradient", None) if HasGradient in self.needs.__mro__ else None
        if missing:
            return f"{self.label} needs gradients, but {missing}; use a perturbation method, such as Occlusion"
        if offers(classifier, self.needs):
            return None
        others = "Integrated Gradients or Occlusion" if offers(classifier, HasGradient) else "Occlusion"
        return (
            f"{self.label} needs {self.read_out}, which a {type(classifier).__name__} does not offer; give a Keras "
            f"model, or use {others}"
        )

    @_checked
    def exactness(self, classifier: Classifier) -> str:
        """Meaning of the values of a map for this classifier: "exact", "complete" or "approximate".

        "exact": they add up to the score, and each is that position's own contribution. If the position is set to
        zero (the step's features, for maps at the steps of a layer), the score drops by exactly this value. CAM's
        values are larger by the number of steps, since they average to the score. "complete": they add up, but removing
        a position may change the score by another amount. "approximate": neither.
        """
        return "approximate"

    @_checked
    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray | None:
        """Expected sum of each map, of shape (instance, target); None if none is promised."""
        return None

    def _detail(self, samples: int) -> str:
        """What the legend adds to the description, for series of this length."""
        return ""

    def _passes(self, samples: int, channels: int) -> float:
        """Approximate number of forward passes per map; a backward pass counts as two."""
        return 3

    @property
    def signed(self) -> bool:
        """Whether values below zero occur, which are evidence against the class."""
        return True

    @property
    def description(self) -> str:
        """One phrase that describes the map: the first line of the docstring, or the label if there is none."""
        written = inspect.cleandoc(type(self).__doc__ or "").partition(_HEADING)[0].strip()
        if not written or written.startswith(f"{type(self).__name__}("):  # the signature that @dataclass writes there
            return self.label
        return written.splitlines()[0].rstrip(".")


class SeveralTargets(AttributionMethod):
    """A method that computes the maps of several classes together. A subclass overrides :meth:`maps`."""

    @final
    def attribute(self, classifier: Classifier, x: np.ndarray, target: Any) -> np.ndarray:
        """Map of one class, of shape (instance, time, channel or 1)."""
        targets = as_targets(target, len(x), classifier.classes)
        return self.maps(classifier, x, targets[:, np.newaxis]).values[:, 0]

    @abstractmethod
    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes, `targets` of shape (instance, target)."""


class StepMethod(SeveralTargets):
    """Values at the steps of the explained layer, placed in time. A subclass overrides :meth:`step_values`."""

    axioms = frozenset({Axiom.SHIFT})
    free_targets = True
    placed = True
    needs = HasFeatures
    read_out = "feature maps"

    @abstractmethod
    def step_values(self, classifier: Any, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Value of each step, of shape (instance, target, step), of a classifier that has what the method needs."""

    @final
    def at_steps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Map before it is placed in time, of shape (instance, target, step)."""
        return self.step_values(self._fitting(classifier, x), x, targets)

    @final
    def maps(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> Maps:
        """Maps of several classes for one pass through the network."""
        fitting = self._fitting(classifier, x)
        return Maps.placed(self.step_values(fitting, x, targets), fitting.receptive_field)

    def refusal(self, classifier: Classifier) -> str | None:
        """Why this method cannot explain this classifier: usually that there is no layer to explain."""
        return super().refusal(classifier) or require(classifier, HasFeatures).no_features

    def _fitting(self, classifier: Classifier, x: np.ndarray) -> HasFeatures:
        """The classifier for the length of these series, or an error that says why it cannot be explained."""
        classifier = for_series(classifier, x)
        reason = self.refusal(classifier)
        if reason:
            raise ValueError(reason)
        return require(classifier, HasFeatures)


@dataclass(frozen=True)
class WeighedFeatures(StepMethod):
    """Feature maps of the explained layer, each weighted, added up, and placed in time.

    A subclass overrides only :meth:`weights`, or :meth:`ClassActivationMap.weigh` where gradients are all that it
    needs.
    """

    family = "class activation map"
    adds_up = "add up to the score minus its bias"

    @abstractmethod
    def weights(self, classifier: HasFeatures, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features A of shape (instance, step, filter), and their weights (instance, target, step or 1, filter)."""

    def step_values(self, classifier: HasFeatures, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Features, weighted and added up over the filters, of shape (instance, target, step)."""
        features, weights = self.weights(classifier, x, targets)
        return _added_up(weights, features)

    def expected_total(self, classifier: Classifier, x: np.ndarray, targets: np.ndarray) -> np.ndarray | None:
        """Score minus bias, where the steps' values add up to it."""
        if self.exactness(classifier) == "approximate":
            return None
        fitting = self._fitting(classifier, x)
        return np.take_along_axis(fitting.scores(x), targets, axis=1) - fitting.bias()[targets]


@dataclass(frozen=True)
class ClassActivationMap(WeighedFeatures):
    """Feature maps of the explained layer, each weighted by its gradients.

    A subclass overrides only :meth:`weigh`.
    """

    @abstractmethod
    def weigh(self, features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        """Weight of every feature, broadcasting to `features`.

        Parameters
        ----------
        features, gradients : ndarray of shape (instance, target, step, filter)
            A and dS/dA; ``target`` of `features` has size 1.
        """

    @final
    def weights(self, classifier: HasFeatures, x: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weights of all classes for one pass through the convolutions."""
        features, gradients = classifier.features(x, targets)
        return features, self.weigh(features[:, np.newaxis], gradients)

    @final
    def step_values(self, classifier: HasFeatures, x: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Sum over the filters, some classes at a time, so that hundreds of them stay in the processor's cache."""
        features, gradients = classifier.features(x, targets)
        if not self.class_specific:
            one = _added_up(self.weigh(features[:, np.newaxis], gradients[:, :1]), features)
            return np.repeat(one, targets.shape[1], axis=1)
        parts = batches(targets.shape[1], features.nbytes, budget=_CACHE)
        weighed = [self.weigh(features[:, np.newaxis], gradients[:, part]) for part in parts]
        return np.concatenate([_added_up(weights, features) for weights in weighed], axis=1)


def score_difference(classifier: Classifier, x: np.ndarray, reference: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Scores of the series minus those of reference series, of shape (instance, target)."""
    return np.take_along_axis(classifier.scores(x) - classifier.scores(reference), targets, axis=1)


def averages(classifier: HasFeatures) -> bool:
    """Whether scores are an affine function of the map's mean, so that all steps have the same gradient."""
    return classifier.affine_head and classifier.head in ("gap", "mil")


def _added_up(weights: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Sum of the features (instance, step, filter) over filters, by weights (instance, target, step or 1, filter)."""
    if weights.shape[2] == 1:  # one weight per filter: a product of matrices
        return weights[:, :, 0] @ features.transpose(0, 2, 1)
    return np.einsum("itsf,isf->its", weights, features)
