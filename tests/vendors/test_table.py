"""Tables with one row for each ticket: what becomes an event, and what becomes a finding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.vendors.tables import MAPPING, TWICE, TWICE_FIELDS, codes, records_from_rows, row

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.records import replay
from incidentcore.report.figures import VOLUME
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.values import NEW, Impact, Priority
from incidentcore.vendors import ImportFinding, read_jira_csv, read_table
from incidentcore.vendors.table_presets import FRESHSERVICE_JSON, SERVICENOW_LIST


def test_a_row_becomes_a_minimal_history() -> None:
    """Opening, acknowledgement, resolution and closure are events at their times."""
    (incident,), findings = records_from_rows(
        [
            row(
                Created="2026-06-01T09:00:00Z",
                Acked="2026-06-01T09:10:00+00:00",
                Resolved=datetime(2026, 6, 1, 12, tzinfo=UTC),
                Closed="2026-06-05T09:00Z",
            )
        ],
        MAPPING,
    )

    assert [event.kind for event in incident.history] == [
        "opened",
        "acknowledged",
        "state_changed",
        "state_changed",
    ]
    assert incident.acknowledged_at == datetime(2026, 6, 1, 9, 10, tzinfo=UTC)
    assert incident.resolved_at == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert incident.closed_at == datetime(2026, 6, 5, 9, tzinfo=UTC)
    assert incident.state.is_closed
    assert replay(incident.history) == incident
    assert findings == ()


def test_what_no_field_takes_is_kept_under_custom() -> None:
    """A column that the mapping does not name is kept by its own name, unless it is empty."""
    (incident,), _ = records_from_rows(
        [row(Created="2026-06-01T09:00Z", Region="EMEA", Empty=" ", Cost=3)], MAPPING
    )

    assert dict(incident.custom) == {"Cost": 3, "Region": "EMEA"}


def test_fields_and_levels_are_mapped() -> None:
    """Texts and levels go to their fields; a level's name may stand behind a number."""
    (incident,), findings = records_from_rows(
        [
            {
                "n": 7,
                "o": "2026-06-01T09:00Z",
                "t": "Mail is down",
                "p": "1 - Critical",
                "i": "Sev A",
                "g": "mail",
                "c": "email",
            }
        ],
        {
            "id": "n",
            "opened": "o",
            "title": "t",
            "priority": "p",
            "impact": "i",
            "group": "g",
            "category": "c",
        },
        levels={"impact": {"Sev A": Impact.HIGH}},
    )

    assert incident.id == "7"
    assert incident.title == "Mail is down"
    assert incident.priority is Priority.CRITICAL
    assert incident.impact is Impact.HIGH
    assert incident.assignment_group == "mail"
    assert incident.category == ("email",)
    assert findings == ()


def test_an_unknown_level_is_a_finding_and_kept() -> None:
    """A bare number is no level, since scales run both ways (rule P1)."""
    (incident,), findings = records_from_rows(
        [{"n": "1", "o": "2026-06-01T09:00Z", "p": "1"}],
        {"id": "n", "opened": "o", "priority": "p"},
    )

    assert incident.priority is None
    assert incident.custom["p"] == "1"
    assert codes(findings) == [(1, "p", "unknown_level")]


@pytest.mark.parametrize("value", ["", None, float("nan"), "?", "31/2/2016", "soon"])
def test_a_row_without_an_opening_yields_a_finding_and_no_record(value: object) -> None:
    """No record can be made without its opening, and that is told."""
    records, findings = records_from_rows(
        [row(Created=value)], MAPPING, missing=("", "?"), formats="%d/%m/%Y"
    )

    assert records == ()
    assert [(finding.row, finding.field) for finding in findings] == [(1, "Created")]
    assert findings[0].action.startswith("row left out")


