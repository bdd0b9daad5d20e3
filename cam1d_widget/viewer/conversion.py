"""Values of a viewer, with labels and times, from those of its mark, with indices and samples, and back."""

from __future__ import annotations

from typing import Any

from ..explanation.source import ExplanationSource, lengths_of
from ..validation import check_index, check_text, shown
from .choice import Choice, Mean
from .windows import Annotation, as_samples, as_times

__all__ = ["Conversion"]


class Conversion:
    """Conversion of the values of a viewer.

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
        """Mean that the mark has."""
        return None if fields is None else Mean(**fields)

    def mean_fields(self, mean: Mean | None) -> dict[str, Any] | None:
        """Mean as the mark has it."""
        return None if mean is None else mean._asdict()

    def choice(self, fields: dict[str, Any] | None) -> Choice | None:
        """Picture that the mark has."""
        if fields is None:
            return None
        return Choice(**{**fields, "method": self.label(fields["method"]), "mean": self.mean(fields.get("mean"))})

    def choice_fields(self, choice: Choice | None) -> dict[str, Any] | None:
        """Picture as the mark has it."""
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
        """Note that the mark has."""
        return Annotation(note["instance"], *as_times(note["window"], self._source.sampling_rate), note["text"])

    def note(self, annotation: Any) -> dict[str, Any]:
        """Note as the mark has it."""
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
