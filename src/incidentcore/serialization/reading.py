"""Convert plain data to values: cattrs builds the objects, after all input was checked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, partial
from types import NoneType
from typing import Any, ClassVar, Final, Literal, TypeVar, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from incidentcore.categorization import PatternRule
from incidentcore.records import Event, LifecycleRef
from incidentcore.records.events.core import NO_FIELDS
from incidentcore.records.fields import FIELD_NAMES, checked_fields
from incidentcore.serialization import containers
from incidentcore.serialization.containers import (
    PYTHON_TYPES,
    WORDS,
    ReadHook,
    as_object,
    read_each,
)
from incidentcore.serialization.faults import OWN_CLASS, Fault, Faults, Mismatch, faults_of, show
from incidentcore.serialization.parse import write
from incidentcore.serialization.registry import REGISTRY, TAG, Registry
from incidentcore.serialization.scalars import SCALARS, read_text
from incidentcore.serialization.unknown import UnknownEvent
from incidentcore.serialization.upgrades import MERGED, merged
from incidentcore.values import Actor, FrozenMap, Level, State

_BASE_FIELDS: Final = frozenset(field.name for field in attrs.fields(Event))


class Reader:
    """The functions that read each type, which are created when first needed.

    Args:
        keep: Read events of unknown kinds as ``UnknownEvent`` instead of refusing them.
        trusted: Accept regular expressions for an engine without a time limit.
        registry: The classes that have a written form.
    """

    shared: ClassVar[tuple[type, ...]] = (Actor, Level, LifecycleRef, State)  # equal ones are one

    def __init__(self, *, keep: bool, trusted: bool, registry: Registry = REGISTRY) -> None:
        self.keep = keep
        self._registry = registry
        self._trusted = trusted
        self._hooks: dict[Any, ReadHook] = {}
        self._tagged_hooks: dict[type, ReadHook] = {}
        self._set = containers.read_set(self.any)
        self._converter = Converter(detailed_validation=True)
        for kind, scalar in SCALARS.items():
            self._converter.register_structure_hook(kind, scalar.read)
        self._converter.register_structure_hook_factory(lambda _: True, self.hook)

    def hook(self, kind: Any) -> ReadHook:
        """Return the function that converts plain data to a value of a type."""
        if kind not in self._hooks:
            self._hooks[kind] = self._build(kind)
        return self._hooks[kind]

    def _build(self, kind: Any) -> ReadHook:
        origin = get_origin(kind)
        arguments = get_args(kind)
        if kind in SCALARS:
            return SCALARS[kind].read
        if kind in (object, Any) or isinstance(kind, TypeVar):
            return self.any
        if kind in self._registry.families:
            return self._family(self._registry.families[kind])
        if containers.is_union(kind):
            return self._union(arguments)
        if origin is Literal:
            return containers.read_choice(arguments)
        if origin is tuple and arguments[-1:] != (...,):
            return self._fixed(arguments)
        if origin is tuple:
            items = containers.read_list(self._lazily(arguments[0]))
            return lambda data, _: tuple(items(data, None))
        if origin is frozenset:
            return containers.read_set(self._lazily(arguments[0]))
        if origin in containers.MAPPINGS:
            made = OrderedDict if origin is OrderedDict else FrozenMap
            return self._mapping(self._lazily(arguments[-1]), made)
        read = self._class(origin or kind)
        if kind not in self.shared:
            return read
        return containers.read_shared(
            read, {field.name: type_ for field, type_ in self._registry.fields_of(kind)}
        )

    def _lazily(self, kind: Any) -> ReadHook:
        """Return the hook for a type, looked up later if a class contains itself."""
        try:
            return self.hook(kind)
        except RecursionError:  # cattrs' own sign that the class is being made just now
            return lambda data, _: self.hook(kind)(data, None)

    def tagged(self, cls: type) -> ReadHook:
        """Return the function that reads an object of a class, whose name is beside its fields."""
        if cls not in self._tagged_hooks:
            self._tagged_hooks[cls] = self._class(cls, (TAG,))
        return self._tagged_hooks[cls]

    def _class(self, cls: Any, beside: tuple[str, ...] = ()) -> ReadHook:
        if cls not in self._registry.names:
            raise Mismatch(f"got {cls}; allowed: a class that has a name: Codec({{name: class}})")
        form: Any
        form, _, made = self._registry.forms.get(cls, (cls, None, None))
        known = [field.name for field, _ in self._registry.fields_of(cls)]
        special = self._special(cls)
        overrides = {name: override(struct_hook=hook) for name, hook in special.items()}
        parameters = getattr(form, "__parameters__", ())
        inner = make_dict_structure_fn(
            form[(object,) * len(parameters)] if parameters else form,
            self._converter,
            _cattrs_forbid_extra_keys=False,
            _cattrs_detailed_validation=True,
            **overrides,  # type: ignore[arg-type]  # names of fields
        )
        names = frozenset((*known, *beside))

        def structure(data: Any, _: Any) -> Any:
            problems: list[Fault] = []
            if not (isinstance(data, dict) and data.keys() <= names):
                no_field = (
                    f"not a field of {self._registry.names[cls]}; allowed: {', '.join(known)}"
                )
                strange = [key for key in as_object(data) if key not in names]
                problems += [Fault(no_field, (key,), unknown=True) for key in strange]
            try:
                value = inner(data, form)
                if made is not None:
                    value = made(value)
            except Exception as error:  # noqa: BLE001  reported with the place, where it is known
                problems += self._located(cls, data, list(faults_of(error)))
            if problems:
                raise Faults(problems)
            return value

        if (name := self._registry.names[cls]) in MERGED:
            return lambda data, _: structure(merged(name, data)[1], None)
        return structure

    def _special(self, cls: type) -> dict[str, ReadHook]:
        """Return hooks for fields that accept more, or less, than their type."""
        if cls is PatternRule and not self._trusted:
            return {"engine": _bounded_engine}
        if issubclass(cls, Event) and "fields" in attrs.fields_dict(cls):
            allowed = getattr(cls, "allowed", FIELD_NAMES)
            return {"fields": partial(self._fields, allowed)}
        return {}

    def _fields(self, allowed: frozenset[str], data: Any, _: Any) -> FrozenMap[object]:
        """Read the fields that an event sets; the event itself checks them (rule H2)."""
        if not data and type(data) is dict:
            return NO_FIELDS
        given = self._entries(data)
        return FrozenMap(given) if given.keys() <= allowed else _checked(given, allowed)

    def _located(self, cls: Any, data: Any, found: list[Fault]) -> list[Fault]:
        """Return the problems of the fields that an event sets, with the places of these fields."""
        if (
            not issubclass(cls, Event)
            or "fields" not in data
            or all(problem.path for problem in found)
        ):
            return found
        try:
            _checked(self._entries(data["fields"]), getattr(cls, "allowed", FIELD_NAMES))
        except Faults as error:
            return [*(problem for problem in found if problem.path), *faults_of(error, ("fields",))]
        return found

    def _family(self, members: tuple[type, ...]) -> ReadHook:
        by_tag = {self._registry.names[cls]: cls for cls in members}
        hooks: dict[Any, ReadHook] = {}
        keeps = self.keep and members is self._registry.events

        def structure(data: Any, _: Any) -> Any:
            tag = data.get(TAG) if type(data) is dict else as_object(data).get(TAG)
            hook = hooks.get(tag) if type(tag) is str else None
            if hook is None:
                if type(tag) is not str:
                    raise Faults([Fault(f"got {show(tag)}; allowed: a type's name", (TAG,))])
                if tag not in by_tag:
                    fields = {name: data[name] for name in data if name != TAG}
                    name, fields = merged(tag, fields)
                    if name in by_tag:
                        return structure({TAG: name, **fields}, None)
                    if keeps:
                        return self.unknown_event(tag, data)
                    allowed = ", ".join(by_tag)
                    raise Faults(
                        [Fault(f"got {show(tag)}; {OWN_CLASS}; allowed: {allowed}", (TAG,))]
                    )
                hook = hooks[tag] = self.tagged(by_tag[tag])
            return hook(data, None)

        return structure

    def unknown_event(self, tag: str, data: Any) -> UnknownEvent:
        """Build an event of an unknown kind from its plain data."""
        hook = self._hooks.get(UnknownEvent)
        if hook is None:
            hook = self._hooks[UnknownEvent] = make_dict_structure_fn(
                UnknownEvent, self._converter, _cattrs_detailed_validation=True
            )
        shared = {name: value for name, value in as_object(data).items() if name in _BASE_FIELDS}
        rest = {n: value for n, value in data.items() if n not in _BASE_FIELDS and n != TAG}
        event: UnknownEvent = hook({**shared, "name": tag, "body": write(rest, None)}, UnknownEvent)
        return event

    def _union(self, members: tuple[Any, ...]) -> ReadHook:
        shape = containers.union_shape(members, self._registry)
        if shape is None:
            return self.any
        classes, others, is_tagged = shape
        hooks = {json: self._lazily(kind) for json, kind in others.items() if kind is not NoneType}
        if is_tagged:
            hooks["object"] = self._family(classes)
        elif classes:
            hooks["object"] = self._lazily(classes[0])
        optional = "null" in others
        allowed = " or ".join(WORDS[json] for json in (*hooks, *(["null"] if optional else [])))
        by_type: dict[type, ReadHook] = {PYTHON_TYPES[json]: hook for json, hook in hooks.items()}
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

    def _fixed(self, kinds: tuple[Any, ...]) -> ReadHook:
        hooks = [self._lazily(kind) for kind in kinds]

        def structure(data: Any, _: Any) -> tuple[Any, ...]:
            if type(data) is not list or len(data) != len(hooks):
                raise Mismatch(f"got {show(data)}; allowed: an array of {len(hooks)} values")
            pairs = enumerate(zip(hooks, data, strict=True))
            return tuple(read_each(pairs, lambda pair, _: pair[0](pair[1], None)))

        return structure

    def _mapping(self, read: ReadHook, made: Callable[..., Any]) -> ReadHook:
        def structure(data: Any, _: Any) -> Any:
            values = read_each(as_object(data).items(), read)
            return made(dict(zip(map(_unescaped, data), values, strict=True)))

        return structure

    def any(self, data: Any, _: Any = None) -> Any:
        """Build a value from plain data that name its type, as in a record's custom fields."""
        if type(data) in _SINGLE:
            return data
        if type(data) is list:
            return tuple(read_each(enumerate(data), self.any))
        if not isinstance(data, dict):
            raise Mismatch(f"got {show(data)}; allowed: what JSON text reads to")
        if len(data) == 1:
            (key,) = data
            if key[:1] == "$" and key[:2] != "$$":
                try:
                    return self._named(key)(data[key], None)
                except Exception as error:  # noqa: BLE001  reported with its place
                    raise Faults(faults_of(error, (key,))) from None
        return FrozenMap(self._entries(data))

    def _entries(self, data: Any) -> dict[str, Any]:
        """Read an object with arbitrary keys."""
        if _SINGLE.issuperset(map(type, as_object(data).values())):
            values = dict(data)
        else:
            values = dict(zip(data, read_each(data.items(), self.any), strict=True))
        if any(key[:1] == "$" for key in values):
            return {_unescaped(key): value for key, value in values.items()}
        return values

    def named(self, name: str, data: Any) -> Any:
        """Return an object of the class with this name, from the plain data of its fields."""
        return self.hook(self._registry.classes[name])(data, None)

    def _named(self, key: str) -> ReadHook:
        name = key[1:]
        if name == "set":
            return self._set
        if name in _TAGS:
            return _TAGS[name]
        if name in self._registry.classes or name in MERGED:
            return lambda data, _: self.named(*merged(name, data))
        if name == "UnknownEvent" and self.keep:
            return self._family(self._registry.events)
        raise Faults([Fault(f"no type is written as {show(key)}")])


