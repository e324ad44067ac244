"""The kit by itself: times, tables, roles, findings, ties, and what the tool shows now."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from datetime import UTC, datetime
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore import Incident
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Acknowledged, Commented, StateChanged
from incidentcore.values import CANCELED, CLOSED, RESOLVED, Actor, Impact, Priority, State, Urgency
from incidentcore.vendors import (
    read_happyfox,
    read_jira,
    read_ocel,
    read_pagerduty,
    read_servicenow,
    read_table,
    read_xes,
    read_zendesk,
)
from incidentcore.vendors.kit import (
    STANDARD_STATES,
    Findings,
    Import,
    LevelTable,
    Roles,
    StateTable,
    Times,
    joined,
    times,
)
from incidentcore.vendors.kit.chains import chain
from incidentcore.vendors.kit.entries import Entry
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.paths import CUT, latest, natural, unpaged
from incidentcore.vendors.kit.reported import reported_slas
from incidentcore.vendors.kit.tables import flag
from incidentcore.vendors.kit.time_words import beside_utc, in_zone
from incidentcore.vendors.presets import (
    GLPI_STATES,
    HAPPYFOX_STATES,
    JIRA_STATES,
    SERVICENOW_LEVELS,
    SERVICENOW_STATES,
    ZENDESK_STATES,
)
from incidentcore.vendors.profiles import read_profile

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minute: int) -> datetime:
    return NINE.replace(minute=minute)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("2026-03-02T09:00:00Z", {}),
        ("2026-03-02T10:00:00.000+0100", {}),
        ("2026-03-02 09:00:00 UTC", {}),
        ("2026-03-02 10:00:00 +01:00", {}),
        ("2026-03-02\u202f09:00", {}),
        ("02/Mar/26 9:00 AM", {"formats": ("iso", "%d/%b/%y %I:%M %p")}),
        ("02/Mar/26 9:00\u202fAM", {"formats": "%d/%b/%y %I:%M %p"}),
        (1_772_442_000, {"epoch": "s"}),
        ("1772442000", {"epoch": "s"}),
        ("1772442000.0", {"epoch": "s"}),
        (1_772_442_000_000, {"epoch": "ms"}),
        ("2026-03-02 09:00:00", {"epoch": "s"}),
        ("2 March 2026 09:00", {"day_first": True}),
        ("2/3/2026 09:00", {"day_first": True}),
        ("3/2/2026 09:00", {"day_first": False}),
        ("2026/03/02 09:00", {"day_first": True}),
        ("2 Mar 2026 10:00 +0100", {"day_first": True}),
        ("2026-03-02 10:00:00 UTC+01:00", {}),
        ("2026-03-02T04:00 GMT-05:00", {}),
        ("2 Mar 2026 10:00 GMT+1", {"day_first": True}),
        ("2 Mar 2026 4:00 AM UTC-5", {"day_first": True}),
        (
            "Mon Mar 02 2026 10:00:00 GMT+0100 (Central European Standard Time)",
            {"day_first": False},
        ),
        (NINE, {}),
    ],
)
def test_ways_to_write_one_instant(text: object, options: dict[str, Any]) -> None:
    """Offsets, named UTC, spaces of all kinds, formats, epochs and stated orders."""
    assert Times(**options).reader().read(text) == NINE


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("2/3/2026 09:00", {}),
        ("1772442000", {}),
        ("20260302", {}),
        ("2026-03-02 09.30", {}),  # not three tenths of a second past nine, as Python says
        ("09:00", {"day_first": True}),
        ("March 2026", {"day_first": True}),
        ("Monday", {"day_first": True}),
        ("2 March", {"day_first": False}),
        ("2 March 2026 09:00 CET", {"day_first": True}),
        ("2 March 2026 09:00 CET+1", {"day_first": True}),
        (True, {"epoch": "s"}),
        ("soon", {"day_first": True}),
        ([], {}),
    ],
)
def test_what_is_never_guessed(text: object, options: dict[str, Any]) -> None:
    """An order that nobody stated, a part that is missing, a zone that is only a name."""
    with pytest.raises(InvalidValueError):
        Times(**options).reader().read(text)


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({}, "a time as iso"),
        ({"epoch": "ms"}, "a time as iso, a number of ms since 1970"),
        ({"formats": ("iso", "%d.%m.%Y"), "epoch": "s"}, "iso, %d.%m.%Y, a number of s since 1970"),
    ],
)
def test_a_time_that_is_none_is_told_what_is_read(options: dict[str, Any], allowed: str) -> None:
    """Each format, and the unit of numbers if they are read."""
    with pytest.raises(InvalidValueError, match=f"{re.escape(allowed)}$"):
        Times(**options).reader().read("Someday 2026")


_PART = st.sampled_from(["%d", "%m", "%Y", "%H", "%M", "%S", "%y", "%b"])
_SIGN = st.sampled_from(["/", "/", ":", "-", "(", "T", "0", "%", "%%", " "])
_DATE = st.permutations(["%d/", "%m/", "%Y "]).map("".join)
_FORM = st.builds("{}{}".format, _DATE, st.lists(st.tuples(_PART, _SIGN).map("".join)).map("".join))
_TODAY = datetime(2026, 3, 2)  # noqa: DTZ001


@given(
    st.one_of(_FORM, _FORM.map(lambda form: form[:-1])),
    st.datetimes(datetime(1000, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["", "0", "x", "%", "\u0663"]),
    st.sampled_from(["", "/", ":", "0", "1"]),
)
@example("%d/%m/%Y", _TODAY, "", "")
@example("%d/%m/%Y", _TODAY, "", "0")
@example("%d/%m/%Y", _TODAY, "", "2")
@example("%d/%m/%Y%", _TODAY, "%", "")
@example("%d/%m%Y", _TODAY, "", "")
@example("%d/%m0%Y", _TODAY, "", "0")
@example("%d/%m/%Y %d", _TODAY, "", "")
def test_a_format_reads_what_strptime_reads(
    form: str, at: datetime, end: str, dropped: str
) -> None:
    """The same time, or a refusal from both; with an odd end, and with something dropped."""
    text = " ".join((at.strftime(form).replace(dropped, "", 1) + end).split())
    try:
        expected = datetime.strptime(text, form).replace(tzinfo=UTC)
    except (ValueError, re.error):
        with pytest.raises(InvalidValueError):
            Times(formats=form).reader().read(text)
    else:
        assert Times(formats=form).reader().read(text) == expected


def test_nanoseconds_of_pandas_are_cut() -> None:
    """As those of a text and of numpy are; such a row was left out as not readable."""
    pandas = pytest.importorskip("pandas")
    rows = [
        {"id": "A", "in": pandas.Timestamp("2026-03-02 09:00:00.000001999", tz="Europe/Berlin")},
        {"id": "B", "in": pandas.Timestamp("2026-03-02 09:00:00.000001999")},
        {"id": "C", "in": "2026-03-02T09:00:00.000001999"},
    ]
    reading = read_table(rows, {"id": "id", "opened": "in"}, zone="Europe/Berlin")
    assert [one.opened_at for one in reading] == [datetime(2026, 3, 2, 8, 0, 0, 1, UTC)] * 3
    assert len(reading.findings) == 0


def test_a_date_alone_is_its_midnight() -> None:
    """The same in ISO and free-form."""
    for text, options in (("2019-04-24", {}), ("24 Apr 2019", {"day_first": True})):
        read = Times(**options).reader().read(text)  # type: ignore[arg-type]
        assert read == datetime(2019, 4, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "word", "category", "flags"),
    [
        (SERVICENOW_STATES, "3", None, "open pauses"),
        (SERVICENOW_STATES, "Awaiting Vendor", None, "open pauses"),
        (SERVICENOW_STATES, "8", None, "final"),
        (JIRA_STATES, "WAITING FOR CUSTOMER", None, "open pauses"),
        (JIRA_STATES, "Shipped", "done", "resolved"),
        (JIRA_STATES, "Shipped", "indeterminate", "open"),
        (ZENDESK_STATES, "hold", None, "open pauses"),
        (ZENDESK_STATES, "Waiting for parts", "pending", "open pauses"),
        (HAPPYFOX_STATES, "Gone", "completed", "resolved final"),
        (JIRA_STATES, "Whatever", None, "open"),
    ],
)
def test_states_by_name_code_and_category(
    table: StateTable, word: str, category: str | None, flags: str
) -> None:
    """A state known only by its category has the category's meaning under its own name."""
    state, _ = table.find(word, category)
    assert state is not None
    names = ("open", "pauses", "resolved", "final")
    assert " ".join(name for name in names if getattr(state, name)) == flags