def test_times_without_a_zone_are_read_as_utc_and_told_once() -> None:
    """Any number of naive times make one finding."""
    records, findings = records_from_rows(
        [
            row(Number="A", Created="2026-06-01 09:00", Resolved="2026-06-01 10:00"),
            row(Number="B", Created="2026-06-02 09:00"),
        ],
        MAPPING,
    )

    assert [record.opened_at.hour for record in records] == [9, 9]
    assert codes(findings) == [(1, "", "no_zone")]


def test_naive_times_are_placed_in_the_given_zone() -> None:
    """Berlin's 09:00 in June is 07:00 UTC."""
    (record,), findings = records_from_rows(
        [row(Created="2026-06-01 09:00")], MAPPING, zone="Europe/Berlin"
    )

    assert record.opened_at == datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert findings == ()


@pytest.mark.parametrize(
    ("written", "read", "code"),
    [
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "skipped_time"),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "ambiguous_time"),
    ],
)
def test_times_in_a_change_of_offset_are_told(written: str, read: datetime, code: str) -> None:
    """A time in the gap moves forward by its length, a repeated one is the first (rule C3)."""
    (record,), findings = records_from_rows([row(Created=written)], MAPPING, zone="Europe/Berlin")

    assert record.opened_at == read
    assert codes(findings) == [(1, "Created", code)]


def test_an_unreadable_time_is_a_finding_and_kept_under_custom() -> None:
    """The text that could not be read is not lost."""
    (record,), findings = records_from_rows(
        [row(Created="2026-06-01T09:00Z", Resolved="later")], MAPPING
    )

    assert record.resolved_at is None
    assert record.custom["Resolved"] == "later"
    assert codes(findings) == [(1, "Resolved", "unreadable_time")]


def test_a_resolution_before_the_opening_is_kept_and_told() -> None:
    """The record says what the row said; the KPIs leave the negative duration out."""
    (record,), findings = records_from_rows(
        [row(Created="2026-06-01T09:00Z", Resolved="2026-06-01T08:00Z")], MAPPING
    )

    assert record.resolved_at == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert codes(findings) == [(1, "Resolved", "before_opening")]


def test_a_closure_before_the_resolution_is_no_event() -> None:
    """It would close a record that was open: told, and kept under custom."""
    (record,), findings = records_from_rows(
        [
            row(
                Created="2026-06-01T08:00Z",
                Resolved="2026-06-01T10:00Z",
                Closed="2026-06-01T09:00Z",
            )
        ],
        MAPPING,
    )

    assert record.state.name == "resolved"
    assert record.custom["Closed"] == "2026-06-01T09:00Z"
    assert codes(findings) == [(1, "Closed", "closed_before_resolved")]


def test_a_closure_without_a_resolution_is_told() -> None:
    """Entering closed resolves; that the resolution's time was made up is a finding."""
    (record,), findings = records_from_rows(
        [row(Created="2026-06-01T08:00Z", Closed="2026-06-01T09:00Z")], MAPPING
    )

    assert record.resolved_at == record.closed_at == datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert codes(findings) == [(1, "Closed", "closed_without_resolution")]


def test_a_cancellation_is_an_event() -> None:
    """A canceled row ends canceled, not resolved."""
    (record,), _ = records_from_rows(
        [{"n": "1", "o": "2026-06-01T08:00Z", "x": "2026-06-01T09:00Z", "f": "2026-06-01T08:30Z"}],
        {"id": "n", "opened": "o", "canceled": "x", "responded": "f"},
    )

    assert record.state.is_canceled
    assert record.canceled_at == datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert record.first_response_at == datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "mapping",
    [
        {"id": "Number"},
        {"opened": "Created"},
        {**MAPPING, "color": "Color"},
        {**MAPPING, "title": "Subject"},
    ],
)
def test_a_wrong_mapping_is_refused(mapping: dict[str, str]) -> None:
    """An unknown field, an absent column, or no column for id or opening is an error at once."""
    with pytest.raises(InvalidValueError):
        records_from_rows([row(Created="2026-06-01T08:00Z")], mapping)


