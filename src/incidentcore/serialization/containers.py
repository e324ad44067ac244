"""Read and write containers, and find the member of a union to which a JSON value belongs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from operator import itemgetter
from types import UnionType
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

from incidentcore.serialization.faults import Fault, Faults, Mismatch, check_hashes, faults_of, show
from incidentcore.serialization.registry import Registry
from incidentcore.serialization.scalars import SCALARS
from incidentcore.values import FrozenMap

ReadHook: TypeAlias = Callable[[Any, Any], Any]

Shape: TypeAlias = tuple[tuple[type, ...], dict[str, Any], bool]

MAPPINGS: Final = (FrozenMap, Mapping, dict, OrderedDict)  # the last one keeps its order
_COLLECTIONS: Final = (tuple, frozenset)
_ENOUGH: Final = 10_000
_SHORT: Final = 100
_MANY: Final = 1_000

PYTHON_TYPES: Final[dict[str, type]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}
WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def read_each(pairs: Any, read: ReadHook) -> list[Any]:
    """Return several values, each read by a function; report all that are wrong, up to a limit."""
    found: list[Any] = []
    problems: list[Fault] = []
    final = 0
    for place, item in pairs:
        try:
            found.append(read(item, None))
        except Exception as error:  # noqa: BLE001  every problem is reported with its place
            faults = list(faults_of(error, (place,)))
            problems.extend(faults)
            final += not all(problem.unknown for problem in faults)
            if final > _ENOUGH:  # no reader goes on after one of these, nor does anyone read more
                break
    if problems:
        raise Faults(problems)
    return found


def read_list(read: ReadHook) -> ReadHook:
    """Return a function that reads an array as a list of values, each read by ``read``."""

    def structure(data: Any, _: Any) -> list[Any]:
        if type(data) is not list:
            raise Mismatch(f"got {show(data)}; allowed: an array")
        return read_each(enumerate(data), read)

    return structure


def read_set(read: ReadHook) -> ReadHook:
    """Return a function that reads an array of distinct values as a set."""
    items = read_list(read)

    def structure(data: Any, _: Any) -> frozenset[Any]:
        given = items(data, None)
        check_hashes(given)
        found = frozenset(given)
        if len(found) != len(given):
            raise Mismatch("an array that holds a value twice; allowed: each value once")
        return found

    return structure


def as_object(data: Any) -> dict[str, Any]:
    """Return the data if it is an object; otherwise raise ``Mismatch``."""
    if isinstance(data, dict):
        return data
    raise Mismatch(f"got {show(data)}; allowed: an object")


def union_shape(members: tuple[Any, ...], registry: Registry) -> Shape | None:
    """Return how to distinguish the members of a union in JSON.

    Returns:
        The classes in the union; the other types, one for each type of JSON value; and whether the
        names of the classes are written with their fields. None if two types would be written
        alike. Types that cannot be written, such as functions, are omitted.
    """
    is_tagged = False
    classes: list[type] = []
    others: dict[str, Any] = {}
    for member in members:
        if member in registry.families:
            is_tagged = True
            classes.extend(cls for cls in registry.families[member] if cls not in classes)
        elif member in registry.names:
            classes.append(member)
        elif (json := _json_type(member)) in others:
            return None
        elif json is not None:
            others[json] = member
    if "object" in others and classes:
        return None
    return tuple(classes), others, is_tagged or len(classes) > 1


def _json_type(kind: Any) -> str | None:
    if kind in SCALARS:
        return SCALARS[kind].json
    origin = get_origin(kind)
    if origin in _COLLECTIONS:
        return "array"
    if origin in MAPPINGS:
        return "object"
    if origin is Literal and all(isinstance(item, str) for item in get_args(kind)):
        return "string"
    return None


def read_choice(allowed: tuple[Any, ...]) -> ReadHook:
    """Return a function that reads one of several allowed values."""
    words = ", ".join(map(str, allowed))

    def structure(data: Any, _: Any) -> Any:
        if any(data == item and type(data) is type(item) for item in allowed):
            return data
        raise Mismatch(f"got {show(data)}; allowed: {words}")

    return structure


def is_union(kind: Any) -> bool:
    """Return whether a type is a union, written as ``A | B`` or ``Union[A, B]``."""
    return get_origin(kind) in (Union, UnionType)


def read_shared(read: ReadHook, kinds: Mapping[str, type]) -> ReadHook:
    """Return a function that reads small values, and returns the same object for equal ones."""
    values_of, only_text = itemgetter(*kinds), {*kinds.values()} == {str}
    known: dict[tuple[Any, ...], Any] = {}

    def structure(data: Any, _: Any) -> Any:
        try:
            values = values_of(data)
            key = values if only_text else (values, *map(type, values))
            found = known.get(key) if len(data) == len(kinds) else None
        except (KeyError, TypeError):  # not an object of just these values
            return read(data, None)
        if found is None:
            found = read(data, None)
            if all(len(value) <= _SHORT for value in values if type(value) is str):
                if len(known) >= _MANY:
                    known.clear()
                known[key] = found
        return found

    return structure
