"""What a store of an explanation contains: names of its arrays, and the facts in its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, field, fields
from typing import Any

from ...validation import shown
from ..facts import MethodFacts
from .encoding import DTYPES
from .permutation import DECREASE, OTHERS, PREDICTION

__all__ = [
    "FORMAT",
    "INDEX",
    "KEY",
    "Header",
    "MapArrays",
    "arrays_of",
    "check_labels",
    "is_indexed",
    "is_share",
    "zarr",
]

FORMAT = 1
KEY = "cam1d_widget"
"""Attribute of the root group that holds the header."""
INDEX = "index"
"""Group with copies of the arrays that are read as a whole, in few files."""
_INDEXED = frozenset({"scores", "probabilities", "targets", DECREASE, PREDICTION})
_TAKEN = frozenset(
    {
        "x",
        "scores",
        "probabilities",
        "targets",
        "y",
        "start",
        "receptive_field",
        "done",
        "partials",
        "statistics",
        INDEX,
        OTHERS,
    }
)


@dataclass(frozen=True)
class MapArrays:
    """Names of the arrays of one method."""

    values: str
    gaps: str
    shares: str
    scales: str
    errors: str
    error_scales: str


def arrays_of(label: str) -> MapArrays:
    """Names of the arrays of the method with this label; the maps are under the label itself."""
    name = label.replace("/", "_").strip(". ") or "map"
    name = f"{name} map" if name in _TAKEN or name.startswith("__") else name
    kinds = ("gap", "channel share", "scale", "standard error", "standard error scale")
    return MapArrays(name, *(f"{name} {kind}" for kind in kinds))


def check_labels(labels: Iterable[str]) -> None:
    """Refuse methods whose labels would name the same array."""
    owners: dict[str, str] = {}
    for label in labels:
        for name in astuple(arrays_of(label)):
            other = owners.setdefault(name, label)
            if other != label:
                raise ValueError(
                    f"methods must have labels whose arrays in the store have different names, but those of {other!r} "
                    f"and {label!r} share {name!r}; change one of the labels"
                )


def is_share(name: str) -> bool:
    """Whether an array holds the channel shares of maps."""
    return name.endswith(" channel share")


def is_indexed(name: str) -> bool:
    """Whether an array is read as a whole, and has a copy in the index."""
    return name in _INDEXED or is_share(name)


@dataclass(frozen=True)
class Header:
    """Facts in the attributes of a store.

    Attributes
    ----------
    made_of : mapping of str to str
        What the maps depend on: model, data and options, each as text or as a digest.
    chunk : int
        Series in a block.
    series : tuple of int
        Samples and channels of a series.
    dtype : {"float32", "float16", "uint8"}
        Type of the maps' values.
    methods : tuple of MethodFacts
    class_names, channel_names, channel_units : tuple of str
    sampling_rate : float or None
    skipped : tuple of int
        Blocks whose series could not be explained.
    complete : bool
        Whether every other block was written.
    version : str
        Version of the package that wrote it.
    """

    made_of: Mapping[str, str]
    chunk: int
    series: tuple[int, ...]
    dtype: str
    methods: tuple[MethodFacts, ...]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    channel_units: tuple[str, ...]
    sampling_rate: float | None = None
    skipped: tuple[int, ...] = ()
    complete: bool = False
    version: str = ""
    format: int = field(default=FORMAT)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the attributes."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Any) -> Header:
        """Header of a store's attributes, checked."""
        if not isinstance(given, Mapping) or given.get("format") != FORMAT:
            raise ValueError(f"its header must have format {FORMAT}, but is {shown(given)}")
        known = {one.name for one in fields(cls)}
        if set(given) != known:
            raise ValueError(f"its header must have the fields {', '.join(sorted(known))}")
        if given["dtype"] not in DTYPES:
            raise ValueError(f"its dtype must be one of {', '.join(DTYPES)}, but is {shown(given['dtype'])}")
        listed = ("series", "class_names", "channel_names", "channel_units", "skipped")
        several = {name: tuple(given[name]) for name in listed}
        return cls(**{**given, **several, "methods": tuple(MethodFacts(**one) for one in given["methods"])})


def zarr() -> Any:
    """The library, which is imported on first use."""
    from ..._lazy_import import loaded

    return loaded("zarr", "a store of maps")
