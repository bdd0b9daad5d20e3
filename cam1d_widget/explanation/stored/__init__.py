"""Explanations of any number of series in a Zarr store: what it contains, and a source that reads it when needed."""

from .stored_explanation import StoredExplanation

__all__ = ["StoredExplanation"]
