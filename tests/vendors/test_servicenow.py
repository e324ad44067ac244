"""The audit log importer on small made-up logs: histories, every kind of dirt, hostile fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.vendors.audit_logs import DEFAULTS, HEADER, load, load_audit_log, log, row

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import (
    Assigned,
    Commented,
    Event,
    Incident,
    Link,
    Prioritized,
    StateChanged,
    replay,
)
from incidentcore.values import Actor, FrozenMap, Impact, Priority, Urgency
from incidentcore.vendors import (
    AUDIT_LIFECYCLE,
    check_states,
    read_audit_log,
    read_servicenow,
    servicenow,
)
from incidentcore.vendors.kit import Times, reported_slas
from incidentcore.vendors.servicenow_cells import duration


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


WORKED = (
    {},
    {"incident_state": "Active", "sys_mod_count": "1", "sys_updated_at": "1/6/2026 09:30"},
    {"incident_state": "Resolved", "sys_mod_count": "2", "sys_updated_at": "1/6/2026 11:00"},
    {
        "incident_state": "Closed",
        "active": "false",
        "sys_mod_count": "3",
        "sys_updated_at": "6/6/2026 11:00",
    },
)
FINAL = {
    "resolved_at": "1/6/2026 11:00",
    "closed_at": "6/6/2026 11:00",
    "closed_code": "code 6",
    "resolved_by": "Ada",
}


def test_a_clean_incident_becomes_its_history() -> None:
    """Opening, states and moments are those of the rows, and the history replays to it."""
    incident, findings = load(*({**FINAL, **change} for change in WORKED))

    assert findings == []
    assert incident.id == incident.title == "INC1"
    assert incident.opened_at == at(9)
    assert incident.acknowledged_at == at(9, 30)
    assert incident.resolved_at == at(11)
    assert incident.closed_at == at(11, day=6)
    assert incident.state.is_closed
    assert incident.caller == "Caller 7"
    assert (incident.opened_by.id, incident.opened_by.role) == ("Desk 1", "agent")
    assert incident.category == ("Mail", "Calendar")
    assert incident.impact is Impact.MEDIUM
    assert incident.urgency is Urgency.MEDIUM
    assert incident.priority is Priority.MODERATE
    assert incident.source == "Phone"
    assert dict(incident.custom) == {
        "first_seen": "New",
        "created_at": at(9, 2),
        "created_by": "Desk 1",
        "location": "Hall 3",
        "notify": "Do Not Notify",
        "made_sla": True,
        "knowledge": False,
        "priority_confirmation": False,
        "mod_count": 3,
        "reassignment_count": 0,
        "reopen_count": 0,
        "tool_resolved_at": at(11),
        "tool_closed_at": at(11, day=6),
        "closed_code": "code 6",
        "resolved_by": "Ada",
    }
    assert replay(reversed(incident.history)) == incident


def test_final_values_are_not_known_before_the_last_row() -> None:
    """What the log fills in on every row is a fact of the last row only."""
    incident, _ = load(*({**FINAL, **change} for change in WORKED))
    before = incident.timeline().facts_at(at(10, day=6))["custom"]
    assert not before.keys() & {"tool_resolved_at", "tool_closed_at", "closed_code", "resolved_by"}
    assert before["made_sla"] is True


def test_the_opening_became_known_when_it_was_written_down() -> None:
    """Opened at 09:00 by word of mouth and created at 09:02: unknown as of 09:01."""
    incident, _ = load(*WORKED)
    assert incident.history[0].at == at(9)
    assert incident.history[0].recorded_at == at(9, 2)


def test_each_row_gives_the_events_of_what_changed() -> None:
    """Group, priority, category, links and fields each have their event, by who wrote the row."""
    incident, findings = load(
        {"problem_id": "PRB1"},
        {
            "sys_mod_count": "1",
            "sys_updated_by": "Ada",
            "sys_updated_at": "1/6/2026 10:00",
            "assignment_group": "Network",
            "assigned_to": "Ben",
            "impact": "1 - High",
            "priority": "2 - High",
            "subcategory": "?",
            "problem_id": "PRB2",
            "rfc": "CHG1",
            "caused_by": "CHG2",
            "location": "?",
            "cmdb_ci": "router",
            "contact_type": "?",
            "reassignment_count": "1",
            "made_sla": "false",
        },
        {"sys_mod_count": "2", "assignment_group": "Mail", "sys_updated_at": "1/6/2026 10:05"},
    )
    assert findings == []
    kinds = [(event.kind, event.at, event.by.id) for event in incident.history]
    assert kinds == [
        ("opened", at(9), "Desk 1"),
        ("linked", at(9, 5), "Desk 1"),
        ("fields_changed", at(9, 5), "Desk 1"),
        *((kind, at(10), "Ada") for kind in ("assigned", "prioritized", "classified")),
        *((kind, at(10), "Ada") for kind in ("unlinked", "linked", "linked", "linked")),
        ("fields_changed", at(10), "Ada"),
        ("assigned", at(10, 5), "Ada"),
        ("fields_changed", at(10, 5), "Ada"),
    ]
    assigned, prioritized = incident.history[3:5]
    assert isinstance(assigned, Assigned)
    assert dict(assigned.fields) == {"assignment_group": "Network", "assignee": "Ben"}
    assert isinstance(prioritized, Prioritized)
    assert dict(prioritized.fields) == {"impact": Impact.HIGH, "computed_priority": Priority.HIGH}
    assert incident.priority is Priority.HIGH
    assert incident.category == ("Mail",)
    assert incident.links == {
        Link("caused_by", "PRB2"),
        Link("resolved_by", "CHG1"),
        Link("caused_by_change", "CHG2"),
    }
    assert incident.custom["location"] is None
    assert incident.configuration_item == "router"
    assert incident.source == "other"
    assert incident.custom["made_sla"] is False
    assert (incident.reassignment_count, incident.custom["reassignment_count"]) == (1, 1)
    assert replay(incident.history) == incident


def test_a_row_that_changes_nothing_still_leaves_its_trace() -> None:
    """The count of modifications tells of the update, so the record was touched then."""
    incident, _ = load({}, {"sys_mod_count": "1", "sys_updated_at": "1/6/2026 12:00"})
    assert incident.updated_at == at(12)
    assert incident.custom["mod_count"] == 1


LONG = "9" * 5000
DIRT: dict[str, tuple[list[dict[str, str]], list[tuple[int, str, str, str]]]] = {
    "state unknown": (
        [{}, {"incident_state": "-100", "sys_mod_count": "1"}, {"sys_mod_count": "2"}],
        [(2, "incident_state", "-100", "unknown_state")],
    ),
    "closed without resolved_at": (
        [*WORKED],
        [(4, "resolved_at", "?", "closed_without_resolved_at")],
    ),
    "first row not New": (
        [{"incident_state": "Resolved"}],
        [(1, "incident_state", "Resolved", "first_row_not_new")],
    ),
    "modification count going down": (
        [{"sys_mod_count": "4"}, {"sys_mod_count": "2"}],
        [(2, "sys_mod_count", "2", "count_goes_down")],
    ),
    "modification count repeated": (
        [{"sys_mod_count": "4"}, {"sys_mod_count": "4"}],
        [(2, "sys_mod_count", "4", "count_repeated")],
    ),
    "time going back": (
        [{}, {"sys_mod_count": "1", "sys_updated_at": "1/6/2026 09:04"}],
        [(2, "sys_updated_at", "1/6/2026 09:04", "time_goes_back")],
    ),
    "created before opened": (
        [{"sys_created_at": "1/6/2026 08:59"}],
        [(1, "sys_created_at", "1/6/2026 08:59", "created_before_opened")],
    ),
    "updated before opened": (
        [{"sys_updated_at": "1/6/2026 08:59", "sys_created_at": "?"}],
        [(1, "sys_updated_at", "1/6/2026 08:59", "before_opening")],
    ),
    "resolved and not active": (
        [{}, {"incident_state": "Resolved", "active": "false", "sys_mod_count": "1"}],
        [(2, "active", "false", "active_contradicts_state")],
    ),
    "closed and active": (
        [{}, {**FINAL, "incident_state": "Closed", "sys_mod_count": "1"}],
        [
            (2, "active", "true", "active_contradicts_state"),
            *(
                (2, name, FINAL[name], "final_value_varies")
                for name in sorted(
                    FINAL, key=["resolved_at", "closed_at", "resolved_by", "closed_code"].index
                )
            ),
        ],
    ),
    "opening that varies": (
        [{}, {"opened_at": "1/6/2026 08:00", "sys_mod_count": "1"}],
        [(2, "opened_at", "1/6/2026 08:00", "final_value_varies")],
    ),
    "nobody opened it": ([{"opened_by": "?"}], [(1, "opened_by", "?", "no_actor")]),
    "nobody wrote it": ([{"sys_updated_by": ""}], [(1, "sys_updated_by", "", "no_actor")]),
    "level unknown": ([{"impact": "9 - Odd"}], [(1, "impact", "9 - Odd", "unknown_level")]),
    "bare number as level": ([{"urgency": "1"}], [(1, "urgency", "1", "unknown_level")]),
    "flag unknown": ([{"made_sla": "TRUE"}], [(1, "made_sla", "TRUE", "not_a_flag")]),
    "modification count no number": (
        [{"sys_mod_count": "x"}, {"sys_mod_count": LONG}],
        [(1, "sys_mod_count", "x", "not_a_count"), (2, "sys_mod_count", LONG[:200], "not_a_count")],
    ),
    "count negative": ([{"reopen_count": "-1"}], [(1, "reopen_count", "-1", "not_a_count")]),
    "count in other digits": (
        [{"reopen_count": "\u0663"}],
        [(1, "reopen_count", "\u0663", "not_a_count")],
    ),
}


@pytest.mark.parametrize("name", DIRT)
def test_dirt_is_told_and_the_incident_comes_through(name: str) -> None:
    """Each kind of dirt is one finding with row, field, value and code; nothing is dropped."""
    rows, expected = DIRT[name]
    incident, findings = load(*rows)
    assert [(f.row, f.field, f.value, f.code) for f in findings] == expected
    assert all(finding.action for finding in findings)
    states = ["New", *(change["incident_state"] for change in rows if "incident_state" in change)]
    assert incident.state.name.removeprefix("unknown_") == states[-1]
    assert replay(incident.history) == incident


def test_the_value_that_stands_is_the_first_opening_and_the_last_of_all_others() -> None:
    """Of the columns that should have one value in all rows of an incident."""
    _, findings = load(
        {"resolved_by": "Ben"},
        {"opened_at": "1/6/2026 08:00", "resolved_by": "Cy", "sys_mod_count": "1"},
    )
    varies = {f.field: f.action for f in findings if f.code == "final_value_varies"}
    assert varies == {
        "opened_at": "the first row's value stands",
        "resolved_by": "the last row's value stands",
    }


def test_what_every_log_says() -> None:
    """No zone, no title and filled-in columns are told once for the whole file."""
    _, findings = load_audit_log(log(*WORKED))
    assert [f.code for f in findings][:3] == ["no_zone", "missing_column", "backfilled"]
    assert findings[0].action == "all times are read as UTC: the log states no zone"
    _, findings = load_audit_log(log(*WORKED), zone="UTC")
    assert "no_zone" not in {f.code for f in findings}


def test_a_first_row_that_is_not_new_is_inferred() -> None:
    """The record opens as New; how it left New is not in the log and is not held against it."""
    incident, _ = load(
        {"incident_state": "Closed", "active": "false"},
        {"incident_state": "Active", "sys_mod_count": "1", "active": "true"},
    )
    assert incident.custom["first_seen"] == "Closed"
    actions = [e.action for e in incident.history if isinstance(e, StateChanged)]
    assert actions == ["first_seen", "update"]
    assert incident.reopen_count == 1
    check = check_states(AUDIT_LIFECYCLE, [incident])
    assert (check.observed, check.refused, check.incidents) == (1, 1, 1)
    assert dict(check.changes) == {"Closed -> Active": 1}


def test_a_row_whose_time_goes_back_is_a_late_event() -> None:
    """It happened when it says and became known after the row before it."""
    incident, _ = load(
        {"sys_updated_at": "1/6/2026 11:10"},
        {"location": "Hall 4", "sys_mod_count": "1", "sys_updated_at": "1/6/2026 09:52"},
        {"incident_state": "Active", "sys_mod_count": "2", "sys_updated_at": "1/6/2026 12:00"},
    )
    late = next(e for e in incident.history if e.at == at(9, 52))
    assert late.recorded_at == at(11, 10)
    assert incident.history[-1].recorded_at == at(12)


def test_a_state_check_counts_every_incident() -> None:
    """Each is closed from another state, which the lifecycle allows from neither."""
    one, _ = load({"incident_state": "New"}, {"incident_state": "Closed"})
    two, _ = load({"incident_state": "Active"}, {"incident_state": "Closed"})
    whole = check_states(AUDIT_LIFECYCLE, [one, two])
    assert (whole.observed, whole.refused, whole.incidents) == (2, 2, 2)
    assert dict(whole.changes) == {"New -> Closed": 1, "Active -> Closed": 1}


def test_incidents_stream() -> None:
    """An incident is given as soon as its last row was read, with the findings so far."""
    taken: list[int] = []

    def lines() -> Iterator[str]:
        yield HEADER
        for number in range(1000):
            taken.append(number)
            yield row(number=f"INC{number}", opened_by="?")

    reading = read_audit_log(lines())
    first = next(reading)
    assert first.id == "INC0"
    assert len(taken) == 2
    assert reading.findings.counts["no_actor"] == 1
    assert sum(1 for _ in reading) == 999
    assert (reading.counts["records"], reading.counts["rows"]) == (1000, 1000)
    assert reading.findings.counts["no_actor"] == 1000


def test_the_latest_instant_counts_rows_and_final_values() -> None:
    """A report's default instant is the latest of anything that happened."""
    reading = read_audit_log(log({**FINAL}))
    assert reading.latest is None
    list(reading)
    assert reading.latest == at(11, day=6)


