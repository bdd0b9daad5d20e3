"""Real data for the notebooks, read from installed packages: nothing is downloaded."""

from cam1d_widget.data.watch import WatchWindows, load_watch

__all__ = ["WatchWindows", "load_watch"]
