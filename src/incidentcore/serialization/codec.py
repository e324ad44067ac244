"""Write any value of the library as a JSON document, and read it back unchanged.

A document is an envelope around a value: ``{"type": "Incident", "version": 1, "value": ...}``. A
record is written as its history, from which its fields are computed again when it is read, so that
no field can be forged. Input is never trusted: every problem is listed with its path, and the only
error raised is ``FormatError``. A ``Codec`` does the same and also supports classes of your own.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, TypeVar

import attrs

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Event, Record
from incidentcore.serialization.faults import (
    Fault,
    Faults,
    Mismatch,
    Path,
    Unwritable,
    faults_of,
    render,
    show,
)
from incidentcore.serialization.limits import DEFAULT_LIMITS, Limits
from incidentcore.serialization.parse import check_plain, parse, read_body, write
from incidentcore.serialization.reading import Reader, reader
from incidentcore.serialization.registry import NO_EXTRA, REGISTRY, TAG, Registry
from incidentcore.serialization.schema import REF_TEMPLATE, View, schema_of
from incidentcore.serialization.unknown import UnknownEvent, WithUnknownFields
from incidentcore.serialization.unknown_fields import check_places
from incidentcore.serialization.upgrades import FORMAT_VERSION, merged, upgrade
from incidentcore.serialization.writing import writer
from incidentcore.values import FrozenMap

T = TypeVar("T")

_PLAIN: Final = "plain"
_ENVELOPE: Final = ("type", "version", "value")


def _as_map(extra: Mapping[str, type]) -> FrozenMap[type]:
    return extra if isinstance(extra, FrozenMap) else FrozenMap(extra)


@attrs.frozen
class Codec:
    """A writer and reader of documents that may contain your own classes.

    The functions of this package, such as ``dumps``, do the same for the library's classes.

    Attributes:
        extra: A mapping from the value of ``type`` in documents to your attrs class. Objects
            of these classes are written field by field. A field whose type is a base class or
            protocol, such as ``Condition``, accepts classes that derive from it or have all its
            members.

    Raises:
        InvalidValueError: A name in ``extra`` is already used by the library or is invalid, or a
            class is not an attrs class.

    >>> import attrs
    >>> from incidentcore.conditions import Condition
    >>> from incidentcore.serialization import Codec
    >>> @attrs.frozen
    ... class Contract:
    ...     customer: str
    ...     hours: int
    >>> codec = Codec({"AcmeContract": Contract})
    >>> codec.dumps(Contract("north", 4))
    '{"type":"AcmeContract","version":1,"value":{"customer":"north","hours":4}}'
    >>> codec.loads(codec.dumps(Contract("north", 4)), Contract)
    Contract(customer='north', hours=4)
    """

    extra: FrozenMap[type] = attrs.field(default=NO_EXTRA, converter=_as_map)
    _registry: Registry = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        registry = REGISTRY.extended(self.extra) if self.extra else REGISTRY
        object.__setattr__(self, "_registry", registry)

    def dumps(self, value: object, /, *, indent: int | None = None) -> str:
        """Return a value as JSON text, as the function ``dumps`` does."""
        return write(self.to_plain(value), indent)

    def to_plain(self, value: object, /, *, view: View = "document") -> dict[str, Any]:
        """Return a value's document as plain data, as the function ``to_plain`` does."""
        if view == "document":
            return _to_plain(value, self._registry)
        if view != "state":
            raise InvalidValueError("view", view, "document or state")
        if not isinstance(value, Record):
            raise InvalidValueError("value", value, "a record; view='state' is only for records")
        try:
            return writer(self._registry).state(value)
        except Unwritable as error:
            raise error.refused() from None

    def loads(
        self,
        text: str | bytes | bytearray,
        /,
        kind: type[T],
        *,
        limits: Limits = DEFAULT_LIMITS,
        trusted: bool = False,
    ) -> T:
        """Build a value from its JSON text, as the function ``loads`` does."""
        return self._read(*parse(text, limits), kind, limits, trusted=trusted).value

    def loads_with_unknown(
        self,
        text: str | bytes | bytearray,
        /,
        kind: type[T],
        *,
        limits: Limits = DEFAULT_LIMITS,
        trusted: bool = False,
    ) -> WithUnknownFields[T]:
        """Build a value from its JSON text, as the function ``loads_with_unknown`` does."""
        return self._read(*parse(text, limits), kind, limits, trusted=trusted, keep=True)

    def from_plain(
        self,
        data: object,
        /,
        kind: type[T],
        *,
        limits: Limits = DEFAULT_LIMITS,
        trusted: bool = False,
    ) -> T:
        """Build a value from its plain data, as the function ``from_plain`` does."""
        refused = check_plain(data, limits)
        if any(problem.fatal for problem in refused):
            raise render(refused, limits.problems)
        return self._read(data, refused, kind, limits, trusted=trusted).value

    def json_schema(
        self, kind: Any, /, *, view: View = "document", ref_template: str = REF_TEMPLATE
    ) -> dict[str, Any]:
        """Return the JSON Schema of documents, as the function ``json_schema`` does."""
        return schema_of(kind, self._registry, view=view, ref_template=ref_template)

    def _read(
        self,
        data: Any,
        refused: list[Fault],
        kind: type[T],
        limits: Limits,
        *,
        trusted: bool,
        keep: bool = False,
    ) -> WithUnknownFields[T]:
        registry = self._registry
        read = reader(registry, keep=keep, trusted=trusted)
        kept: list[tuple[Path, str]] = []
        try:
            name, value = _opened(data, kind, registry, keep=keep)
            while True:
                try:
                    found: T = _value(name, value, kind, read, registry)
                    break
                except Exception as error:  # noqa: BLE001  reported below, unless it can be kept
                    problems = list(faults_of(error))
                    strange = dict.fromkeys(problem.path for problem in problems if problem.unknown)
                    if refused or not keep or not strange:
                        raise Faults(faults_of(error, ("value",))) from None
                    value = deepcopy(value)  # since fields are removed from it
                    kept.extend((path, write(_taken(value, path), None)) for path in strange)
            if kept:
                _check_places(name, value, [path for path, _ in kept], registry)
        except Faults as error:
            known = {problem.path for problem in refused}
            refused.extend(problem for problem in error.found if problem.path not in known)
        if refused:
            raise render(refused, limits.problems) from None
        return WithUnknownFields(found, tuple(sorted(kept, key=str)))


