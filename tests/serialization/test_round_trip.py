"""Every value comes back, exactly: worked examples of every class, and drawn values."""

from __future__ import annotations

import importlib
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given

from incidentcore.conditions import Condition
from incidentcore.records import Event, Record, replay
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, from_plain, loads, to_plain
from incidentcore.serialization.reading import reader
from incidentcore.serialization.registry import CLASSES, REGISTRY, TAG
from incidentcore.serialization.writing import writer
from incidentcore.testing import calendars

from .examples import EXAMPLES, conditions, histories, plain, values_in

# Public attrs classes without a document of their own, each with its reason.
ANSWER = "an answer, computed anew from what is written"
PLACEHOLDER = "a base or a builder, never a value of its own"
FUNCTION = "holds a caller's function or an open file"
TOLD = "tells of one run over a file or table; nothing is computed from it"
WITHOUT: dict[str, str] = {
    "categorization.CategorizerReport": ANSWER,
    "categorization.CategoryScore": ANSWER,
    "categorization.Confusion": ANSWER,
    "categorization.ModelCategorizer": FUNCTION,
    "categorization.ReliabilityBin": ANSWER,
    "categorization.ThresholdPoint": ANSWER,
    "communication.Rendering": ANSWER,
    "communication.UpdateAdherence": ANSWER,
    "conditions.Field": PLACEHOLDER,
    "conditions.Opaque": FUNCTION,
    "desk.RuleDifference": ANSWER,
    "escalation.LintScope": ANSWER,
    "escalation.OnCallHours": ANSWER,
    "escalation.Trigger": PLACEHOLDER,
    "escalation.TriggerContext": ANSWER,
    "improvement.BeforeAfter": ANSWER,
    "improvement.CandidateReport": ANSWER,
    "improvement.DimensionSummary": ANSWER,
    "improvement.Episode": ANSWER,
    "improvement.KpiSide": ANSWER,
    "improvement.ProblemCandidate": ANSWER,
    "improvement.ProblemPage": ANSWER,
    "improvement.RecurrenceGroup": ANSWER,
    "improvement.RecurrenceReport": ANSWER,
    "kpi.ControlLimits": ANSWER,
    "lifecycle.Attempt": ANSWER,
    "records.Event": PLACEHOLDER,
    "records.FieldChange": ANSWER,
    "records.Record": PLACEHOLDER,
    "records.Timeline": ANSWER,
    "records.TimelineStep": ANSWER,
    "pages.Page": ANSWER,
    "pages.Picture": ANSWER,
    "pages.Section": ANSWER,
    "schedule.IcalFeed": "what a feed held; its holidays and maintenance are values",
    "sla.Crossing": ANSWER,
    "storage.Change": "an event with its place in the feed of one store; the event is written",
    "vendors.ColumnsPage": ANSWER,
    "vendors.ImportFinding": TOLD,
    "vendors.SlaComparison": ANSWER,
    "vendors.StateCheck": ANSWER,
    "vendors.Table": FUNCTION,
}
ROOMS = (
    *("values", "instants", "schedule", "conditions", "records", "lifecycle", "priority"),
    *("categorization", "sla", "escalation", "communication", "kpi", "improvement"),
    *("intake", "desk"),
    *("storage", "report", "vendors"),
)


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_example_comes_back(value: Any) -> None:
    """A value of every class comes back equal, from text and from plain data, in one form."""
    text = dumps(value)

    assert loads(text, type(value)) == value
    assert loads(text, object) == value
    assert from_plain(to_plain(value), object) == value
    assert dumps(loads(text, object)) == text
    assert dumps(pickle.loads(pickle.dumps(value))) == text  # noqa: S301  our own bytes


def test_there_is_an_example_of_every_class() -> None:
    """No class is in the format's table without a value here that goes through it."""
    seen = {type(inner) for value in EXAMPLES for inner in values_in(value)}

    assert sorted(name for name, cls in CLASSES.items() if cls not in seen) == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_value_is_written_or_has_a_reason(room: str) -> None:
    """A public attrs class either has a written form or stands on the list above."""
    module = importlib.import_module(f"incidentcore.{room}")
    classes = {name: getattr(module, name) for name in module.__all__}
    without = {
        f"{room}.{name}"
        for name, cls in classes.items()
        if isinstance(cls, type) and attrs.has(cls) and cls not in REGISTRY.names
    }

    assert sorted(without) == sorted(name for name in WITHOUT if name.startswith(f"{room}."))


def test_every_class_has_hooks_both_ways() -> None:
    """Types are understood when the hooks are made, so that no document is the first to fail."""
    for name, cls in CLASSES.items():
        assert callable(reader(REGISTRY, keep=False).hook(cls)), name
        assert callable(reader(REGISTRY, keep=True).tagged(cls)), name
        assert callable(writer().hook(cls)), name
        fields = {field.name for field, _ in REGISTRY.fields_of(cls)}
        assert issubclass(cls, Record) or TAG not in fields, name


@given(histories())
def test_any_record_comes_back(record: Record) -> None:
    """Whatever text, instants and custom fields a record holds, it comes back equal (rule D1)."""
    found = loads(dumps(record), Record)

    assert found == record
    assert found.history == record.history
    assert replay(found.history) == found
    assert dumps(found) == dumps(record)


@given(plain)
def test_any_plain_value_comes_back(value: Any) -> None:
    """Plain data comes back with its types: 1, 1.0 and True stay apart, so do tuples and sets."""
    found = loads(dumps(value), object)

    assert found == value
    assert dumps(found) == dumps(value)
    assert from_plain(to_plain(value), object) == value


@given(conditions)
def test_any_condition_comes_back(condition: Condition) -> None:
    """Conditions come back equal, through their base class."""
    assert loads(dumps(condition), Condition) == condition


@given(calendars())
def test_any_calendar_comes_back(calendar: BusinessCalendar) -> None:
    """Calendars come back equal, and in the same words."""
    found = loads(dumps(calendar), BusinessCalendar)

    assert found == calendar
    assert repr(found) == repr(calendar)


@given(histories())
def test_any_event_comes_back_by_itself(record: Record) -> None:
    """An event is a document of its own, as stores write it."""
    for event in record.history:
        assert loads(dumps(event), Event) == event
