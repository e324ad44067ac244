"""Every public function refuses what it cannot use by an error of the library.

The walk is by signature: whoever adds a function is walked too.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore import Desk, Incident, Lifecycle, Priority, Problem, ServiceRequest
from incidentcore.errors import IncidentCoreError, MissingExtraError, NaiveDatetimeError
from incidentcore.instants import Interval
from incidentcore.kpi import Periods
from incidentcore.kpi.catalogue import MEAN_TIME_TO_RESOLVE
from incidentcore.lifecycle import STANDARD
from incidentcore.records import Record

from .serialization.examples import AT, EXAMPLES, HOUR, OFFICE, RECORDS, RESOLUTION, values_in
from .test_public_api import ROOMS

DAY = timedelta(days=1)
EXTRAS = {"matplotlib", "narwhals", "numpy"}
# Values for arguments, by the name of a class in the annotation.
VALUES: dict[str, Any] = {
    kind.__name__: value
    for example in reversed(EXAMPLES)
    for value in values_in(example)
    for kind in type(value).__mro__
    if kind.__module__.startswith("incidentcore") and not kind.__name__.startswith("_")
}
OF_TYPE = {type(record): record for record in RECORDS}
for name in ("Record", "Incident", "R", "A", "B"):
    VALUES[name] = OF_TYPE[Incident]
VALUES |= {"Calendar": OFFICE, "SlaRules": RESOLUTION, "OneClock": RESOLUTION}
VALUES |= {"Lifecycle": STANDARD["incident"], "KpiTable": None, "Words": None}
OURS = {*VALUES, "Page", "Rules", "SlaStatus", "BacklogForecast", "VolumeForecast"}
# And by the name of the argument.
NAMED: dict[str, Any] = {
    "at": AT + 5 * HOUR,
    "now": AT + 4 * DAY,
    "as_of": AT + 4 * DAY,
    "until": AT + 9 * DAY,
    "start": AT,
    "end": AT + DAY,
    "started_at": AT,
    "by": "ada",
    "zone": ZoneInfo("UTC"),
    "to": "closed",
    "period": Interval(AT, AT + DAY),
    "window": Interval(AT, AT + DAY),
    "type": "child_of",
    "action": "start",
    "decision": "approved",
    "step": "hypothesis",
    "status": "proposed",
    "edges": [HOUR],
    "level": Priority.HIGH,
    "share": 0.9,
    "seed": 1,
    "kpis": [MEAN_TIME_TO_RESOLVE],
    "kpi": MEAN_TIME_TO_RESOLVE,
    "incident": OF_TYPE[Incident],
    "record": OF_TYPE[Incident],
    "problem": OF_TYPE[Problem],
    "id": "I-1",
    "title": "t",
    "target": "x",
    "reason": "why",
}
# What the library makes, or reads back, is not checked.
MADE = {"Explanation", "ConditionState", "KpiResult", "PriorityStep", "SlaSnapshot"}
NAIVE = datetime(2026, 6, 2, 12)  # noqa: DTZ001
# Read only if the call comes to it: an intent to apply, a guard that asks.
UNREAD = {
    *(("intake.apply_intents", name) for name in ("severities", "priorities", "lifecycle")),
    *((name, "related") for name in ("lifecycle.decide", "Lifecycle.decide")),
    ("Desk.approval_rule", "people"),
}
MISTAKES: tuple[Any, ...] = (
    *("INC-1", None, 5, {}, {"id": "INC-1"}, [], [None], ["INC-1"], [{"id": "INC-1"}], object()),
    *OF_TYPE.values(),
)


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the public functions of all rooms, and the methods of a desk and a lifecycle."""
    seen: set[object] = set()
    for room in ROOMS:
        try:
            module = importlib.import_module(f"incidentcore.{room}")
            named = [(f"{room}.{name}", getattr(module, name)) for name in module.__all__]
        except MissingExtraError:
            continue
        except ModuleNotFoundError as missing:
            if missing.name not in EXTRAS:
                raise
            continue
        if room != "testing":
            found = [one for one in named if inspect.isfunction(one[1]) and one[1] not in seen]
            seen.update(value for _, value in found)
            yield from found
    for value in (VALUES["Desk"], VALUES["Lifecycle"]):
        for name, method in inspect.getmembers(value, inspect.ismethod):
            if not name.startswith("_"):
                yield f"{type(value).__name__}.{name}", method


def words_of(annotation: str) -> list[str]:
    return re.findall(r"\w+", annotation)


def good(argument: inspect.Parameter) -> Any:
    words = words_of(str(argument.annotation))
    if words[0] == "Mapping":
        return {}
    value = next((VALUES[word] for word in words if word in VALUES), "x")
    value = NAMED.get(argument.name, value)
    is_several = words[0] in {"Iterable", "Sequence", "Collection"} and not isinstance(value, list)
    return [value] if is_several else value


