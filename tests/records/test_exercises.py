"""A record of an exercise says so from its opening on, and so does what it asks for (rule H6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore import Incident
from incidentcore.communication import CommunicationPlan, UpdateRule, due_updates
from incidentcore.conditions import field
from incidentcore.desk import due_items, load_desk
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import After, EscalationLevel, EscalationMatrix, EscalationRow
from incidentcore.escalation import due_escalations as due_by
from incidentcore.improvement import problem_candidates
from incidentcore.kpi import Count, Kpi, Periods, compute_kpis
from incidentcore.records import set_fields
from incidentcore.records.exercises import without_exercises
from incidentcore.serialization import dumps, loads

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
DESK = """
desk = 1
name = "small"
[services.all]
calendar = "always"
response = "30m"
[[agreements]]
service = "all"
"""


def opened(number: int = 1, exercise: str | None = "payments-down") -> Incident:
    return Incident.open(
        id=f"INC-{number}", title="Payments fail", by="kim", at=NINE, exercise=exercise
    )


def test_it_is_set_by_the_opening_alone() -> None:
    """A real incident does not become an exercise, and the other way round."""
    incident = opened()

    assert incident.exercise == "payments-down"
    assert opened(exercise=None).exercise is None
    with pytest.raises(InvalidValueError, match=r"only open\(..., exercise=\)"):
        set_fields(incident, at=TEN, by="kim", exercise=None)
    with pytest.raises(InvalidValueError, match="non-empty text"):
        opened(exercise="")


def test_it_survives_its_document() -> None:
    """A real record's document has no word of it."""
    assert loads(dumps(opened()), Incident).exercise == "payments-down"
    assert '"exercise"' not in dumps(Incident.open(id="INC-1", title="T", by="kim", at=NINE))


@pytest.mark.parametrize("exercise", ["payments-down", None])
def test_every_intent_shows_it(exercise: str | None) -> None:
    """Escalations, updates and due items name the exercise, so that nobody is paged in earnest."""
    incident = opened(exercise=exercise)
    matrix = EscalationMatrix(
        "desk", [EscalationRow("all", [EscalationLevel(After(timedelta(minutes=15)), "lead")])]
    )
    rule = UpdateRule(name="all", audiences="customers", first=timedelta(minutes=15))
    intents = [
        *due_by(matrix, incident, now=TEN),
        *due_updates(CommunicationPlan("status", rule), incident, now=TEN),
        *due_items(load_desk(DESK), incident, now=TEN),
    ]

    assert len(intents) == 4
    assert {intent.exercise for intent in intents} == {exercise}


@pytest.mark.parametrize("window", [None, "month"])
def test_kpis_leave_it_out_under_its_reason(window: str | None) -> None:
    """Of two exercises and one incident a count is 1, unless the KPI includes them: then 3."""
    records = [opened(1), opened(2), opened(3, exercise=None)]
    usual = Kpi(id="count", measure=Count())
    table = compute_kpis(
        [usual, usual.replace(id="all", exercises="include")],
        records,
        as_of=TEN,
        window=None if window is None else Periods("month", zone="UTC"),
    )

    values = {one.kpi: (one.value, dict(one.excluded)) for one in table.results}
    assert values == {"count": (1, {"exercise": 2}), "all": (3, {})}


def test_an_exercise_outside_the_population_is_not_counted_at_all() -> None:
    """The population comes first, as for every other reason."""
    kpi = Kpi(id="count", measure=Count(), population=field("title").equals("other"))

    (row,) = compute_kpis(kpi, [opened()], as_of=TEN).results
    assert (row.value, dict(row.excluded)) == (0, {})


def test_it_is_no_candidate_for_a_problem() -> None:
    """What was staged points to no cause."""
    report = problem_candidates([opened(n) for n in range(9)], as_of=TEN)

    assert (report.counted, dict(report.left_out)) == (0, {"exercise": 9})


def test_a_real_exercise_is_as_due_as_a_real_incident() -> None:
    """The marker changes no clock."""
    desk = load_desk(DESK)
    statuses = [desk.evaluate(opened(exercise=name), now=TEN) for name in ("drill", None)]

    assert statuses[0][0].cycles == statuses[1][0].cycles
    assert str(statuses[0][0].trace) == str(statuses[1][0].trace)


def test_real_records_are_left_in_their_order() -> None:
    """Those of any exercise are left out."""
    records = [opened(1, None), opened(2), opened(3, None), opened(4, "other")]

    assert [record.id for record in without_exercises(records)] == ["INC-1", "INC-3"]


@pytest.mark.parametrize("given", ["INC-1", None, [opened(1, None), {"id": "INC-1"}], opened()])
def test_what_is_no_record_is_refused(given: Any) -> None:
    """A single record, too."""
    with pytest.raises(InvalidValueError, match="records"):
        list(without_exercises(given))
