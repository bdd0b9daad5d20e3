from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cam1d_widget import Explanation
from cam1d_widget.viewer.synced.tiles import Tile, attribution_key, map_tile, pack, series_key

from ...support.arrays import explanation
from ...support.synced import unpack


def test_packed_tiles_come_back_as_they_were():
    tiles = [Tile(series_key(3), np.arange(6.0).reshape(3, 2)), Tile(attribution_key(0, 3, 1), np.ones((3, 1)), 0.5)]
    packed = pack(tiles)
    assert [entry["gap"] for entry in packed["index"]] == [None, 0.5]
    for tile, (key, values) in zip(tiles, unpack(packed), strict=True):
        assert key == tile.key
        np.testing.assert_array_equal(values, tile.values)


@given(arrays(np.float32, (7, 2), elements=st.floats(-1e6, 1e6, width=32)))
def test_a_quantized_map_is_off_by_half_a_step_at_most(values):
    for bits, steps in ((16, 32767), (8, 127)):
        [(_, back)] = unpack(pack([Tile(attribution_key(0, 0, 0), values)], bits=bits))
        assert np.abs(back - values).max() <= 0.500001 * float(np.abs(values).max()) / steps


def test_zero_stays_zero_when_quantized():
    [(_, back)] = unpack(pack([Tile(attribution_key(0, 0, 0), np.array([[0.0], [-3.0]]))], bits=16))
    np.testing.assert_array_equal(back, [[0.0], [-3.0]])


def test_a_series_is_never_quantized():
    packed = pack([Tile(series_key(0), np.ones((4, 1)))], bits=16)
    assert packed["index"][0]["dtype"] == "float32"


def test_a_map_that_was_drawn_at_random_tells_its_largest_standard_error():
    whole = explanation()
    errors = {"Saliency": 0.1 * whole.attributions["Saliency"]}
    noisy = Explanation(**{f.name: getattr(whole, f.name) for f in fields(whole)} | {"standard_errors": errors})
    tiles = [map_tile(noisy, "", method, 2, 1) for method in ("Grad-CAM", "Saliency")]
    assert np.isnan(tiles[0].error)
    assert tiles[1].error == pytest.approx(errors["Saliency"][2, 1].max())
    assert [entry["error"] for entry in pack(tiles)["index"]] == [None, tiles[1].error]


@pytest.mark.parametrize("bits", [16, 8])
def test_standard_errors_travel_with_their_map_and_are_never_rounded_down(bits):
    rng = np.random.default_rng(2)
    errors = np.abs(rng.normal(size=(60, 3))).astype(np.float32) * np.logspace(-3, 0, 60, dtype=np.float32)[:, None]
    packed = pack([Tile("attribution/0/0/0", np.zeros((60, 3)), spread=errors)], bits=bits)
    spread = packed["index"][0]["spread"]
    steps = np.frombuffer(packed["data"], spread["dtype"], 180, spread["offset"]).reshape(60, 3)
    over = steps * spread["scale"] - errors
    assert over.min() >= -1e-6
    assert over.max() <= 1.01 * errors.max() / (2**bits - 1)
