"""Event logs, OCEL written and read, SLA results compared, columns described."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidentcore import BusinessCalendar, Incident, SlaDefinition, advance, assign
from incidentcore.cli import main
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Acknowledged, StateChanged
from incidentcore.serialization import ocel_log, xes_log
from incidentcore.values import Priority
from incidentcore.vendors import (
    ColumnsPage,
    compare_sla,
    describe_columns,
    read_events,
    read_happyfox,
    read_jira,
    read_ocel,
    read_xes,
)
from incidentcore.vendors.kit import ReportedSla

from . import writers
from .writers import START, Life, Step

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


def test_ocel_is_written_and_read_back() -> None:
    """States, moments, groups and actors survive the way through OCEL 2.0."""
    incident = solved()
    log = json.loads(json.dumps(ocel_log([incident])))
    [back] = read_ocel(
        log,
        object_type="incident",
        activity_attribute="state",
        fields={"group": "assignment_group", "title": "title", "priority": "priority"},
    )
    assert (back.id, back.title, back.priority) == ("I-1", "Mail", Priority.HIGH)
    assert (back.opened_at, back.resolved_at) == (incident.opened_at, incident.resolved_at)
    assert back.state == incident.state
    assert (back.assignment_group, back.reassignment_count) == ("second", 1)
    relations = {r["qualifier"] for event in log["events"] for r in event["relationships"]}
    assert relations == {"of", "by"}
    ids = {thing["id"] for thing in log["objects"]}
    assert {r["objectId"] for e in log["events"] for r in e["relationships"]} <= ids


@pytest.fixture(scope="module")
def pm4py() -> Any:
    """Return pm4py, which has a stage of its own, with the warnings of its own code left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pm4py", reason="the stage interop installs pm4py")


@pytest.mark.filterwarnings("ignore")
def test_ocel_is_read_by_another_library(tmp_path: Path, pm4py: Any) -> None:
    """pm4py reads the same events, instants, states, objects and changes of attributes."""
    incident = solved()
    path = tmp_path / "log.jsonocel"
    path.write_text(json.dumps(ocel_log([incident])), encoding="utf-8")
    log = pm4py.read_ocel2_json(str(path))
    assert list(log.events["ocel:activity"]) == [event.kind for event in incident.history]
    times = [at.to_pydatetime() for at in log.events["ocel:timestamp"]]
    assert times == [event.at for event in incident.history]
    assert set(log.objects["ocel:oid"]) == {"I-1", "actor:kim", "actor:ada", "actor:ben"}
    assert len(log.relations) == 2 * incident.version
    changes = log.object_changes
    groups = changes.loc[changes["ocel:field"] == "assignment_group", "assignment_group"]
    assert list(groups) == ["second"]
    objects = log.objects.set_index("ocel:oid")
    assert objects.loc["I-1", "assignment_group"] == "first"  # the value of 1970


@pytest.mark.filterwarnings("ignore")
def test_xes_is_read_by_another_library(tmp_path: Path, pm4py: Any) -> None:
    """pm4py reads the same case, activities and instants."""
    incident = solved()
    path = tmp_path / "log.xes"
    path.write_text("".join(xes_log([incident])), encoding="utf-8")
    log = pm4py.read_xes(str(path))
    assert set(log["case:concept:name"]) == {"I-1"}
    times = [at.to_pydatetime() for at in log["time:timestamp"]]
    assert times == [event.at for event in incident.history]
    assert list(log["org:resource"]) == [event.by.id for event in incident.history]


def test_xes_is_written_and_read_back(tmp_path: Path) -> None:
    """The same through XES; two files with one trace are joined."""
    incident = solved()
    path = tmp_path / "log.xes"
    path.write_text("".join(xes_log([incident])), encoding="utf-8")
    [back] = read_xes(path, activity="state")
    assert (back.opened_at, back.resolved_at) == (incident.opened_at, incident.resolved_at)
    [joined] = read_xes([path, path], activity="state")
    assert joined.id == back.id


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


POLICY = SlaDefinition.resolution(
    name="resolution", target=timedelta(hours=8), calendar=BusinessCalendar.always("UTC")
)


def resolved_after(minutes: int, cycle: tuple[int, int, bool] | None) -> Incident:
    steps = [Step("state", minutes, "a1", "Waiting for support", "Resolved")]
    life = Life({"state": "Waiting for support", "assignee": "a1", "priority": "high"}, steps)
    [incident] = read_jira([writers.jira(life, cycle)])
    return incident