def test_tables_can_be_extended_and_refuse() -> None:
    """What is added wins; a table may leave out records of an unknown state."""
    table = JIRA_STATES | {"Done": "canceled", "Parked": State("Parked", open=True, pauses=True)}
    assert table.find("done")[0] == State("canceled", final=True)
    assert StateTable(unknown="refuse").find("odd") == (None, False)
    for wrong in ({"x": 7}, {"x": "not a state"}, ["x"]):
        with pytest.raises(InvalidValueError):
            StateTable(wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        LevelTable(priority={"x": "worst"})


@pytest.mark.parametrize(
    ("table", "allowed"),
    [("states", "a StateTable"), ("levels", "a LevelTable"), ("roles", "Roles")],
)
def test_a_table_of_another_kind_is_refused(table: str, allowed: str) -> None:
    wrong: Any = {table: {"Open": "new"}}
    with pytest.raises(InvalidValueError, match=f"^{table}: got .* allowed: {allowed}$"):
        Import([], record=Incident, id="id", **wrong)


def test_a_table_of_an_unknown_name_is_refused() -> None:
    wrong: Any = {"state": StateTable()}
    with pytest.raises(InvalidValueError, match=r"Import: got 'state'; .*nearest: states"):
        Import([], record=Incident, id="id", **wrong)


def test_the_nearest_level_is_not_a_known_one() -> None:
    """A name and its translation are known; "Medium" is only near to moderate; "odd" is nothing."""
    table = LevelTable()
    assert table.match("priority", "Medium") == (Priority.MODERATE, False)
    assert table.match("priority", "1 - Critical") == (Priority.CRITICAL, True)
    assert table.match("impact", "Hoch") == (Impact.HIGH, True)
    assert table.match("urgency", Urgency.LOW) == (Urgency.LOW, True)
    assert table.match("urgency", "odd") == (None, False)


def test_a_number_before_a_known_state_does_not_matter() -> None:
    """As lists write codes and names; a number of a name that is not known stays."""
    names = ("6 - Resolved", "3: On Hold", "7. Fermé", "Resolved", "2 - Parked")
    found = [StateTable(STANDARD_STATES.states).find(name) for name in names]
    assert [state and (state.name, known) for state, known in found] == [
        *(("resolved", True), ("on_hold", True), ("closed", True), ("resolved", True)),
        ("2 - Parked", False),
    ]


def test_a_table_shows_how_much_it_holds() -> None:
    """All of its states would fill the screen of ``help(read_table)``."""
    table = StateTable({"Parked": "on_hold", "Shipped": "resolved"})
    assert repr(table) == (
        "StateTable(states='2 in total', by_category=FrozenMap({}), unknown='open')"
    )


def test_roles_that_are_stated_win() -> None:
    """Systems before requesters before agents before what the source says before the default."""
    roles = Roles(agents={"a", "b"}, systems={"b"}, default="agent")
    assert [roles.find(who) for who in ("a", "b", "c")] == ["agent", "system", "agent"]
    assert Roles().find("x") is None
    assert Roles().find("x", "vendor") == "vendor"


def test_roles_that_the_source_shows_count_for_every_actor_of_a_record() -> None:
    """After the import's own and the entry's, before the default, which counts for the others."""

    def build(history: Any, _: object) -> None:
        history.shown_roles = {"ada": "agent", "kim": "requester", "bot": "agent"}
        history.opened(NINE, "kim")
        for number, who in enumerate(("ada", "bot", "eve"), 1):
            history.add(Commented, f"c{number}", at(number), who, text="x")
        history.add(Commented, "c4", at(4), history.actor("ada", "requester"), text="x")

    roles = Roles(systems={"bot"}, default="vendor")
    [record] = Import([{"id": 1}], build, record=Incident, id="id", roles=roles)
    assert [event.by.role for event in record.history] == [
        *("requester", "agent", "system", "vendor", "requester")
    ]


def test_a_million_findings_take_no_more_room_than_a_hundred() -> None:
    """Equal ones are counted; of different ones a hundred are kept."""
    findings = Findings()
    for number in range(10_000):
        findings.add("duplicate_id", "left out", row=number, value=str(number))
        findings.add("no_zone", "read as UTC")
    assert findings.counts == {"duplicate_id": 10_000, "no_zone": 10_000}
    assert len(findings) == 101
    assert sum(finding.count for finding in findings) == 20_000


def read(entries: list[tuple[Any, ...]], **present: Any) -> tuple[Incident, Findings]:
    """Build one record from changes (id, minute, field, before, after)."""

    def build(history: Any, _: object) -> None:
        history.present(**present)
        history.opened(NINE, history.actor("kim", "requester"))
        for name, minute, field, before, after in entries:
            who = history.actor("ada", "agent")
            history.changed(name, at(minute), who, field=field, before=before, after=after)

    states = StateTable({"A": "new", "B": "in_progress", "C": "on_hold", "D": "resolved"})
    levels = SERVICENOW_LEVELS
    reading = Import([0], build, record=Incident, id=lambda _: "R", states=states, levels=levels)
    [record] = reading
    return record, reading.findings


def states_of(record: Incident) -> list[str]:
    opening = record.history[0]
    entered = [event.state.name for event in record.history if isinstance(event, StateChanged)]
    return [opening.state.name, *entered]  # type: ignore[attr-defined]


def test_changes_of_one_instant_follow_each_other_in_any_order() -> None:
    """Each begins where the last one led, also where ids tell nothing."""
    entries = [
        ("q", 5, "state", "A", "B"),
        ("c", 5, "state", "B", "C"),
        ("x", 5, "state", "C", "D"),
        ("b", 6, "state", "D", "B"),
    ]
    for order in permutations(entries):
        record, findings = read(list(order), state="B")
        assert states_of(record) == ["new", "in_progress", "on_hold", "resolved", "in_progress"]
        assert not findings


def test_numeric_ids_decide_before_texts_would() -> None:
    """10 comes after 9."""
    record, _ = read([("10", 5, "state", "B", "A"), ("9", 5, "state", "A", "B")], state="A")
    assert states_of(record) == ["new", "in_progress", "new"]


def test_notes_of_one_instant_follow_their_numbers() -> None:
    """Also where their ids have a word before the number, in any order of the source."""

    def build(history: Any, numbers: list[int]) -> None:
        history.opened(NINE, history.actor("kim", "requester"))
        for number in numbers:
            who = history.actor("ada", "agent")
            history.add(Commented, f"comment-{number}", at(5), who, text=str(number))

    for numbers in permutations((9, 10, 101)):
        [record] = Import([numbers], build, record=Incident, id=lambda _: "R")
        texts = [event.text for event in record.history if isinstance(event, Commented)]
        assert texts == ["9", "10", "101"]


def test_an_entry_of_one_kind_and_id_counts_once() -> None:
    """The first one; a finding names it. Another kind with the id is another entry."""

    def build(history: Any, _: object) -> None:
        ada = history.actor("ada", "agent")
        history.opened(NINE, history.actor("kim", "requester"))
        history.add(Commented, "7", at(5), ada, text="first")
        history.add(Commented, "7", at(6), ada, text="again")
        history.add(Acknowledged, "7", at(7), ada)

    reading = Import([0], build, record=Incident, id=lambda _: "R")
    (record,) = reading
    assert [event.kind for event in record.history] == ["opened", "commented", "acknowledged"]
    assert [getattr(event, "text", "") for event in record.history] == ["", "first", ""]
    assert [(one.code, one.path) for one in reading.findings] == [("duplicate_entry", "7")]


def test_a_moment_that_is_given_again_counts_once() -> None:
    """The first one; a finding names it."""

    def build(history: Any, _: object) -> None:
        history.opened(NINE, history.actor("kim", "requester"))
        for minute in (5, 6):
            history.moments(history.actor("ada", "agent"), acknowledged=at(minute))

    reading = Import([0], build, record=Incident, id=lambda _: "R")
    (record,) = reading
    assert record.acknowledged_at == at(5)
    assert [(one.code, one.path) for one in reading.findings] == [
        ("duplicate_entry", "acknowledged")
    ]


def test_what_ends_a_record_and_what_ends_an_import() -> None:
    """A state that the table refuses, and a source that cannot be read."""

    def build(history: Any, name: str) -> None:
        if name == "broken":
            raise FormatError("half a file @ row 2")
        history.opened(NINE, history.actor("kim", "requester"))
        history.moments(history.actor("ada", "agent"), resolved=at(5))
        history.present(state=name)

    table = StateTable({"Done": "resolved"}, unknown="refuse")
    reading = Import(["Odd", "Done", "broken"], build, record=Incident, id=str, states=table)
    assert next(reading).id == "Done"
    assert [(one.code, one.key) for one in reading.findings] == [("malformed_record", "Odd")]
    with pytest.raises(FormatError, match="half a file"):
        next(reading)


def test_the_value_at_the_opening_is_found() -> None:
    """What the first change came from; the present value where nothing changed."""
    record, findings = read(
        [("2", 9, "priority", "3", "2"), ("1", 5, "group", "", "Mail")],
        state="A",
        priority="2",
        group="Mail",
        assignee="ada",
    )
    first = record.timeline().facts_at(NINE)
    assert (first["priority"], first["assignment_group"], first["assignee"]) == (
        Priority.MODERATE,
        None,
        "ada",
    )
    assert (record.priority, record.assignment_group) == (Priority.HIGH, "Mail")
    assert not findings


def test_the_tool_s_present_state_counts_where_the_log_does_not_lead_there() -> None:
    """A log that was cut ends open; the tool shows resolved."""
    record, findings = read([("1", 5, "state", "A", "B")], state="D")
    assert record.state.resolved
    assert findings.counts == {"history_disagrees": 1}
    record, findings = read([], state="D")
    assert states_of(record) == ["new", "resolved"]
    assert findings.counts == {"state_without_time": 1}


@pytest.mark.parametrize(("minute", "is_opening"), [(0, True), (1, True), (2, False)])
def test_a_first_state_that_was_written_down_late_is_that_of_the_opening(
    minute: int, *, is_opening: bool
) -> None:
    """No record is without a state, so that one that is set within a minute is no work on it."""
    record, findings = read([("1", minute, "state", None, "B"), ("2", 9, "state", "B", "C")])
    first = ["in_progress"] if is_opening else ["new", "in_progress"]
    assert states_of(record) == [*first, "on_hold"]
    assert (record.opened_at, record.acknowledged_at) == (NINE, at(9 if is_opening else 2))
    assert not findings


@pytest.mark.parametrize(
    ("logged", "shown", "resolved", "closed", "ends"),
    [
        (["A", "B"], "D", 20, None, ["20 resolved"]),
        (["A", "B"], "E", 20, 30, ["20 resolved", "30 closed"]),
        (["A", "B"], "E", None, 30, ["30 closed"]),
        (["A", "D"], "E", 10, 30, ["10 resolved", "30 closed"]),  # the log tells the first
        (["A", "E"], "E", 20, 30, ["10 closed"]),  # and here both
        (["A", "B"], "F", 20, None, ["20 canceled"]),
        (["A", "B"], "F", None, 30, ["30 canceled"]),
        (["A", "B"], "B", 20, 30, []),  # reopened: the times are those of before
        (["A", "D", "B"], "D", 10, None, ["10 resolved", "40 resolved"]),  # again, unknown when
        (["A", "B"], "E", 30, 20, ["30 resolved", "40 closed"]),  # nothing closes unresolved
    ],
)
def test_a_log_that_is_cut_before_the_end_that_the_tool_shows(
    logged: list[str], shown: str, resolved: int | None, closed: int | None, ends: list[str]
) -> None:
    """Changes at minutes 10 and 15; the tool's own times count after those, at last the update."""

    def build(history: Any, _: object) -> None:
        history.present(state=shown)
        history.opened(NINE, "kim")
        for place, (before, after) in enumerate(pairwise(logged)):
            history.changed(
                place, at(10 + 5 * place), "ada", field="state", before=before, after=after
            )
        times = {"resolved_at": resolved, "closed_at": closed, "updated_at": 40}
        history.check(**{name: minute and at(minute) for name, minute in times.items()})

    names = dict(
        zip("ABDEF", ("new", "in_progress", "resolved", "closed", "canceled"), strict=True)
    )
    roles = Roles(default="agent")
    reading = Import([0], build, record=Incident, id=str, states=StateTable(names), roles=roles)
    [record] = reading
    moves = [event for event in record.history if isinstance(event, StateChanged)]
    assert [f"{one.at.minute} {one.state}" for one in moves if not one.state.open] == ends


def test_present_values_that_disagree_are_findings() -> None:
    """Priority, group and assignee are compared; the history stands."""
    record, findings = read([("1", 5, "assignee", "ada", "ben")], state="A", assignee="eve")
    assert record.assignee == "ben"
    assert findings.counts == {"history_disagrees": 1}


def test_the_latest_instant_is_when_something_was_recorded() -> None:
    """A record that was written down after it was opened is known as of the latest instant."""
    row = {"number": "I", "opened_at": "2026-03-02 09:00:00", "state": "1"}
    reading = read_servicenow([{**row, "sys_created_on": "2026-03-02 09:01:25"}])
    assert len(list(reading)) == 1
    assert reading.latest == datetime(2026, 3, 2, 9, 1, 25, tzinfo=UTC)


def test_states_and_levels_of_ones_own_in_any_profile(tmp_path: Path) -> None:
    """What a desk states counts beside the words of the tool; a profile takes nothing else."""
    issue = {"key": "A", "fields": {"created": "2026-03-02T08:00Z", "status": {"name": "Parked"}}}
    path = tmp_path / "export"
    path.write_text(json.dumps({"issues": [issue]}), encoding="utf-8")
    words = {"states": StateTable({"Parked": "on_hold"}), "levels": LevelTable()}
    [incident] = read_profile(path, "jira", **words)
    assert incident.state.pauses
    assert next(read_jira([issue])).state.name == "Parked"
    with pytest.raises(InvalidValueError, match="only with a table"):
        read_profile(path, "jira", delimiter=";")
    with pytest.raises(InvalidValueError, match="only with a table"):
        read_profile(path, "servicenow-audit", **words)
    rows = "c,a,t\n1,Parked,2026-03-02\n"
    path.write_text(rows, encoding="utf-8")
    mapping = {"case": "c", "activity": "a", "at": "t"}
    [incident] = read_profile(path, "events", mapping=mapping, **words)
    assert incident.state.pauses
    with pytest.raises(InvalidValueError, match="a column for at"):
        read_profile(path, "events", mapping={"case": "c", "activity": "a"})


def told(record: Incident) -> list[tuple[str, dict[str, Any]]]:
    """Return each event after the opening: its kind with the fields that it sets."""
    return [(one.kind, {**getattr(one, "fields", {}), **_more(one)}) for one in record.history[1:]]


def _more(event: Any) -> dict[str, Any]:
    names = ("category", "state")
    return {name: getattr(event, name) for name in names if hasattr(event, name)}


@pytest.mark.parametrize(
    ("changes", "present", "events", "codes"),
    [
        (
            [("state", "A", "C")],
            {"state": "C"},
            [("state_changed", {"state": "on_hold"})],
            [],
        ),
        (
            [("state", "A", "C")],
            {"state": "C", "hold_reason": "vendor", "resolution_code": "x"},
            [("state_changed", {"state": "on_hold", "hold_reason": "vendor"})],
            [],
        ),
        (
            [("state", "A", "D")],
            {"state": "D", "hold_reason": "vendor", "resolution_code": "x"},
            [("state_changed", {"state": "resolved", "resolution_code": "x"})],
            [],
        ),
        (
            [("state", "A", "B")],
            {"state": "B", "hold_reason": "vendor", "resolution_code": "x"},
            [("state_changed", {"state": "in_progress"})],
            [],
        ),
        (
            [("resolution_code", None, "y"), ("state", "A", "D")],
            {"state": "D", "resolution_code": "x"},
            [
                ("fields_changed", {"resolution_code": "y"}),
                ("state_changed", {"state": "resolved"}),
            ],
            [],
        ),
        (
            [("category", "mail", ["net", "vpn"])],
            {},
            [("classified", {"category": ("net", "vpn")})],
            [],
        ),
        ([("category", "mail", None)], {}, [("classified", {"category": ()})], []),
        ([("tags", None, ["a", "", "b"])], {}, [("fields_changed", {"tags": {"a", "b"}})], []),
        ([("description", "x", None)], {}, [("fields_changed", {"description": ""})], []),
        ([("title", "x", None)], {}, [("fields_changed", {})], []),
        ([("support_tier", None, 2)], {}, [("fields_changed", {"support_tier": 2})], []),
        (
            [("impact", "1", "4")],
            {},
            [("prioritized", {"impact": None})],
            ["unknown_level"],
        ),
        ([("impact", "1", "")], {}, [("prioritized", {"impact": None})], []),
        (
            [("assignee", "bo", "cy")],
            {"assignee": "dee"},
            [("assigned", {"assignee": "cy"})],
            ["history_disagrees"],
        ),
        ([("assignee", "bo", "cy")], {"assignee": "cy"}, [("assigned", {"assignee": "cy"})], []),
        (
            [("priority", "1", "2")],
            {"priority": "3"},
            [("prioritized", {"computed_priority": "high"})],
            ["history_disagrees"],
        ),
        (
            [("state", "A", "B")],
            {"state": "D", "resolution_code": "x"},
            [
                ("state_changed", {"state": "in_progress"}),
                ("state_changed", {"state": "resolved", "resolution_code": "x"}),
            ],
            ["history_disagrees"],
        ),
        (
            [],
            {"state": "C", "hold_reason": "vendor", "resolution_code": "x"},
            [("state_changed", {"state": "on_hold", "hold_reason": "vendor"})],
            ["state_without_time"],
        ),
        (
            [],
            {"state": "D", "hold_reason": "vendor", "resolution_code": "x"},
            [("state_changed", {"state": "resolved", "resolution_code": "x"})],
            ["state_without_time"],
        ),
        ([], {"state": "B", "resolution_code": "x"}, [], []),
    ],
)
def test_what_changes_and_what_the_tool_shows_now(
    changes: list[tuple[Any, ...]],
    present: dict[str, Any],
    events: list[tuple[str, dict[str, Any]]],
    codes: list[str],
) -> None:
    """What belongs to a state comes with the last change into it, and only where it fits."""
    entries = [(str(n), n, *change) for n, change in enumerate(changes, 1)]
    record, findings = read(entries, **present)
    names = [
        (kind, {name: getattr(value, "name", value) for name, value in fields.items()})
        for kind, fields in told(record)
    ]
    assert names == events
    assert [one.code for one in findings] == codes


def test_entries_that_name_no_record_are_told() -> None:
    """One without its incident, and one that is not an object; neither is dropped in silence."""
    incidents = [{"id": name, "created_at": "2026-03-02T08:00Z"} for name in ("P1", "P2")]
    entry = {"id": "R1", "type": "resolve_log_entry", "created_at": "2026-03-02T09:00Z"}
    reading = read_pagerduty(incidents, [{"log_entries": [{**entry, "incident": {}}, None]}])
    assert len(list(reading)) == 2
    assert reading.findings.counts["unknown_entry"] == 2
    tickets = [{"id": 1, "created_at": "2026-03-02T08:00Z", "requester_id": 7}]
    reading = read_zendesk(tickets, [{"id": 1, "events": []}])
    assert [f.path for f in reading.findings if f.code == "unknown_entry"] == ["audits"]
    rows = [{"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 08:00:00"}]
    change = {
        "sys_id": "x",
        "oldvalue": "1",
        "newvalue": "2",
        "sys_created_on": rows[0]["opened_at"],
    }
    reading = read_servicenow(rows, audit=[change, {**change, "documentkey": "a"}])
    assert [record.custom.get("None") for record in reading] == [None]
    assert {f.action for f in reading.findings if f.code == "unknown_entry"} == {
        "left out: it names no record",
        "left out: it names no field",
    }


def test_an_object_type_that_a_log_lacks() -> None:
    """It names those there are, where it gave no records and no word."""
    log = {"objectTypes": [{"name": "incident"}], "events": [], "objects": []}
    with pytest.raises(FormatError, match="no object type Incident; there are incident"):
        list(read_ocel(log, object_type="Incident"))
    assert list(read_ocel(log, object_type="incident")) == []


@pytest.mark.parametrize(
    ("importer", "given", "nearest"),
    [
        (read_jira, {"state": {}}, "nearest: states"),
        (read_servicenow, {"level": {}}, "nearest: levels"),
        (read_happyfox, {"zone": "UTC"}, "one of .*times"),
        (read_xes, {"role": {}}, "nearest: roles"),
    ],
)
def test_a_wrong_keyword_of_an_importer_is_named(
    importer: Any, given: dict[str, Any], nearest: str
) -> None:
    """With the importer's own arguments: it was an error of ``Import.__init__``."""
    with pytest.raises(InvalidValueError, match=nearest) as caught:
        importer([], **given)
    assert [caught.value.given] == [*given]
    assert caught.value.where == f"argument of {importer.__name__}"


def test_a_reading_is_read_once() -> None:
    """A second pass would find nothing, without a word; going on after a pause is one pass."""
    rows = [{"n": name, "o": "2026-06-01T09:00Z"} for name in "abc"]
    reading = read_table(rows, {"id": "n", "opened": "o"})
    assert next(reading).id == "a"
    assert [incident.id for incident in reading] == ["b", "c"]
    assert next(reading, None) is None
    told = r"^reading: got 'one that was read to its end'; allowed: .*incidents = list\(reading\)$"
    with pytest.raises(InvalidValueError, match=told):
        list(reading)


@pytest.mark.parametrize(
    ("table", "word", "name"),
    [
        (STANDARD_STATES, "opened", "new"),
        (STANDARD_STATES, "Firing", "new"),
        (STANDARD_STATES, "Hold", "on_hold"),
        (STANDARD_STATES, "Monitoring", "in_progress"),
        (STANDARD_STATES, "In Bearbeitung", "in_progress"),
        (STANDARD_STATES, "GELÖST", "resolved"),
        (STANDARD_STATES, "Résolu", "resolved"),
        (STANDARD_STATES, "cerrada", "closed"),
        (STANDARD_STATES, "Pending", "on_hold"),
        (STANDARD_STATES, "Storniert", "canceled"),
        (GLPI_STATES, "En cours (Attribué)", "Assigned"),
        (JIRA_STATES, "Warten auf Kunden", "Waiting for customer"),
        (STANDARD_STATES, "En attente", "on_hold"),
        (SERVICENOW_STATES, "Warten", "On Hold"),
        (SERVICENOW_STATES, "Abgebrochen", "Canceled"),
        (SERVICENOW_STATES, "En cours", "In Progress"),
        (ZENDESK_STATES, "Wartend", "Pending"),
        (ZENDESK_STATES, "Angehalten", "On-hold"),
        (ZENDESK_STATES, "Resuelto", "Solved"),
        (ZENDESK_STATES, "Abierto", "Open"),
        (JIRA_STATES, "Zu erledigen", "To Do"),
        (JIRA_STATES, "In Arbeit", "In progress"),
        (SERVICENOW_STATES, "In de wacht", "On Hold"),
        (SERVICENOW_STATES, "Opgelost", "Resolved"),
        (JIRA_STATES, "Wachten op klant", "Waiting for customer"),
        (SERVICENOW_STATES, "Em espera", "On Hold"),
        (SERVICENOW_STATES, "Encerrado", "Closed"),
        (JIRA_STATES, "Aguardando pelo cliente", "Waiting for customer"),
        (SERVICENOW_STATES, "Chiuso", "Closed"),
        (ZENDESK_STATES, "Risolto", "Solved"),
        (SERVICENOW_STATES, "保留中", "On Hold"),
        (SERVICENOW_STATES, "解決済み", "Resolved"),
        (JIRA_STATES, "お客様待ち", "Waiting for customer"),
        (JIRA_STATES, "完了", "Done"),
    ],
)
def test_words_of_other_languages_for_states(table: StateTable, word: str, name: str) -> None:
    """Each is the tool's own state; the table's word and category come before it."""
    state, is_known = table.find(word)
    assert (state is not None and state.name, is_known) == (name, True)
    assert StateTable({word: "canceled"}).find(word)[0] == CANCELED
    other, is_known = StateTable({}, {"done": "closed"}).find(word, "done")
    assert (other, is_known) == (attrs.evolve(CLOSED, name=word), False)
    assert not StateTable({"Parked": "on_hold"}).find(word)[1]


@pytest.mark.parametrize(
    "word",
    [
        *("not", "nicht", "non", "no", "ne", "pas", "never", "nie", "niet", "geen", "não", "to"),
        *("be", "zu", "wird", "wordt", "te", "à", "por", "da"),
    ],
)
def test_a_longer_name_that_says_not_or_to_be_is_no_guess(word: str) -> None:
    """``Resolved late`` begins with a state that is known; ``resolved, not`` says another."""
    assert STANDARD_STATES.find("resolved late") == (
        attrs.evolve(RESOLVED, name="resolved late"),
        False,
    )
    state, _ = STANDARD_STATES.find(f"resolved {word}")
    assert state == State(f"resolved {word}", open=True)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("true yes y t on 1 x wahr ja vrai oui sí si sì sim", True),
        ("false no n f off 0 falsch nein faux non nee não", False),
    ],
)
def test_words_for_true_and_false(words: str, *, value: bool) -> None:
    """In eight languages, in any case; any other word is neither."""
    assert {flag(one) for word in words.split() for one in (word, word.upper())} == {value}
    assert flag("maybe") is None


