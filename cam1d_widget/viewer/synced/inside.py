"""Inside: the selected layer and filter of the network, and the activations that the browser requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from traitlets import Any as AnyTrait
from traitlets import Dict, List, validate

from ...explanation.source import LayerFacts
from ...names import did_you_mean
from ...progress import Steps
from ...validation import check_index, shown
from ..choice import NoSuchChoice, refusing_choice
from .base import PageContents, Synced
from .checked import chosen, flag, text, whole
from .jobs import Result, Work
from .messages import kind_of
from .tiles import Tile, answered, pack, packed_to_json, places_of

__all__ = ["Inside", "InsideSource", "activations_key", "results_of_page", "steps_key"]

# Largest number of bytes of activations in a saved page.
_PAGE_BYTES = 6 * 2**20


class InsideSource(Protocol):
    """Reads the layers of a network."""

    @property
    def layers(self) -> Sequence[LayerFacts]:
        """Layers that can be selected."""

    @property
    def explained(self) -> str | None:
        """Name of the layer that class activation maps explain; None if it cannot be selected."""

    @property
    def work(self) -> Mapping[str, Work]:
        """Long computations that the browser can request, by kind."""

    @property
    def unequal(self) -> bool:
        """Whether the steps of a layer differ from instance to instance, since the lengths of the series do."""

    def activations(self, layer: str, instance: int) -> np.ndarray:
        """Activations of a layer's filters on an instance, of shape (step, filter)."""

    def steps(self, layer: str, instance: int) -> np.ndarray:
        """First sample, one past the last, and center of each step of a layer for an instance, of shape (step, 3)."""


def activations_key(layer: int, instance: int) -> str:
    """Key of a layer's activations on an instance, both by their indices."""
    return f"activations/{layer}/{instance}"


def steps_key(layer: int, instance: int) -> str:
    """Key of what the steps of a layer see of an instance, both by their indices."""
    return f"steps/{layer}/{instance}"


