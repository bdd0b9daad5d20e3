"""The layout of the widgets around the picture."""