@pytest.mark.parametrize("word", ["Warten auf Kunden", "Aguardando cliente", "顧客待ち"])
def test_a_word_that_waits_pauses_in_a_category_that_is_open(word: str) -> None:
    """Jira's category says that the work is not done; the customer is awaited all the same."""
    state, is_known = JIRA_STATES.find(word, "indeterminate")
    assert state is not None
    assert (state.name, state.open, state.pauses, is_known) == (word, True, True, False)
    done, _ = JIRA_STATES.find(word, "done")
    assert done is not None
    assert (done.resolved, done.pauses) == (True, False)


@pytest.mark.parametrize(
    ("word", "level"),
    [
        *(("Kritiek", "critical"), ("Hoog", "high"), ("Gemiddeld", "moderate"), ("Laag", "low")),
        *(("Média", "moderate"), ("Baixa", "low"), ("Bassa", "low"), ("Più alta", "critical")),
        *(("2 - 高", "high"), ("3 - 中", "moderate"), ("4 - 低", "low"), ("最低", "planning")),
    ],
)
def test_levels_in_further_languages(word: str, level: str) -> None:
    """Dutch, Portuguese, Italian and Japanese words of a scale of five."""
    found = SERVICENOW_LEVELS.find("priority", word)
    assert found is not None
    assert found.name == level


