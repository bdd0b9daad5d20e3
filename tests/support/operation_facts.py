"""What an operation states about a layer, compared with what the layer computes."""

from __future__ import annotations

import numpy as np

from cam1d_widget.attribution.receptive_field import ReceptiveField
from cam1d_widget.network.graph import Graph, Node
from cam1d_widget.network.operations import Elementwise, Mixing, Pick, TransposedConvolution
from cam1d_widget.network.receptive_field import Seen, seen_after

WIDE = Mixing, Pick, TransposedConvolution
"""Operations that are taken to see more than they do."""


def assert_facts_are_measured(graph: Graph, node: Node, of_positive: bool = False, exact: bool = True) -> None:
    """What a node states is what its layer does.

    Parameters
    ----------
    of_positive : bool
        Whether it is a function of positive numbers.
    exact : bool
        Whether its receptive field is no larger than what it depends on.
    """
    assert_affine_and_homogeneous_are_measured(graph, node)
    assert_what_does_not_jump_is_continuous(graph, node, of_positive)
    assert_signs_and_monotony_are_measured(graph, node, of_positive)
    assert_steps_are_mapped_as_the_layer_maps_them(graph, node, exact)


def inputs_of(graph: Graph, node: Node, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = [graph.values[value].shape[1:] for value in node.inputs]
    arrays = [rng.normal(size=(4, *shape)).astype(np.float32) for shape in shapes]
    return [one.astype(graph.values[value].dtype) for one, value in zip(arrays, node.inputs, strict=True)]


def output_of(node: Node, inputs: list[np.ndarray]) -> np.ndarray:
    return np.nan_to_num(np.asarray(node.call(*inputs)[0]).astype(np.float64))


def close(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.allclose(one, other, rtol=1e-3, atol=2e-3 * max(1.0, np.abs(other).max())))


def assert_affine_and_homogeneous_are_measured(graph: Graph, node: Node) -> None:
    facts, first, second = node.operation.facts, inputs_of(graph, node, 3), inputs_of(graph, node, 4)
    first, second = ([4 * one for one in inputs] for inputs in (first, second))  # beyond the limits of functions
    if any(not np.issubdtype(one.dtype, np.floating) for one in first):
        assert not facts.affine
        return
    made = [output_of(node, [(1 - t) * a + t * b for a, b in zip(first, second, strict=True)]) for t in (0, 0.3, 1)]
    affine = close(made[1], 0.7 * made[0] + 0.3 * made[2])
    half = output_of(node, [one * np.float32(0.5) for one in first])
    homogeneous = close(half, 0.5 * made[0])
    if isinstance(node.operation, Mixing | Elementwise) or facts.jumps:  # nothing is claimed of most of them
        assert not facts.affine or affine
        assert not facts.homogeneous or homogeneous
    else:
        assert facts.affine == affine
        assert facts.homogeneous == homogeneous


def assert_what_does_not_jump_is_continuous(graph: Graph, node: Node, of_positive: bool) -> None:
    if node.operation.facts.jumps or "float" not in str(graph.values[node.inputs[0]].dtype):
        return
    inputs = inputs_of(graph, node, 5)
    if of_positive:  # continuous where they are defined
        inputs = [np.abs(one) + 0.1 for one in inputs]
    moved = [one * np.float32(1 + 1e-4) + np.float32(1e-4) for one in inputs]
    change = np.abs(output_of(node, moved) - output_of(node, inputs))
    assert change.max() < 0.02 * max(1.0, np.abs(output_of(node, inputs)).max())


def assert_signs_and_monotony_are_measured(graph: Graph, node: Node, of_positive: bool) -> None:
    facts, inputs = node.operation.facts, inputs_of(graph, node, 6)
    if facts.keeps_sign:
        assert output_of(node, [np.abs(one) for one in inputs]).min() >= -1e-6
    if facts.rises:
        before = [np.abs(one) for one in inputs] if of_positive else inputs
        after = [one + np.float32(0.1) for one in before]
        assert (output_of(node, after) >= output_of(node, before) - 1e-6).all()


def assert_steps_are_mapped_as_the_layer_maps_them(graph: Graph, node: Node, exact: bool) -> None:
    """Along each axis of the input: which samples an output sees, and whether its position matters."""
    shapes = [graph.values[value].shape for value in node.inputs]
    if any("float" not in str(graph.values[value].dtype) for value in node.inputs) or None in node_shape(graph, node):
        return
    for axis in range(1, len(shapes[0])):
        length = shapes[0][axis]
        if length == 1 or any(len(shape) <= axis or shape[axis] != length for shape in shapes):
            continue
        seen = [Seen(ReceptiveField.of_input(length), axis) for _ in shapes]
        after = seen_after(graph, node, node.outputs[0], seen)
        if isinstance(after, ValueError):  # refused: nothing is claimed
            continue
        assert_sees(graph, node, axis, after, exact=exact and not isinstance(node.operation, WIDE))


def node_shape(graph: Graph, node: Node) -> tuple[int | None, ...]:
    return graph.values[node.outputs[0]].shape[1:]


def assert_sees(graph: Graph, node: Node, axis: int, after: Seen, exact: bool) -> None:
    """The samples on which the steps of the output depend are those of the receptive field."""
    inputs, length = inputs_of(graph, node, 7), graph.values[node.inputs[0]].shape[axis]
    plain, depends, rng = output_of(node, inputs), [], np.random.default_rng(9)
    for sample in range(length):
        changed = [one.copy() for one in inputs]
        for one in changed:
            part = np.moveaxis(one, axis, 0)[sample]
            part += rng.normal(3, 3, part.shape)
        moved = np.abs(output_of(node, changed) - plain) > 1e-6
        steps = np.moveaxis(moved, after.axis, 0) if after.axis is not None else moved[np.newaxis]
        depends.append(steps.reshape(len(steps), -1).any(axis=1))
    found = np.array(depends).T  # (step, sample)
    samples = np.arange(length)
    claimed = (samples >= after.field.start[:, np.newaxis]) & (samples < after.field.stop[:, np.newaxis])
    assert not (found & ~claimed).any()
    if exact and not node.operation.facts.jumps:
        hull = np.maximum.accumulate(found, axis=1) & np.maximum.accumulate(found[:, ::-1], axis=1)[:, ::-1]
        np.testing.assert_array_equal(hull, claimed)
    jumps, own_sample = node.operation.facts.jumps, np.array_equal(claimed, np.eye(length, dtype=bool))
    if after.axis is not None and own_sample and not jumps:
        order = np.random.default_rng(8).permutation(length)
        permuted = output_of(node, [np.take(one, order, axis) for one in inputs])
        same = close(permuted, np.take(plain, order, after.axis))
        assert same == (after.axis not in node.operation.facts.parameter_axes)
