"""The class that a viewer explains when its instance changes."""

from __future__ import annotations

from typing import Any

from .choice import first_target, followed

__all__ = ["follow_class"]


def follow_class(viewer: Any) -> None:
    """Make a viewer explain the class that it follows; choosing another class fixes that one.

    Parameters
    ----------
    viewer : ExplanationViewer
    """
    source = viewer.explanation
    following = False

    def follow(change: Any) -> None:
        """Explain the class that is followed, if it was explained on this instance; else one that was."""
        nonlocal following
        if viewer.mark.taking:  # the browser has changed the class
            return
        target, against = followed(viewer.follow, source, viewer.instance) or (viewer.target, viewer.against)
        wanted = [one for one in (target, against) if one is not None]
        following = True
        try:
            if all(source.has(viewer.method, viewer.instance, one) for one in wanted):
                viewer.target, viewer.against = target, against
            elif not source.has(viewer.method, viewer.instance, viewer.target):
                viewer.target = first_target(source, viewer.method, viewer.instance)
        finally:
            following = False

    def fix(change: Any) -> None:
        """Fix a class that was chosen."""
        if following or viewer.mark.taking:
            return
        now = followed(viewer.follow, source, viewer.instance)
        if now is not None and now != (viewer.target, viewer.against):
            viewer.follow = "fixed"

    viewer.observe(follow, ["instance", "follow"])
    viewer.observe(fix, ["target", "against"])