@pytest.mark.parametrize(
    ("word", "resolved", "option", "line"),
    [
        ("Geparkt", None, "--states Geparkt=STATE", 'states = { "Geparkt" = "STATE" }'),
        (
            'Zu "1"',
            "2026-03-02T10:00Z",
            "--states 'Zu \"1\"=STATE'",
            'states = { "Zu \\"1\\"" = "STATE" }',
        ),
    ],
)
def test_an_unknown_state_shows_the_line_to_write(
    word: str, resolved: str | None, option: str, line: str
) -> None:
    """For the command line, a desk file and Python; with one of the named states, it can be pasted.

    Nobody knows what "Geparkt" is, so no state is suggested.
    """
    row = {"id": "A", "opened": "2026-03-02T09:00Z", "resolved": resolved, "state": word}
    mapping = {name: name for name in row}
    reading = read_table([row], mapping)
    list(reading)
    (finding,) = reading.findings
    assert f"with {option}, {line} in [import] or states=... | {{" in finding.action
    names = "new, in_progress, on_hold, resolved, closed, canceled"
    assert finding.action.endswith(f"where STATE is one of {names}")
    assert shlex.split(option)[1] == "=".join(*tomllib.loads(line)["states"].items())
    meaning = tomllib.loads(line.replace("STATE", "resolved" if resolved else "in_progress"))[
        "states"
    ]
    again = read_table([row], mapping, states=STANDARD_STATES | meaning)
    assert [each.state.name for each in again] == list(meaning.values())
    assert not again.findings


