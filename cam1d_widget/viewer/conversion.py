"""Conversion between the values of a viewer, labels and times, and those of its mark, indices and samples."""

from __future__ import annotations

from typing import Any

from ..explanation.source import ExplanationSource, lengths_of
from ..validation import check_index, check_text, shown
from .choice import Choice, Mean
from .windows import Annotation, as_samples, as_times

__all__ = ["Conversion"]


class Conversion:
    """Conversion between the values of a viewer and those of its mark.

    Parameters
    ----------
    source : ExplanationSource
        The displayed explanation.
    """

    def __init__(self, source: ExplanationSource) -> None:
        self._source = source

    def label(self, index: int) -> str:
        """Label of a method."""
        return self._source.methods[index]

    def index(self, label: str) -> int:
        """Index of a method."""
        return self._source.methods.index(label)

    def mean(self, fields: dict[str, Any] | None) -> Mean | None:
        """Mean of the viewer from that of the mark."""
        return None if fields is None else Mean(**fields)

    def mean_fields(self, mean: Mean | None) -> dict[str, Any] | None:
        """Mean of the mark from that of the viewer."""
        return None if mean is None else mean._asdict()

    def choice(self, fields: dict[str, Any] | None) -> Choice | None:
        """Picture of the viewer from that of the mark."""
        if fields is None:
            return None
        return Choice(**{**fields, "method": self.label(fields["method"]), "mean": self.mean(fields.get("mean"))})

    def choice_fields(self, choice: Choice | None) -> dict[str, Any] | None:
        """Picture of the mark from that of the viewer."""
        if choice is None:
            return None
        return {**choice._asdict(), "method": self.index(choice.method), "mean": self.mean_fields(choice.mean)}

    def times(self, window: tuple[int, int] | None) -> tuple[float, float] | None:
        """Times of a window of samples."""
        return None if window is None else as_times(window, self._source.sampling_rate)

    def samples(self, window: tuple[float, float] | None) -> tuple[int, int] | None:
        """Samples of a window of times."""
        if window is None:
            return None
        return as_samples("selected_window", window, int(lengths_of(self._source).max()), self._source.sampling_rate)

    def annotation(self, note: dict[str, Any]) -> Annotation:
        """Annotation of the viewer from the note of the mark."""
        return Annotation(note["instance"], *as_times(note["window"], self._source.sampling_rate), note["text"])

    def note(self, annotation: Any) -> dict[str, Any]:
        """Note of the mark from the annotation of the viewer."""
        if not isinstance(annotation, tuple | list) or len(annotation) != len(Annotation._fields):
            raise TypeError(f"annotations must hold (instance, t0, t1, text), but holds {shown(annotation)}")
        instance, t0, t1, text = annotation
        source = self._source
        instance = check_index("annotations", instance, len(source.x), ", the instances")
        samples = int(lengths_of(source)[instance])
        return {
            "instance": instance,
            "window": list(as_samples("annotations", (t0, t1), samples, source.sampling_rate)),
            "text": check_text("annotations", text),
        }
