"""Event logs: cases, activities, states, and rows that stand together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore import Incident, advance, assign
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Acknowledged, Commented, Escalated, Snoozed, StateChanged
from incidentcore.values import Priority
from incidentcore.vendors import (
    read_events,
    read_happyfox,
    read_jira,
    read_ocel,
)

from . import writers
from .writers import Life, Step

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def solved() -> Incident:
    """Return an incident with a change of group, a waiting and a resolution."""
    incident = Incident.open(
        id="I-1", title="Mail", by="kim", at=NINE, computed_priority=Priority.HIGH
    )
    incident = assign(incident, group="first", at=NINE, by="ada")
    incident = advance(incident, "start", at=NINE + timedelta(minutes=5), by="ada")
    incident = assign(incident, group="second", at=NINE + timedelta(minutes=9), by="ada")
    fields = {"resolution_code": "fixed", "resolution_notes": "Restarted."}
    return advance(incident, "resolve", at=NINE + timedelta(hours=1), by="ben", **fields)


def test_an_activity_is_a_state_another_event_or_nothing() -> None:
    """Each row leaves an event; rows of one time keep their order."""
    lines = [
        "case,what,when,who,team",
        "1,begin,2026-03-02T09:00Z,ada,first",
        "1,look,2026-03-02T09:00Z,ada,first",
        "1,print,2026-03-02T09:00Z,ada,second",
        "1,end,2026-03-02T09:00Z,ben,second",
    ]
    reading = read_events(
        lines,
        case="case",
        activity="what",
        at="when",
        by="who",
        group="team",
        activities={"begin": "new", "look": Acknowledged, "print": None, "end": "closed"},
    )
    [incident] = reading
    kinds = [event.kind for event in incident.history]
    assert kinds == ["opened", "acknowledged", "assigned", "fields_changed", "state_changed"]
    assert incident.custom["activity"] == "print"
    assert incident.reassignment_count == 1
    assert not reading.findings


def test_rows_of_a_case_stand_together_unless_they_are_sorted() -> None:
    """A case that comes again is refused with the way to go."""
    lines = ["case,what,when", *(f"{n % 2},new,2026-03-02T09:0{n}Z" for n in range(4))]
    columns = {"case": "case", "activity": "what", "at": "when"}
    with pytest.raises(FormatError, match="sort=True"):
        list(read_events(lines, **columns))
    assert [i.id for i in read_events(lines, **columns, sort=True)] == ["0", "1"]
    with pytest.raises(FormatError, match="no column nope"):
        read_events(lines, case="nope", activity="what", at="when")


def resolved_after(minutes: int, cycle: tuple[int, int, bool] | None) -> Incident:
    steps = [Step("state", minutes, "a1", "Waiting for support", "Resolved")]
    life = Life({"state": "Waiting for support", "assignee": "a1", "priority": "high"}, steps)
    [incident] = read_jira([writers.jira(life, cycle)])
    return incident


def test_a_case_opens_with_its_earliest_event() -> None:
    """Rows and objects of a log stand in any order; those of one instant in that of the file."""
    rows = ["c,a,t", "1,Resolved,2026-06-01T11:00Z", "1,New,2026-06-01T09:00Z"]
    reading = read_events(rows, case="c", activity="a", at="t")
    [incident] = reading
    assert (incident.opened_at.hour, incident.history[0].at.hour) == (9, 9)
    assert incident.resolved_at == datetime(2026, 6, 1, 11, tzinfo=UTC)
    assert reading.findings.counts["time_goes_back"] == 1
    assert "before_opening" not in reading.findings.counts


def test_changes_of_state_keep_their_words() -> None:
    """A state's name is the tool's own."""
    incident = resolved_after(60, None)
    [change] = [event for event in incident.history if isinstance(event, StateChanged)]
    assert change.state.name == "Resolved"


def test_the_text_of_a_ticket_that_staff_opened_is_not_an_answer() -> None:
    """HappyFox: opened by phone at 8:00, an automatic text, the first answer at 10:00."""

    def update(number: int, hour: int, kind: str) -> dict[str, Any]:
        by = {"type": kind, "id": number}
        at = f"2026-03-02 {hour:02}:00:00"
        return {"update_id": number, "timestamp": at, "by": by, "message": {"text": "x"}}

    ticket = {"id": 3, "created_at": "2026-03-02 08:00:00", "user": {"id": 1}}
    log = [update(1, 8, "staff"), update(2, 8, "smartrule"), update(3, 10, "staff")]
    [incident] = read_happyfox({**ticket, "updates": log})
    assert incident.first_response_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_an_empty_cell_of_an_event_moves_nobody() -> None:
    """It says nothing of the group; a row without an activity is kept, and found."""
    rows = ["c,a,t,g", "1,New,2026-06-01T09:00Z,desk", "1,,2026-06-01T09:10Z,"]
    rows += ["1,In progress,2026-06-01T09:20Z,", "1,Resolved,2026-06-01T10:00Z,desk"]
    reading = read_events(rows, case="c", activity="a", at="t", group="g")
    [incident] = reading
    assert (incident.assignment_group, incident.reassignment_count) == ("desk", 0)
    assert incident.version == 4
    assert [one.field for one in reading.findings if one.code == "unknown_entry"] == ["activity"]


def test_a_log_covers_what_its_mapping_tells() -> None:
    """Replies and acknowledgements if activities mean them; assignments if a group is there."""
    rows = ["c,a,t,g", "1,New,2026-06-01T09:00Z,", "1,Reply,2026-06-01T09:10Z,"]
    columns = {"case": "c", "activity": "a", "at": "t", "group": "g"}

    def told(*more: str, **activities: Any) -> list[bool]:
        meanings: dict[str, Any] = {"New": "new", "Reply": None, **activities}
        [incident] = read_events([*rows, *more], **columns, activities=meanings)
        names = ("first_response_at", "acknowledged_at", "reassignment_count")
        return [incident.is_covered(name) for name in names]

    assert told() == [False, False, False]
    assert told(Reply=Commented) == [True, False, False]
    assert told(Reply=Acknowledged) == [False, True, False]
    assert told("1,New,2026-06-01T09:20Z,desk") == [False, False, True]
    [titled] = read_events(rows, case="c", activity="a", at="t", fields={"title": "g"})
    assert not titled.is_covered("reassignment_count")


def test_an_activity_may_mean_an_escalation() -> None:
    """To the group of its row; spaces around a group do not count."""
    rows = ["c,a,t,g", "1,New,2026-06-01T09:00Z,desk", "1,Up,2026-06-01T09:10Z, second "]
    rows += ["1,Up,2026-06-01T09:20Z,  ", "1,New,2026-06-01T09:30Z,second"]
    columns = {"case": "c", "activity": "a", "at": "t", "group": "g"}
    [incident] = read_events(rows, **columns, activities={"New": "new", "Up": Escalated})
    escalated = [one for one in incident.history if isinstance(one, Escalated)]
    assert [one.target for one in escalated] == ["second", "unknown"]
    assert (incident.reassignment_count, incident.is_covered("escalation_count")) == (1, True)


@pytest.mark.parametrize("kind", [StateChanged, Snoozed, int])
def test_a_class_that_needs_more_than_a_log_has_is_refused(kind: Any) -> None:
    """At once, where each case with such a row was lost."""
    with pytest.raises(InvalidValueError, match=r"^activities: got"):
        read_events(["c,a,t"], case="c", activity="a", at="t", activities={"Up": kind})


def test_values_of_a_log_may_be_numbers() -> None:
    """As in a frame: the number of a team, which changes from 7 to 9, and a score."""
    rows = [
        {"case": "1", "what": "new", "when": NINE, "team": 7, "score": 1.5},
        {"case": "1", "what": "in_progress", "when": NINE, "team": 7, "score": float("nan")},
        {"case": "1", "what": Escalated.kind, "when": NINE, "team": 9, "score": 1.5},
    ]
    mapping = {"case": "case", "activity": "what", "at": "when", "group": "team"}
    activities: dict[str, Any] = {"new": "new", "in_progress": "in_progress"}
    activities[Escalated.kind] = Escalated
    [incident] = read_events(
        rows, **mapping, activities=activities, fields={"custom.score": "score"}
    )
    [escalated] = [event for event in incident.history if isinstance(event, Escalated)]
    assert (incident.assignment_group, incident.reassignment_count) == ("9", 1)
    assert (escalated.target, incident.custom["score"]) == ("9", 1.5)


def test_a_row_that_is_not_whole_is_a_finding() -> None:
    """As in a table: they were left out without a word, or read with a cell too many."""
    rows = [
        "c,a,t",
        "1,new",
        f"2,new,{'2026-03-02T08:00Z'}",
        f"3,new,{'2026-03-02T08:00Z'},extra",
        "Total rows: 3",
    ]
    reading = read_events(rows, case="c", activity="a", at="t")
    assert [one.id for one in reading] == ["2"]
    found = [(one.code, one.row) for one in reading.findings if one.row]
    assert found == [("short_row", 1), ("long_row", 3), ("footer", 4)]
    objects = [{"c": "1", "a": "new", "t": "2026-03-02T08:00Z"}, 5]
    reading = read_events(objects, case="c", activity="a", at="t")
    assert [one.id for one in reading] == ["1"]
    assert reading.findings.counts["malformed_record"] == 1


def test_an_object_without_values_is_a_row() -> None:
    """It names no case and no time, and so gives no record."""
    objects: list[dict[str, str]] = [{"c": "1", "a": "new", "t": "2026-03-02T08:00Z"}, {}]
    reading = read_events(objects, case="c", activity="a", at="t")
    assert [one.id for one in reading] == ["1"]
    assert reading.findings.counts["no_opening"] == 1


@pytest.mark.parametrize("wrong", [["title"], "title", 5, [("title", "what")]])
@pytest.mark.parametrize("name", ["fields", "activities"])
def test_what_must_be_a_mapping_is_refused_in_words(name: str, wrong: Any) -> None:
    """The columns of further fields, and the meanings of activities."""
    rows = ["case,what,when", "1,New,2026-03-02T08:00Z"]
    options: Any = {"case": "case", "activity": "what", "at": "when", name: wrong}
    with pytest.raises(InvalidValueError, match=f"^{name}: .*allowed: a .*mapping from"):
        read_events(rows, **options)
    log = {"events": [], "objects": [{"id": "I1", "type": "incident"}]}
    with pytest.raises(InvalidValueError, match=f"^{name}: .*allowed: a .*mapping from"):
        read_ocel(log, object_type="incident", **{name: wrong})
    with pytest.raises(InvalidValueError, match=r"^object_type: "):
        read_ocel(log, object_type=wrong if isinstance(wrong, list) else "")


def test_a_column_that_is_no_text_is_refused_in_words() -> None:
    """By the columns that there are."""
    rows = ["case,what,when", "1,New,2026-03-02T08:00Z"]
    with pytest.raises(FormatError, match="no column None; the header has 'case', 'what', 'when'"):
        read_events(rows, case=None, activity="what", at="when")  # type: ignore[arg-type]  # refused