@pytest.mark.parametrize(
    ("text", "form", "hour"),
    [
        ("2026-03-02 09:15 GMT+1", "iso", "08:15"),
        ("2026-03-02T09:15:00 UTC-5", "iso", "14:15"),
        ("2026-03-02 09:15 UTC+5:30", "iso", "03:45"),
        ("2026-03-02 09:15 (UTC+02:00)", "iso", "07:15"),
        ("02.03.2026 09:15 UTC+2", "%d.%m.%Y %H:%M", "07:15"),
        ("02.03.2026 09:15 GMT", "%d.%m.%Y %H:%M", "09:15"),
        ("3/2/2026 9:15 PM UTC", "%m/%d/%Y %I:%M %p", "21:15"),
        ("2026-03-02T09:15:00Z", "%Y-%m-%dT%H:%M:%SZ", "09:15"),  # was read in Tokyo: 00:15
        ("02.03.2026 09:15 UTC", "%d.%m.%Y %H:%M UTC", "09:15"),
        ("02.03.2026 09:15 UTC", "%d.%m.%Y %H:%M %Z", "09:15"),
        ("Mon Mar 02 09:15:00 UTC 2026", "%a %b %d %H:%M:%S %Z %Y", "09:15"),
        ("Mo 02.03.2026 18:15", "%d.%m.%Y %H:%M", "09:15"),
        ("Mo., 02.03.2026 18:15", "%a, %d.%m.%Y %H:%M", "09:15"),
        ("lundi 2 mars 2026 18:15", "%d %B %Y %H:%M", "09:15"),
        ("lunes 2 marzo 2026 18:15", "%d %B %Y %H:%M", "09:15"),
        ("Mon 2026-03-02 18:15", "iso", "09:15"),
        ("Di 02.03.2026 18:15", "%d.%m.%Y %H:%M", None),  # it was a Monday
        ("Tue, 02 Mar 2026 18:15", "%a, %d %b %Y %H:%M", None),
        ("02.03.2026 18:15 CET", "%d.%m.%Y %H:%M %Z", None),
        ("2026-03-02T09:15:00+01:00 UTC", "iso", None),  # it states two zones
        ("2026-03-02T10:15:00+01:00[Europe/Berlin]", "iso", "09:15"),
        ("2026-03-02T09:15:00Z[UTC]", "iso", "09:15"),
        ("2026-03-02T09:15:00[Europe/Berlin]", "iso", "08:15"),
        ("2026-03-02 09:15 Europe/Berlin", "iso", "08:15"),
        ("2.3.2026 9:15 AM America/New_York", "%d.%m.%Y %I:%M %p", "14:15"),
        ("2026-03-02T09:15:00+02:00 Europe/Berlin", "iso", None),  # it states two zones
        ("2026-03-02 09:15 Mars/Base", "iso", None),
        ("\u200e3/\u200e2/\u200e2026 \u200f\u200e6:15 PM", "%m/%d/%Y %I:%M %p", "09:15"),
        ("46083.76", "excel", "09:14"),  # 18:14:24 in Tokyo
        ("46083,76", "excel", "09:14"),
        ("0.5", "excel", None),
    ],
)
def test_a_weekday_before_a_time_and_utc_behind_it(text: str, form: str, hour: str | None) -> None:
    """Times without a zone are in Tokyo, nine hours ahead; the weekday must be that of the date."""
    reader = Times("Asia/Tokyo", formats=form).reader()
    if hour is None:
        with pytest.raises(InvalidValueError, match="allowed: a time as"):
            reader.read(text)
    else:
        assert f"{reader.read(text):%d %H:%M}" == f"02 {hour}"