def test_times_are_placed_in_their_zone() -> None:
    """09:00 in Berlin in June is 07:00 UTC; odd times are told and read by rule C3."""
    incident, _ = load({}, zone="Europe/Berlin")
    assert incident.opened_at == at(7)
    incident, findings = load(
        {"opened_at": "29/3/2026 02:30", "sys_created_at": "25/10/2026 02:30"},
        zone="Europe/Berlin",
    )
    assert incident.opened_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert incident.custom["created_at"] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    told = {(finding.field, finding.code) for finding in findings}
    assert {("opened_at", "skipped_time"), ("sys_created_at", "ambiguous_time")} <= told
    with pytest.raises(InvalidValueError, match="zone"):
        load({}, zone="Mars/Olympus")


def test_a_log_with_the_needed_columns_only() -> None:
    """Columns that are missing or unknown are told once and cost nothing else."""
    lines = [
        "note,number,incident_state,opened_at,sys_updated_at,sys_updated_by",
        "x,INC1,New,1/6/2026 09:00,1/6/2026 09:05,Ada",
        "x,INC1,Resolved,1/6/2026 09:00,1/6/2026 10:00,Ada",
    ]
    [incident], findings = load_audit_log(lines, zone="UTC")
    assert incident.resolved_at == at(10)
    assert incident.priority is None
    codes = {finding.field: finding.code for finding in findings}
    assert codes["note"] == "unknown_column"
    assert codes["priority"] == codes["resolved_at"] == "missing_column"