def test_findings_print_as_one_line() -> None:
    """A finding says row, field, value, code and what was done."""
    finding = ImportFinding(3, "Resolved", "x" * 80, "unreadable_time", "kept under custom")

    assert str(finding).startswith("row 3, Resolved 'xxx")
    assert str(finding).endswith("…': unreadable_time; kept under custom")
    assert str(ImportFinding(1, "", "", "odd", "nothing")) == "row 1: odd; nothing"
    assert str(ImportFinding(1, "", "x", "odd", "nothing")) == "row 1, 'x': odd; nothing"
    assert str(ImportFinding(1, "A", "", "odd", "nothing")) == "row 1, A: odd; nothing"


def test_tags_and_several_assignees_in_one_cell() -> None:
    """Tags by comma, semicolon or blank; of several people the first counts."""
    row = {"id": "A", "in": "2026-06-01T09:00Z", "who": "ada\n ben \n\n", "tags": "vpn, mail;x  y"}
    reading = read_table([row], {**TWICE_FIELDS, "tags": "tags"})
    (incident,) = reading
    assert incident.assignee == "ada"
    assert set(incident.tags) == {"vpn", "mail", "x", "y"}
    assert [(one.code, one.field, one.value) for one in reading.findings] == [
        ("several_assignees", "who", "ada, ben")
    ]


@pytest.mark.parametrize("state", ["On Hold", "Resolved"])
def test_since_when_a_state_holds(state: str) -> None:
    """Where no moment leads to it: from 10:00 on, and new before."""
    fields = {**TWICE_FIELDS, "state": "state", "state_since": "since"}
    row = {**TWICE[0], "state": state, "since": "2026-06-01T10:00Z"}
    (incident,) = read_table([row], fields)
    timeline, at = incident.timeline(), datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert timeline.facts_at(incident.opened_at)["state"].name == "new"
    assert timeline.facts_at(at)["state"] == incident.state != NEW


WORDS = {"id": "n", "opened": "o", "resolved": "r", "state": "s", "priority": "p"}
TIMES = {"p": "", "n": "1", "o": "2026-06-01T09:00Z", "r": "2026-06-01T11:00Z"}


@pytest.mark.parametrize(
    ("word", "resolved", "state"),
    [
        ("Solved", TIMES["r"], "resolved"),
        ("DONE", TIMES["r"], "resolved"),
        ("Cancelled", "", "canceled"),
        ("Work in Progress", "", "in_progress"),
    ],
)
def test_everyday_words_are_states(word: str, resolved: str, state: str) -> None:
    """They were unknown, read as open, and undid the resolution of their row."""
    (incident,), findings = records_from_rows([{**TIMES, "r": resolved, "s": word}], WORDS)
    assert incident.state.name == state
    assert (incident.resolved_at is not None) is bool(resolved)
    assert "unknown_state" not in [finding.code for finding in findings]


def test_an_unknown_state_that_undoes_a_resolution_says_so() -> None:
    """The row is resolved at 11:00, and its word counts as an open state from then on."""
    rows: list[dict[str, object]] = [{**TIMES, "s": "Freigegeben"}]
    (incident,), (finding,) = records_from_rows(rows, WORDS)
    assert (incident.state.open, incident.resolved_at) == (True, None)
    assert finding.code == "unknown_state"
    assert "so that its resolution does not count" in finding.action
    (_,), (finding,) = records_from_rows([{**rows[0], "r": ""}], WORDS)
    assert "resolution" not in finding.action


def test_a_table_of_levels_takes_the_place_of_the_known_words() -> None:
    """A level's own name is known without a table, not beside one that does not name it."""
    rows: list[dict[str, object]] = [{**TIMES, "s": "", "p": "High"}]
    urgent = {"Very urgent": "critical"}
    (incident,), (finding,) = records_from_rows(rows, WORDS, levels={"priority": urgent})
    assert (incident.priority, finding.code) == (None, "unknown_level")
    assert "takes the place of the known words: name all of them" in finding.action
    added = {**{name: name for name in Priority.scale.names}, **urgent}
    (incident,), findings = records_from_rows(rows, WORDS, levels={"priority": added})
    assert (str(incident.priority), findings) == ("high", ())


