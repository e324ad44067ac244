"""From plain data to values: cattrs builds the classes, behind hooks that take nothing on trust."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from incidentcore.errors import IncidentCoreError
from incidentcore.records import FIELD_NAMES, Event, Record, checked_fields
from incidentcore.schedule import BusinessCalendar, Holiday
from incidentcore.serialization.parse import write
from incidentcore.serialization.problems import Mismatch, Problem, Problems, show, told
from incidentcore.serialization.scalars import SCALARS, read_date, read_text
from incidentcore.serialization.table import CLASSES, EVENTS, FAMILIES, NAMES, fields_of
from incidentcore.serialization.unknown import UnknownEvent
from incidentcore.values import FrozenMap

__all__ = ["Reader", "reader"]

Hook: TypeAlias = Callable[[Any, Any], Any]

_COLLECTIONS: Final = (tuple, frozenset)
_MAPPINGS: Final = (FrozenMap, Mapping, dict)
_BASE_FIELDS: Final = frozenset(field.name for field in attrs.fields(Event))


def _each(pairs: Any, read: Hook, step: Callable[[Any], Any] = lambda place: place) -> list[Any]:
    """Read several values, and tell of all that are wrong."""
    found: list[Any] = []
    problems: list[Problem] = []
    for place, item in pairs:
        try:
            found.append(read(item, None))
        except Exception as error:  # noqa: BLE001  every problem is told, with its place
            problems.extend(told(error, (step(place),)))
    if problems:
        raise Problems(problems)
    return found


def _list_of(read: Hook) -> Hook:
    def structure(data: Any, _: Any) -> list[Any]:
        if type(data) is not list:
            raise Mismatch(f"got {show(data)}; allowed: an array")
        try:
            return [read(item, None) for item in data]
        except Exception:  # noqa: BLE001  the slower way tells of every problem
            return _each(enumerate(data), read)

    return structure


def _set_of(read: Hook) -> Hook:
    items = _list_of(read)

    def structure(data: Any, _: Any) -> frozenset[Any]:
        given = items(data, None)
        found = frozenset(given)
        if len(found) != len(given):
            raise Mismatch("an array that holds a value twice; allowed: each value once")
        return found

    return structure


def _object(data: Any) -> dict[str, Any]:
    if isinstance(data, dict):
        return data
    raise Mismatch(f"got {show(data)}; allowed: an object")


class Reader:
    """Hooks for every type that has a written form, made when they are first needed.

    Args:
        keep: Read events of unknown kinds as ``UnknownEvent`` instead of refusing them.
    """

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._hooks: dict[Any, Hook] = {}
        self._tagged_hooks: dict[type, Hook] = {}
        self._converter = Converter(detailed_validation=True)
        for kind, scalar in SCALARS.items():
            self._converter.register_structure_hook(kind, scalar.read)
        self._converter.register_structure_hook_factory(lambda _: True, self.hook)

    def hook(self, kind: Any) -> Hook:
        """Return the function that reads data as a type."""
        found = self._hooks.get(kind)
        if found is None:
            found = self._hooks[kind] = self._build(kind)
        return found

    def _build(self, kind: Any) -> Hook:
        origin = get_origin(kind)
        arguments = get_args(kind)
        if kind in SCALARS:
            return SCALARS[kind].read
        if kind in (object, Any) or isinstance(kind, TypeVar):
            return self.any
        if kind in FAMILIES:
            return self._family(FAMILIES[kind])
        if origin in (Union, UnionType):
            return self._union(arguments)
        if origin is Literal:
            return _choice(arguments)
        if origin is tuple and arguments[-1:] != (...,):
            return self._fixed(arguments)
        if origin is tuple:
            items = _list_of(self._lazily(arguments[0]))
            return lambda data, _: tuple(items(data, None))
        if origin is frozenset:
            return _set_of(self._lazily(arguments[0]))
        if origin in _MAPPINGS:
            return self._mapping(self._lazily(arguments[1 if len(arguments) > 1 else 0]))
        return self._class(origin or kind)

    def _lazily(self, kind: Any) -> Hook:
        """Return the hook for a type, looked up later where a class holds itself."""
        try:
            return self.hook(kind)
        except RecursionError:  # cattrs' own sign that the class is being made just now
            return lambda data, _: self.hook(kind)(data, None)

    def tagged(self, cls: type) -> Hook:
        """Return the function that reads a class whose name stands beside its fields."""
        found = self._tagged_hooks.get(cls)
        if found is None:
            found = self._tagged_hooks[cls] = self._class(cls, ("type",))
        return found

    def _class(self, cls: Any, beside: tuple[str, ...] = ()) -> Hook:
        if cls not in NAMES:
            raise TypeError(f"{cls!r} has no written form")
        if issubclass(cls, Record):
            return self._record(cls, beside)
        known = [field.name for field, _ in fields_of(cls)]
        overrides = {name: override(struct_hook=hook) for name, hook in self._special(cls).items()}
        parameters = getattr(cls, "__parameters__", ())
        inner = make_dict_structure_fn(
            cls[(object,) * len(parameters)] if parameters else cls,
            self._converter,
            _cattrs_forbid_extra_keys=False,
            _cattrs_detailed_validation=True,
            **overrides,  # type: ignore[arg-type]  # names of fields
        )
        names = frozenset((*known, *beside))

        def structure(data: Any, _: Any) -> Any:
            if type(data) is dict and data.keys() <= names:
                return inner(data, cls)
            problems = [
                Problem(f"no field of {NAMES[cls]}; allowed: {', '.join(known)}", (key,), True)
                for key in _object(data)
                if key not in names
            ]
            try:
                value = inner(data, cls)
            except Exception as error:  # noqa: BLE001  told beside the unknown fields
                problems.extend(told(error))
            else:
                if not problems:  # a dict of another class, from a careless parser
                    return value
            raise Problems(problems)

        return structure

    def _special(self, cls: type) -> dict[str, Hook]:
        """Return hooks for fields that take more, or less, than their type says."""
        if cls is BusinessCalendar:
            return {
                "hours": _hours_by_day,
                "special": _hours_by_day,
                "breaks": self._breaks,
                "holidays": _list_of(self._holiday),
            }
        if cls in EVENTS and "fields" in attrs.fields_dict(cls):
            allowed = getattr(cls, "allowed", FIELD_NAMES)
            return {"fields": partial(self._fields, allowed)}
        return {}

    def _holiday(self, data: Any, _: Any) -> Any:
        return read_date(data) if type(data) is str else self.hook(Holiday)(data, None)

    def _breaks(self, data: Any, _: Any) -> dict[str, Any]:
        read = _list_of(self.hook(CLASSES["Break"]))
        pairs = _object(data).items()
        return dict(zip(data, _each(pairs, read), strict=True))

    def _fields(self, allowed: frozenset[str], data: Any, _: Any) -> FrozenMap[object]:
        """Read the fields that an event sets: only such as its kind may set (rule H2)."""
        given = self._mapping(self.any)(data, None)
        try:
            return checked_fields(given, allowed)
        except IncidentCoreError:
            pass

        def check(item: tuple[str, Any], _: Any) -> Any:
            if item[0] not in allowed:
                raise Mismatch("no field that such an event may set")
            return checked_fields(dict([item]), allowed)

        pairs = [(name, (name, value)) for name, value in given.items()]
        return FrozenMap(_each(pairs, check)[0])

    def _record(self, cls: type[Record], beside: tuple[str, ...]) -> Hook:
        events = _list_of(self.hook(Event))

        def structure(data: Any, _: Any) -> Record:
            problems = [
                Problem(f"no field of {NAMES[cls]}; allowed: history", (key,), True)
                for key in _object(data)
                if key != "history" and key not in beside
            ]
            if "history" not in data:
                problems.append(Problem("a required field is missing", ("history",)))
                raise Problems(problems)
            try:
                record = cls.from_history(events(data["history"], None))
            except Exception as error:  # noqa: BLE001  told with its place
                problems.extend(told(error, ("history",)))
                raise Problems(problems) from None
            if problems:
                raise Problems(problems)
            return record

        return structure

    def _family(self, members: tuple[type, ...]) -> Hook:
        by_tag = {NAMES[cls]: cls for cls in members}
        hooks: dict[Any, Hook] = {}
        keeps = self._keep and members is EVENTS

        def structure(data: Any, _: Any) -> Any:
            tag = data.get("type") if type(data) is dict else _object(data).get("type")
            hook = hooks.get(tag) if type(tag) is str else None
            if hook is None:
                if type(tag) is not str:
                    raise Problems([Problem(f"got {show(tag)}; allowed: a type's name", ("type",))])
                if tag not in by_tag:
                    if keeps:
                        return self.unknown_event(tag, data)
                    allowed = ", ".join(by_tag)
                    raise Problems([Problem(f"got {show(tag)}; allowed: {allowed}", ("type",))])
                hook = hooks[tag] = self.tagged(by_tag[tag])
            return hook(data, None)

        return structure

    def unknown_event(self, tag: str, data: Any) -> UnknownEvent:
        """Read an event of a kind that is not known here."""
        hook = self._hooks.get(UnknownEvent)
        if hook is None:
            hook = self._hooks[UnknownEvent] = make_dict_structure_fn(
                UnknownEvent, self._converter, _cattrs_detailed_validation=True
            )
        shared = {name: value for name, value in _object(data).items() if name in _BASE_FIELDS}
        rest = {n: value for n, value in data.items() if n not in _BASE_FIELDS and n != "type"}
        event: UnknownEvent = hook({**shared, "name": tag, "body": write(rest, None)}, UnknownEvent)
        return event

    def _union(self, members: tuple[Any, ...]) -> Hook:
        shape = union_shape(members)
        if shape is None:
            return self.any
        classes, others, is_tagged = shape
        hooks = {json: self._lazily(kind) for json, kind in others.items() if kind is not NoneType}
        if is_tagged:
            hooks["object"] = self._family(classes)
        elif classes:
            hooks["object"] = self._lazily(classes[0])
        optional = "null" in others
        allowed = " or ".join(_WORDS[json] for json in (*hooks, *(["null"] if optional else [])))
        by_type: dict[type, Hook] = {_PYTHON[json]: hook for json, hook in hooks.items()}
        if "number" in hooks:
            by_type.setdefault(int, hooks["number"])

        def structure(data: Any, _: Any) -> Any:
            if data is None and optional:
                return None
            hook = by_type.get(type(data))
            if hook is None:
                raise Mismatch(f"got {show(data)}; allowed: {allowed}")
            return hook(data, None)

        return structure

    def _fixed(self, kinds: tuple[Any, ...]) -> Hook:
        hooks = [self._lazily(kind) for kind in kinds]

        def structure(data: Any, _: Any) -> tuple[Any, ...]:
            if type(data) is not list or len(data) != len(hooks):
                raise Mismatch(f"got {show(data)}; allowed: an array of {len(hooks)} values")
            pairs = enumerate(zip(hooks, data, strict=True))
            return tuple(_each(pairs, lambda pair, _: pair[0](pair[1], None)))

        return structure

    def _mapping(self, read: Hook) -> Hook:
        def structure(data: Any, _: Any) -> FrozenMap[Any]:
            values = _each(_object(data).items(), read)
            return FrozenMap(dict(zip(map(_unescaped, data), values, strict=True)))

        return structure

    def any(self, data: Any, _: Any = None) -> Any:
        """Read data that says itself what it is, as in a record's custom fields."""
        kind = type(data)
        if kind is str or data is None or kind is int or kind is bool or kind is float:
            return data
        if kind is list:
            return tuple(_list_of(self.any)(data, None))
        if not isinstance(data, dict):
            raise Mismatch(f"got {show(data)}; allowed: what JSON text reads to")
        if len(data) == 1:
            (key,) = data
            if key.startswith("$") and not key.startswith("$$"):
                return _each([(key, data[key])], self._named(key))[0]
        return self._mapping(self.any)(data, None)

    def _named(self, key: str) -> Hook:
        name = key[1:]
        if name == "set":
            return _set_of(self.any)
        if name in _TAGS:
            return _TAGS[name]
        if name in CLASSES:
            return self.hook(CLASSES[name])
        if name == "UnknownEvent" and self._keep:
            return self._family(EVENTS)
        raise Problems([Problem(f"no type is written as {show(key)}")])


