import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cam1d_widget.viewer.tiles import STEPS, Tile, TileCache, attribution_key, pack, series_key


def unpack(packed):
    for entry in packed["index"]:
        count = np.prod(entry["shape"])
        values = np.frombuffer(packed["data"], entry["dtype"], count, entry["offset"]).reshape(entry["shape"])
        yield entry["key"], values * entry["scale"]


def test_packed_tiles_come_back_as_they_were():
    tiles = [Tile(series_key(3), np.arange(6.0).reshape(3, 2)), Tile(attribution_key(0, 3, 1), np.ones((3, 1)), 0.5)]
    packed = pack(tiles)
    assert [entry["gap"] for entry in packed["index"]] == [None, 0.5]
    for tile, (key, values) in zip(tiles, unpack(packed), strict=True):
        assert key == tile.key
        np.testing.assert_array_equal(values, tile.values)


@given(arrays(np.float32, (7, 2), elements=st.floats(-1e6, 1e6, width=32)))
def test_a_quantized_map_is_off_by_half_a_step_at_most(values):
    [(_, back)] = unpack(pack([Tile(attribution_key(0, 0, 0), values)], quantize=True))
    step = float(np.abs(values).max()) / STEPS
    assert np.abs(back - values).max() <= 0.500001 * step


def test_zero_stays_zero_when_quantized():
    [(_, back)] = unpack(pack([Tile(attribution_key(0, 0, 0), np.array([[0.0], [-3.0]]))], quantize=True))
    np.testing.assert_array_equal(back, [[0.0], [-3.0]])


def test_a_series_is_never_quantized():
    packed = pack([Tile(series_key(0), np.ones((4, 1)))], quantize=True)
    assert packed["index"][0]["dtype"] == "float32"


@given(st.lists(st.integers(0, 20), min_size=1))
def test_a_cache_stays_within_its_bounds(keys):
    cache = TileCache(lambda key: Tile(key, np.zeros((10, 1), np.float32)), capacity=4 * 40)
    for key in keys:
        assert cache[series_key(key)].key == series_key(key)
        assert cache.nbytes == 40 * len(cache) <= 160


def test_a_tile_at_hand_is_not_made_again():
    made = []
    cache = TileCache(lambda key: made.append(key) or Tile(key, np.zeros((1, 1))))
    assert cache["series/0"] is cache["series/0"]
    assert made == ["series/0"]


def test_a_fault_is_not_kept():
    faults = iter([RuntimeError("once")])

    def make(key):
        for fault in faults:
            raise fault
        return Tile(key, np.zeros((1, 1)))

    cache = TileCache(make)
    with pytest.raises(RuntimeError, match="once"):
        cache["series/0"]
    assert cache["series/0"].key == "series/0"