STATED = {"id": "n", "opened": "o", "resolved": "r", "closed": "c", "state": "s"}


def test_a_resolved_row_was_resolved_when_it_was_closed() -> None:
    """In a table with a closing time alone: closed at 10:00, answered at 12:00, in "Done"."""
    mapping = {name: column for name, column in STATED.items() if name != "resolved"}
    row = {"n": "A", "o": "2026-06-01T09:00Z", "f": "2026-06-01T12:00Z", "c": "2026-06-01T10:00Z"}
    reading = read_table([{**row, "s": "Done"}], {**mapping, "responded": "f"})
    (record,) = reading
    assert (record.state.name, record.closed_at) == ("resolved", None)
    assert record.resolved_at == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert [event.kind for event in record.history] == ["opened", "state_changed", "commented"]
    assert list(reading.findings) == []


def test_a_canceled_row_was_canceled_when_it_was_closed() -> None:
    """Its closing time is no closure before the cancellation, and its time is known."""
    row = {"n": "A", "o": "2026-06-01T09:00Z", "r": "", "c": "2026-06-01T12:00Z", "s": "Canceled"}
    (incident,), findings = records_from_rows([row], STATED)
    assert [event.at.hour for event in incident.history] == [9, 12]
    assert (incident.state.is_canceled, incident.resolved_at, findings) == (True, None, ())


def test_a_row_that_was_resolved_and_is_open_says_so() -> None:
    """When it was reopened is not known: from the last instant on."""
    row = {"n": "A", "o": "2026-06-01T09:00Z", "r": "2026-06-01T12:00Z", "s": "In Progress"}
    mapping = {name: column for name, column in STATED.items() if name != "closed"}
    (incident,), findings = records_from_rows([row], mapping)
    assert (incident.state.open, incident.resolved_at) == (True, None)
    assert [finding.code for finding in findings] == ["state_without_time"]


@pytest.mark.parametrize(
    ("text", "count"), [("2", 2), ("2.0", 2), ("2.5", None), ("1,204", None), ("-1", None)]
)
def test_counts(text: str, count: int | None) -> None:
    """A count that a data frame wrote with ".0" is a count."""
    row = {"n": "A", "o": "2026-06-01T09:00Z", "x": text}
    mapping = {"id": "n", "opened": "o", "reopen_count": "x"}
    (incident,), findings = records_from_rows([row], mapping)
    tool: Any = incident.custom.get("tool", {})
    assert (tool.get("reopen_count"), len(findings)) == (count, 0 if count else 1)


@pytest.mark.parametrize(
    "text", ["1 - Critical", "1-Critical", "1: critical", "1 \u2013 Critical", "P1 - Critical"]
)
def test_a_level_behind_its_number(text: str) -> None:
    """With the marks and blanks that tools write between them."""
    row = {"n": "A", "o": "2026-06-01T09:00Z", "p": text}
    (incident,), _ = records_from_rows([row], {"id": "n", "opened": "o", "priority": "p"})
    assert incident.priority is Priority.CRITICAL


def test_a_level_by_its_number_alone() -> None:
    """Where the tool's table has it: 2 is high in ServiceNow; elsewhere a number says nothing."""
    row = {"Number": "A", "Opened": "2026-06-01 09:00:00", "Priority": "2 - Wichtig"}
    (incident,) = read_table([row], **SERVICENOW_LIST, zone="UTC")
    assert incident.priority is Priority.HIGH
    columns = {"id": "Number", "opened": "Opened", "priority": "Priority"}
    (incident,) = read_table([row], columns, zone="UTC")
    assert incident.priority is None


