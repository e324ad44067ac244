"""What a source of records covers (rules H2 and K2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from tests.sla.test_field_cases import u
from tests.sla.test_field_laws import ALL_OF_IT, imported

from incidentcore.conditions import NEVER, field
from incidentcore.records import Incident, comment
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, evaluate_sla, slas_due_between
from incidentcore.sla.evaluate import later_status
from incidentcore.values import Actor
from incidentcore.vendors import read_table

FLAGS = ("state.open", "state.resolved", "state.final")
ALWAYS_OPEN = BusinessCalendar.always()
RESPONSE = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN)
RESOLUTION = SlaDefinition.resolution(hours=1, calendar=ALWAYS_OPEN)
NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("path", "need"),
    [
        *((path, "states") for path in ("state", "state.name", "state.pauses", "hold_reason")),
        *((path, "states") for path in FLAGS),
        *((path, "moments") for path in FLAGS),
        *((path, "priorities") for path in ("priority", "impact", "urgency")),
        *((path, "priorities") for path in ("computed_priority", "priority_override")),
        *((path, "assignments") for path in ("assignment_group", "assignee", "support_tier")),
        ("assigned_at", "assignments"),
    ],
)
def test_a_field_is_told_by_what_its_source_covers(path: str, need: str) -> None:
    """And by nothing else: a clock that ends by it is not judged.

    A pause by a value without a history is one that the source does not tell.
    """
    now, name = u("03 12:00"), "resolved_at" if path in FLAGS else path
    clock = attrs.evolve(ALL_OF_IT, cancel=NEVER, stop=field(path).present())
    assert evaluate_sla(clock, imported(need), now=now).not_covered == ()
    assert evaluate_sla(clock, imported("escalations"), now=now).not_covered == (name,)
    clock = attrs.evolve(ALL_OF_IT, cancel=NEVER, pause=field(path).present())
    missing = (name,) if path in FLAGS else ()
    assert evaluate_sla(clock, imported("escalations"), now=now).not_covered == missing


def table(*rows: str) -> list[Incident]:
    """Return the incidents of a table without responses: id, resolved and state."""
    lines = ["id,o,r,s", *(f"{row[0]},2026-06-01 09:00,{row[2:]}" for row in rows)]
    columns = {"id": "id", "opened": "o", "resolved": "r", "state": "s"}
    return list(read_table(lines, columns, zone="UTC"))


@pytest.mark.parametrize("row", ["A,2026-06-01 12:00,Resolved", "B,,New", "C,,Resolved"])
def test_a_response_is_not_judged_without_a_source_of_responses(row: str) -> None:
    """It was met at once, or breached at the resolution or by now; no figure is given."""
    (record,) = table(row)
    now = NINE + 24 * HOUR
    status = evaluate_sla(RESPONSE, record, now=now)
    missing = ("first_response_at", *(("resolved_at",) if row[0] == "C" else ()))
    assert (status.stage, status.not_covered) == ("none", missing)
    figures = status.due_at, status.target, status.elapsed, status.breached, status.cycles
    assert figures == (None, None, timedelta(), False, ())
    assert (status.crossings("breach"), status.next_wakeup) == ((), None)
    says = f"cannot be judged: the source does not cover {', '.join(missing)}"
    assert status.trace.summary == says
    assert [(one.text, one.interval.duration) for one in status.trace] == [(says, 24 * HOUR)]
    assert list(slas_due_between(RESPONSE, [record], start=NINE, end=now)) == []
    assert later_status(status, now + HOUR) == evaluate_sla(RESPONSE, record, now=now + HOUR)


def test_an_undated_resolution_is_not_judged() -> None:
    """A took three hours of one; C ended nobody knows when; B still runs, 23 hours late."""
    records = table("A,2026-06-01 12:00,Resolved", "B,,New", "C,,Resolved")
    a, b, c = (evaluate_sla(RESOLUTION, record, now=NINE + 24 * HOUR) for record in records)
    assert (a.stage, a.elapsed, a.breached) == ("stopped", 3 * HOUR, True)
    assert (b.stage, b.over_target) == ("running", 23 * HOUR)
    assert (c.stage, c.elapsed, c.not_covered) == ("none", timedelta(), ("resolved_at",))


def test_a_reply_after_the_import_does_not_tell_of_those_before() -> None:
    """Nothing tells whether the reply at 11:00 is the first: the clock of 09:00 stays unjudged."""
    (record,) = table("B,,New")
    record = comment(record, "Hello", at=NINE + 2 * HOUR, by=Actor("ada", "agent"))
    status = evaluate_sla(RESPONSE, record, now=NINE + 3 * HOUR)
    assert (status.stage, status.not_covered) == ("none", ("first_response_at",))


@pytest.mark.parametrize(
    "clock",
    [
        attrs.evolve(RESOLUTION, start=field("acknowledged_at").present()),
        attrs.evolve(RESOLUTION, starts_from="acknowledged_at"),
    ],
)
def test_a_clock_that_begins_by_what_is_not_covered_is_not_judged(clock: SlaDefinition) -> None:
    """It has not begun as far as the source tells, which tells nothing (H2)."""
    (record,) = table("B,,New")
    status = evaluate_sla(clock, record, now=NINE + HOUR)
    assert (status.stage, status.not_covered) == ("none", ("acknowledged_at",))