@pytest.mark.parametrize(
    ("minutes", "cycle", "agrees", "why"),
    [
        (420, (420, 480, False), True, ""),
        (420, (420.5, 480, False), True, ""),
        (540, (540, 480, True), True, ""),
        (420, (360, 480, False), False, "stopped at"),
        (540, (420, 480, False), False, "counted 9:00:00, theirs 7:00:00"),
        (420, (420, 960, True), False, "target 8:00:00, theirs 16:00:00"),
        (420, None, False, "the tool has no result"),
    ],
)
def test_sla_results_are_compared(
    minutes: int, cycle: tuple[int, int, bool] | None, *, agrees: bool, why: str
) -> None:
    """The verdict and the time that counted, with the first cause where they differ."""
    [row] = compare_sla([resolved_after(minutes, cycle)], "Time to resolution", POLICY)
    assert row.agrees is agrees
    assert why in row.why


def test_results_from_elsewhere_can_be_compared() -> None:
    """By record id; a record without any result on either side is no row."""
    incident = resolved_after(60, None)
    theirs = {"SD-1": ReportedSla(target="fix", breached=True)}
    [row] = compare_sla([incident], theirs, POLICY, now=START + timedelta(days=1))
    assert (row.target, row.agrees) == ("fix", False)
    assert "theirs True" in row.why
    with pytest.raises(InvalidValueError, match="tolerance"):
        compare_sla([incident], theirs, POLICY, tolerance=timedelta(-1))
    with pytest.raises(InvalidValueError, match="reported"):
        compare_sla([incident], 7, POLICY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["03.11.2026 08:15", "24.12.2026 23:59"], ["%d.%m.%Y %H:%M"]),
        (["03/11/2026", "04/11/2026"], ["%d/%m/%Y", "%m/%d/%Y"]),  # either order: the reader says
        (["03/11/2026", "13/11/2026"], ["%d/%m/%Y"]),
        (["03/11/2026 1:05 PM", "11/25/2026 12:00 AM"], ["%m/%d/%Y %I:%M %p"]),
        (["2026-03-11 08:15", "2026-03-12"], []),  # ISO 8601 needs none
        (["03.11.2026", "soon"], []),
        (["3.11", "7"], []),
    ],
)
def test_the_formats_that_fit_a_column_are_named(
    tmp_path: Path, cells: list[str], formats: list[str]
) -> None:
    """Each format that reads all of its times, and none where one of them is something else."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["Number;When", *(f"1;{cell}" for cell in cells)]), encoding="utf-8")
    page = describe_columns(path)
    assert list(page.columns[1].formats) == formats
    assert [line for line in str(page).splitlines() if line.startswith("--time-format")] == [
        f'--time-format "{form}"' for form in formats
    ]


def test_columns_are_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, a few values, and a mapping to copy."""
    path = tmp_path / "list.csv"
    path.write_text(
        "Number;Opened;Short description;Assigned to;Odd\nI1;2026-03-02;Mail;ada;\n",
        encoding="utf-8",
    )
    page = describe_columns(path)
    assert [(c.name, c.field) for c in page.columns] == [
        ("Number", "id"),
        ("Opened", "opened"),
        ("Short description", "title"),
        ("Assigned to", "assignee"),
        ("Odd", ""),
    ]
    assert page.columns[4].filled == 0
    assert main(["columns", str(path)]) == 0
    out = capsys.readouterr().out
    assert '--map "id=Number" "opened=Opened"' in out
    assert main(["columns", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["map"]["title"] == "Short description"


def test_everyday_headings_are_guessed(tmp_path: Path) -> None:
    """Each by what it says without "No.", "On" and "Current"; what is missing is named."""

    def page(heads: str) -> ColumnsPage:
        path = tmp_path / "list.csv"
        path.write_text(f"{heads}\n{';' * heads.count(';')}1\n", encoding="utf-8")
        return describe_columns(path)

    whole = page("Ticket No.;Created On;First Response On;Solved On;Current Status")
    assert [c.field for c in whole.columns] == ["id", "opened", "responded", "resolved", "state"]
    assert "missing" not in str(whole)
    assert [c.field for c in page("Ref;Raised;Done").columns] == ["", "opened", "resolved"]
    assert "id is still missing; choose its column" in str(page("Ref;Raised;Done"))
    odd = "id and opened are still missing; choose a column for each"
    assert str(page("A;B")).endswith(odd)


@pytest.mark.parametrize(
    ("keys", "profile"),
    [
        (["key", "fields"], "jira"),
        (["id", "incident_number", "html_url"], "pagerduty"),
        (["id", "incident_updates"], "statuspage"),
        (["incident", "log_entries", "more"], "pagerduty"),
        (["ticket", "audits"], "zendesk"),
        (["incident", "sys_audit", "task_sla"], "servicenow"),
        (["id", "display_id", "updates"], "happyfox"),
        (["id", "responder_id", "fr_escalated"], "freshservice"),
        (["id", "opened"], ""),
    ],
)
def test_the_profile_of_a_tool_is_named(tmp_path: Path, keys: list[str], profile: str) -> None:
    """A mapping of the columns of a tool's objects would be the wrong way to read them."""
    path = tmp_path / "list.json"
    path.write_text(json.dumps([dict.fromkeys(keys, "1")]), encoding="utf-8")
    page = describe_columns(path)
    assert (page.profile, page.to_plain()["profile"]) == (profile, profile)
    assert ("--map" in str(page)) == (not profile)
    assert (f"--profile {profile} reads" in str(page)) == bool(profile)


def test_a_case_opens_with_its_earliest_event() -> None:
    """Rows and objects of a log stand in any order; those of one instant in that of the file."""
    rows = ["c,a,t", "1,Resolved,2026-06-01T11:00Z", "1,New,2026-06-01T09:00Z"]
    reading = read_events(rows, case="c", activity="a", at="t")
    [incident] = reading
    assert (incident.opened_at.hour, incident.history[0].at.hour) == (9, 9)
    assert incident.resolved_at == datetime(2026, 6, 1, 11, tzinfo=UTC)
    assert reading.findings.counts["time_goes_back"] == 1
    assert "before_opening" not in reading.findings.counts


@pytest.mark.parametrize(
    ("heads", "profile"),
    [
        ("Summary,Issue key,Issue id,Status,Created", "jira-csv"),
        ("ID;Title;Status;Opening date", "glpi-csv"),
        ("ID;Title;Status;Created", ""),
    ],
)
def test_the_profile_of_a_tool_s_table_is_named(tmp_path: Path, heads: str, profile: str) -> None:
    """By headings that no other table has."""
    path = tmp_path / "list.csv"
    path.write_text(f"{heads}\n", encoding="utf-8")
    assert describe_columns(path).profile == profile


def test_xml_is_what_the_profile_of_xes_reads(tmp_path: Path) -> None:
    """Its first line is not a header."""
    path = tmp_path / "log.xes"
    path.write_text('<?xml version="1.0"?>\n<log></log>\n', encoding="utf-8")
    assert describe_columns(path).profile == "xes"


def test_headings_in_other_languages_and_styles(tmp_path: Path) -> None:
    """As ServiceNow, Jira, GLPI and Opsgenie name them in German, French and in JSON."""
    path = tmp_path / "list.csv"

    def fields(heads: str) -> list[str]:
        path.write_text(f"{heads}\n{';' * heads.count(';')}1\n", encoding="utf-8")
        return [column.field for column in describe_columns(path).columns]

    german = "Nummer;Geöffnet;Kurzbeschreibung;Priorität;Status;Zuweisungsgruppe;Gelöst;Geschlossen"
    named = ["id", "opened", "title", "priority", "state", "group", "resolved", "closed"]
    assert fields(german) == named
    german = "Vorgangsschlüssel;Zusammenfassung;Erstellt;Erledigt;Zugewiesene Person"
    assert fields(german) == ["id", "title", "opened", "resolved", "assignee"]
    french = "Titre;Statut;Date d'ouverture;Date de résolution;Demandeur - Demandeur"
    assert fields(french) == ["title", "state", "opened", "resolved", "caller"]
    assert fields("id;createdAt;Created at [UTC];updatedAt") == ["id", "opened", "", "updated"]
    assert fields("Ticket ID;Created time;Resolved time;First response time (in hrs)") == [
        *("id", "opened", "resolved", "")
    ]


def test_profiles_of_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An event log and XES are read from the command line."""
    rows = tmp_path / "log.csv"
    rows.write_text("c,a,t\n1,new,2026-03-02T09:00Z\n1,closed,2026-03-02T10:00Z\n")
    options = ["--profile", "events", "--map", "case=c", "activity=a", "at=t"]
    assert main(["report", str(rows), *options]) == 0
    assert "mean_time_to_resolve" in capsys.readouterr().out
    assert main(["report", str(rows), "--profile", "events", "--map", "case=c"]) == 2
    assert "activity" in capsys.readouterr().err
    xes = tmp_path / "log.xes"
    xes.write_text("".join(xes_log([solved()])), encoding="utf-8")
    assert main(["report", str(xes), "--profile", "xes"]) == 0


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