def test_a_preset_names_what_its_file_lacks() -> None:
    """The headings of an export are in the language of whoever exported it."""
    with pytest.raises(FormatError) as caught:
        read_table(["Zeile;Start der Sache", "INC1;"], **SERVICENOW_LIST)
    assert "no column for id (Number) or opened (Opened); there are 'Zeile'" in str(caught.value)
    assert "--map id=Number" in str(caught.value)


def test_columns_of_a_preset_that_only_later_objects_have() -> None:
    """The first ticket has no stats; those of the second count."""
    first = {"id": 1, "created_at": "2026-06-01T09:00Z", "status": 2}
    second = {**first, "id": 2, "status": 4, "stats": {"resolved_at": "2026-06-01T12:00Z"}}
    _, resolved = read_table([first, second], **FRESHSERVICE_JSON)
    assert resolved.resolved_at == datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Z", ""])
def test_columns_with_the_names_of_fields_are_custom_unless_they_are_mapped(zone: str) -> None:
    """The same for a plain row and for one with an oddity, such as a time without a zone."""
    own = {"state": "Resolved", "priority": "high", "title": "T", "resolved_at": "x"}
    (incident,), _ = records_from_rows(
        [{"n": "A", "o": f"2026-06-01T09:00{zone}", **own}], {"id": "n", "opened": "o"}
    )
    assert (incident.state, incident.priority, incident.title) == (NEW, None, "A")
    assert dict(incident.custom) == own


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Erledigt, Fertig, Behoben, Solucionado, Terminé, Hecho, Completed, Fixed", "resolved"),
        ("Waiting, Wartet, Waiting for customer, Wartet auf Kunde", "on_hold"),
        ("Clôturée, 6 - Geschlossen", "closed"),
    ],
)
def test_words_for_what_is_done_or_waits(words: str, state: str) -> None:
    """An open one would undo the resolution of its row: 11:00."""
    for word in words.split(", "):
        (incident,), findings = records_from_rows([{**TIMES, "s": word}], WORDS)
        assert incident.state.name == state, word
        assert "unknown_state" not in [finding.code for finding in findings]


LEVEL_WORDS = {
    "critical": "Kritisch, critique, 1 - Kritisch, Crítica",
    "high": "Hoch, haute, ALTA, 2: Hoch",
    "low": "Niedrig, Gering, basse, baja",
}


def test_words_for_levels_in_other_languages() -> None:
    """Medium, which the standard priorities lack, is the nearest, with a finding for each row."""

    def read(word: str, name: str = "priority") -> tuple[str, list[str]]:
        columns = {"id": "Number", "opened": "o", name: "p"}
        row = {"Number": "A", "o": "2026-06-01", "p": word}
        (incident,), findings = records_from_rows([row], columns, zone="UTC")
        return str(getattr(incident, name)), [f"{one.code}: {one.action}" for one in findings]

    for level, words in LEVEL_WORDS.items():
        for word in words.split(", "):
            assert read(word) == (level, []), word
    for word in ("Medium", "Mittel", "3 - Moyenne", "Media"):
        near = ["nearest_level: read as moderate, the nearest level there is"]
        assert read(word) == ("moderate", near), word
        assert read(word, "urgency") == ("medium", []), word
    assert read("Moderate", "impact")[0] == "medium"
    nearest = {
        "Normal": "moderate",
        "3 normal": "moderate",
        "Urgent": "critical",
        "Lowest": "planning",
    }
    for word, level in nearest.items():
        assert read(word) == (
            level,
            [f"nearest_level: read as {level}, the nearest level there is"],
        )
    assert read("4 hoch") == read("P2 high") == ("high", [])
    for word in ("2", "P2", "Egal"):
        assert read(word)[0] == "None", word


