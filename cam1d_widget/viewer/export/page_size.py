"""Which maps of an explanation fit into a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from math import ceil
from typing import NamedTuple

import numpy as np

from ...explanation.labels import are_classes, is_right, members
from ...explanation.source import lengths_of, seconds_of
from ...progress import Steps
from ..choice import Choice
from ..synced.base import ENTRY_BYTES
from ..synced.facts import maps_there
from .excerpt import Excerpt

__all__ = ["Fitted", "Priorities", "fitted", "in_time", "sizes_of", "time_note", "without_slow"]

MEGABYTE = 10**6

PATIENCE = 60.0
"""Time limit in seconds for all maps of a page whose methods were not named."""


class Priorities(NamedTuple):
    """What a page should hold first.

    Attributes
    ----------
    named : collection of str
        Which of "instances", "targets" and "methods" the user chose: the page has all of those, or is refused.
    shown : sequence of Choice
        Displayed pictures: the current one and the pinned one.
    viewed : sequence of str
        Methods that were viewed, the current one first.
    """

    named: Collection[str] = ()
    shown: Sequence[Choice] = ()
    viewed: Sequence[str] = ()


class Fitted(NamedTuple):
    """A part of an explanation that fits, the size of a value of its maps, and a sentence on what was left out."""

    chosen: Excerpt
    bits: int
    note: str


@dataclass(frozen=True)
class Sizes:
    """Bytes of the text of a page, as far as they are known before its maps are computed.

    Attributes
    ----------
    others : mapping of str to float
        By name, for the parts of every page besides series and maps.
    series : int
        Values of one series of mean length.
    maps : mapping of str to int
        By method, values of one map and its errors, for a series of mean length.
    seconds : mapping of str to float
        By method, time that the maps of one instance take.
    """

    others: Mapping[str, float]
    series: int
    maps: Mapping[str, int]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def of_series(self) -> float:
        """Bytes of one series."""
        return _encoded(4 * self.series)

    def of_map(self, method: str, bits: int) -> float:
        """Bytes of one map."""
        return _encoded(bits // 8 * self.maps[method])


def without_slow(chosen: Excerpt, priorities: Priorities) -> Excerpt:
    """The choice without methods that alone would exceed the time limit, as estimated before a map is computed."""
    if "methods" in priorities.named:
        return chosen
    quick = [
        label
        for label in chosen.methods
        if label in priorities.viewed or len(chosen.x) * seconds_of(chosen.whole, label) <= PATIENCE
    ]
    return chosen.part(quick) if quick else chosen


def sizes_of(chosen: Excerpt, others: Mapping[str, float]) -> Steps[Sizes]:
    """Sizes and times, from two maps of each method; yields the completed share and a description."""
    maps, seconds, lengths = {}, {}, lengths_of(chosen)
    for done, label in enumerate(chosen.methods):
        yield done / len(chosen.methods), f"size of a page with {label}"
        there = np.argwhere(maps_there(chosen, label, chosen.menu))
        maps[label], seconds[label] = 0, 0.0
        if len(there):
            instance, target = int(there[0][0]), chosen.menu[there[0][1]]
            with_errors = chosen.standard_error(label, instance, target) is not None
            # Of a series of mean length.
            share = lengths.mean() / chosen.x.shape[1]
            maps[label] = round(chosen.attribution(label, instance, target).size * share) * (2 if with_errors else 1)
            # The first map of a method may include its compilation.
            instance, place = map(int, there[-1])
            chosen.attribution(label, instance, chosen.menu[place])
            # Some methods compute the maps of all classes together.
            classes = there[there[:, 0] == instance, 1]
            own = (label, chosen.instances[instance])
            left = [one for one in classes if seconds_of(chosen.whole, *own, chosen.menu[one]) > 0]
            seconds[label] = seconds_of(chosen.whole, label) * (len(left) + 1)
    others = {name: size for name, size in others.items() if size}
    return Sizes(others, round(lengths.mean() * chosen.x.shape[2]), maps, seconds)


def in_time(chosen: Excerpt, sizes: Sizes, priorities: Priorities) -> Excerpt:
    """The part of the choice that is computed within the time limit.

    Methods that were viewed come first, for as many instances as two thirds of the time suffice for, and then whole
    methods, the quickest first. What was named is kept.
    """
    if "methods" in priorities.named:
        return chosen
    count, rows = len(chosen.x), {}
    left = PATIENCE * 2 / 3
    for label in [one for one in priorities.viewed if one in chosen.methods]:
        fits = count if count * sizes.seconds[label] <= left else max(1, int(left / sizes.seconds[label]))
        rows[label] = count if "instances" in priorities.named else fits
        left -= rows[label] * sizes.seconds[label]
    left += PATIENCE / 3
    for label in sorted(set(chosen.methods) - set(rows), key=lambda one: (sizes.seconds[one], one)):
        if count * sizes.seconds[label] <= left:
            rows[label] = count
            left -= count * sizes.seconds[label]
    kept = [label for label in chosen.methods if label in rows] or [chosen.methods[0]]
    if all(rows.get(label) == count for label in chosen.methods):
        return chosen
    order = _by_interest(chosen, priorities)
    tables = {}
    for label in kept:
        among = np.isin(np.arange(count), order[: rows.get(label, 1)])
        tables[label] = maps_there(chosen, label, chosen.menu) & among[:, np.newaxis]
    return chosen.part(kept, tables)


def time_note(whole: Excerpt, chosen: Excerpt) -> str:
    """Sentence that states what was left out to save time, and how to include it; "" if nothing was."""
    none = [label for label in whole.methods if label not in chosen.methods]
    count = len(chosen.x)
    rows = {label: int(maps_there(chosen, label, chosen.menu).any(axis=1).sum()) for label in chosen.methods}
    texts = [f"{label} for {done:,} of {count:,} instances only" for label, done in rows.items() if done < count]
    texts += [f"no map of {_listed(none)}"] if none else []
    return (
        f"So that it takes about {PATIENCE:.0f} s to compute, the page holds {' and '.join(texts)}; name the methods "
        f"in methods= to include all their maps"
        if texts
        else ""
    )


def fitted(chosen: Excerpt, sizes: Sizes, budget_mb: float, priorities: Priorities) -> Fitted:
    """The whole choice if it fits, or else as much of it as does.

    Parameters
    ----------
    chosen : Excerpt
    sizes : Sizes
    budget_mb : float
        Size of the page in MB.
    priorities : Priorities

    Raises
    ------
    ValueError
        If not even what was named fits, or the first map does not.
    """
    there = {label: maps_there(chosen, label, chosen.menu) for label in chosen.methods}
    room = budget_mb * MEGABYTE - sum(sizes.others.values()) - len(chosen.x) * sizes.of_series()

    def whole(bits: int) -> float:
        return sum(table.sum() * sizes.of_map(label, bits) for label, table in there.items())

    if whole(16) <= room:
        return Fitted(chosen, 16, "")
    everything_named = {"instances", "targets", "methods"} <= set(priorities.named)
    if whole(8) <= room and not everything_named:
        return Fitted(chosen, 8, f"To fit into budget_mb={budget_mb:g}, {_ROUNDED}")
    parts = None if everything_named else _Parts(chosen, there, sizes, priorities).take(budget_mb)
    if parts is None:
        raise ValueError(_refusal(there, sizes, budget_mb))
    needed = (whole(16) - room) / MEGABYTE + budget_mb
    kept = Excerpt(
        chosen.whole,
        tuple(chosen.instances[row] for row in np.flatnonzero(parts.rows)),
        chosen.menu,
        tuple(label for label, table in parts.kept.items() if table.any()),
        {label: table[parts.rows] for label, table in parts.kept.items()},
    )
    return Fitted(kept, 8, _note(parts, there, budget_mb, needed))


class _Parts:
    """Maps of a page, added by priority until the size limit is reached."""

    def __init__(self, chosen: Excerpt, there: Mapping[str, np.ndarray], sizes: Sizes, priorities: Priorities) -> None:
        self._chosen, self._there, self._sizes, self._priorities = chosen, there, sizes, priorities
        self.kept = {label: np.zeros_like(table) for label, table in there.items()}
        self.rows = np.zeros(len(chosen.x), dtype=bool)
        self._key = _key_classes(chosen, priorities)
        viewed = [label for label in priorities.viewed if label in there] or [chosen.methods[0]]
        self._viewed = list(chosen.methods) if "methods" in priorities.named else viewed

    def take(self, budget_mb: float) -> _Parts | None:
        """Add maps in their order; None if the named ones do not fit, or no map does."""
        sizes, chosen = self._sizes, self._chosen
        lengths = lengths_of(chosen)
        room = budget_mb * MEGABYTE - sum(sizes.others.values())
        for row, labels, classes in self._in_order():
            cells = {label: self._there[label][row] & classes & ~self.kept[label][row] for label in labels}
            needed = sum(cell.sum() * sizes.of_map(label, 8) for label, cell in cells.items())
            needed = lengths[row] / lengths.mean() * (needed + (0 if self.rows[row] else sizes.of_series()))
            if needed > room:
                break
            room -= needed
            self.rows[row] = True
            for label, cell in cells.items():
                self.kept[label][row] |= cell
        required = np.ones(len(chosen.x), dtype=bool) if "instances" in self._priorities.named else self.rows
        complete = self.rows.any() and (required <= self.rows).all()
        return self if complete and all(self._has_key_maps(label) for label in self._required()) else None

    def _required(self) -> list[str]:
        """Methods that every page contains."""
        return self._viewed if "methods" in self._priorities.named else self._viewed[:1]

    def _has_key_maps(self, label: str) -> bool:
        wanted = self._there[label] & self._key & self.rows[:, np.newaxis]
        return bool((wanted <= self.kept[label]).all())

    def _in_order(self) -> Iterator[tuple[int, Sequence[str], np.ndarray]]:
        """Row, methods and classes of each group of maps, by priority."""
        order = _by_interest(self._chosen, self._priorities)
        rest = [label for label in self._chosen.methods if label not in self._viewed]
        every = np.ones(len(self._chosen.menu), dtype=bool)
        first = [self._viewed] if "methods" in self._priorities.named else [[label] for label in self._viewed]
        yield from ((row, labels, self._key[row]) for labels in first for row in order)
        yield from ((row, rest, self._key[row]) for row in order)
        yield from ((row, labels, every) for labels in (self._viewed, rest) for row in order)

    def complete(self, label: str) -> bool:
        """Whether all rows have this method's maps of their predicted and true class."""
        return self._has_key_maps(label)


