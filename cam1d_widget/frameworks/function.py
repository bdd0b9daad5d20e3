"""A classifier of which only the predictions are known: a function, or a fitted estimator."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, get_args

import numpy as np

from ..attribution.classifier import WrongScores
from ..attribution.series import check_series
from ..cancellation import check_cancelled
from ..typing import Names, Score
from ..validation import (
    as_array,
    check_choice,
    check_count,
    check_function,
    check_list,
    check_names,
    check_text,
    finite,
    shaped,
    shown,
)
from .estimators import (
    InputLayout,
    fitted_parts,
    input_shape_of,
    is_estimator,
    labels_of,
    layout_of,
    prediction_of,
)
from .inputs import finite_values
from .same_object import SameObject

__all__ = ["FunctionClassifier"]

# Series by which predictions are checked: more than two, which may differ from their mean by the same amount.
_CHECKED = 4


class FunctionClassifier:
    """Anything that predicts, as a classifier of time series: a function, or a fitted estimator.

    Perturbation methods, checks and scores without a window work; methods that need gradients or layers are refused.

    Parameters
    ----------
    predict : function, or fitted estimator, of scikit-learn, aeon or sktime or of your own
        A function takes series of shape (instance, time, channel) and returns an array of shape (instance, class), or
        (instance,) for the second of two classes; if `x` is a mapping, it takes a dict with the same names, whose
        arrays besides the series are held fixed. Of an estimator, `predict_proba` is called, or `decision_function` if
        it has none, or if its probabilities are only zeros and ones and its `pipeline_` has decision values.
    classes : int, optional
        Number of classes. Default: from `classes_` of the estimator, or from what is predicted for the first series.
    score : {"probabilities", "logits"}
        What a function returns, and is explained. Of an estimator, "logits" are the values of `decision_function`.
    batch_size : int
        Series in a batch.
    class_names : sequence of str, optional
        Default: the labels of the estimator.
    layout : {"channels_last", "channels_first", "flat"}, optional
        Shape that is passed: (instance, time, channel), (instance, channel, time), or (instance, time) for series of
        one channel. Default: channels first for aeon and sktime, flat for estimators that were fitted to one value per
        sample, and channels last otherwise.
    series : str
        Name of the series, if a function takes several inputs.

    Examples
    --------
    >>> session = onnxruntime.InferenceSession("model.onnx")
    >>> classifier = FunctionClassifier(lambda x: session.run(None, {"series": x})[0], score="logits")
    >>> CAM1DWidget(classifier, x_test, y_test)
    """

    continuous = False
    # Lengths of a data set's series, and to how many samples and with what they are filled up; None if they are not.
    _lengths: np.ndarray | None = None
    _filled: tuple[int, float] | None = None
    # Inputs besides the series by name: those of a data set, and those of one instance or of as many as the series.
    _others: Mapping[str, np.ndarray] | None = None
    _held: Mapping[str, np.ndarray] | None = None
    # Whether the probabilities of the first series add up to one.
    _adds_up = False

    def __init__(
        self,
        predict: Any,
        *,
        classes: int | None = None,
        score: Score = "probabilities",
        batch_size: int = 64,
        class_names: Names | None = None,
        layout: InputLayout | None = None,
        series: str = "series",
    ) -> None:
        check_choice("score", score, ("logits", "probabilities"))
        check_count("batch_size", batch_size)
        if classes is not None:
            check_count("classes", classes)
        if layout is not None:
            check_choice("layout", layout, get_args(InputLayout))
        self.score, self.batch_size, self._series = score, batch_size, check_text("series", series)
        self._estimator = predict if is_estimator(predict) else None
        self.labels: Sequence[Any] | None = None
        self.input_shape: tuple[int | None, int | None] = (None, None)
        if self._estimator is None:
            self._predict = _function(predict)
            self._layout = layout or "channels_last"
        else:
            self.labels = labels_of(predict)
            self._predict, self.score = prediction_of(predict, score)
            self._layout = layout or layout_of(predict)
            self.input_shape = input_shape_of(predict, self._layout)
            if self.labels is not None and classes not in (None, len(self.labels)):
                raise ValueError(
                    f"classes must be {len(self.labels)}, as {self.name} was fitted with, or left out, but is {classes}"
                )
        self._classes = len(self.labels) if self.labels is not None else classes
        if class_names is not None:
            count = len(check_list("class_names", class_names, "names")) if self._classes is None else self._classes
            class_names = check_names("class_names", class_names, "class", count)
            check_count("class_names", len(class_names))
        self._class_names = class_names

    @property
    def name(self) -> str:
        """Name of the function, or of the estimator's class."""
        if self._estimator is not None:
            return type(self._estimator).__name__
        return str(getattr(self._predict, "__name__", type(self._predict).__name__)).strip("<>")

    @property
    def classes(self) -> int:
        """Number of classes."""
        if self._classes is None:
            raise ValueError(
                "the number of classes is not known before series are predicted; give classes=, or call for_series(x)"
            )
        return self._classes

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Name of each class; None if there are none."""
        if self._class_names is not None:
            return tuple(map(str, self._class_names))
        return None if self.labels is None else tuple(map(str, self.labels))

    def named_inputs(self, x: Any) -> tuple[Any, dict[str, np.ndarray] | None]:
        """The series among inputs by name, and the values (instance, ...) of the others; None with a series alone."""
        if not isinstance(x, Mapping):
            return x, None
        if self._estimator is not None:
            raise TypeError(f"x must be the series, but is {shown(x)}, and a {self.name} takes nothing else")
        if self._series not in x:
            held = ", ".join(map(str, x)) or "nothing"
            raise ValueError(f"x must hold the series as x[{self._series!r}], or series= its name, but holds {held}")
        others = {str(name): finite_values(f"x[{name!r}]", one) for name, one in x.items() if name != self._series}
        return x[self._series], others

    def holding(self, others: Mapping[str, np.ndarray]) -> FunctionClassifier:
        """The same classifier for a data set, whose inputs besides the series have these values, (instance, ...)."""
        if not isinstance(others, Mapping):
            raise TypeError(f"others must be a mapping of names to arrays, but is {shown(others)}")
        other = copy(self)
        other._others = {str(name): finite_values(f"others[{name!r}]", one) for name, one in others.items()}
        return other

    def takes_rows(self, x: np.ndarray) -> bool:
        """Whether x has two dims, and is predicted as series of one channel, one a row, but not as one series."""
        x = finite("x", x)
        if x.ndim == 3:
            return False
        shaped("x", x, "(instance, time)", (None, None))
        one = check_series(x[np.newaxis], None, None)
        return not self._predicts(one) and self._predicts(one[0, :_CHECKED, :, np.newaxis])

    def _predicts(self, x: np.ndarray) -> bool:
        try:
            return len(self._scores(x)) > 0
        except (TypeError, ValueError):
            return False

    def for_series(self, x: np.ndarray) -> FunctionClassifier:
        """The same classifier for series of the shape of `x`, on which its predictions are checked.

        Raises
        ------
        ValueError
            If scores are no array of shape (instance, class), or change from call to call, or with the other series of
            a batch.
        """
        x = check_series(x, *self.input_shape)
        other = copy(self)
        other.input_shape = x.shape[1:]
        some = x[:_CHECKED]
        first = other.for_instances(np.arange(len(some)))
        scores = first._scores(some)
        other._classes = scores.shape[1]
        if self._estimator is not None and self.score == "probabilities" and np.isin(scores, (0, 1)).all():
            other._use_decision_values(x[: self.batch_size])
        if self._class_names is not None:
            check_names("class_names", self._class_names, "class", other._classes)
        first = other.for_instances(np.arange(len(some)))
        scores = first._scores(some)
        first._check_repeated(some, scores)
        # Zeros and ones of several labels may add up to one by chance.
        other._adds_up = bool((abs(scores.sum(axis=1) - 1) < 1e-5).all() and not np.isin(scores, (0, 1)).all())
        return other

    def for_lengths(self, x: np.ndarray, lengths: np.ndarray, padding_value: float | None = None) -> FunctionClassifier:
        """The same classifier for series of unequal length.

        Parameters
        ----------
        x : ndarray of shape (instance, time, channel)
            What follows the length of a series does not matter.
        lengths : ndarray of int, of shape (instance,)
        padding_value : float, optional
            What series are filled up with, to the length of the longest. Default: zero, to the length to which an
            estimator was fitted; nothing for others, which are given each series at its own length.
        """
        fixed = self.input_shape[0]
        if fixed is not None and lengths.max() > fixed:
            raise ValueError(
                f"x must hold series of at most {fixed} samples, to which {self.name} was fitted, but instance "
                f"{lengths.argmax()} has {lengths.max()}"
            )
        other = copy(self)
        if fixed is not None or padding_value is not None:
            other._filled = fixed or int(lengths.max()), padding_value or 0.0
        other._lengths, other.input_shape = lengths, (None, self.input_shape[1])
        made = other.for_instances(np.zeros(1, int)).for_series(x[:1, : lengths[0]])
        made._lengths, made.input_shape = lengths, (None, x.shape[2])
        made._others, made._held = self._others, None
        return made

    @property
    def per_instance(self) -> bool:
        """Whether it is for a data set, whose instances have other inputs, or lengths, of their own."""
        return self._others is not None or self._lengths is not None

    def for_instances(self, rows: np.ndarray) -> FunctionClassifier:
        """The same classifier for perturbed copies of one instance, or for as many series as rows, of one length."""
        if not self.per_instance:
            return self
        other = copy(self)
        other._lengths, other._others = None, None
        if self._others is not None:
            other._held = {name: values[rows] for name, values in self._others.items()}
        if self._lengths is not None:
            other.input_shape = int(self._lengths[rows[0]]), self.input_shape[1]
        return other

    def _at(self, row: int) -> FunctionClassifier:
        """The same classifier for one of the series whose inputs it holds."""
        other = copy(self)
        if self._held is not None:
            other._held = {name: one[[row]] for name, one in self._held.items()}
        return other

    def _use_decision_values(self, x: np.ndarray) -> None:
        """Take the decision values of an estimator whose probabilities are only zeros and ones."""
        if not np.isin(self._scores(x), (0, 1)).all():
            return
        inner = getattr(self._estimator, "pipeline_", None)
        if inner is not None and hasattr(inner, "decision_function"):
            self._predict, self.score = inner.decision_function, "logits"
        else:
            warnings.warn(
                f"model {self.name!r} predicts only probabilities of zero and one: a map shows only what changes "
                f"the predicted class; a function that returns decision values shows more",
                stacklevel=3,
            )

    def _check_repeated(self, x: np.ndarray, scores: np.ndarray) -> None:
        """Refuse predictions that are not a function of each series alone."""
        again = self._scores(x)
        if not np.allclose(scores, again, rtol=1e-4, atol=1e-6 * _largest(scores), equal_nan=True):
            raise ValueError(
                f"model {self.name!r} must return the same scores for the same series, but they change from call to "
                f"call; switch off dropout, noise and other random parts"
            )
        alone = np.concatenate([self._at(row)._scores(x[[row]]) for row in range(len(x))])
        if not np.allclose(scores, alone, rtol=1e-3, atol=1e-4 * _largest(scores), equal_nan=True):
            raise ValueError(
                f"model {self.name!r} must score each series by itself, but a series' scores depend on the others "
                f"of its batch"
            )

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Score of every class, of shape (instance, class)."""
        return self._scores(check_series(x, *self.input_shape))

    def probabilities(self, x: np.ndarray) -> np.ndarray | None:
        """Probability of every class, of shape (instance, class); None if it returns other scores."""
        return self.probabilities_of(self.scores(x))

    def probabilities_of(self, scores: np.ndarray) -> np.ndarray | None:
        """Probabilities that belong to scores (instance, class); None if it returns other scores."""
        scores = finite("scores", scores)
        shaped("scores", scores, "(instance, class)", (None, self.classes))
        return scores if self.score == "probabilities" else None

    def _scores(self, x: np.ndarray) -> np.ndarray:
        done = []
        for first in range(0, len(x), self.batch_size):
            check_cancelled()
            part = slice(first, first + self.batch_size)
            held = {name: one if len(one) == 1 else one[part] for name, one in (self._held or {}).items()}
            done.append(self._called(x[part], held))
            self._check_probabilities(done[-1], first)
        return np.concatenate(done)

    def _check_probabilities(self, scores: np.ndarray, first: int) -> None:
        """Refuse probabilities of a batch, which begins with row `first`, that are none; NaN is left to the caller."""
        if self.score != "probabilities":
            return
        other = "pass score='logits' if it returns other scores"
        wrong = np.argwhere((scores < -1e-6) | (scores > 1 + 1e-6))
        if len(wrong):
            row, column = wrong[0]
            raise WrongScores(
                f"model {self.name!r} must return probabilities from 0 to 1, but returned {scores[row, column]:g} for "
                f"class {column} of {{series}}; {other}",
                first + int(row),
            )
        sums = scores.sum(axis=1)
        unequal = np.flatnonzero(abs(sums - 1) > 2e-2)  # in bfloat16 they add up to no more digits
        if self._adds_up and len(unequal):
            raise WrongScores(
                f"model {self.name!r} must return probabilities that add up to one, as those of the first series do, "
                f"but those of {{series}} add up to {sums[unequal[0]]:g}; {other}",
                first + int(unequal[0]),
            )

    def _called(self, x: np.ndarray, held: Mapping[str, np.ndarray]) -> np.ndarray:
        """Scores of one batch, of which a copy is passed, since the function may change it."""
        if self._filled is not None:
            samples, value = self._filled
            x = np.pad(x, ((0, 0), (0, samples - x.shape[1]), (0, 0)), constant_values=value)
        given = _arranged(x, self._layout, self.name).astype(np.float32 if self._estimator is None else np.float64)
        others = {name: np.repeat(one, len(x), axis=0) if len(one) == 1 else one.copy() for name, one in held.items()}
        try:
            returned = self._predict(given if self._held is None else {self._series: given, **others})
        except Exception as fault:  # any error that the user's function raises
            if type(fault).__name__ == "NotFittedError":  # of scikit-learn, which aeon uses, or of sktime
                raise ValueError(f"model must be fitted, but this {self.name} is not; fit it first") from None
            hint = (
                "two dims are one series, (time, channel); pass x[..., np.newaxis] if each row is a series of one "
                "channel; "
                if len(x) == 1
                else ""
            )
            if hasattr(self._estimator, "fit") and next(fitted_parts(self._estimator), None) is None:
                hint = "fit it first, if it is not fitted; "  # whose layout is not known before
            raise ValueError(
                f"model {self.name!r} could not predict series of shape {given.shape} ({_reason(fault)}); {hint}"
                f"if it takes another shape, give layout= or a function that rearranges them"
            ) from fault
        return self._checked(returned, len(x))

    def _checked(self, returned: Any, instances: int) -> np.ndarray:
        try:
            scores = as_array("scores", returned).astype(np.float64)
        except (TypeError, ValueError) as fault:
            raise type(fault)(f"model {self.name!r} must return scores of shape (instance, class): {fault}") from None
        if scores.ndim == 1 and len(scores) == instances and self._classes in (None, 2):  # of the second of two classes
            other = 1 - scores if self.score == "probabilities" else -scores
            scores = np.stack([other, scores], axis=1)
        wanted = self._classes
        if scores.ndim != 2 or len(scores) != instances or scores.shape[1] < 1 or wanted not in (None, scores.shape[1]):
            raise ValueError(
                f"model {self.name!r} must return scores of shape (instance, class) = "
                f"({instances}, {wanted or 'any'}), but returned {scores.shape}"
            )
        return scores.astype(np.float32)

    def fingerprint(self) -> tuple[SameObject, ...]:
        """Value that changes when the estimator is fitted again; a function is taken as unchanged."""
        return tuple(map(SameObject, fitted_parts(self._estimator)))