def test_day_first_is_not_taken_back_where_it_is_impossible() -> None:
    """02/13 has no month 13: read as 13 February before, without a word."""
    first = Times("UTC", day_first=True).reader()
    last = Times("UTC", day_first=False).reader()
    assert f"{first.read('02/03/2026 9:15'):%d %b}" == "02 Mar"
    assert f"{last.read('02/03/2026 9:15'):%d %b}" == "03 Feb"
    for reader, text in ((first, "02/13/2026 9:15"), (last, "13.02.2026 9:15")):
        with pytest.raises(InvalidValueError):
            reader.read(text)


@pytest.mark.parametrize("form", ["DD.MM.YYYY HH:mm", "ISO8601", "%d.%m.%Q", "%d.%m.%", "%d.%d.%Y"])
def test_a_format_that_reads_nothing_is_refused(form: str) -> None:
    """Every time was unreadable before, and the format was not named."""
    with pytest.raises(
        InvalidValueError, match="allowed: iso, epoch_s, epoch_ms, excel or"
    ) as caught:
        Times(formats=("iso", form))
    assert caught.value.given == form


ODD = 10**20


@pytest.mark.parametrize(
    ("tool", "figures"),
    [
        ("jira", {"startTime": {"epochMillis": ODD}}),
        ("jira", {"elapsedTime": {"millis": "soon"}}),
        ("jira", {"breached": "perhaps"}),
        ("servicenow", {"business_duration": str(ODD)}),
        ("servicenow", {"has_breached": "perhaps"}),
        ("zendesk", {"calendar": ODD}),
        ("zendesk", {"calendar": [1]}),
    ],
)
def test_a_figure_of_the_tool_that_is_none_costs_no_record(
    tool: str, figures: dict[str, Any]
) -> None:
    """A number out of range or of another kind is left out with a finding; the ticket stays."""
    if tool == "jira":
        fields = {"created": "2026-03-02T09:00:00Z", "status": {"name": "Open"}, "reporter": None}
        sla = {"name": "Done", "ongoingCycle": figures}
        reading = read_jira({"key": "R", "fields": {**fields, "x": sla}, "changelog": {}})
    elif tool == "servicenow":
        row = {"number": "R", "sys_id": "a", "opened_at": "2026-03-02 09:00:00", "state": "1"}
        reading = read_servicenow([row], slas=[{"task": "a", "sla": "P1", **figures}])
    else:
        ticket = {"id": "R", "created_at": "2026-03-02T09:00:00Z", "status": "new"}
        event = {"ticket_id": "R", "metric": "reply_time", "type": "update_status"}
        event |= {"time": "2026-03-02T09:00:00Z", "status": figures}
        reading = read_zendesk([ticket], [], metric_events=[event])
    assert [record.id for record in reading] == ["R"]
    assert reading.findings.counts["unreadable_field"] == 1