def test_a_resolution_without_a_time_gives_no_duration() -> None:
    """A took two hours; B and D ended nobody knows when: on average 0:40 before."""
    lines = [
        "Number,o,r,s,u",
        "A,2026-06-01 09:00,2026-06-01 11:00,Resolved,",
        "B,2026-06-01 09:00,,Resolved,",
        "C,2026-06-01 09:00,,New,",
        "D,2026-06-01 09:00,,Closed,",
        "E,2026-06-01 09:00,,Canceled,",
    ]
    columns = {"id": "Number", "opened": "o", "resolved": "r", "state": "s"}
    reading = read_table(lines, columns, zone="UTC")
    incidents = list(reading)
    at = datetime(2026, 6, 2, tzinfo=UTC)
    table = compute_kpis([*VOLUME.values(), catalogue.MEAN_TIME_TO_RESOLVE], incidents, as_of=at)
    mean = table.result("mean_time_to_resolve")
    assert (mean.value, mean.n) == (timedelta(hours=2), 1)
    assert dict(mean.excluded) == {"not_covered": 2, "unresolved": 1, "canceled": 1}
    counts = {name: table.result(kpi.id).value for name, kpi in VOLUME.items()}
    assert counts["resolved"] == 3
    assert (counts["closed"], counts["canceled"], counts["backlog"]) == (1, 1, 1)
    assert reading.findings.counts["state_without_time"] == 3
    rules = SlaDefinition.resolution(hours=1, calendar=BusinessCalendar.always())
    met = compute_kpis(catalogue.sla_compliance(rules), incidents, as_of=at).results[0]
    assert (met.value, met.n) == (0, 1)
    assert met.excluded["not_covered"] == 2


def test_a_resolution_at_the_last_update_has_a_time() -> None:
    """The row says when it was last changed, which is a time for its state, with a finding."""
    row = {"Number": "A", "o": "2026-06-01 09:00", "s": "Closed", "u": "2026-06-01 12:00"}
    columns = {"id": "Number", "opened": "o", "state": "s", "updated": "u"}
    (incident,), findings = records_from_rows([row], columns, zone="UTC")
    assert incident.is_covered("resolved_at")
    assert incident.resolved_at is not None
    assert f"{incident.resolved_at:%H}" == "12"
    assert [one.code for one in findings] == ["state_without_time"]


@pytest.mark.parametrize(
    ("word", "flags"),
    [
        ("Closed - by user", "resolved, final"),
        ("Closed Complete", "resolved, final"),
        ("Resolved (permanently)", "resolved"),
        ("erfolgreich geschlossen", "resolved, final"),
        ("Cancelled by caller", "final"),
        ("Pending vendor", "pauses, open"),
        ("Awaiting evidence", "pauses, open"),
        ("Wartet auf Wetter", "pauses, open"),
        ("Nicht gelöst", "open"),
        ("To be closed", "open"),
        ("Not resolved", "open"),
        ("Unresolved", "open"),
        ("Freigegeben", "open"),
    ],
)
def test_a_longer_name_is_read_as_the_state_in_which_it_begins(word: str, flags: str) -> None:
    """It keeps its own name, and a finding says what it was taken for."""
    row = {**TIMES, "s": word}
    (incident,), findings = records_from_rows([row], WORDS)
    state = incident.state
    shown = [name for name in ("pauses", "open", "resolved", "final") if getattr(state, name)]
    assert (state.name, ", ".join(shown)) == (word, flags)
    assert f"read as a state that is {flags}" in next(
        one.action for one in findings if one.code == "unknown_state"
    )


def test_plain_words_for_open_states_are_known() -> None:
    """They gave a finding each, though they were read as open."""
    for word in ("Open", "Offen", "To do", "Triggered", "Assigned", "Active", "Reopened"):
        row: dict[str, object] = {"Number": "A", "o": "2026-06-01", "s": word}
        (incident,), findings = records_from_rows(
            [row], {"id": "Number", "opened": "o", "state": "s"}, zone="UTC"
        )
        assert (incident.state.open, incident.state.pauses, findings) == (True, False, ()), word


