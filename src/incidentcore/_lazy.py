"""Packages that load a module when one of its names is first used (PEP 562), and lists of names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module


def lazy_names(
    room: str, names: Mapping[str, str], /
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and the ``__dir__`` of a package, from its modules' public names.

    A module that lists its own name is public itself.
    """
    module_of = {name: module for module, held in names.items() for name in held.split()}

    def load(name: str) -> object:
        if name not in module_of:
            raise AttributeError(_explain(room, name, module_of), name=name)
        module = import_module(f"{room}.{module_of[name]}")
        value = module if module_of[name] == name else getattr(module, name)
        setattr(sys.modules[room], name, value)
        return value

    def known() -> list[str]:
        return sorted({*vars(sys.modules[room]), *module_of})

    return load, known


def _explain(room: str, name: str, known: Iterable[str]) -> str:
    text = f"module {room!r} has no attribute {name!r}"
    if name.startswith("_"):  # asked for by the import machinery, not misspelled
        return text
    from incidentcore._checks import nearest  # noqa: PLC0415  only to word an error

    if "." in room:
        return text + nearest(name, known)
    from incidentcore._homes import ROOM_OF_NAME  # noqa: PLC0415  only to word an error

    home = ROOM_OF_NAME.get(name)
    hint = f"; it is in {room}.{home}" if home else nearest(name, known)
    return text + (hint or "; import it from its room")


def classes_of(module: str, names: str) -> dict[str, type]:
    """Return classes of a module's package by the names that documents give them.

    ``Sample=MetricSample`` gives a class another name, and ``Series=threshold.SeriesState`` names
    one that only its module has.
    """
    package = module.rpartition(".")[0]
    found = {}
    for word in names.split():
        name, _, given = word.partition("=")
        home, _, own = (given or name).rpartition(".")
        found[name] = getattr(import_module(f"{package}.{home}" if home else package), own)
    return found
