"""Convert values to plain data in a canonical form: fields in order, keys and sets sorted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, get_origin

from incidentcore.errors import InvalidValueError
from incidentcore.records import Event, Record
from incidentcore.serialization.containers import MAPPINGS, is_union, union_shape
from incidentcore.serialization.faults import OWN_CLASS, Unwritable
from incidentcore.serialization.parse import read_body, write
from incidentcore.serialization.registry import REGISTRY, TAG, Registry, facts_of
from incidentcore.serialization.scalars import SCALARS, write_text
from incidentcore.serialization.unknown import UnknownEvent
from incidentcore.values import FrozenMap

Hook: TypeAlias = Callable[[Any], Any]
_FROZEN: Final[dict[type, str]] = {list: "tuple", set: "frozenset", dict: "FrozenMap"}


def _each(pairs: Iterable[tuple[Any, Any]], hook: Hook) -> list[Any]:
    found = []
    for place, item in pairs:
        try:
            found.append(hook(item))
        except Unwritable as error:
            error.path.append(place)
            raise
    return found


def _list_of(hook: Hook, kind: type[tuple[Any, ...] | frozenset[Any]]) -> Hook:
    def unstructure(value: Any) -> list[Any]:
        if not isinstance(value, kind):
            raise Unwritable(value, f"a {kind.__name__}")
        return _each(enumerate(value), hook)

    return unstructure


def _set_of(hook: Hook) -> Hook:
    items = _list_of(hook, frozenset)
    return lambda value: sorted(items(value), key=_text)


def _text(data: Any) -> str:
    return write(data, None)


class Writer:
    """The functions that write each type, which are created when first needed.

    Args:
        registry: The classes that have a written form.
    """

    def __init__(self, registry: Registry = REGISTRY) -> None:
        self._registry = registry
        self._hooks: dict[Any, Hook] = {}

    def hook(self, kind: Any) -> Hook:
        """Return the function that writes values of a type."""
        found = self._hooks.get(kind)
        if found is None:
            found = self._hooks[kind] = self._build(kind)
        return found

    def _build(self, kind: Any) -> Hook:
        origin: Any = get_origin(kind)
        arguments = get_args(kind)
        if kind in SCALARS:
            return SCALARS[kind].write
        if kind in (object, Any) or isinstance(kind, TypeVar):
            return self.any
        if kind in self._registry.families:
            return self._family(self._registry.families[kind])
        if is_union(kind):
            return self._union(arguments)
        if origin is Literal:
            return _choice(arguments)
        if origin is tuple and arguments[-1:] != (...,):
            return self._fixed(arguments)
        if origin is tuple:
            return _list_of(self._lazily(arguments[0]), tuple)
        if origin is frozenset:
            return _set_of(self._lazily(arguments[0]))
        if origin in MAPPINGS:
            held: Any = OrderedDict if origin is OrderedDict else FrozenMap
            return _mapping(self._lazily(arguments[-1]), held)
        return self._class(origin or kind)

    def _lazily(self, kind: Any) -> Hook:
        """Return the hook for a type; for a class, created on call as it may contain itself."""
        if kind not in self._registry.names:
            return self.hook(kind)

        def unstructure(value: Any) -> Any:
            return self.hook(kind)(value)

        return unstructure

    def _class(self, cls: Any) -> Hook:
        if cls not in self._registry.names:
            raise InvalidValueError("extra", cls, "a class that has a name: Codec({name: class})")
        _, to_form, _ = self._registry.forms.get(cls, (cls, None, None))
        fields = [(field.name, self._lazily(kind)) for field, kind in self._registry.fields_of(cls)]
        name = self._registry.names[cls]
        # A field that came later is not written where it says nothing, so that documents stay.
        later = {
            f.name: f.default for f, _ in self._registry.fields_of(cls) if f.metadata.get("later")
        }

        def unstructure(value: Any) -> dict[str, Any]:
            if type(value) is not cls:
                raise Unwritable(value, f"exactly {name}; a class derived from it would be lost")
            if to_form is not None:
                value = to_form(value)
            data = {}
            step = ""
            try:
                for step, hook in fields:
                    data[step] = hook(getattr(value, step))
            except Unwritable as error:
                error.path.append(step)
                raise
            for step, default in later.items():
                if getattr(value, step) == default:
                    del data[step]
            return data

        return unstructure

    def state(self, record: Record) -> dict[str, Any]:
        """Return the present facts of a record as plain data, by name."""
        facts = record.facts()
        data: dict[str, Any] = {}
        cls: Any = type(record)
        for name, kind in facts_of(cls).items():
            try:
                data[name] = self.hook(kind)(facts[name])
            except Unwritable as error:
                error.path.append(name)
                raise
        return {**data, "record_type": record.record_type, "version": record.version}

    def _family(self, members: tuple[type, ...]) -> Hook:
        allowed = ", ".join(self._registry.names[cls] for cls in members)

        def unstructure(value: Any) -> dict[str, Any]:
            kind = type(value)
            if kind is UnknownEvent and members is self._registry.events:
                return self.unknown_event(value)
            if kind not in members:
                raise Unwritable(
                    value, f"one of {allowed}; {OWN_CLASS}; a function cannot be written"
                )
            return {TAG: self._registry.names[kind], **self.hook(kind)(value)}

        return unstructure

    def unknown_event(self, event: UnknownEvent) -> dict[str, Any]:
        """Return an event of an unknown kind as the plain data from which it was read."""
        shared = {name: self.hook(kind) for name, kind in _base_kinds().items()}
        data: dict[str, Any] = {TAG: event.name}
        data.update((name, hook(getattr(event, name))) for name, hook in shared.items())
        data.update(read_body(event.body))
        return data

    def _union(self, members: tuple[Any, ...]) -> Hook:
        shape = union_shape(members, self._registry)
        if shape is None:
            return self.any
        classes, others, is_tagged = shape
        hooks: dict[Any, Hook] = {}
        for json, kind in others.items():
            origin: Any = get_origin(kind)
            hooks[str if origin is Literal else origin or kind] = self.hook(kind)
            if json == "number":
                hooks[int] = hooks.get(int, self.hook(kind))
        family = self._family(classes) if is_tagged else None
        for cls in classes:
            hooks[cls] = family or self._lazily(cls)
        if family is not None and self._registry.events[0] in classes:
            hooks[UnknownEvent] = family
        allowed = ", ".join(getattr(kind, "__name__", str(kind)) for kind in hooks)

        def unstructure(value: Any) -> Any:
            hook = hooks.get(type(value))
            if hook is None:
                raise Unwritable(
                    value, f"one of {allowed}; {OWN_CLASS}; a function cannot be written"
                )
            return hook(value)

        return unstructure

    def _fixed(self, kinds: tuple[Any, ...]) -> Hook:
        hooks = [self._lazily(kind) for kind in kinds]

        def unstructure(value: Any) -> list[Any]:
            if type(value) is not tuple or len(value) != len(hooks):
                raise Unwritable(value, f"a tuple of {len(hooks)}")
            pairs = enumerate(zip(hooks, value, strict=True))
            return _each(pairs, lambda pair: pair[0](pair[1]))

        return unstructure

    def any(self, value: Any) -> Any:
        """Return a value as plain data that name its type."""
        kind = type(value)
        if kind is str:
            return write_text(value)
        if value is None:
            return value
        if kind is tuple:
            return _list_of(self.any, tuple)(value)
        if isinstance(value, FrozenMap):
            return _mapping(self.any)(value)
        if kind is frozenset:
            return {"$set": _set_of(self.any)(value)}
        if kind in self._registry.names:
            return {f"${self._registry.names[kind]}": self.hook(kind)(value)}
        if kind is UnknownEvent:
            return {"$UnknownEvent": self.unknown_event(value)}
        for scalar_kind in (kind, *(k for k in SCALARS if isinstance(value, k))):
            if scalar_kind in SCALARS:
                scalar = SCALARS[scalar_kind]
                written = scalar.write(value)
                return {f"${scalar.tag}": written} if scalar.tag else written
        wanted = "plain data in tuples, frozensets and FrozenMaps, or a value of the library"
        if kind in _FROZEN:
            wanted = f"{wanted}; here {_FROZEN[kind]}(...)"
        raise Unwritable(value, wanted)


def _choice(allowed: tuple[Any, ...]) -> Hook:
    def unstructure(value: Any) -> Any:
        if value in allowed:
            return value
        raise Unwritable(value, f"one of {', '.join(map(str, allowed))}")

    return unstructure


def _mapping(hook: Hook, kind: type[Mapping[str, Any]] = FrozenMap) -> Hook:
    def unstructure(value: Any) -> dict[str, Any]:
        if not isinstance(value, kind):
            raise Unwritable(value, "a FrozenMap")
        values = _each(value.items(), hook)
        keys = _each(((key, key) for key in value), _escaped)
        return dict(zip(keys, values, strict=True))

    return unstructure


def _escaped(key: str) -> str:
    text = write_text(key)
    return f"${text}" if text.startswith("$") else text


@lru_cache(maxsize=1)
def _base_kinds() -> dict[str, Any]:
    return {field.name: kind for field, kind in REGISTRY.fields_of(Event)}


@lru_cache(maxsize=8)
def writer(registry: Registry = REGISTRY) -> Writer:
    """Return the ``Writer`` for a registry; each is created once in a process."""
    return Writer(registry)
