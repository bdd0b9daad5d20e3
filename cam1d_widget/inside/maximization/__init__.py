"""Activation maximization: the input that maximizes a class score or a filter."""
