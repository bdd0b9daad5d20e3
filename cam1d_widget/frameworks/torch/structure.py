"""Structure of a PyTorch module, compared to detect that it has changed since it was read.

A module that is exported keeps the activations, sizes and hooks that it had then. Weights are another matter, since
they are read at every call: see :mod:`.weights`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import torch
from torch import nn

from ..same_attributes import SameAttributes
from ..same_object import SameObject

__all__ = ["Structure"]

Settings = dict[tuple[str, str], Hashable]
"""Value of each setting, by the path of the module and the name of the attribute; the module itself under ""."""

_IGNORED = frozenset({"training"})
_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
_CONTAINERS = ("_modules", *_HOOKS)
_UNKNOWN = object()
# Largest container that is compared at every call.
_MOST_COMPARED = 1_000


class Structure:
    """Submodules with their settings, as they are now.

    Parameters
    ----------
    module : torch.nn.Module
    call : callable
        Calls the module. A setting that this changes is left out: a module may count its calls, or keep a result.
    """

    def __init__(self, module: nn.Module, call: Callable[[], Any]) -> None:
        self._module = module
        before = settings_of(module)
        call()
        after = settings_of(module)
        self._settings = {key: value for key, value in before.items() if after.get(key, _UNKNOWN) == value}
        self._modules = list(module.modules())
        self._classes = {type(one) for one in self._modules}
        self._code, self._attributes = self._code_now(), _attributes_of(module)

    def changed(self) -> str | None:
        """Which setting has changed, in words; None where none has."""
        code = self._code_now()
        if code == self._code and self._attributes.unchanged():
            return None
        attributes = _attributes_of(self._module)
        what = self._difference()
        if what is None:  # another attribute has, such as the mode
            self._code, self._attributes = code, attributes
        return what

    def _code_now(self) -> list[Any]:
        """Classes of the modules, and their forward passes with the code, which may be edited."""
        forwards = [getattr(one, "forward", None) for one in self._classes]  # a scripted module has none
        return [*map(type, self._modules), *forwards, *(getattr(one, "__code__", None) for one in forwards)]

    def _difference(self) -> str | None:
        now = settings_of(self._module)
        if any(not name and (path, name) not in self._settings for path, name in now):
            return "its layers"
        for (path, name), value in self._settings.items():
            if now.get((path, name), _UNKNOWN) != value:
                owner = f"layer {path!r}" if path else "the module"
                return f"{name.strip('_').replace('_', ' ')} of {owner}" if name else "its layers"
        return None


def settings_of(module: nn.Module) -> Settings:
    """Submodules with their settings, such as sizes, slopes and hooks, but not their weights."""
    settings: Settings = {}
    for path, one in module.named_modules():
        settings[path, ""] = SameObject(one)
        settings[path, "forward"] = _setting(one)
        for name, value in vars(one).items():
            if name in _HOOKS:
                settings[path, name] = tuple(value)
            elif _is_setting(name):
                setting = _setting(value)
                if setting is not _UNKNOWN:
                    settings[path, name] = setting
    return settings


def _attributes_of(module: nn.Module) -> SameAttributes:
    """Attributes of a module and its submodules as they are now."""
    modules = list(module.modules())
    owners = [(one, [name for name in vars(one) if name in _CONTAINERS or _is_setting(name)]) for one in modules]
    values = [vars(one)[name] for one, names in owners for name in names if name not in _CONTAINERS]
    found = [vars(one).get(name) for one in modules for name in _CONTAINERS]
    containers = [one for one in found if isinstance(one, dict)]  # a scripted module has none, and never changes
    own = [one for one in modules if "forward" in vars(one)]
    return SameAttributes(owners, containers, [*own, *filter(_may_change, values)], _setting)


def _is_setting(name: str) -> bool:
    return not name.startswith("_") and name not in _IGNORED


def _may_change(value: Any) -> bool:
    """Whether an object has a setting that can be changed in place."""
    if isinstance(value, tuple):
        return any(map(_may_change, value))
    return isinstance(value, list | dict | torch.Tensor) or _is_record(value)


def _setting(value: Any) -> Hashable:
    """Hashable value of numbers, text, functions and containers of these; `_UNKNOWN` for anything else."""
    if value is None or isinstance(value, bool | int | float | str | torch.dtype):
        return value
    if isinstance(value, torch.Tensor):  # that is neither a parameter nor a buffer
        return SameObject(value), value._version
    if isinstance(value, nn.Module):  # its forward pass, which may be assigned to it or edited
        return SameObject(getattr(value.forward, "__code__", None))
    if isinstance(value, list | tuple | dict) and len(value) > _MOST_COMPARED:
        return _UNKNOWN
    if isinstance(value, list | tuple):
        return tuple(map(_setting, value))
    if isinstance(value, dict):
        return tuple((str(name), _setting(one)) for name, one in value.items())
    if _is_record(value):
        return tuple((name, one) for name, one in vars(value).items() if isinstance(one, bool | int | float | str))
    return value if callable(value) and isinstance(value, Hashable) else _UNKNOWN


def _is_record(value: Any) -> bool:
    """Whether a value is an object with attributes, such as a configuration."""
    return hasattr(value, "__dict__") and not callable(value) and not isinstance(value, torch.Tensor | nn.Module)
