"""The classes of the format: each has hooks, an example, or a reason to have none."""

from __future__ import annotations

import importlib

import attrs
import pytest
from tests.serialization.examples import EXAMPLES, values_in

from incidentcore.records import Record
from incidentcore.serialization.reading import reader
from incidentcore.serialization.registry import CLASSES, REGISTRY, TAG
from incidentcore.serialization.writing import writer

# Public attrs classes without a document of their own, each with its reason.
ANSWER = "an answer, computed anew from what is written"


PLACEHOLDER = "a base or a builder, never a value of its own"


FUNCTION = "holds a caller's function or an open file"


TOLD = "tells of one run over a file or table; nothing is computed from it"


WITHOUT: dict[str, str] = {
    "categorization.CategorizerReport": ANSWER,
    "categorization.ModelCategorizer": FUNCTION,
    "conditions.Field": PLACEHOLDER,
    "conditions.Opaque": FUNCTION,
    "desk.RuleDifference": ANSWER,
    "escalation.Trigger": PLACEHOLDER,
    "escalation.TriggerContext": ANSWER,
    "improvement.BeforeAfter": ANSWER,
    "improvement.CandidateReport": ANSWER,
    "improvement.ProblemCandidate": ANSWER,
    "improvement.ProblemPage": ANSWER,
    "improvement.RecurrenceReport": ANSWER,
    "lifecycle.Attempt": ANSWER,
    "records.Event": PLACEHOLDER,
    "records.Record": PLACEHOLDER,
    "records.Timeline": ANSWER,
    "records.TimelineStep": ANSWER,
    "pages.Page": ANSWER,
    "pages.Picture": ANSWER,
    "pages.Section": ANSWER,
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
