"""The fields of a record that can be set, and the values that each of them accepts.

Times such as ``resolved_at`` and counts cannot be set: they follow from the history (rule H2).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import takewhile
from typing import Any, Final, Literal, TypeAlias, TypedDict, get_args

from incidentcore._checks import are_texts, nearest, need_word
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.causes import Cause
from incidentcore.records.tasks import RequestItem
from incidentcore.values import FrozenMap, Level
from incidentcore.values.frozen import entries_of, is_storable, of_sorted

RECORD_COLUMNS: Final = (
    *("id", "record_type", "title", "state", "hold_reason", "priority", "impact", "urgency"),
    *("category", "service", "configuration_item", "caller", "source", "assignment_group"),
    *("assignee", "support_tier", "tags", "resolution_code", "opened_at", "acknowledged_at"),
    *("first_response_at", "restored_at", "resolved_at", "closed_at", "canceled_at", "updated_at"),
    *("reopen_count", "reassignment_count", "escalation_count", "version"),
)
"""The default columns of a record in a table."""


ReportedVia: TypeAlias = Literal["user_report", "monitoring_alert", "other"]
"""Where a record came from; any other text is also accepted."""


ProblemOrigin: TypeAlias = Literal["reactive", "proactive"]
"""What led to a problem record."""


MajorStatus: TypeAlias = Literal["proposed", "accepted", "rejected", "canceled"]
"""The status of a candidate for a major incident; None if it is not a candidate."""


MajorRole: TypeAlias = Literal[
    "incident_manager", "technical_lead", "communications_lead", "scribe"
]
"""The roles in the response to a major incident; any other text is also accepted."""


class OpeningFields(TypedDict, total=False):
    """The fields that may be set when a record is opened; see ``Record`` and its subclasses.

    Business impact and major roles are for incidents; origin, root cause, workaround and known
    error for problems; items for service requests.
    """

    impact: Level | None
    urgency: Level | None
    computed_priority: Level | None
    priority_override: Level | None
    description: str
    service: str | None
    configuration_item: str | None
    caller: str | None
    source: str
    category: tuple[str, ...] | str
    assignment_group: str | None
    assignee: str | None
    support_tier: int | None
    tags: Collection[str]
    custom: Mapping[str, object]
    occurred_at: datetime | None
    detected_at: datetime | None
    exercise: str | None
    business_impact: str | None
    major_roles: Mapping[str, str]
    origin: ProblemOrigin
    root_cause: Cause | None
    workaround: str | None
    known_error: bool
    items: Sequence[RequestItem]


def _of(
    kind: type, allowed: str, *, optional: bool = False, empty: bool = True
) -> Callable[[str, object], object]:
    def check(name: str, value: object) -> object:
        if (isinstance(value, kind) and (empty or value)) or (optional and value is None):
            return value
        raise InvalidValueError(name, value, allowed)

    return check


_text = _of(str, "text")
_some_text = _of(str, "non-empty text", empty=False)
_optional_text = _of(str, "non-empty text, or None", optional=True, empty=False)
_optional_level = _of(Level, "a Level of a scale such as Impact.HIGH, or None", optional=True)
_flag = _of(bool, "True or False")
_cause = _of(Cause, "a Cause, or None", optional=True)


def _optional_instant(name: str, value: object) -> object:
    if value is None or isinstance(value, datetime):
        return None if value is None else as_utc(value, name)
    raise InvalidValueError(name, value, "an aware datetime, or None")


def _is_stored_instant(value: datetime) -> bool:
    return value.tzinfo is UTC and 1 < value.year < 9999  # as as_utc takes it at once


def _optional_tier(name: str, value: object) -> object:
    if value is None or (type(value) is int and value >= 1):
        return value
    raise InvalidValueError(name, value, "a support tier of at least 1, or None")


def _path(name: str, value: object) -> object:
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, (tuple, list)) and (not value or are_texts(value)):
        return tuple(value)
    raise InvalidValueError(name, value, 'a category path such as ("network", "vpn")')


def _texts(name: str, value: object) -> object:
    if isinstance(value, Iterable) and not isinstance(value, (str, Mapping)):
        texts = tuple(value)
        if not texts or are_texts(texts):
            return value if type(value) is frozenset else frozenset(texts)
    raise InvalidValueError(name, value, "a set of non-empty texts")


def _mapping(name: str, value: object) -> object:
    if type(value) is FrozenMap:
        return value
    if isinstance(value, Mapping):
        return FrozenMap(value)
    raise InvalidValueError(name, value, "a mapping from names to values")


def _people(name: str, value: object) -> object:
    people = _mapping(name, value)
    if all(key and isinstance(who, str) and who for key, who in people.items()):  # type: ignore[attr-defined]  # a FrozenMap
        return people
    raise InvalidValueError(name, value, "a mapping from roles to people's ids")


def _items(name: str, value: object) -> object:
    if isinstance(value, (tuple, list)) and all(isinstance(item, RequestItem) for item in value):
        if len({item.id for item in value}) == len(value):
            return value if type(value) is tuple else tuple(value)
        raise InvalidValueError(name, value, "items with different ids")
    raise InvalidValueError(name, value, "a sequence of RequestItem")


def _one_of(*allowed: str | None) -> Callable[[str, object], object]:
    def check(name: str, value: object) -> object:
        need_word(name, value, allowed)
        return value

    return check


_CHECKS: Final[dict[str, Callable[[str, object], object]]] = {
    "title": _some_text,
    "description": _text,
    "service": _optional_text,
    "configuration_item": _optional_text,
    "caller": _optional_text,
    "source": _some_text,
    "impact": _optional_level,
    "urgency": _optional_level,
    "computed_priority": _optional_level,
    "priority_override": _optional_level,
    "category": _path,
    "assignment_group": _optional_text,
    "assignee": _optional_text,
    "support_tier": _optional_tier,
    "tags": _texts,
    "custom": _mapping,
    "major_status": _one_of(None, *get_args(MajorStatus)),
    "major_roles": _people,
    "business_impact": _optional_text,
    "hold_reason": _optional_text,
    "resolution_code": _optional_text,
    "resolution_notes": _optional_text,
    "verification": _optional_text,
    "closure_confirmed_by": _optional_text,
    "occurred_at": _optional_instant,
    "detected_at": _optional_instant,
    "exercise": _optional_text,
    "origin": _one_of(*get_args(ProblemOrigin)),
    "root_cause": _cause,
    "workaround": _optional_text,
    "known_error": _flag,
    "items": _items,
}


# What has exactly its field's type, and is not empty, needs no further check, or a test inside it.
_AT_ONCE: Final[dict[str, type]] = {
    name: kind
    for kind, checks in (
        (str, (_text, _some_text, _optional_text)),
        (Level, (_optional_level,)),
        (FrozenMap, (_mapping,)),
    )
    for name, check in _CHECKS.items()
    if check in checks
}
_INSIDE: Final[dict[str, tuple[type, Callable[[Any], bool]]]] = {
    "category": (tuple, are_texts),
    "tags": (frozenset, are_texts),
    "support_tier": (int, (0).__lt__),
    **dict.fromkeys(("occurred_at", "detected_at"), (datetime, _is_stored_instant)),
}

FIELD_NAMES: Final = frozenset(_CHECKS)

# What every type of record can set at any time, and what it can set when it is opened alone.
SETTABLE: Final = frozenset(
    (
        *("title", "description", "service", "configuration_item", "caller", "source", "tags"),
        *("custom", "verification", "closure_confirmed_by", "occurred_at", "detected_at"),
    )
)
OPENABLE: Final = frozenset(
    (
        *("impact", "urgency", "computed_priority", "priority_override", "category"),
        *("assignment_group", "assignee", "support_tier", "exercise"),
    )
)

# How to change what cannot be set as a field.
_INSTEAD: Final = {
    "priority": "prioritize(...) or open(..., priority=) for the priority; ",
    "exercise": "only open(..., exercise=) for the exercise; ",
    "state": "advance(...) for the state; ",
    "links": "link(...) for links; ",
    "lifecycle": "migrate(...) of the lifecycle; ",
    "category": "classify(...) for the category; ",
    **dict.fromkeys(
        ("impact", "urgency"),
        "prioritize(...), with a desk Desk.prioritize(...), for impact and urgency; ",
    ),
    **dict.fromkeys(
        ("assignment_group", "assignee", "support_tier"),
        "assign(...) for group, assignee and tier; ",
    ),
    **dict.fromkeys(("hold_reason", "resolution_code", "resolution_notes"), "advance(...); "),
    **dict.fromkeys(
        ("root_cause", "workaround", "known_error", "origin"), "a Problem, which has this field; "
    ),
    "items": "a ServiceRequest, which has this field; ",
}
_FOLLOWS: Final = ("_at", "_count")  # what the history alone sets


_CUSTOM: Final = "finite numbers, text, True or False, dates, aware times, spans, or several"


def _all_storable(custom: FrozenMap[object]) -> bool:
    return all(map(is_storable, entries_of(custom).values()))


# What nobody may enter, but a history that holds it is still read: a level of another field's
# scale, and a custom value that no document can hold, such as an object of a class of your own.
_ENTERED: Final[dict[str, Callable[[Any], bool]]] = {
    "impact": lambda level: level.scale not in ("urgency", "priority"),
    "urgency": lambda level: level.scale not in ("impact", "priority"),
    **dict.fromkeys(
        ("computed_priority", "priority_override"),
        lambda level: level.scale not in ("impact", "urgency"),
    ),
    "custom": _all_storable,
}


def _refuse_entered(stored: Mapping[str, Any]) -> None:
    for name, is_right in _ENTERED.items():
        value = stored.get(name)
        if value is None or is_right(value):
            continue
        if name == "custom":
            key = next(key for key, one in value.items() if not is_storable(one))
            allowed = "a finite number" if isinstance(value[key], float) else _CUSTOM
            raise InvalidValueError(f"custom.{key}", value[key], allowed)
        own = "priority" if "priority" in name else name
        allowed = f"a level of its own scale, such as {own.title()}.HIGH"
        raise InvalidValueError(name, f"{value.scale} {value.name}", allowed)


def checked_fields(
    fields: Mapping[str, Any], allowed: frozenset[str], *, entered: bool = False
) -> FrozenMap[object]:
    """Check fields, and return them in their stored form: ``fields`` itself if it has that already.

    If somebody sets them now (``entered``), a level of another field's scale and a custom value
    that no document can hold are refused too; a history with one is still read.

    Raises:
        InvalidValueError: A name is not allowed, or a field does not accept its value.
    """
    if not isinstance(fields, (dict, FrozenMap, Mapping)):
        raise InvalidValueError("fields", fields, "a mapping from field names to values")
    entries = entries_of(fields) if type(fields) is FrozenMap else fields
    if not allowed.issuperset(entries):
        for name, value in takewhile(lambda entry: entry[0] in allowed, entries.items()):
            _CHECKS[name](name, value)  # what comes first as given is refused first
        name = next(name for name in entries if name not in allowed)
        how, near = _INSTEAD.get(name, ""), nearest(name, sorted(allowed))
        if not how and not near:
            follows = "other fields, since moments and counts follow from the history; "
            how = follows if str(name).endswith(_FOLLOWS) else "custom= for fields of your own; "
        raise InvalidValueError("field", name, f"{how}one of {', '.join(sorted(allowed))}{near}")
    return stored_fields(fields, entered=entered)


def stored_fields(fields: Mapping[str, Any], *, entered: bool = False) -> FrozenMap[object]:
    """Return the stored form of fields whose names have been checked."""
    if type(fields) is FrozenMap:
        stored = entries_of(fields)
    else:
        in_order, kinds, tests = _plan(tuple(fields), entered)
        stored = {**in_order, **fields}
        if all(stored.values()) and [*map(type, stored.values())] == kinds:
            for name, is_stored in tests:
                if not is_stored(stored[name]):
                    break
            else:
                return of_sorted(stored)
    at_once = _AT_ONCE.get
    changed: dict[str, object] = {}
    try:
        for name, value in stored.items():
            if not value or type(value) is not at_once(name):
                kept = _CHECKS[name](name, value)
                if kept is not value:
                    changed[name] = kept
    except InvalidValueError:
        for name, value in fields.items():  # what comes first as given is refused first
            _CHECKS[name](name, value)
        raise
    if changed:
        stored = {**stored, **changed}
    if entered:
        _refuse_entered(stored)
    return fields if type(fields) is FrozenMap and not changed else of_sorted(stored)


@lru_cache(maxsize=256)  # callers set the same few combinations of fields
def _plan(
    names: tuple[str, ...],
    entered: bool,  # noqa: FBT001  keywords would make the cache's keys longer
) -> tuple[dict[str, Any], list[Any], list[tuple[str, Any]]]:
    """Return the fields in order, the types of their stored values, and the tests inside them."""
    in_order = dict.fromkeys(name for name in sorted(_CHECKS) if name in names)
    kinds = [_AT_ONCE.get(name) or _INSIDE.get(name, (None,))[0] for name in in_order]
    tests = {name: test for name, (_, test) in _INSIDE.items()} | (_ENTERED if entered else {})
    return in_order, kinds, [(name, tests[name]) for name in in_order if name in tests]