def may_be(value: Any, annotation: str) -> bool:
    """Return whether an annotation allows a value, as far as its words tell."""
    words = set(words_of(annotation))
    several = words & {"Iterable", "Sequence", "Collection", "Rows", "tuple"}
    if isinstance(value, Record) and re.fullmatch(r"(Iterable|Sequence)\[[^|]*\]", annotation):
        return False  # one record where several are asked for
    if words & {"Any", "object"} or (isinstance(value, Record) and type(value).__name__ in words):
        return True
    if isinstance(value, Record):
        return bool(words & {"Record", "R", "A", "B"})
    if isinstance(value, list) and value == ["INC-1"]:
        return bool(several) and "str" in words
    return (
        (value is None and "None" in words)
        or (isinstance(value, str) and "str" in words)
        or (isinstance(value, dict) and "Mapping" in words)
        or (value in ([], {}) and bool(several))
    )


def ended(function: Callable[..., Any], given: list[Any], named: dict[str, Any]) -> str:
    """Return "" if a call is refused by an error of the library, otherwise how it ended."""
    try:
        answer = function(*given, **named)
        if inspect.isgenerator(answer):
            list(answer)
    except IncidentCoreError:
        return ""
    except Exception as error:  # noqa: BLE001  any other is what the test looks for
        return f"{type(error).__name__}: {error}"
    return f"returned {answer!r:.60}"


FUNCTIONS = dict(public_functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_value_of_another_kind_is_refused(name: str) -> None:
    """In place of each argument that is a value of the library, or several."""
    function = FUNCTIONS[name]
    arguments = [
        one
        for one in inspect.signature(function).parameters.values()
        if one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
    ]
    places = [one for one in arguments if one.kind is not one.KEYWORD_ONLY]
    needed = [
        one
        for one in places
        if one.default is one.empty or OURS.intersection(words_of(str(one.annotation)))
    ]
    named = {
        one.name: good(one)
        for one in arguments
        if one.kind is one.KEYWORD_ONLY and one.default is one.empty
    }
    for place, argument in enumerate(needed):
        annotation = str(argument.annotation)
        if not OURS.intersection(words_of(annotation)):
            continue
        for mistake in MISTAKES:
            if may_be(mistake, annotation):
                continue
            given = [mistake if n == place else good(one) for n, one in enumerate(needed)]
            assert not ended(function, given, named), (argument.name, mistake)
    for argument in arguments:
        annotation = str(argument.annotation)
        is_read = (name, argument.name) not in UNREAD and argument.name != "by"
        if argument.kind is not argument.KEYWORD_ONLY or not is_read:
            continue
        if OURS.intersection(words_of(annotation)):
            given = [good(one) for one in places if one.default is one.empty]
            for mistake in (one for one in MISTAKES if not may_be(one, annotation)):
                said = ended(function, given, {**named, argument.name: mistake})
                assert not said, (argument.name, mistake)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_time_without_an_offset_is_refused(name: str) -> None:
    """In place of each instant, alone or in a list; it was compared, or read as the machine's."""
    function = FUNCTIONS[name]
    arguments = inspect.signature(function).parameters.values()
    for argument in arguments:
        words = words_of(str(argument.annotation))
        if "datetime" not in words or argument.name == "recorded_at":  # read if an event is added
            continue
        one_of = [it for it in arguments if it.default is it.empty or it is argument]
        given = {it.name: good(it) for it in one_of if it.kind is not it.VAR_KEYWORD}
        given[argument.name] = [NAIVE] if words[0] in {"Iterable", "Sequence"} else NAIVE
        places = [given.pop(it.name) for it in one_of if it.kind is it.POSITIONAL_ONLY]
        assert not ended(function, places, given), argument.name


@pytest.mark.parametrize(
    "call",
    [
        lambda: OF_TYPE[Incident].actor("kim", at=NAIVE),
        lambda: OF_TYPE[ServiceRequest].next_approval_wakeup(now=NAIVE),
        lambda: OF_TYPE[ServiceRequest].overdue_tasks(now=NAIVE),
        lambda: Periods("day", within=Interval(AT, AT + DAY)).labels(NAIVE),
    ],
)
def test_methods_refuse_a_time_without_an_offset(call: Callable[[], object]) -> None:
    """Also where there is nothing to compare it with, such as a task without a due date."""
    with pytest.raises(NaiveDatetimeError):
        call()


FLAGS = [
    (kind, each.alias)
    for kind in sorted({type(value) for value in VALUES.values()}, key=lambda kind: kind.__name__)
    if attrs.has(kind) and kind.__name__ not in MADE and not issubclass(kind, Record)
    for each in attrs.fields(kind)
    if each.init and str(each.type) in ("bool", "<class 'bool'>")
]


@pytest.mark.parametrize(("kind", "flag"), FLAGS)
def test_a_flag_is_true_or_false(kind: type, flag: str) -> None:
    """The text "no" would mean yes; 1 would equal True and still be another definition."""
    made = next(value for value in VALUES.values() if type(value) is kind)
    for wrong in ("no", 1, None):
        with pytest.raises(IncidentCoreError, match=rf"{flag}: got {wrong!r}; allowed: "):
            attrs.evolve(made, **{flag: wrong})


def test_the_walk_meets_functions() -> None:
    """Of the rooms that need no extra, at least."""
    assert len(FUNCTIONS) > 200
    assert attrs.has(Desk)
    assert {type(VALUES["Desk"]), type(VALUES["Lifecycle"])} == {Desk, Lifecycle}
    assert {Incident, Problem, ServiceRequest} <= set(OF_TYPE)