def _key_classes(chosen: Excerpt, priorities: Priorities) -> np.ndarray:
    """Classes to keep first, of shape (instance, class of the menu): predicted, true and displayed ones."""
    if "targets" in priorities.named:
        return np.ones((len(chosen.x), len(chosen.menu)), dtype=bool)
    menu = np.asarray(chosen.menu)
    key = menu == _outputs(chosen).argmax(axis=1)[:, np.newaxis]
    if are_classes(chosen.y):
        key |= np.stack([members(np.asarray(chosen.y), target) for target in chosen.menu], axis=1)
    for choice in priorities.shown:
        if choice.instance in chosen.instances:
            displayed = [one for one in (choice.target, choice.against) if one is not None]
            key[chosen.instances.index(choice.instance)] |= np.isin(menu, displayed)
    return key


def _by_interest(chosen: Excerpt, priorities: Priorities) -> list[int]:
    """Rows by priority: displayed, misclassified, then alternately the least and the most confident."""
    outputs = _outputs(chosen)
    ranked = np.sort(outputs, axis=1)
    confidence = ranked[:, -1] - ranked[:, -2] if ranked.shape[1] > 1 else np.abs(ranked[:, 0])
    rising = np.argsort(confidence, kind="stable").tolist()
    half = len(rising) // 2
    least, most = rising[: len(rising) - half], rising[::-1][:half]
    in_turn = [row for pair in zip_longest(least, most) for row in pair if row is not None]
    wrong = (
        np.flatnonzero(~is_right(np.asarray(chosen.y), outputs.argmax(axis=1))).tolist()
        if are_classes(chosen.y) and outputs.shape[1] > 1
        else []
    )
    shown = [chosen.instances.index(one.instance) for one in priorities.shown if one.instance in chosen.instances]
    return list(dict.fromkeys([*shown, *wrong, *in_turn]))