def test_two_times_that_differ_in_their_fold_alone() -> None:
    """Equal to Python; the second was read as the first, so the hour between them was 0 min or 2 h.

    On 25 October 2026 in Berlin 02:15 and 02:45 come twice; by hand: 90, 30 and 30 minutes.
    """
    berlin = ZoneInfo("Europe/Berlin")

    def at(minute: int, fold: int) -> datetime:
        return datetime(2026, 10, 25, 2, minute, tzinfo=berlin, fold=fold)

    pairs = {"A": (at(15, 0), at(45, 1)), "B": (at(15, 1), at(45, 1)), "C": (at(15, 0), at(45, 0))}
    rows = [{"id": key, "in": start, "out": end} for key, (start, end) in pairs.items()]
    reading = read_table(rows, {"id": "id", "opened": "in", "resolved": "out"})
    minutes = {one.id: (one.resolved_at or one.opened_at) - one.opened_at for one in reading}
    assert [span / timedelta(minutes=1) for span in minutes.values()] == [90, 30, 30]


def test_numbers_since_1970_in_both_units() -> None:
    """The formats are tried in order; only the first of the two was."""
    rows = [{"id": n, "in": number} for n, number in enumerate(("1772442000", 1772442000000))]
    reading = read_table(rows, {"id": "id", "opened": "in"}, formats=("epoch_s", "epoch_ms"))
    assert {one.opened_at for one in reading} == {datetime(2026, 3, 2, 9, tzinfo=UTC)}


def test_the_second_of_two_times_in_a_zone_of_its_own() -> None:
    """02:30 comes twice in New York too: 02:15 after it is the second, 45 minutes later."""
    rows = ["id,in,out,zone", "A,2026-11-01 01:30,2026-11-01 01:15,America/New_York"]
    mapping = {"id": "id", "opened": "in+zone", "resolved": "out+zone"}
    reading = read_table(rows, mapping, zone="Asia/Tokyo")
    (record,) = reading
    assert record.opened_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert record.resolved_at == record.opened_at + timedelta(minutes=45)
    assert [one.code for one in reading.findings] == ["ambiguous_time"] * 2


@pytest.mark.parametrize("name", ["resolved", "acknowledged", "closed"])
def test_a_moment_in_the_column_of_the_opening_is_refused(name: str) -> None:
    """Each time would be zero, and was."""
    with pytest.raises(InvalidValueError, match=rf"mapping\[{name}\]: got 'in'; allowed: another"):
        read_table(["id,in", "A,2026-03-02"], {"id": "id", "opened": "in", name: "in"})


def test_whole_numbers_that_a_frame_made_floats() -> None:
    """Because a cell is empty; the codes 1.0 and 6.0, also as text, are 1 and 6."""
    rows = [
        {"id": n, "in": "2026-03-02", "prio": prio, "state": state}
        for n, (prio, state) in enumerate([(1.0, 6.0), ("1.0", "6.0"), (None, float("nan"))])
    ]
    mapping = {"id": "id", "opened": "in", "priority": "prio", "state": "state"}
    words = {"states": {"6": "on_hold"}, "levels": {"priority": {"1": "critical"}}}
    first, second, none = read_table(rows, mapping, zone="UTC", **words)
    assert {str(first.priority), str(second.priority)} == {"critical"}
    assert {str(first.state), str(second.state)} == {"on_hold"}
    assert (none.priority, str(none.state)) == (None, "new")


def test_ids_as_databases_give_them() -> None:
    """A row was left out for its Decimal or UUID."""
    ids = [Decimal(1001), Decimal("1002.0"), Decimal("2.50"), Decimal("3E-7"), UUID(int=7)]
    reading = read_table(
        [{"id": one, "in": "2026-03-02"} for one in ids], {"id": "id", "opened": "in"}
    )
    names = ["1001", "1002", "2.5", "3E-7", "00000000-0000-0000-0000-000000000007"]
    assert [one.id for one in reading] == names


ROWS = ["Number,Created,Customer", "7,2026-06-01T09:00:00Z,Ada", "8,2026-06-01T09:00:00Z,N/A"]