@pytest.mark.parametrize("column", ["opened_at", "sys_updated_at", "resolved_at", "closed_at"])
@pytest.mark.parametrize(
    "value",
    [
        "2026-06-01 09:00",
        "6/13/2026 09:00",
        "31/2/2026 09:00",
        "1/6/2026 24:00",
        "1/6/2026",
        "1/6/26 09:00",
        "1/6/0001 09:00",
        "1/6/0000 09:00",
        "\u0661/6/2026 09:00",
        "never" * 1000,
    ],
)
def test_a_time_that_cannot_be_read_names_row_and_column(column: str, value: str) -> None:
    """Every history hangs on its times, so a wrong one ends the import in one clear line."""
    with pytest.raises(FormatError) as caught:
        load_audit_log(log({}, {"number": "INC2", column: value}))
    text = str(caught.value)
    assert text.endswith(f"@ row 2, column {column}")
    assert "allowed: a day-first time such as 29/2/2016 01:16" in text
    assert "\n" not in text
    assert len(text) < 300


@pytest.mark.parametrize("column", ["opened_at", "sys_updated_at"])
def test_a_time_that_every_history_needs(column: str) -> None:
    """A missing opening or update time cannot be made up."""
    with pytest.raises(FormatError, match=rf"got '\?'.*row 1, column {column}"):
        load_audit_log(log({column: "?"}))


