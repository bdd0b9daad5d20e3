"""What an explanation states about its classifier: its classes, its version and its receptive fields."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..explanation.labels import check_labels
from ..explanation.true_classes import labels_in, labels_of_names
from ..validation import check_names
from .abilities import HasFeatures, HasFingerprint, HasLabels, HasLink, labels_of, offers

__all__ = ["checked_classes", "field_of", "labels_in_words", "version_of"]


def checked_classes(classifier: Any, instances: int, class_names: Any, y: Any) -> dict[str, Any]:
    """Names of the classes, by default those of the classifier, and the true class of each instance."""
    labels = labels_of(classifier)
    if class_names is None and offers(classifier, HasLabels):
        class_names = classifier.class_names
    if class_names is None and y is not None and labels is None:
        class_names = labels_in(y, classifier.classes)
    checked: dict[str, Any] = {"class_names": check_names("class_names", class_names, "class", classifier.classes)}
    if y is not None:
        if class_names is not None and labels is None:
            labels = labels_of_names(y, classifier.classes, class_names)
        checked["y"] = check_labels(
            y,
            instances,
            classifier.classes,
            class_names,
            labels,
            probabilities=_has_probabilities(classifier),
            refuse_ambiguous=True,
        )
    return checked


def _has_probabilities(classifier: Any) -> bool:
    """Whether scores of a classifier are known to have probabilities."""
    return offers(classifier, HasLink) and classifier.probabilities_of(np.zeros((1, classifier.classes))) is not None


def labels_in_words(classifier: Any) -> list[str] | None:
    """Labels of a fitted classifier's classes, as text; None if there are none."""
    labels = labels_of(classifier)
    return None if labels is None else list(map(str, labels))


def version_of(classifier: Any) -> Any:
    """Fingerprint of a classifier's model; None if the classifier has none."""
    return classifier.fingerprint() if offers(classifier, HasFingerprint) else None


def field_of(classifier: Any) -> np.ndarray | None:
    """Receptive field as plain numbers; None if no layer is explained, or it cannot be placed."""
    if not offers(classifier, HasFeatures) or classifier.no_features:
        return None
    field = classifier.receptive_field
    samples, steps = field.length - field.padding, field.in_series
    columns = np.stack([np.minimum(field.start, samples), np.minimum(field.stop, samples), field.positions], axis=1)
    return columns[steps] if steps.any() else None