def test_a_column_without_a_field_of_its_own_needs_none() -> None:
    """A field that does not exist is refused; the error says where its column is kept."""
    columns = {"id": "Number", "opened": "Created"}
    with pytest.raises(InvalidValueError, match=r"'customer'; .* custom has all other columns"):
        read_table(ROWS, {**columns, "customer": "Customer"})
    with pytest.raises(InvalidValueError, match="nearest: title"):
        read_table(ROWS, {**columns, "titel": "Customer"})
    assert next(read_table(ROWS, columns)).custom["Customer"] == "Ada"


@pytest.mark.parametrize("wrong", [["id"], "id", 5])
def test_a_mapping_that_is_none_is_refused_in_words(wrong: Any) -> None:
    """Of a table, and beside that of Jira's CSV."""
    for read in (read_table, lambda rows, mapping: read_jira_csv(rows, mapping=mapping)):
        with pytest.raises(InvalidValueError, match=r"^mapping: .* a mapping from fields to col"):
            read(ROWS, wrong)


def test_a_single_word_for_an_empty_cell() -> None:
    """It is the word, not its letters: A is a caller, and N/A is nobody."""
    columns = {"id": "Number", "opened": "Created", "caller": "Customer"}
    rows = [*ROWS, "9,2026-06-01T09:00:00Z,A"]
    found = [one.caller for one in read_table(rows, columns, missing="N/A")]
    assert found == ["Ada", None, "A"]


@pytest.mark.parametrize("state", ["new", "on_hold"])
def test_a_time_of_the_last_change_that_cannot_be_read(state: str) -> None:
    """It is found in each row, whether its state needs that time or not, and kept under custom."""
    cells = {"Number": "7", "Created": "2026-06-01T09:00:00Z", "Status": state}
    cells |= {"Changed": "later", "Since": "before"}
    columns = {"id": "Number", "opened": "Created", "state": "Status"}
    reading = read_table([cells], {**columns, "updated": "Changed"})
    assert [one.custom["Changed"] for one in reading] == ["later"]
    [found] = [one for one in reading.findings if one.code == "unreadable_time"]
    assert (found.field, found.value, found.action) == ("Changed", "later", "kept under custom")
    reading = read_table([cells], {**columns, "state_since": "Since"})
    assert [one.custom["Since"] for one in reading] == ["before"]


@pytest.mark.parametrize("plain", [True, False])
def test_the_cancellation_of_a_ticket_has_its_own_time(*, plain: bool) -> None:
    """A closing before it stays one, in any row; without it or after it, it is a cancellation."""
    columns = {"id": "Number", "opened": "Created", "closed": "Closed", "canceled": "Canceled"}
    cells = {"Number": "7", "Created": "2026-06-01T09:00:00Z", "State": "Canceled"}
    cells |= {} if plain else {"Changed": "later"}
    columns |= {"state": "State"} if plain else {"state": "State", "updated": "Changed"}
    for closed, canceled, at, first in (
        (10, 11, 11, "closed"),
        (11, 10, 10, "canceled"),
        (10, 10, 10, "canceled"),
        (10, None, 10, "canceled"),
    ):
        hours = {"Closed": closed, "Canceled": canceled}
        times = {
            n: "" if hour is None else f"2026-06-01T{hour}:00:00Z" for n, hour in hours.items()
        }
        [incident] = read_table([cells | times], columns)
        assert incident.canceled_at == datetime(2026, 6, 1, at, tzinfo=UTC)
        assert incident.history[1].state.name == first  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["openend", "title"])
def test_formats_are_those_of_fields_of_times(name: str) -> None:
    """A misspelt field, or one of text, was passed over, and its times were read as ISO 8601."""
    columns = {"id": "Number", "opened": "Created"}
    with pytest.raises(
        InvalidValueError, match=f"^formats: got '{name}'; allowed: one of .*opened"
    ):
        read_table(ROWS, columns, formats={name: "%d.%m.%Y", "": "iso"})
    assert len([*read_table(ROWS, columns, formats={"opened": "iso", "closed": "%d.%m.%Y"})]) == 2
