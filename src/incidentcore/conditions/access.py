"""Read a field of a record, of its facts (fields at an instant) or of an event, by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from incidentcore._checks import nearest
from incidentcore.errors import DefinitionError, InvalidValueError

_MISSING: Final = object()

_TYPE: Final = "record_type"

# The fields of records that some types of record do not have.
_OF_SOME_RECORDS: Final = frozenset(
    (
        *("approval_decided_at", "approval_expires_at", "approval_requested_at", "approval_rule"),
        *("approval_stage", "approval_state", "approvals", "approvals_pending", "items"),
        *("business_impact", "known_error", "major_roles", "major_status", "origin"),
        *("root_cause", "tasks", "tasks_progress", "tasks_status", "workaround"),
    )
)


def reader(path: str) -> Callable[[object], object]:
    """Return a function that reads the value at a dotted path.

    The first step names a field of the subject: a key if the subject is a ``dict`` of fields,
    otherwise an attribute. Later steps are attributes or keys of mappings. The result is None if a
    value on the path, or a key of a mapping such as ``custom``, is missing. It is also None for a
    field that only other types of record or kinds of event have. Any other missing field is an
    error, so that a misspelled field is noticed. A key of a mapping may contain dots, as in
    ``"custom.Res. Code"``.
    """
    if not isinstance(path, str) or not all(step.isidentifier() for step in path.split(".")[:1]):
        raise DefinitionError("field", path, "a field's name, or a path such as custom.vip")
    first, *rest = path.split(".")
    if not all(rest) and (first != "custom" or rest == [""]):  # whose keys may end in a dot
        raise DefinitionError("field", path, "a dotted path without empty steps")

    ends = [".".join(rest[place:]) for place in range(len(rest))]

    def read(subject: object) -> object:
        value = read_one(subject)
        for place, step in enumerate(rest):
            if value is None:
                return None
            whole = ends[place]
            if isinstance(value, Mapping) and whole in value:  # a key that has dots itself
                return value[whole]
            value = _get(value, step)
            if value is _MISSING:
                raise InvalidValueError("field", path, f"a field that exists; {step!r} does not")
        return value

    def read_one(subject: object) -> object:
        value = subject.get(first, _MISSING) if type(subject) is dict else _get(subject, first)
        if value is _MISSING:
            _check_absent(subject, first)
            return None
        return value

    step = rest[0] if rest else ""
    is_private = step.startswith("_")

    def read_two(subject: object) -> object:
        value = subject.get(first, _MISSING) if type(subject) is dict else _get(subject, first)
        if value is _MISSING:
            _check_absent(subject, first)
            return None
        if value is None:
            return None
        if is_private or _is_mapping(type(value)):  # type: ignore[arg-type]  # a class hashes
            found = _get(value, step)
        else:
            found = getattr(value, step, _MISSING)
            found = _get(value, step) if found is _MISSING else found
        if found is _MISSING:
            raise InvalidValueError("field", path, f"a field that exists; {step!r} does not")
        return found

    if len(rest) == 1:
        return read_two
    return read if rest else read_one


@lru_cache(maxsize=256)
def _is_mapping(kind: type) -> bool:
    """Return whether values of a type are mappings; checking the abstract class is slow."""
    return issubclass(kind, Mapping)


def _get(value: object, step: str) -> object:
    if _is_mapping(type(value)):  # type: ignore[arg-type]  # a class hashes
        mapping: Any = value
        return mapping.get(step)
    if step.startswith("_"):
        return _MISSING
    found = getattr(value, step, _MISSING)
    if found is _MISSING and step in getattr(type(value), "_fields_of_kinds", ()):
        return None
    return found


def _check_absent(subject: Any, name: str) -> None:
    """Raise an error for a field that no type of record has; the others are absent."""
    is_dict = isinstance(subject, dict)
    if name in _OF_SOME_RECORDS and (_TYPE in subject if is_dict else hasattr(subject, _TYPE)):
        return
    public = (held for held in dir(subject) if not held.startswith("_"))
    held = subject if is_dict else [n for n in public if not callable(getattr(subject, n, None))]
    names = sorted(map(str, held))
    kind = "the mapping" if is_dict else type(subject).__name__
    allowed = f"a field of {kind}: {', '.join(names)}{nearest(name, names)}"
    raise InvalidValueError("field", name, allowed)