# Lines of the errors of Keras and TensorFlow that state only where an error occurred.
_PLACES = ("Exception encountered when calling", "Graph execution error", "Detected at node", "<stack traces", "File ")


def _reason(fault: Exception) -> str:
    """The first line of an error that states more than where it occurred."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in str(fault).splitlines()]
    lines = [line for line in lines if line] or [type(fault).__name__]
    return next((line for line in lines if not line.startswith(_PLACES)), lines[0])[:200]


def _largest(scores: np.ndarray) -> float:
    return float(np.abs(scores[np.isfinite(scores)]).max(initial=1))


def _function(predict: Any) -> Callable[[Any], Any]:
    if hasattr(predict, "fit") and hasattr(predict, "predict") and not callable(predict):
        raise TypeError(
            f"predict must give scores of classes, but a {type(predict).__name__} has neither predict_proba nor "
            f"decision_function"
        )
    if isinstance(predict, type):
        raise TypeError(f"predict must be a fitted classifier, but is the class {predict.__name__}; fit one")
    check_function("predict", predict, "of series (instance, time, channel)")
    return predict


def _arranged(x: np.ndarray, layout: InputLayout, name: str) -> np.ndarray:
    """Copy of series (instance, time, channel) in a layout."""
    if layout == "channels_last":
        return x.copy()
    if layout == "channels_first":
        return np.ascontiguousarray(np.moveaxis(x, 1, 2))
    if x.shape[2] != 1:
        raise ValueError(
            f"model {name!r} takes one row of values for each series, and x has {x.shape[2]} channels; give a "
            f"function that arranges them as in training, such as lambda x: model.predict_proba(x.reshape(len(x), -1))"
        )
    return x[..., 0].copy()