def test_rows_of_an_incident_must_be_adjacent() -> None:
    """A number that comes again after others would give two records of one id."""
    with pytest.raises(FormatError, match=r"INC1 comes again .* @ row 3, column number"):
        load_audit_log([HEADER, row(), row(number="INC2"), row()])
    with pytest.raises(FormatError, match="without a number @ row 1, column number"):
        load_audit_log([HEADER, row(number="?")])


def test_a_header_that_lacks_what_is_needed() -> None:
    """Another table altogether is refused by its header."""
    with pytest.raises(FormatError, match="no column number, incident_state, opened_at"):
        read_audit_log(["id,opened", "1,2"])


FIELDS = st.one_of(
    st.sampled_from(["?", "", "-100", "true", "3", "1/6/2026 09:00", "2 - Medium", "Closed"]),
    st.text(st.characters(codec="utf-8", exclude_characters='\0,"\r\n'), max_size=8),
)


def validated(event: Event) -> Event:
    """Return the event that its class makes, which checks and converts every part."""
    parts = {field.name: getattr(event, field.name) for field in attrs.fields(type(event))}
    made = type(event)(**parts)
    for name, part in parts.items():
        assert type(getattr(made, name)) is type(part)
        if isinstance(part, FrozenMap):
            assert list(getattr(made, name).items()) == list(part.items())
    return made


@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(DEFAULTS)), FIELDS, max_size=6),
        min_size=1,
        max_size=5,
    )
)
def test_any_fields_are_incidents_or_a_format_error(changes: list[dict[str, str]]) -> None:
    """Whatever stands in the fields, the incidents replay or one FormatError says why not.

    The reader makes events and records without checks; they equal those that are checked.
    """
    reading = read_audit_log([HEADER, *(row(**change) for change in changes)])
    incidents: list[Incident] = []
    try:
        incidents.extend(reading)
    except FormatError as error:
        place = str(error).partition("@ row")[2]
    else:
        place = ""
        assert reading.counts["rows"] == len(changes)
    for incident in incidents:
        assert [validated(event) for event in incident.history] == list(incident.history)
        again = replay(incident.history)
        assert again == incident
        assert (again.facts(), again.timeline()) == (incident.facts(), incident.timeline())
    assert all(finding.row >= 1 and finding.code for finding in reading.findings)
    shown = {change.get("number", DEFAULTS["number"]) for change in changes}
    assert {incident.id for incident in incidents} == shown or place


def test_every_row_is_reached_by_at_least_one_event() -> None:
    """A day of updates minute by minute leaves an event at each of its minutes."""
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    minutes = [start + timedelta(minutes=n) for n in range(120)]
    incident, _ = load(
        *(
            {"sys_mod_count": str(n), "sys_updated_at": f"1/6/2026 {m.hour:02}:{m.minute:02}"}
            for n, m in enumerate(minutes)
        )
    )
    assert {event.at for event in incident.history} == set(minutes)