_TAGS: Final[dict[str, Hook]] = {s.tag: s.read for s in SCALARS.values() if s.tag}
_PYTHON: Final[dict[str, type]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}
_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def union_shape(members: tuple[Any, ...]) -> tuple[tuple[type, ...], dict[str, Any], bool] | None:
    """Return how the members of a union are told apart in JSON.

    Returns:
        The classes; one other type for each type of JSON value; and whether the classes' names
        are written beside their fields. None where two types would be written alike. Types without
        a written form, such as a caller's own guard, are left out.
    """
    is_tagged = False
    classes: list[type] = []
    others: dict[str, Any] = {}
    for member in members:
        if member in FAMILIES:
            is_tagged = True
            classes.extend(cls for cls in FAMILIES[member] if cls not in classes)
            continue
        if member in NAMES:
            classes.append(member)
            continue
        json = _json_type(member)
        if json is None:
            continue
        if json in others:
            return None
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
    if origin in _MAPPINGS:
        return "object"
    if origin is Literal and all(isinstance(item, str) for item in get_args(kind)):
        return "string"
    return None


def _choice(allowed: tuple[Any, ...]) -> Hook:
    words = ", ".join(map(str, allowed))

    def structure(data: Any, _: Any) -> Any:
        if any(data == item and type(data) is type(item) for item in allowed):
            return data
        raise Mismatch(f"got {show(data)}; allowed: {words}")

    return structure


def _unescaped(key: str) -> str:
    if not key.startswith("$"):
        return key
    if key.startswith("$$"):
        return key[1:]
    raise Problems([Problem(f"a key that starts with one $ stands alone: {show(key)}", (key,))])


def _hours(data: Any, _: Any) -> Any:
    return data if type(data) is str else _list_of(read_text)(data, None)


def _hours_by_day(data: Any, _: Any) -> dict[str, Any]:
    values = _each(_object(data).items(), _hours)
    return dict(zip(data, values, strict=True))


@lru_cache(maxsize=2)
def reader(*, keep: bool) -> Reader:
    """Return the reader, made once for the process."""
    return Reader(keep=keep)