_SINGLE: Final = frozenset((str, int, float, bool, NoneType))
_TAGS: Final[dict[str, ReadHook]] = {s.tag: s.read for s in SCALARS.values() if s.tag}


def _checked(given: dict[str, Any], allowed: frozenset[str]) -> FrozenMap[object]:
    """Check the fields of an event one by one, to report each problem with its place."""

    def check(item: tuple[str, Any], _: Any) -> Any:
        if item[0] not in allowed:
            raise Mismatch("no field that such an event may set")
        return checked_fields(dict([item]), allowed)

    read_each([(name, (name, value)) for name, value in given.items()], check)
    return FrozenMap(given)


def _unescaped(key: str) -> str:
    if not key.startswith("$"):
        return key
    if key.startswith("$$"):
        return key[1:]
    raise Faults([Fault(f"a key that starts with one $ stands alone: {show(key)}", (key,))])


def _bounded_engine(data: Any, _: Any) -> str:
    if data == "trusted":
        raise Mismatch('got "trusted", an engine that may never finish; allowed: trusted=True')
    return read_text(data)


@lru_cache(maxsize=32)
def reader(registry: Registry, *, keep: bool, trusted: bool = False) -> Reader:
    """Return the ``Reader`` for a registry and options; each is created once in a process."""
    return Reader(keep=keep, trusted=trusted, registry=registry)