class Inside(Synced):
    """The selected layer and filter of the network.

    Parameters
    ----------
    source : InsideSource, optional
        Computes activations. Default: none, as in a saved page.
    layers : list of dict, optional
        Names, kinds and numbers of filters of the layers. Default: those of the source.
    tiles : dict, optional
        Packed activations that travel with the widget's state.
    **traits
        Initial `layer`, `filter` and so on.

    Attributes
    ----------
    explained : str
        Name of the layer that class activation maps explain; "" if it is not among the layers.
    layer : str
        Name of the layer.
    filter : int or None
        Filter whose meaning is displayed.
    step : int or None
        Step of the layer whose contribution to the class score is displayed.
    by : {"activity", "weight"}
        Order of the filters: by mean activation, or by their weight for the explained class.
    unfolded : bool
        Whether the panel is unfolded.
    """

    layers = List(Dict()).tag(sync=True, echo_update=False)
    explained = text().tag(sync=True, echo_update=False)
    layer = text().tag(sync=True)
    filter = whole(None, allow_none=True).tag(sync=True)
    step = whole(None, allow_none=True).tag(sync=True)
    by = chosen("activity", "weight").tag(sync=True)
    unfolded = flag(False).tag(sync=True)
    tiles = AnyTrait().tag(sync=True, echo_update=False, to_json=packed_to_json)

    def __init__(
        self,
        source: InsideSource | None = None,
        *,
        layers: Sequence[dict[str, Any]] = (),
        tiles: dict[str, Any] | None = None,
        **traits: Any,
    ) -> None:
        self._source = source
        facts = [] if source is None else [facts_of_layer(layer) for layer in source.layers]
        known = list(layers) or facts
        traits.setdefault("layer", known[0]["name"] if known else "")
        traits.setdefault("explained", (source and source.explained) or "")
        super().__init__(layers=known, tiles=tiles if tiles is not None else {"index": [], "data": b""}, **traits)
        self.on_msg(self._receive)

    def read_source(self) -> None:
        """Read the layers of the source again; the selected layer stays if it still exists."""
        assert self._source is not None
        self.layers = [facts_of_layer(layer) for layer in self._source.layers]
        self.explained = self._source.explained or ""
        if self.layer not in [layer["name"] for layer in self.layers]:
            self.layer = self.layers[0]["name"] if self.layers else ""

    def tile(self, key: str) -> Tile:
        """Activations of this key, or what their steps see."""
        kind = "steps" if key.startswith("steps/") else "activations"
        layer, instance = places_of(key, kind, "layer", "instance")
        if self._source is None:
            raise ValueError("key must be of activations that a model computes, but there is no model")
        name = self.layers[check_index("layer", layer, len(self.layers))]["name"]
        read = self._source.steps if kind == "steps" else self._source.activations
        return Tile(key, np.asarray(read(name, instance), np.float32))

    def for_page(self, page: PageContents) -> Inside:
        """Layers of a page: those that were read, with as many activations as fit.

        The current layer and the current instance come first. Activations are rounded to 65535 steps.
        """
        kept = [layer for layer in self.layers if f"inside layer/{layer['name']}" in page.results]
        names = [layer["name"] for layer in kept]
        current = self.layer if self.layer in names else next(iter(names), "")
        return Inside(
            layers=kept,
            explained=self.explained if self.explained in names else "",
            layer=current,
            tiles=pack(list(self._activations_of(page, names, current)), bits=16),
            filter=self.filter if self.layer in names else None,
            step=self.step if self.layer in names else None,
            by=self.by,
            unfolded=self.unfolded and bool(kept),
        )

    def reading_explained(self) -> Steps[dict[str, Result]]:
        """Read the explained layer for a page that computes; yields the completed share and a description."""
        if self._source is None or not self.explained:
            return {}
        result = yield from self._source.work["inside layer"]({"layer": self.explained})
        return {f"inside layer/{self.explained}": result}

    def _activations_of(self, page: PageContents, names: Sequence[str], current: str) -> Iterator[Tile]:
        """Activations by their indices on a page, as many as fit."""
        remaining, all_names = _PAGE_BYTES, [layer["name"] for layer in self.layers]
        for name in sorted(names, key=lambda name: name != current):
            for place, instance in sorted(enumerate(page.instances), key=lambda one: one[1] != page.first):
                of_kernel, of_page = (all_names.index(name), instance), (names.index(name), place)
                values = self.tile(activations_key(*of_kernel)).values
                steps = self.tile(steps_key(*of_kernel)).values if self._source and self._source.unequal else None
                remaining -= 2 * values.size + (0 if steps is None else 4 * steps.size)
                if remaining < 0:
                    return
                yield Tile(activations_key(*of_page), values)
                if steps is not None:
                    yield Tile(steps_key(*of_page), steps)

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        if kind_of(content) == "tiles":
            self.send(*answered(content, self.tile))

    @validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        names = [layer["name"] for layer in self.layers]
        if names and proposal["value"] not in names:
            raise NoSuchChoice(
                f"layer must be one that has a time axis ({', '.join(names)}), but is {shown(proposal['value'])}"
                f"{did_you_mean(proposal['value'], names)}"
            )
        if self.filter is not None and self.filter >= self._filters(proposal["value"]):
            self.filter = None
        return str(proposal["value"])

    @validate("filter")
    def _check_filter(self, proposal: Any) -> int | None:
        value, count = proposal["value"], self._filters(self.layer)
        if value is None:
            return None
        with refusing_choice():
            return check_index("filter", value, count, f", a filter of layer {self.layer!r}")

    def _filters(self, name: str) -> int:
        return next((layer["filters"] for layer in self.layers if layer["name"] == name), 0)


def facts_of_layer(layer: LayerFacts) -> dict[str, Any]:
    """Facts as plain JSON."""
    return {"name": layer.name, "kind": layer.kind, "filters": int(layer.filters)}


def results_of_page(results: Mapping[str, Result]) -> dict[str, Result]:
    """Results that a page can show: those about a filter or a step only with those of its layer."""
    read = {result.content["layer"] for name, result in results.items() if name.startswith("inside layer/")}
    return {
        name: result
        for name, result in results.items()
        if not name.startswith(("inside filter/", "inside step/")) or result.content["layer"] in read
    }
