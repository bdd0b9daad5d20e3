"""A PyTorch module, read once into a graph of operations by ``torch.export``.

The exported operations take tensors in the module's own order of axes, mostly (batch, channel, time). Values of the
graph hold the same numbers as (batch, step, filter): each call rearranges its inputs and outputs, which costs nothing,
since PyTorch changes the strides alone. Parameters and buffers are taken from the module at every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import OutputKind

from ...network.function_call import FunctionCall
from ...network.graph import Graph, LayerOutput, Node, Value
from ...network.operations import Attention, Held, Identity, Operation, Permute, Rearranging
from ..inputs import Inputs
from .arguments import alone
from .aten_call import AtenCall
from .attention import self_attention
from .called import Called, Order, batch_first, name_of, shape_of
from .column import as_column
from .constants import Constants
from .export import size_of
from .filled import as_constants
from .layouts import permuted
from .operation_table import row_of
from .tape import constant_value
from .tensors import Functions, TorchTensors

__all__ = ["read"]

_CPU = torch.device("cpu")
# Modules whose operations are read as one, by the name of their class.
_WHOLE = ("torch.nn.modules.activation.MultiheadAttention",)

# Operations that may leave a tensor as it is, as an index that takes the whole axis does.
_NO_LAYERS = ("slice", "expand")


def read(
    module: torch.nn.Module,
    program: ExportedProgram,
    order: Order,
    output: int,
    inputs: Inputs | None = None,
    device: torch.device = _CPU,
) -> Graph:
    """Graph of an exported module.

    Parameters
    ----------
    module : torch.nn.Module
        From which parameters and buffers are taken.
    program : ExportedProgram
    order : Order
        Axes of the series in the module's input.
    output : int
        Index of the explained output among all.
    inputs : Inputs, optional
        What the module takes, in the order in which it was exported. Default: the series alone.
    device : torch.device
        Where values are computed.
    """
    return _Reading(module, program, order, output, inputs or alone(), device).graph()


class _Tensor(NamedTuple):
    """A tensor of the module: the value of the graph that holds it, the order of its axes, and if it is held fixed."""

    value: int
    order: Order
    held: bool = False


class _Reading:
    """Nodes and values of a graph while it is read."""

    def __init__(
        self,
        module: torch.nn.Module,
        program: ExportedProgram,
        order: Order,
        output: int,
        inputs: Inputs,
        device: torch.device,
    ) -> None:
        self._module, self._program, self._output = module, program, output
        self._constants = Constants(module, program, device)
        as_constants(program.graph)
        self._modules = dict(module.named_modules())
        self._nodes: list[Node] = []
        self._values: list[Value] = []
        self._tensors: dict[Any, _Tensor] = {}
        self._tuples: set[Any] = set()
        self._turned: dict[tuple[int, Order], int] = {}
        self._read_inputs(order, inputs)

    def _read_inputs(self, order: Order, inputs: Inputs) -> None:
        """The series, which may be given to several arguments, and the other inputs."""
        nodes = {one.name: one for one in self._program.graph.nodes if one.op == "placeholder"}
        given = [nodes[str(name)] for name in self._program.graph_signature.user_inputs]
        by_name = dict(zip(inputs.names, given, strict=True))
        series = self._value(by_name[inputs.series[0]], order)
        self._tensors |= {by_name[name]: _Tensor(series, order) for name in inputs.series}
        for place, one in enumerate(inputs.others):
            node = by_name[one.name]
            as_it_is = tuple(range(len(shape_of(node))))
            number = self._value(node, as_it_is)
            held = FunctionCall(partial(inputs.held, place, ops=Functions(self._constants.device)))
            self._nodes.append(Node(one.name, "argument", Held(), (series,), (number,), held, held))
            self._tensors[node] = _Tensor(number, as_it_is, held=True)

    def graph(self) -> Graph:
        made = self._outputs()[self._output]
        if len(shape_of(made)) == 1:
            made = as_column(self._program.graph, made)
        regions = self._regions()
        for node in self._program.graph.nodes:
            if node.op == "call_function" and self._depends(node):
                region = regions.get(node)
                if region is None:
                    self._read(node)
                elif node is region[-1]:
                    self._read_whole(region)
        if made not in self._tensors:
            raise ValueError("its output does not depend on the series")
        output = self._in_order(made, batch_first(shape_of(made)), self._tensors[made])
        return Graph(
            tuple(self._nodes), tuple(self._values), output, self._layers(), TorchTensors(self._constants.device)
        )

    def _outputs(self) -> list[Any]:
        """Nodes of the outputs that a user gets."""
        returned = next(node for node in self._program.graph.nodes if node.op == "output").args[0]
        kinds = [one.kind for one in self._program.graph_signature.output_specs]
        return [one for one, kind in zip(returned, kinds, strict=True) if kind == OutputKind.USER_OUTPUT]

    def _depends(self, node: Any) -> bool:
        """Whether it depends on the series, and not on the size of the batch alone."""
        if size_of(node) is not None:
            return False
        return any(one in self._tensors or one in self._tuples for one in node.all_input_nodes) or (
            any(self._region_of(one) for one in node.all_input_nodes)
        )

    # One operation

    def _read(self, node: Any) -> None:
        name = name_of(node.target)
        if name == "getitem" and node.args[0] in self._tuples:
            self._add_call(node.args[0], [node.args[0], node], node.args[1])
        elif isinstance(node.meta.get("val"), list | tuple):
            self._tuples.add(node)
        elif isinstance(node.meta.get("val"), torch.Tensor):
            self._add_call(node, [node])

    def _add_call(self, node: Any, nodes: list[Any], place: int = 0) -> None:
        made, name = nodes[-1], name_of(node.target)
        sources = [one for one in dict.fromkeys(node.all_input_nodes) if one in self._tensors]
        row, shape = row_of(name), shape_of(made)
        orders = [self._tensors[one].order for one in sources]
        held = [one for one in sources if self._tensors[one].held]
        called = Called(name, node, sources, orders, shape, (), self._current, held, place)
        wanted, order = row.layout(called)
        if row.layout is permuted:
            self._tensors[made] = self._tensors[sources[0]]._replace(order=order)
            return
        operation = row.operation(replace(called, orders=wanted, order=order))
        if isinstance(operation, Identity) and name in _NO_LAYERS:
            self._tensors[made] = self._tensors[sources[0]]
            return
        inputs = list(zip(sources, wanted, strict=True))
        given = [self._in_order(one, way, self._tensors[one], made) for one, way in inputs]
        self._add(operation, given, nodes, inputs, [(made, order)])

    def _current(self, node: Any) -> torch.Tensor:
        """Values of a constant in float32."""
        return constant_value(self._constants, node, float32=True)

    def _in_order(self, node: Any, wanted: Order, tensor: _Tensor, reader: Any = None) -> int:
        """Number of the value that holds a tensor in an order of axes."""
        if wanted == tensor.order:
            return tensor.value
        turn = tuple(map(tensor.order.index, wanted))
        if (tensor.value, turn) not in self._turned:
            call = AtenCall([], [(node, tensor.order)], [(node, wanted)], self._constants)
            number = self._value(node, wanted)
            name, kind, layer = self._owner(node if reader is None else reader)
            self._nodes.append(Node(name, kind, Permute(turn), (tensor.value,), (number,), call, layer or call))
            self._turned[tensor.value, turn] = number
        return self._turned[tensor.value, turn]

    def _add(
        self,
        operation: Operation,
        given: Sequence[int],
        nodes: Sequence[Any],
        inputs: Sequence[tuple[Any, Order]],
        outputs: Sequence[tuple[Any, Order]],
    ) -> None:
        call = AtenCall(nodes, inputs, outputs, self._constants)
        numbers = tuple(self._value(node, order) for node, order in outputs)
        name, kind, layer = self._owner(nodes[-1])
        self._nodes.append(Node(name, kind, operation, tuple(given), numbers, call, layer or call))
        held = all(self._tensors[node].held for node, _ in inputs)
        for (node, order), number in zip(outputs, numbers, strict=True):
            self._tensors[node] = _Tensor(number, order, held)

    def _value(self, node: Any, order: Order) -> int:
        sizes, dtype = shape_of(node), node.meta["val"].dtype
        shape = tuple(size if isinstance(size, int) else None for size in (sizes[axis] for axis in order))
        self._values.append(Value(shape, str(dtype).removeprefix("torch.")))
        return len(self._values) - 1

    # Modules

    def _regions(self) -> dict[Any, list[Any]]:
        """Operations of each module that is read as one, by operation."""
        regions: dict[str, list[Any]] = {}
        for node in self._program.graph.nodes:
            key = self._region_of(node)
            if key is not None:
                regions.setdefault(key, []).append(node)
        return {node: region for region in regions.values() for node in region}

    def _region_of(self, node: Any) -> str | None:
        if node.op != "call_function" or size_of(node) is not None:
            return None
        stack = _stack(node)
        return next((key for key, (_, kind) in stack.items() if kind in _WHOLE), None)

    def _read_whole(self, region: list[Any]) -> None:
        inside = set(region)
        sources = list(dict.fromkeys(one for node in region for one in node.all_input_nodes if one in self._tensors))
        made = [one for one in region if any(user not in inside for user in one.users)]
        made = [one for one in made if isinstance(one.meta.get("val"), torch.Tensor)]
        path = next(path for path, kind in _stack(region[-1]).values() if kind in _WHOLE)
        inputs = [(one, self._tensors[one].order) for one in sources]
        outputs = [(one, batch_first(shape_of(one))) for one in made]
        parts = None
        weight = self._modules[path].out_proj.weight
        if len({self._tensors[one] for one in sources}) == len(made) == 1 and self._depends_on(made[0], weight, inside):
            device, orders = self._constants.device, (inputs[0][1], outputs[0][1])
            parts = self_attention(self._modules[path], region, orders, self._current, device)
        operation = Attention(True, parts=parts)
        self._add(operation, [self._tensors[one].value for one in sources], region, inputs, outputs)

    def _depends_on(self, node: Any, weight: torch.Tensor, inside: set[Any]) -> bool:
        """Whether a value depends on a weight by some operations: attention weights do not on the output projection."""
        parameters = self._program.graph_signature.inputs_to_parameters
        waiting, seen = [node], set[Any]()
        while waiting:
            one = waiting.pop()
            name = parameters.get(one.name) if one.op == "placeholder" else None
            if name is not None and self._program.state_dict[name].data_ptr() == weight.data_ptr():
                return True
            fresh = set(one.all_input_nodes) - seen if one in inside else set()
            seen |= fresh
            waiting.extend(fresh)
        return False

    def _owner(self, node: Any) -> tuple[str, str, Any]:
        """Name, kind and module of the layer that an operation belongs to; functions are layers of their own."""
        stack = _stack(node)
        whole = next((key for key, (_, kind) in stack.items() if kind in _WHOLE), None)
        key = whole or (list(stack)[-1] if stack else None)
        if key is not None:
            path, kind = stack[key]
            module = self._modules.get(path)
            if whole or (module is not None and not _has_parts(module)):
                return path + _times(key), kind.rpartition(".")[2], module
        path = stack[key][0] + _times(key) if key is not None else ""
        name = node.name if not path else f"{path}.{node.name}"
        source = node.args[0] if name_of(node.target) == "getitem" else node
        return name, name_of(source.target) if source.op == "call_function" else source.op, None

    def _layers(self) -> tuple[LayerOutput, ...]:
        """Outputs of functions and of modules, those of modules inside modules included."""
        calls: dict[tuple[str, str, Any], list[Any]] = {}
        for node in self._program.graph.nodes:
            for key, (path, kind) in _stack(node).items():
                module = self._modules.get(path)
                calls.setdefault((path + _times(key), kind.rpartition(".")[2], module), []).append(node)
        found = []
        for (name, kind, module), nodes in calls.items():
            inside = set(nodes)
            ends = [one for one in nodes if one in self._tensors and any(user not in inside for user in one.users)]
            values = tuple(self._tensors[one].value for one in ends)
            is_whole = any(f".{kind}" == whole[-len(kind) - 1 :] for whole in _WHOLE)
            inner = module is not None and _has_parts(module) and not is_whole
            if values:
                found.append(LayerOutput(name, kind, module, values, inner))
        named = {one.name for one in found}
        for made in self._nodes:
            if made.name not in named and not isinstance(made.operation, Rearranging | Identity):
                found.append(LayerOutput(made.name, made.kind, made.layer, made.outputs, inner=False))
        return tuple(sorted(found, key=lambda one: one.values))


def _stack(node: Any) -> dict[str, tuple[str, str]]:
    """Path and class of each module in whose call an operation is, from the outside in; the whole module left out."""
    return {key: value for key, value in (node.meta.get("nn_module_stack") or {}).items() if value[0]}


def _has_parts(module: torch.nn.Module) -> bool:
    """Whether a module consists of others; parametrizations, such as a weight norm, belong to its weights."""
    return any(name != "parametrizations" for name, _ in module.named_children())


def _times(key: str) -> str:
    """Mark of a call of a module that is called several times: "@1" for the second."""
    return key[key.index("@") :] if "@" in key else ""