def _to_plain(value: object, registry: Registry) -> dict[str, Any]:
    if isinstance(value, WithUnknownFields):
        return _with_unknown(value, registry)
    kind = type(value)
    write_as = writer(registry)
    try:
        if kind is UnknownEvent:
            data = write_as.unknown_event(value)  # type: ignore[arg-type]
            return _envelope(data.pop(TAG), data)
        if kind in registry.names:
            return _envelope(registry.names[kind], write_as.hook(kind)(value))
        return _envelope(_PLAIN, write_as.any(value))
    except Unwritable as error:
        error.path.append("value")
        raise error.refused() from None
    except RecursionError:
        raise InvalidValueError("value", value, "a value that is not nested so deeply") from None


def _envelope(name: str, value: Any) -> dict[str, Any]:
    return {"type": name, "version": FORMAT_VERSION, "value": value}


def _with_unknown(kept: WithUnknownFields[Any], registry: Registry) -> dict[str, Any]:
    document = _to_plain(kept.value, registry)
    for path, text in kept.unknown:
        place: Any = document["value"]
        try:
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = read_body(text)
        except (KeyError, IndexError, TypeError):
            raise InvalidValueError(
                "unknown", path, "paths that the value still has; it was changed since it was read"
            ) from None
    return document


def _opened(data: Any, kind: Any, registry: Registry, *, keep: bool) -> tuple[str, Any]:
    """Return the type's name and the value in an envelope, upgraded to this version."""
    if not isinstance(data, dict):
        raise Faults([Fault(f"got {show(data)}; allowed: an object")])
    problems = [
        Fault(f"not a field of a document; allowed: {', '.join(_ENVELOPE)}", (key,))
        for key in data
        if key not in _ENVELOPE
    ]
    problems.extend(
        Fault("a required field is missing", (key,)) for key in _ENVELOPE if key not in data
    )
    name, version = data.get("type"), data.get("version")
    if "type" in data and type(name) is not str:
        problems.append(Fault(f"got {show(name)}; allowed: a type's name", ("type",)))
    if "version" in data and (type(version) is not int or version < 1):
        problems.append(Fault(f"got {show(version)}; allowed: a whole number from 1", ("version",)))
    if problems:
        raise Faults(problems)
    try:
        name, value = upgrade(str(name), int(str(version)), data["value"])
    except FormatError as error:
        raise Faults([Fault(error.problems[0], ("version",))]) from None
    try:
        name, value = merged(name, value)
    except Exception as error:  # noqa: BLE001  what the older kind was may be broken too
        raise Faults(faults_of(error, ("value",))) from None
    allowed = registry.names_for(kind)
    strange = keep and name not in registry.classes and allowed >= registry.names_for(Event)
    if name not in allowed and name != _PLAIN and not strange:
        words = ", ".join(sorted(allowed)) or _PLAIN
        if not allowed and kind in registry.names:
            words = f"none as {kind.__name__}; its document is read as {registry.names[kind]}"
        raise Faults([Fault(f"got {show(name)}; allowed: {words}", ("type",))])
    return name, value


def _value(name: str, value: Any, kind: Any, read: Reader, registry: Registry) -> Any:
    if name not in registry.classes and name != _PLAIN:
        return read.unknown_event(name, value)
    if name != _PLAIN:
        return read.named(name, value)
    found = read.any(value)
    if isinstance(kind, type) and isinstance(found, kind):
        return found
    raise Mismatch(f"got a {type(found).__name__}; allowed: {getattr(kind, '__name__', kind)}")


def _check_places(name: str, value: Any, paths: list[Path], registry: Registry) -> None:
    if name not in registry.classes and name != _PLAIN:
        return  # an unknown event: it is written as it came
    try:
        kind = object if name == _PLAIN else registry.classes[name]
        check_places(kind, value, paths, registry)
    except Faults as error:
        raise Faults(faults_of(error, ("value",))) from None


def _taken(value: Any, path: Path) -> Any:
    *steps, last = path
    for step in steps:
        value = value[step]
    return value.pop(last)


CODEC: Final = Codec()
"""The codec that ``dumps``, ``loads`` and the related functions use, without your own classes."""