def _outputs(chosen: Excerpt) -> np.ndarray:
    outputs = chosen.scores if chosen.probabilities is None else chosen.probabilities
    return np.asarray(outputs)[:, : len(chosen.class_names)]


def _refusal(there: Mapping[str, np.ndarray], sizes: Sizes, budget_mb: float) -> str:
    count = len(next(iter(there.values())))
    parts = {name: size / MEGABYTE for name, size in sizes.others.items()}
    parts[f"{count} series"] = count * sizes.of_series() / MEGABYTE
    for label, table in there.items():
        number = int(table.sum())
        parts[f"{number} maps of {label}"] = number * sizes.of_map(label, 16) / MEGABYTE
    shown = "; ".join(f"{name}: {size:.1f} MB" for name, size in parts.items())
    return (
        f"the page would take {sum(parts.values()):.1f} MB, more than budget_mb={budget_mb:g} ({shown}); "
        "choose fewer with instances=, targets= or methods=, or raise budget_mb="
    )


_ROUNDED = "maps are rounded to 8 bits, by at most 0.4 % of the largest value of each"


def _note(parts: _Parts, there: Mapping[str, np.ndarray], budget_mb: float, needed: float) -> str:
    """Sentence that states what the page contains, what it omits, and how to include more."""
    kept, total = (int(sum(table.sum() for table in tables.values())) for tables in (parts.kept, there))
    rows = int(parts.rows.sum())
    complete = [label for label in parts.kept if parts.complete(label) and there[label].any(axis=1).all()]
    partly = {label: int(table.any(axis=1).sum()) for label, table in parts.kept.items() if label not in complete}
    of = f"{rows:,} of {len(parts.rows):,} instances" if rows < len(parts.rows) else f"all {rows:,} instances"
    texts = [f"{_listed(complete)} for {of}"]
    if some := [label for label, count in partly.items() if count]:
        count = max(partly.values())
        texts.append(
            f"{_listed(some)} for {count:,}, first those with a wrong, an uncertain or a very certain prediction"
        )
    if none := [label for label, count in partly.items() if not count]:
        texts.append(f"no map of {_listed(none)}")
    if not all((parts.kept[label] == there[label])[parts.rows].all() for label in complete):
        texts.append("some instances have only the maps of their predicted and true class")
    texts += [_ROUNDED, f"for others name instances=, targets= or methods=, or for all pass budget_mb={ceil(needed)}"]
    return f"This page holds {kept:,} of {total:,} maps, to fit into budget_mb={budget_mb:g}: {'; '.join(texts)}"


def _listed(labels: Sequence[str]) -> str:
    """Up to three labels, and the number of the remaining ones."""
    if len(labels) <= 3:
        return " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    return f"{', '.join(labels[:2])} and {len(labels) - 2} other methods"


def _encoded(nbytes: float) -> float:
    return 4 * nbytes / 3 + ENTRY_BYTES