def test_changes_that_go_in_a_circle_keep_the_first() -> None:
    """None begins where the record was, and each where another one ends."""
    kim = Actor("kim")

    def move(before: str, after: str) -> Entry:
        return Entry(
            at=NINE, order=(0, 0), kind=StateChanged, by=kim, recorded_at=NINE, id=before,
            field="state", before=before, after=after,
        )  # fmt: skip

    entries = [move("a", "b"), move("c", "a"), move("b", "c")]
    chain(entries, range(3), {"state": "x"})
    assert [one.id for one in entries] == ["a", "b", "c"]
    entries = [move("a", "b"), move("x", "a")]
    chain(entries, range(1), {"state": "x"})  # only the first is of this instant
    assert [one.id for one in entries] == ["a", "x"]
    chain(entries, range(2), {})  # what nothing leads to comes first
    assert [one.id for one in entries] == ["x", "a"]


def test_entries_are_joined_by_the_id_that_the_record_has() -> None:
    """A data frame makes floats of ids; spaces do not matter, and nothing is no id."""
    rows = [{"of": of} for of in (7, 7.0, "7", " 7 ", None, "", float("nan"), (7,))]
    grouped = joined(rows, "of")
    assert {key: len(own) for key, own in grouped.items()} == {"7": 4, "": 3, "(7,)": 1}


@pytest.mark.parametrize(("category", "is_open"), [("Fertig", False), ("In Arbeit", True)])
def test_a_category_may_be_in_another_language(category: str, *, is_open: bool) -> None:
    """As a list exported from Jira has it."""
    state, is_known = JIRA_STATES.find("Geliefert", category)
    assert state is not None
    assert (state.open, is_known) == (is_open, False)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("9" * 39, 10**39 - 1),
        ("1" + "0" * 39, 0),  # forty digits are no number of an entry
        ("comment-12", 12 - 10**40),
        ("comment-" + "9" * 39, 10**39 - 1 - 10**40),
        ("comment-1" + "0" * 39, 0),
        ("a-b-3", 3 - 10**40),
        ("-3", 3),
        ("comment-", 0),
        ("comment", 0),
        ("", 0),
    ],
)
def test_ids_with_a_word_come_before_ids_that_are_numbers(name: str, number: int) -> None:
    """By less than 10 ** 40, which no number of up to 39 digits makes up for."""
    assert natural(name) == number


@pytest.mark.parametrize(
    ("read", "key", "why"),
    [
        (lambda: read_jira([None]), "record-1", "entry: got None; allowed: an object"),
        (lambda: read_pagerduty([None]), "record-1", "entry: got None; allowed: an object"),
        (
            lambda: read_jira([{"key": "A-1", "fields": {}}], changelogs={"A-1": [None]}),
            "A-1",
            "changelog[0]: got None; allowed: an object",
        ),
    ],
)
def test_null_in_place_of_an_object_is_said_in_words(read: Any, key: str, why: str) -> None:
    """The record is left out under its key, and the place is named."""
    reading = read()
    assert list(reading) == []
    found = reading.findings[-1]
    assert (found.code, found.key) == ("malformed_record", key)
    assert str(found.action) == f"left out: {why}"


def test_a_line_of_a_log_that_names_no_record_is_found() -> None:
    """In every table that rows of ServiceNow are joined with."""
    row = {"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 09:00:00", "state": "2"}
    for name in ("audit", "history", "metrics", "journal", "slas"):
        reading = read_servicenow([row], **{name: [None]})
        assert [incident.id for incident in reading] == ["INC1"]
        assert [found.code for found in reading.findings].count("unknown_entry") == 1, name