def test_a_log_of_the_required_columns_alone_has_every_state() -> None:
    """Two states with the same last letter are two states."""
    lines = [
        "number,incident_state,opened_at,sys_updated_at,sys_updated_by",
        "INC1,New,1/6/2026 09:00,1/6/2026 09:00,Ada",
        "INC1,Resolved,1/6/2026 09:00,1/6/2026 10:00,Ada",
        "INC1,Closed,1/6/2026 09:00,1/6/2026 11:00,Ada",
    ]
    [incident], _ = load_audit_log(lines)
    changed = [event for event in incident.history if isinstance(event, StateChanged)]
    assert [(event.state.name, event.at) for event in changed] == [
        ("Resolved", at(10)),
        ("Closed", at(11)),
    ]
    assert incident.closed_at == at(11)


def test_a_log_without_resolved_at_is_not_blamed_on_its_incidents() -> None:
    """A column that is missing is told once, not for each closed incident."""
    lines = [
        "number,incident_state,opened_at,sys_updated_at,sys_updated_by",
        "INC1,Closed,1/6/2026 09:00,1/6/2026 10:00,Ada",
    ]
    _, findings = load_audit_log(lines)
    assert "closed_without_resolved_at" not in {finding.code for finding in findings}
    assert [f.code for f in findings if f.field == "resolved_at"] == ["missing_column"]


def entry(number: int, name: str, minute: int, user: str = "ada", **values: str) -> dict[str, Any]:
    made = {"documentkey": "a", "fieldname": name, "user": user, "sys_id": f"x{number}"}
    when = {"sys_created_on": f"2026-03-02 09:{minute:02}:00"}
    return {**made, **when, "oldvalue": "", "newvalue": "", **values}


ROW = {
    "number": "INC1",
    "sys_id": "a",
    "opened_at": "2026-03-02 09:00:00",
    "state": "1",
    "opened_by": "ada",
}


def test_a_row_of_the_table_api_with_its_audit_alone() -> None:
    """A reason of a hold by its word, links, and notes of the audit where no journal came."""
    row = {
        **ROW,
        "state": "3",
        "hold_reason": "1",
        "contact_type": "self-service",
        "sys_created_by": "kim",
        "problem_id": {"link": "https://x", "value": "PRB1"},
        "made_sla": "true",
    }
    reading = read_servicenow(
        [row],
        audit=[
            entry(1, "work_notes", 5, newvalue="looking"),
            entry(2, "comments", 6, user="kim", newvalue="and?"),
            entry(3, "state", 10, oldvalue="1", newvalue="3"),
            entry(4, "incident_state", 10, oldvalue="1", newvalue="3"),
            entry(5, "hold_reason", 10, oldvalue="", newvalue="1"),
            entry(6, "problem_id", 20, newvalue="PRB1"),
            entry(7, "problem_id", 21, oldvalue="PRB1"),
        ],
    )
    (incident,) = reading
    assert list(reading.findings) == []
    said = [
        (one.text, one.by.role, one.visibility)
        for one in incident.history
        if isinstance(one, Commented)
    ]
    assert said == [("looking", "agent", "internal"), ("and?", "requester", "public")]
    assert (incident.state.name, incident.hold_reason) == ("On Hold", "Awaiting Caller")
    assert [(one.type, one.target) for one in incident.links] == [("caused_by", "PRB1")]
    assert [one.kind for one in incident.history].count("state_changed") == 1


def test_a_journal_takes_the_place_of_the_notes_of_the_audit() -> None:
    """Each note once; an element that is none is a finding."""
    note = {"element_id": "a", "sys_id": "j1", "sys_created_on": "2026-03-02 09:05:00"}
    reading = read_servicenow(
        [ROW],
        audit=[entry(1, "work_notes", 5, newvalue="looking")],
        journal=[
            {**note, "element": "work_notes", "value": "looking", "sys_created_by": "ada"},
            {**note, "element": "approval_history", "value": "x", "sys_id": "j2"},
        ],
    )
    (incident,) = reading
    assert [one.text for one in incident.history if isinstance(one, Commented)] == ["looking"]
    assert [(one.code, one.value) for one in reading.findings] == [
        ("unknown_entry", "approval_history")
    ]


