"""From a classifier to an :class:`~cam1d_widget.explanation.explanation.Explanation`."""