def test_pages_that_belong_to_no_issue_are_refused() -> None:
    """A list does not say whose changes they are; no page for an issue is none."""
    issue = {"key": "A-1", "fields": {"created": "2026-03-02T09:00:00Z"}}
    for name in ("changelogs", "slas"):
        with pytest.raises(
            InvalidValueError, match=rf"{name}: got .*; allowed: pages by issue key"
        ):
            read_jira([issue], **{name: [{}]})
        assert [incident.id for incident in read_jira([issue], **{name: {"A-1": None}})] == ["A-1"]


def test_rows_that_were_updated_count_by_their_instants() -> None:
    """Those of one issue, got by people in other zones or as clocks were set back."""
    early = {"id": 1, "updated_at": "2026-10-25T02:50:00.000+0200"}
    late = {"id": 1, "updated_at": "2026-10-25T02:10:00.000+0100"}
    assert latest([early, late]) == latest([late, early]) == [late]
    exact = {"id": 1, "updated_at": "2026-10-25T01:10:00.5Z"}
    assert latest([exact, late]) == latest([late, exact]) == [exact]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-02T09:15 UTC", "2026-03-02T09:15:00+00:00"),
        ("2026-03-02T09:15 UTC+2", "2026-03-02T09:15:00+02:00"),
        ("2026-03-02T09:15+02:00 UTC+2", "2026-03-02T09:15:00+02:00"),
        ("2026-03-02T09:15+01:00 UTC+2", None),
        ("2026-03-02T09:15 Europe/Berlin", "2026-03-02T09:15:00+01:00"),
        ("2026-03-02T09:15+01:00[Europe/Berlin]", "2026-03-02T09:15:00+01:00"),
        ("2026-03-02T09:15+02:00[Europe/Berlin]", None),  # which is in winter
        ("2026-07-02T09:15+02:00[Europe/Berlin]", "2026-07-02T09:15:00+02:00"),
    ],
)
def test_a_zone_behind_a_time_agrees_with_its_offset(text: str, at: str | None) -> None:
    """Where both are stated; else neither is guessed to be right."""
    read = in_zone if "/" in text else beside_utc
    if at is None:
        with pytest.raises(ValueError, match=r"^$"):
            read(text, datetime.fromisoformat)
    else:
        assert read(text, datetime.fromisoformat).isoformat() == at


def test_a_long_text_of_a_source_is_cut_in_messages() -> None:
    """After sixty characters."""
    assert shown("x" * 60) == repr("x" * 60)
    assert shown("x" * 61) == repr("x" * 60 + "…")


def test_a_result_on_two_pages_is_one() -> None:
    """Pages that were got one after the other may have a row of a target twice."""
    incident = {"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 09:00:00", "state": "1"}
    row = {"sys_id": "s", "task": "a", "sla": "P2", "has_breached": "false"}
    [record] = read_servicenow([incident], slas=[row, {**row}])
    assert [one.target for one in reported_slas(record)] == ["P2"]


def test_no_more_times_are_kept_than_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two, of three; each is what its text says."""
    monkeypatch.setattr(times, "_CACHED", 2)
    reader = Times("UTC").reader()
    for day in (1, 2, 1, 3, 1, 2):
        at = reader.read(f"2026-06-0{day} 09:00")
        assert at == datetime(2026, 6, day, 9, tzinfo=UTC)
        assert 1 <= len(reader._cache) <= 2


@pytest.mark.parametrize("is_turned", [False, True])
def test_an_older_row_with_more_columns_does_not_take_the_place_of_a_newer(
    *, is_turned: bool
) -> None:
    """Of one update the fuller row counts, of two updates the later, in either order."""
    old = {"id": 1, "at": "2026-03-02T09:00:00Z", "state": "open", "team": "mail"}
    new = {"id": 1, "at": "2026-03-02T10:00:00Z", "state": "done"}
    rows = [new, old] if is_turned else [old, new]
    assert latest(rows, lambda row: row["id"], lambda row: row["at"]) == [new]
    full = {**new, "team": "web"}
    rows = [full, new] if is_turned else [new, full]
    assert latest(rows, lambda row: row["id"], lambda row: row["at"]) == [full]


@pytest.mark.parametrize("paging", ["offset", "startAt"])
@pytest.mark.parametrize("is_last_there", [True, False])
def test_pages_may_come_in_any_order(paging: str, *, is_last_there: bool) -> None:
    """Of five records; a page is missing only if the furthest one says that more follow."""
    pages = [{"rows": [n, n + 1], paging: n, "total": 5} for n in (0, 2)]
    pages += [{"rows": [4], paging: 4, "total": 5}] * is_last_there
    for some in permutations(pages):
        found = [*unpaged(some, "rows")]
        assert (CUT in found) != is_last_there
        assert len(found) == 5


def test_the_first_page_of_another_question_ends_the_one_before() -> None:
    """Of three questions, the first and the last lack their second page."""
    pages = [{"rows": [1], "offset": 0, "more": True}, {"rows": [2], "offset": 0, "more": False}]
    assert [*unpaged([*pages, pages[0]], "rows")] == [1, CUT, 2, 1, CUT]


@pytest.mark.parametrize("values", [(1, True), (True, 1)])
def test_a_number_is_not_the_flag_that_equals_it(values: tuple[object, ...]) -> None:
    """Whichever came first: a number is a time and the code of a state, a flag is neither."""
    reader = Times(epoch="s").reader()
    found = {}
    for value in values:
        try:
            found[type(value)] = reader.read(value).second
        except InvalidValueError:
            found[type(value)] = None
    assert found == {int: 1, bool: None}

    def build(history: Any, hours: Any) -> None:
        history.opened("2026-03-02T09:00:00Z", "ada")
        for hour, value in hours:
            at = f"2026-03-02T{hour}:00:00Z"
            history.changed(hour, at, "ada", field="state", after=value)

    hours = [*zip((10, 11), values, strict=True)]
    states = STANDARD_STATES | {"1": "in_progress"}
    [incident] = Import([hours], build, record=Incident, id=lambda _: "I", states=states)
    names = {int: "in_progress", bool: "True"}
    wanted = [names[type(value)] for value in values]
    assert [one.state.name for one in incident.history[1:]] == wanted  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["states", "levels", "times", "roles", "lifecycle"])
@pytest.mark.parametrize("read", [read_jira, read_pagerduty, read_servicenow, read_happyfox])
def test_tables_of_the_wrong_type_are_refused_in_words(read: Any, name: str) -> None:
    """Each by its name, such as a zone alone in place of ``Times``."""
    with pytest.raises(InvalidValueError, match=f"^{name}: got 'UTC'; allowed: (a |Roles|Times)"):
        read([], **{name: "UTC"})