def test_an_incident_that_the_audit_lacks_has_moments_alone() -> None:
    """Where others have an audit it is a finding, unless it is as new as it was."""
    resolved = {**ROW, "number": "INC2", "sys_id": "b", "state": "6"}
    resolved["resolved_at"] = "2026-03-02 11:00:00"
    new = {**ROW, "number": "INC3", "sys_id": "c"}
    reading = read_servicenow([resolved, new], audit=[entry(1, "priority", 5, newvalue="1")])
    one, two = reading
    assert one.resolved_at == datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert (one.is_covered("states"), two.is_covered("states")) == (False, True)
    assert [(found.code, found.key) for found in reading.findings] == [
        ("truncated_history", "INC2"),
        ("unknown_entry", "a"),  # whose incident did not come
    ]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3600", 3600),
        ("1:30:05", 5405),
        ("2 03:04:05", 2 * 86_400 + 3 * 3600 + 4 * 60 + 5),
        ("1970-01-02 01:00:00", 90_000),
        ("2 Days 3 Hours 5 Minutes", 2 * 86_400 + 3 * 3600 + 5 * 60),
        ("1 Tag 2 Stunden 6 Sekunden", 93_606),
        ("3 Months", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_duration_in_each_way_to_write_it(value: object, seconds: int | None) -> None:
    """Seconds, days with hours, words, or an instant counted from the beginning of 1970."""
    assert duration(value) == (None if seconds is None else timedelta(seconds=seconds))


def test_displayed_results_of_slas() -> None:
    """With display values alone, durations and flags are words; others are findings."""
    cells = {"sla": "P2", "has_breached": "No", "business_duration": "1 Day 2 Hours"}
    rows = [{"task": "a", **cells}, {"task": "a", **cells, "business_duration": "1 Month"}]
    incident = {"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 08:00:00"}
    reading = read_servicenow([incident], slas=rows)
    (record,) = reading
    known, unknown = reported_slas(record)
    assert (known.breached, known.elapsed) == (False, timedelta(hours=26))
    assert (unknown.breached, unknown.elapsed) == (False, None)
    found = [one for one in reading.findings if one.path == "task_sla"]
    assert [(one.code, one.field, one.value) for one in found] == [
        ("unreadable_field", "business_duration", "1 Month")
    ]


def test_a_link_names_its_target_by_number() -> None:
    """As displayed, or of a row that came too; the audit's ``sys_id`` means the same record."""
    problem = {"value": "p1", "display_value": "PRB1"}
    row = {**ROW, "problem_id": problem, "parent_incident": {"link": "x", "value": "b"}}
    row["parent"] = {"value": "t", "display_value": "INC7"}
    audit = [entry(1, "problem_id", 5, newvalue="p1"), entry(2, "parent_incident", 6, newvalue="b")]
    incident, _ = read_servicenow([row, {**ROW, "sys_id": "b", "number": "INC2"}], audit=audit)
    links = {(one.type, one.target) for one in incident.links}
    assert links == {("caused_by", "PRB1"), ("child_of", "INC2"), ("child_of", "INC7")}


def test_people_are_the_same_by_login_and_by_id() -> None:
    """The opener is named as in the audit; the caller answers where the record is theirs."""
    note = {"element_id": "a", "element": "comments", "sys_created_by": "kim"}
    note |= {"sys_id": "j1", "sys_created_on": "2026-03-02 09:05:00"}
    row = {**ROW, "caller_id": "u1", "opened_by": "u2"}
    for assignee, answered in (("u1", True), ("u2", False)):
        audit = [entry(1, "assigned_to", 1, newvalue=assignee), entry(2, "work_notes", 2, "kim")]
        mine = {**row, "assigned_to": assignee}
        users = {"u1": "kim", "u2": "ada"}
        [incident] = read_servicenow([mine], audit=audit, journal=[note], users=users)
        assert incident.opened_by == Actor("ada", "agent")
        assert (incident.first_response_at is not None) is answered


def test_who_opened_a_record_is_named_by_the_first_column_that_says_so() -> None:
    """``opened_by``, then who wrote the row, then the caller, who is a requester."""
    row = {**ROW, "caller_id": "u1"}
    row.pop("opened_by", None)
    for more, opener in (
        ({}, Actor("u1", "requester")),
        ({"sys_created_by": "u2"}, Actor("u2", "agent")),
        ({"sys_created_by": "u2", "opened_by": "u1"}, Actor("u1", "requester")),
    ):
        [incident] = read_servicenow([{**row, **more}])
        assert incident.opened_by == opener


def test_results_of_slas_that_name_an_incident_by_its_display() -> None:
    """With display values alone, ``task`` holds the number."""
    sla = {"sys_id": "s", "task": {"display_value": "INC1", "link": "x"}, "sla": "P2"}
    [incident] = read_servicenow([ROW], slas=[sla])
    assert [one.target for one in reported_slas(incident)] == ["P2"]


@pytest.mark.parametrize(
    ("state", "changes", "resolved"),
    [
        ("6", [("1", "2", 10)], 40),  # the log ends before it
        ("7", [("1", "2", 10)], 40),  # and was closed later
        ("6", [("1", "6", 50)], 50),  # the log says when
        ("6", [("1", "6", 40), ("6", "2", 45)], 59),  # reopened since, and resolved again
        ("2", [("1", "6", 40), ("6", "2", 45)], None),  # reopened
        ("8", [("1", "2", 10)], None),  # canceled
    ],
)
def test_a_resolution_that_the_audit_lacks(
    state: str, changes: list[tuple[str, str, int]], resolved: int | None
) -> None:
    """It counts from ``resolved_at``, if that is later than the last change of state."""
    row = {**ROW, "state": state, "resolved_at": "2026-03-02 09:40:00"}
    row["sys_updated_on"] = "2026-03-02 09:59:00"
    audit = [
        entry(number, "state", minute, oldvalue=before, newvalue=after)
        for number, (before, after, minute) in enumerate(changes)
    ]
    [incident] = read_servicenow([row], audit=audit)
    minutes = [
        None if x is None else x.minute for x in (incident.resolved_at, incident.canceled_at)
    ]
    assert minutes == [resolved, 40 if state == "8" else None]


@pytest.mark.parametrize(("resolver", "who"), [("u1", "kim/requester"), ("u2", "ada/agent")])
def test_who_resolved_an_incident_without_an_audit(resolver: str, who: str) -> None:
    """``resolved_by`` says so; the caller may resolve it alone."""
    row = {**ROW, "state": "6", "resolved_at": "2026-03-02 10:00:00", "caller_id": "u1"}
    users = {"u1": "kim", "u2": "ada"}
    [incident] = read_servicenow([{**row, "resolved_by": {"value": resolver}}], users=users)
    by = incident.history[-1].by
    assert f"{by.id}/{by.role}" == who


PLAIN = {"sys_id": "a1", "number": "INC1", "opened_at": "2026-06-01 09:00:00", "opened_by": "kim"}


def span(field: str, value: str, start: str, **more: Any) -> dict[str, Any]:
    row = {"sys_id": f"m-{field}-{value}", "id": {"value": "a1"}, "field": field}
    return {**row, "field_value": value, "start": f"2026-06-01 {start}:00", **more}


def test_how_long_a_field_had_a_value_is_its_history() -> None:
    """The metrics of an incident without audit: states, groups and priorities, by nobody."""
    metrics = [
        span("incident_state", "2", "09:30"),
        span("incident_state", "1", "09:00"),
        span("incident_state", "6", "11:00"),
        span("assignment_group", "g1", "09:00"),
        span("assignment_group", "g2", "10:00"),
        span("active", "true", "09:00"),  # a metric of the tool's own
    ]
    reading = read_servicenow([{**PLAIN, "state": "6"}], metrics={"result": metrics})
    (incident,) = reading
    assert [one.state.name for one in incident.history if isinstance(one, StateChanged)] == [
        "In Progress",
        "Resolved",
    ]
    assert (incident.resolved_at, incident.acknowledged_at) == (at(11), None)
    assert (incident.assignment_group, incident.reassignment_count) == ("g2", 1)
    assert incident.history[0].covers == {"moments", "states", "assignments"}
    assert list(reading.findings) == []
    audit = {"documentkey": "a1", "fieldname": "state", "oldvalue": "1", "newvalue": "6"}
    audit |= {"user": "ada", "sys_created_on": "2026-06-01 10:00:00", "sys_id": "x"}
    [incident] = read_servicenow([{**PLAIN, "state": "6"}], audit=[audit], metrics=metrics)
    assert incident.resolved_at == at(10)  # of the audit, which names who


@pytest.mark.parametrize(("code", "name"), [("4", "User Info"), ("5", "Evidence")])
def test_the_older_codes_of_a_state_pause(code: str, name: str) -> None:
    """Where ``incident_state`` has its first values, 4 and 5 wait."""
    [incident] = read_servicenow([{**PLAIN, "incident_state": code}])
    assert (incident.state.name, incident.state.pauses) == (f"Awaiting {name}", True)


def test_displays_are_in_the_account_s_zone() -> None:
    """Rows of displays are read as UTC, with a finding; ids in a log agree with their links."""
    link = {"display_value": "Ada", "link": "https://x/api/now/table/sys_user/u2"}
    audit = {"documentkey": "a1", "fieldname": "assigned_to", "oldvalue": "", "newvalue": "u2"}
    audit |= {"user": "ada", "sys_created_on": "2026-06-01 10:00:00", "sys_id": "x"}
    reading = read_servicenow([{**PLAIN, "assigned_to": link}], audit=[audit])
    assert [one.assignee for one in reading] == ["u2"]
    assert [one.code for one in reading.findings if one.code != "unknown_actor"] == ["no_zone"]
    both = {**PLAIN, "assigned_to": {"display_value": "Ada", "value": "u2"}}
    reading = read_servicenow([both])
    assert [one.assignee for one in reading] == ["u2"]
    assert "no_zone" not in reading.findings.counts


@pytest.mark.parametrize(
    "table",
    [
        *("problem", "problem_task", "change_request", "Change Request", "change_task"),
        *("sc_request", "sc_req_item", "sc_task", "Request", "Requested Item", "Catalog Task"),
    ],
)
def test_another_task_is_no_incident(table: str) -> None:
    """The table of tasks holds them all, with codes that mean something else."""
    reading = read_servicenow([{**PLAIN, "sys_class_name": table}])
    assert (list(reading), dict(reading.findings.counts)) == ([], {"unknown_entry": 1})


@pytest.mark.parametrize("cell", ["2026-06-01 10:00:00 - Ada (Work notes)\nhm", ""])
@pytest.mark.parametrize("form", [str, lambda text: {"display_value": text, "value": ""}])
def test_a_journal_in_the_cells_of_a_row_is_found(cell: str, form: Any) -> None:
    """It is one text of all entries; the table of the journal has each with its author."""
    reading = read_servicenow([{**PLAIN, "comments_and_work_notes": form(cell)}])
    list(reading)
    found = [one.field for one in reading.findings if one.code == "unknown_entry"]
    assert found == (["comments_and_work_notes"] if cell else [])
    note = {"element_id": "a1", "element": "work_notes", "value": "hm", "sys_created_by": "ada"}
    note |= {"sys_id": "j", "sys_created_on": "2026-06-01 09:00:00"}
    reading = read_servicenow([{**PLAIN, "comments": form(cell)}], journal=[note])
    assert len(list(reading)) == 1
    assert "unknown_entry" not in reading.findings.counts


def test_one_row_may_come_alone() -> None:
    """Got by its ``sys_id``, ``result`` is an object instead of a list."""
    assert [one.id for one in read_servicenow({"result": PLAIN})] == ["INC1"]


@pytest.mark.parametrize("form", [list, lambda rows: {"result": rows}, lambda rows: rows[0]])
def test_logins_may_be_rows_of_the_table_of_users(form: Any) -> None:
    """As they come from the table; a user without a login is passed over."""
    rows = [{"sys_id": "u1", "user_name": "kim"}, {"sys_id": "u2", "user_name": ""}]
    [incident] = read_servicenow([{**PLAIN, "opened_by": "u1"}], users=form(rows))
    assert incident.opened_by == Actor("kim", "agent")


def test_a_row_on_two_pages_counts_as_it_was_updated_last() -> None:
    """By its ``sys_id``, in any order; two rows of one number are two."""
    rows = [
        {**PLAIN, "state": "6", "resolved_at": "2026-06-01 10:00:00"},
        {**PLAIN, "state": "2", "sys_updated_on": "2026-06-01 09:30:00"},
    ]
    rows[0]["sys_updated_on"] = {"display_value": "x", "value": "2026-06-01 10:00:00"}
    for order in (rows, rows[::-1]):
        reading = read_servicenow([{"result": [row]} for row in order])
        assert [one.resolved_at for one in reading] == [at(10)]
        assert list(reading.findings) == []
    reading = read_servicenow([rows[1], {**rows[1], "sys_id": "a2"}])
    assert len(list(reading)) == 1
    assert set(reading.findings.counts) == {"duplicate_id"}


def test_durations_of_values_are_entries_of_the_audit() -> None:
    """Each with the value before it, under its own id."""
    metrics = [
        {"sys_id": "m1", "field": "state", "field_value": "1", "start": "2026-03-02 09:00:00"},
        {"sys_id": "m2", "field": "state", "value": "2", "start": "2026-03-02 10:00:00"},
        {"sys_id": "m3", "field": "odd", "value": "7", "start": "2026-03-02 11:00:00"},
    ]
    assert [
        (one["sys_id"], one["fieldname"], one["oldvalue"], one["newvalue"], one["sys_created_on"])
        for one in servicenow._spans(metrics)
    ] == [
        ("m1", "state", None, "1", "2026-03-02 09:00:00"),
        ("m2", "state", "1", "2", "2026-03-02 10:00:00"),
    ]


def test_a_row_that_names_its_table_another_way() -> None:
    """An export to a file store has ``table_name``; a change request is not an incident.

    Source: test-event-mmdd.log of elastic/integrations, packages/servicenow.
    """
    rows = [{**PLAIN, "table_name": "incident"}, {**PLAIN, "sys_id": "c", "number": "CHG0000024"}]
    rows[1]["table_name"] = "change_request"
    reading = read_servicenow(rows)
    assert [one.id for one in reading] == [PLAIN["number"]]
    assert dict(reading.findings.counts) == {"unknown_entry": 1}


def test_displays_of_times_count_as_instants() -> None:
    """28 February is before 1 March, though its text is behind: in metrics and of two rows."""
    day_first = Times("UTC", formats="%d/%m/%Y %H:%M:%S")
    metrics = [
        {"sys_id": f"m{code}", "id": "a1", "field": "state", "value": code, "start": start}
        for code, start in (
            ("6", "01/03/2026 11:00:00"),
            ("1", "28/02/2026 09:00:00"),
            ("2", "28/02/2026 10:00:00"),
        )
    ]
    row = {"sys_id": "a1", "number": "INC1", "opened_at": "28/02/2026 09:00:00", "opened_by": "kim"}
    last = {**row, "state": "6", "sys_updated_on": "01/03/2026 11:00:00"}
    first = {**row, "state": "1", "sys_updated_on": "28/02/2026 09:00:00"}
    reading = read_servicenow([last, first], metrics=metrics, times=day_first)
    [incident] = reading
    names = [one.state.name for one in incident.history if hasattr(one, "state")]
    assert names == ["New", "In Progress", "Resolved"]
    assert incident.resolved_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert list(reading.findings) == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_resolution_in_the_second_of_another_change_counts_once(order: int) -> None:
    """The last of the changes of one second is that from which no other begins."""
    steps = [("1", "2"), ("2", "6")]
    audit = [
        {"documentkey": "a1", "fieldname": "state", "oldvalue": old, "newvalue": new, "user": "ada"}
        | {"sys_created_on": "2026-06-01 10:00:00", "sys_id": f"x{new}"}
        for old, new in steps
    ]
    row = {**PLAIN, "state": "6", "resolved_at": "2026-06-01 10:00:00"}
    reading = read_servicenow([row], audit=audit[::order])
    [incident] = reading
    states = [one.state.name for one in incident.history if isinstance(one, StateChanged)]
    assert states == ["In Progress", "Resolved"]
    assert list(reading.findings) == []
