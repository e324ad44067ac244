"""``dumps`` and ``loads``: any value of the library as one JSON document, and back, exactly.

A document is an envelope around a value: ``{"type": "Incident", "version": 1, "value": ...}``. A
record is written as its history and replayed when it is read, so that no field of it can be
smuggled in. Reading takes nothing on trust: every problem is listed with its path, and nothing but
``FormatError`` is raised.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeVar, overload

from incidentcore.errors import InvalidValueError
from incidentcore.serialization.faults import (
    Fault,
    Faults,
    Mismatch,
    Path,
    Unwritable,
    render,
    show,
    told,
)
from incidentcore.serialization.parse import Limits, check_plain, parse, read_body, write
from incidentcore.serialization.reading import Reader, reader
from incidentcore.serialization.registry import CLASSES, EVENT_NAMES, NAMES, TAG, names_for
from incidentcore.serialization.unknown import UnknownEvent, WithUnknownFields
from incidentcore.serialization.unknown_fields import check_places
from incidentcore.serialization.upgrade import FORMAT_VERSION, upgrade
from incidentcore.serialization.writing import writer

__all__ = ["dumps", "from_plain", "loads", "to_plain"]

T = TypeVar("T")

_PLAIN: Final = "plain"
_ENVELOPE: Final = ("type", "version", "value")
_LIMITS: Final = Limits()


def dumps(value: object, *, indent: int | None = None) -> str:
    """Write a value as JSON text.

    Equal values give equal text: fields stand in their order, keys and sets are sorted.

    Args:
        value: A value of the library, ``WithUnknownFields``, or plain data in tuples, frozensets
            and ``FrozenMap``.
        indent: Spaces for each level; None for one line.

    Returns:
        Text that ``loads`` reads back to an equal value.

    Raises:
        InvalidValueError: The value, or one inside it, has no written form: a function, a caller's
            own calendar or class, a NaN. The error's name is the path.

    >>> from incidentcore.values import Actor
    >>> dumps(Actor("ada"))
    '{"type":"Actor","version":1,"value":{"id":"ada","role":"agent"}}'
    """
    return write(to_plain(value), indent)


def to_plain(value: object) -> dict[str, Any]:
    """Return a value's document as plain data: what ``dumps`` writes as text.

    Raises:
        InvalidValueError: As for ``dumps``.

    >>> from datetime import timedelta
    >>> to_plain(timedelta(hours=8))["value"]
    {'$timedelta': 'PT8H'}
    """
    if isinstance(value, WithUnknownFields):
        return _with_unknown(value)
    kind = type(value)
    try:
        if kind is UnknownEvent:
            data = writer().unknown_event(value)  # type: ignore[arg-type]
            return _envelope(data.pop(TAG), data)
        if kind in NAMES:
            return _envelope(NAMES[kind], writer().hook(kind)(value))
        return _envelope(_PLAIN, writer().any(value))
    except Unwritable as error:
        error.path.append("value")
        raise error.refused() from None
    except RecursionError:
        raise InvalidValueError("value", value, "a value that is not nested so deeply") from None


def _envelope(name: str, value: Any) -> dict[str, Any]:
    return {"type": name, "version": FORMAT_VERSION, "value": value}


def _with_unknown(kept: WithUnknownFields[Any]) -> dict[str, Any]:
    document = to_plain(kept.value)
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


@overload
def loads(
    text: str | bytes | bytearray,
    kind: type[T],
    *,
    unknown: Literal["refuse"] = "refuse",
    limits: Limits = _LIMITS,
    trusted: bool = False,
) -> T: ...


@overload
def loads(
    text: str | bytes | bytearray,
    kind: type[T],
    *,
    unknown: Literal["keep"],
    limits: Limits = _LIMITS,
    trusted: bool = False,
) -> WithUnknownFields[T]: ...


def loads(
    text: str | bytes | bytearray,
    kind: type[T],
    *,
    unknown: Literal["refuse", "keep"] = "refuse",
    limits: Limits = _LIMITS,
    trusted: bool = False,
) -> T | WithUnknownFields[T]:
    """Read a value from JSON text.

    Args:
        text: A document that ``dumps`` wrote, in this release or an older one.
        kind: The type of value expected: a class, or a base such as ``Record`` or ``Condition``;
            ``object`` for any.
        unknown: What to do with fields and kinds of event that are not known here: refuse them, or
            keep them in a ``WithUnknownFields`` value and as ``UnknownEvent``.
        limits: How much the document may hold.
        trusted: Whoever wrote the document is trusted with the processor: a ``PatternRule`` in it
            may run in the standard library's engine, where one expression can take for ever. All
            else is tested the same.

    Returns:
        The value; with ``unknown="keep"`` a ``WithUnknownFields`` one.

    Raises:
        FormatError: Anything at all is wrong with the text; it lists every problem with its path.

    >>> from incidentcore.values import Actor
    >>> loads('{"type":"Actor","version":1,"value":{"id":"ada"}}', Actor)
    Actor(id='ada', role='agent')
    >>> loads('{"type":"Actor","version":1,"value":{"id":1}}', Actor)
    Traceback (most recent call last):
    incidentcore.errors.FormatError: got 1; allowed: text @ $.value.id
    """
    _check_choice(unknown)
    data, refused = parse(text, limits)
    return _read(data, kind, limits, refused, reader(keep=unknown == "keep", trusted=trusted))


@overload
def from_plain(
    data: object,
    kind: type[T],
    *,
    unknown: Literal["refuse"] = "refuse",
    limits: Limits = _LIMITS,
    trusted: bool = False,
) -> T: ...


@overload
def from_plain(
    data: object,
    kind: type[T],
    *,
    unknown: Literal["keep"],
    limits: Limits = _LIMITS,
    trusted: bool = False,
) -> WithUnknownFields[T]: ...


def from_plain(
    data: object,
    kind: type[T],
    *,
    unknown: Literal["refuse", "keep"] = "refuse",
    limits: Limits = _LIMITS,
    trusted: bool = False,
) -> T | WithUnknownFields[T]:
    """Read a value from plain data, such as a database returns for a JSON column.

    Args:
        data: What ``to_plain`` gave.
        kind: The type of value expected, as for ``loads``.
        unknown: As for ``loads``.
        limits: As for ``loads``, save that there is no text to measure.
        trusted: As for ``loads``.

    Raises:
        FormatError: Anything at all is wrong with the data.

    >>> from datetime import timedelta
    >>> from_plain(to_plain(timedelta(minutes=90)), timedelta)
    datetime.timedelta(seconds=5400)
    """
    _check_choice(unknown)
    refused = check_plain(data, limits)
    if any(problem.fatal for problem in refused):
        raise render(refused, limits.problems)
    return _read(data, kind, limits, refused, reader(keep=unknown == "keep", trusted=trusted))


def _check_choice(unknown: object) -> None:
    if unknown not in ("refuse", "keep"):
        raise InvalidValueError("unknown", unknown, '"refuse" or "keep"')


def _read(
    data: Any, kind: type[T], limits: Limits, refused: list[Fault], read: Reader
) -> T | WithUnknownFields[T]:
    keep = read.keep
    kept: list[tuple[Path, str]] = []
    try:
        name, value = _opened(data, kind, keep=keep)
        while True:
            try:
                found: T = _value(name, value, kind, read)
                break
            except Exception as error:  # noqa: BLE001  told below, unless it can be kept
                problems = list(told(error))
                strange = dict.fromkeys(problem.path for problem in problems if problem.unknown)
                if refused or not keep or not strange:
                    raise Faults(told(error, ("value",))) from None
                value = _copied(value)
                kept.extend((path, write(_taken(value, path), None)) for path in strange)
        if kept:
            _check_places(name, value, [path for path, _ in kept])
    except Faults as error:
        known = {problem.path for problem in refused}
        refused.extend(problem for problem in error.found if problem.path not in known)
    if refused:
        raise render(refused, limits.problems) from None
    return WithUnknownFields(found, tuple(sorted(kept, key=str))) if keep else found


def _opened(data: Any, kind: Any, *, keep: bool) -> tuple[str, Any]:
    """Return the type's name and the value inside an envelope, brought to this version."""
    if not isinstance(data, dict):
        raise Faults([Fault(f"got {show(data)}; allowed: an object")])
    problems = [
        Fault(f"no field of a document; allowed: {', '.join(_ENVELOPE)}", (key,))
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
        problems.append(Fault(f"got {show(version)}; allowed: 1 or more", ("version",)))
    if problems:
        raise Faults(problems)
    try:
        name, value = upgrade(str(name), int(str(version)), data["value"])
    except Mismatch as error:
        raise Faults([Fault(str(error), ("version",))]) from None
    except Exception as error:  # noqa: BLE001  an old document may be broken too
        raise Faults(told(error, ("value",))) from None
    allowed = names_for(kind)
    strange = keep and name not in CLASSES and allowed >= EVENT_NAMES
    if name not in allowed and name != _PLAIN and not strange:
        words = ", ".join(sorted(allowed)) or _PLAIN
        raise Faults([Fault(f"got {show(name)}; allowed: {words}", ("type",))])
    return name, value


def _value(name: str, value: Any, kind: Any, read: Reader) -> Any:
    if name not in CLASSES and name != _PLAIN:
        return read.unknown_event(name, value)
    if name != _PLAIN:
        return read.hook(CLASSES[name])(value, None)
    found = read.any(value)
    if isinstance(kind, type) and isinstance(found, kind):
        return found
    raise Mismatch(f"got a {type(found).__name__}; allowed: {getattr(kind, '__name__', kind)}")


def _check_places(name: str, value: Any, paths: list[Path]) -> None:
    if name not in CLASSES and name != _PLAIN:
        return  # an unknown event: it is written as it came
    try:
        check_places(object if name == _PLAIN else CLASSES[name], value, paths)
    except Faults as error:
        raise Faults(told(error, ("value",))) from None


def _copied(value: Any) -> Any:
    """Return plain data of its own, since fields are taken out of it."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _taken(value: Any, path: Path) -> Any:
    *steps, last = path
    for step in steps:
        value = value[step]
    return value.pop(last)
