"""The report command: by a desk, as files, as a check of a job, as a service page."""

from __future__ import annotations

import csv
import json
import re
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore.cli import main, report
from incidentcore.records import Incident

from .test_cli import MAP, TABLE, run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


OFFICE = """
desk = 1
name = "office"
zone = "Europe/Berlin"
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.all]
calendar = "office"
response = "1h"
resolution = "8h"
[[agreements]]
service = "all"
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    path = tmp_path / "office.toml"
    path.write_text(OFFICE, encoding="utf-8")
    return path


def test_the_instant_of_a_report_is_shown_in_its_zone(
    capsys: pytest.CaptureFixture[str], table: Path
) -> None:
    """Kathmandu is 5:45 ahead of UTC, so 08:30 UTC is 14:15 there."""
    options = (*MAP, "--as-of", "2026-06-10T08:30Z", "--zone", "Asia/Kathmandu")
    _, page, _ = run(capsys, "report", table, *options)
    assert "as of  2026-06-10T14:15:00+05:45" in page


def test_report_by_a_desk(capsys: pytest.CaptureFixture[str], table: Path, office: Path) -> None:
    """Opening hours of a desk: INC-2 has 20 open hours from Monday 10:00 to Wednesday 10:00 UTC."""
    code, page, _ = run(capsys, "report", table, *MAP, "--zone", "UTC", "--desk", office)
    assert code == 0
    assert "desk   office" in page
    assert "The clock response cannot be judged: the source does not cover first_resp" in page
    assert "Service all, resolution: 8h." in page
    assert "closed: out of hours" in page
    code, text, _ = run(capsys, "report", table, *MAP, "--zone", "UTC", "--desk", office, "--json")
    rows = [row for row in json.loads(text)["sla"]["rows"] if row["priority"] == "(all)"]
    # INC-1 took 2:30, INC-4 ten hours; INC-2 is open and late.
    assert [(row["clock"], row["numerator"], row["n"]) for row in rows] == [("resolution", 1, 2)]
    assert rows[0]["excluded_by_reason"] == {"running_breached": 1}


WORDS = """Key;Raised;Done;Prio;Status
A;2026-06-05 17:00;2026-06-08 09:00;P1;Erledigt
B;2026-06-02 09:00;2026-06-02 13:00;P1;Erledigt
C;2026-06-03 17:30;2026-06-04 08:30;P4;Erledigt
D;2026-06-04 08:00;;P4;Neu
"""
COLUMNS = ("--map", "id=Key", "opened=Raised", "resolved=Done", "priority=Prio", "state=Status")
STATED = ("--states", "Erledigt=resolved", "Neu=new", "--levels", "P1=critical", "priority.P4=low")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.csv"
    path.write_text(WORDS, encoding="utf-8")
    return path


def means(page: str) -> dict[tuple[str, str], float]:
    """Return the means of the page, by KPI and priority, in hours."""
    rows = json.loads(page)["kpis"]["rows"]
    return {
        (row["kpi"], row["priority"]): row["value"]
        for row in rows
        if row["kpi"].endswith("time_to_resolve") and row["kpi"].startswith("mean")
    }


def test_words_and_business_hours_of_the_command_line(
    capsys: pytest.CaptureFixture[str], words: Path
) -> None:
    """A has two office hours, B four, C two halves; by the wall clock 64, 4 and 15."""
    options = (*COLUMNS, *STATED, "--zone", "Europe/Berlin", "--clock", "mon-fri=08:00-18:00")
    code, page, _ = run(capsys, "report", words, *options, "--json")

    assert code == 0
    assert means(page) == {
        ("mean_time_to_resolve", "critical"): 34,
        ("mean_time_to_resolve", "low"): 15,
        ("mean_time_to_resolve", "(all)"): pytest.approx(83 / 3),
        ("mean_open_time_to_resolve", "critical"): 3,
        ("mean_open_time_to_resolve", "low"): 1,
        ("mean_open_time_to_resolve", "(all)"): pytest.approx(7 / 3),
    }
    rows = json.loads(page)["kpis"]["rows"]
    totals = {row["kpi"]: row["value"] for row in rows if row["priority"] == "(all)"}
    assert totals["median_open_time_to_resolve"] == 2
    assert totals["p90_open_time_to_resolve"] == pytest.approx(3.6)  # of 1, 2 and 4: 2 + 0.8 * 2
    assert "unknown" not in page


def test_a_calendar_of_the_desk_is_a_clock(
    capsys: pytest.CaptureFixture[str], words: Path, office: Path
) -> None:
    """The desk's own hours are those of the test above."""
    options = (*COLUMNS, *STATED, "--desk", office, "--clock", "office", "--json")
    code, page, _ = run(capsys, "report", words, *options)

    assert code == 0
    assert means(page)["mean_open_time_to_resolve", "critical"] == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--clock", "mon-fri"), "--clock: got 'mon-fri'; allowed: DAYS=HOURS such as"),
        (("--clock", "moon=8-9"), "--clock: got 'moon'"),
        (("--states", "Erledigt"), "--states: got 'Erledigt'; allowed: WORD=STATE, each once"),
        (("--states", "Neu=new", "Neu=closed"), "--states: got 'Neu=closed'"),
        (("--states", "Neu=nwe"), "--states: got 'nwe'; allowed: one of new, in_progress"),
        (("--levels", "impact.P1=crit"), "--levels: got 'crit'; allowed: one of high, medium, low"),
        (("--levels", "=low"), "--levels: got '=low'; allowed: [FIELD.]WORD=LEVEL"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_refused(
    capsys: pytest.CaptureFixture[str], words: Path, options: tuple[str, ...], said: str
) -> None:
    """One line: what was given, and what is allowed."""
    code, _, error = run(capsys, "report", words, *COLUMNS, *options)

    assert (code, error.count("\n")) == (2, 1)
    assert said in error


def test_csv_files_of_a_report(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path, tmp_path: Path
) -> None:
    """A file for each table, and a row for each record under the id of the source."""
    folder = tmp_path / "out"
    options = ("--zone", "UTC", "--desk", office, "--csv", folder, "--only", "sla")
    code, page, _ = run(capsys, "report", table, *MAP, *options)
    assert code == 0
    assert "SLA compliance" in page
    assert "Volume and backlog" not in page
    names = {path.name for path in folder.iterdir()}
    assert {"records.csv", "kpis.csv", "sla.csv", "volume.csv", "definitions.csv"} <= names
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["INC-1", "INC-2", "INC-4"]
    assert rows["INC-4"]["resolution_outcome"] == "breached"
    assert float(rows["INC-4"]["resolution_elapsed"]) == 10
    assert rows["INC-2"]["resolution_due_at"] == "2026-06-02T08:00:00+00:00"
    assert "closed: out of hours 28:00" in rows["INC-2"]["resolution_why"]


def test_records_are_written_below_one_header(tmp_path: Path) -> None:
    """Each row once."""
    incidents = [
        Incident.open(id=f"I{n}", title="x", at=datetime(2026, 6, 1, tzinfo=UTC), by="kim")
        for n in range(3)
    ]
    with ExitStack() as stack:
        write = report._row_writer(tmp_path, stack)
        assert write is not None
        for incident in incidents:
            write(incident, ())
    with (tmp_path / "records.csv").open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["I0", "I1", "I2"]


def test_a_job_fails_by_a_figure(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    """The page is printed all the same; the exit code is 1 and the reason is on standard error."""
    options = (*MAP, "--zone", "UTC", "--desk", office)
    code, page, err = run(capsys, "report", table, *options, "--fail-on", "sla_compliance<95%")
    assert code == 1
    assert page.startswith("Report on")
    assert err == "incidentcore: sla_compliance is 50%, which is < 95%\n"
    assert run(capsys, "report", table, *options, "--fail-on", "backlog>1")[0] == 0


def test_the_service_page_of_a_month(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    """Of the customer's two records one was met in June and one is a miss."""
    options = (*MAP, "--zone", "UTC", "--desk", office, "--month", "2026-06")
    code, page, _ = run(capsys, "report", table, *options, "--where", "assignment_group=Net")
    assert code == 0
    assert page.startswith("Service in 2026-06, assignment_group=Net\n")
    assert re.search("^resolution +INC-2 ", page, re.MULTILINE)
    assert "1 of 2" in page
    assert "INC-4" not in page


@pytest.mark.parametrize(
    ("asked", "as_of", "figures"),
    [
        ("2026-06", "2026-06-08 08:00", [{"not_covered": 4}, {"running": 1}, (2, 3), "40:30"]),
        (
            "2026-06 --as-of 2026-08-01",
            "2026-07-01 00:00",
            [{"not_covered": 4}, {}, (2, 4), "584:30", "495:00"],
        ),
        ("2026-07 --as-of 2026-08-01", "2026-08-01 00:00", [{"not_covered": 2}]),
    ],
)
def test_a_month_is_as_of_the_latest_instant_of_the_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, asked: str, as_of: str, figures: list[Any]
) -> None:
    """Of 72 h each: A took 3 h, C 71 h; B was due on the 6th at 15:30, D on the 10th at 09:00.

    The file ends on the 8th at 08:00, 40:30 after B's due; it says nothing of D's. In July, A and
    C are over, so that nothing of them can be left out.
    """
    path, desk = tmp_path / "four.csv", tmp_path / "desk.toml"
    path.write_text(
        "id,opened,done\nA,2026-06-01 09:00,2026-06-01 12:00\nB,2026-06-03 15:30,\n"
        "C,2026-06-05 09:00,2026-06-08 08:00\nD,2026-06-07 09:00,\n"
    )
    desk.write_text(
        'desk = 1\nname = "x"\n[services.all]\ncalendar = "always"\nresponse = "1h"\n'
        'resolution = "3d"\n[[agreements]]\nservice = "all"\n'
    )
    columns = ("--map", "id=id", "opened=opened", "resolved=done", "--zone", "UTC")
    code, text, _ = run(
        capsys, "report", path, *columns, "--desk", desk, "--json", "--month", *asked.split()
    )
    page = json.loads(text)
    rows = page["objectives"]["rows"]
    assert code == 0
    assert page["about"]["as of"] == f"{as_of} (UTC)"
    assert figures == [
        *(row["excluded_by_reason"] for row in rows),
        *((row["numerator"], row["n"]) for row in rows if row["n"]),
        *(miss["over_target"] for miss in page["misses"]),
    ]


@pytest.mark.parametrize("form", ["--html", "--markdown"])
def test_forms_of_a_report(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path, form: str
) -> None:
    """A script in a field is text in each form."""
    table.write_text(TABLE.replace('"App, Web"', "<script>alert(1)</script>"), encoding="utf-8")
    options = (*MAP, "--by", "assignment_group", "--desk", office)
    code, page, _ = run(capsys, "report", table, *options, form)
    assert code == 0
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.startswith("<!DOCTYPE html>" if form == "--html" else "# Report on")


def test_a_report_by_a_desk_that_names_a_callable(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    """It is judged without the callable, by its name, as a check of the file is."""
    office.write_text(f'{OFFICE}[categories]\ncode = "guess"\n', encoding="utf-8")
    asked = ("report", table, *MAP, "--zone", "UTC", "--desk", office)
    code, _, err = run(capsys, *asked)
    assert (code, "guess" in err) == (2, True)
    code, page, err = run(capsys, *asked, "--code", " other , guess ")
    assert (code, err) == (0, "")
    assert "desk   office" in page


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--month", "2026-13"), "--month: got '2026-13'; allowed: a month such as 2026-06"),
        (("--month", "2026-06", "--where", "site"), "--where: got 'site'; allowed: FIELD=VALUE"),
        (("--month", "2026-06", "--where", "=Bonn"), "--where: got '=Bonn'"),
    ],
)
def test_a_month_or_a_choice_that_is_none(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path, options: tuple[str], says: str
) -> None:
    """One line that says what is allowed."""
    code, out, err = run(capsys, "report", table, *MAP, "--zone", "UTC", "--desk", office, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_a_month_without_a_desk(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    """Whose service is it?"""
    code, _, err = run(capsys, "report", table, *MAP, "--zone", "UTC", "--month", "2026-06")
    assert (code, "only with --desk" in err) == (2, True)


def test_a_report_that_has_to_call_a_named_callable(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    """It cannot: a name is enough for a check alone."""
    row = '[[escalation]]\nwhen = { code = "mine" }\nlevels = [{ after = "1h", to = "group:x" }]\n'
    office.write_text(f"{OFFICE}{row}", encoding="utf-8")
    asked = ("report", table, *MAP, "--zone", "UTC", "--desk", office, "--code", "mine")
    code, _, err = run(capsys, *asked)
    assert (code, "only a check; call load_desk to run it" in err) == (2, True)


def test_a_page_without_pictures_where_none_can_be_drawn(
    capsys: pytest.CaptureFixture[str], table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are there without the extra that draws, and one line names it."""
    asked = ("report", table, *MAP, "--zone", "UTC", "--html")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, page, err = run(capsys, *asked)
    assert (code, err, "<img" in page, "<table>" in page) == (0, "", False, True)
    line = "<dt>pictures</dt><dd>not drawn; install incidentcore[plots]</dd>"
    assert page.count(line) == 1
    assert "<dt>Bilder</dt><dd>nicht gezeichnet" in run(capsys, *asked, "--words", "de")[1]
    for form in ("--only=volume", "--markdown"):  # which have no picture to miss
        how = asked if form != "--markdown" else asked[:-1]
        assert "incidentcore[plots]" not in run(capsys, *how, form)[1]


def test_a_custom_field_that_no_record_has_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was a table of one row "(none)"."""
    path = tmp_path / "tickets.csv"
    path.write_text("Key,Raised,Site\n1,2026-03-02T10:00Z,Kiel\n", encoding="utf-8")
    asked = ["report", str(path), "--map", "id=Key", "opened=Raised"]
    code = main([*asked, "--by", "custom.Nonsense"])
    assert code != 0
    error = capsys.readouterr().err
    assert "got 'custom.Nonsense'; allowed: custom fields that a record has: Site" in error
    path.write_text("Key,Raised\n1,2026-03-02T10:00Z\n", encoding="utf-8")
    assert main([*asked, "--by", "custom.Site"]) != 0
    assert "custom fields that a record has: none" in capsys.readouterr().err
    path.write_text("Key,Raised,Site\n1,2026-03-02T10:00Z,Kiel\n", encoding="utf-8")
    assert main([*asked, "--by", "custom.Site"]) == 0
    assert "Kiel" in capsys.readouterr().out


def test_the_tables_of_a_month_go_to_a_folder_that_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    asked = ("report", table, *MAP, "--zone", "UTC", "--desk", office, "--month", "2026-06")
    code, _, err = run(capsys, *asked, "--csv", tmp_path / "new" / "deep")
    assert (code, err) == (0, "")
    assert any(path.suffix == ".csv" for path in (tmp_path / "new" / "deep").iterdir())


def test_a_page_has_a_picture_of_each_section_that_can_be_drawn(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    pytest.importorskip("matplotlib")
    code, page, err = run(
        capsys, "report", table, *MAP, "--zone", "UTC", "--desk", office, "--html"
    )
    assert (code, err) == (0, "")
    assert re.findall(r'<img[^>]* alt="([^"]*)"', page) == [
        "What came in and went out",
        "Open records by age",
        "Share of clocks met, with its interval at 95 %",
    ]


def test_a_desk_says_what_its_export_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The profile of its file, which an option overrides; states are checked where they came."""
    desk, log = tmp_path / "desk.toml", tmp_path / "log.csv"
    desk.write_text(f'{OFFICE}[import]\nprofile = "glpi-csv"\n', encoding="utf-8")
    log.write_text("ID,Opening date,Status\n7,2026-03-02 10:00,New\n", encoding="utf-8")
    code, page, err = run(capsys, "report", log, "--desk", desk)
    assert (code, err) == (0, "")
    assert "(all)          1" in page
    assert "state changes" not in page
    code, _, err = run(capsys, "report", log, "--desk", desk, "--profile", "jira-csv")
    assert (code, "Issue key" in err) == (2, True)
    log.write_text("Case,What,When\n7,new,2026-03-02 10:00\n7,closed,2026-03-02 11:00\n")
    mapping = ("--map", "case=Case", "activity=What", "at=When", "--profile", "events")
    code, page, err = run(capsys, "report", log, "--desk", desk, *mapping)
    assert (code, err) == (0, "")
    assert "incident: 1 of 1 state changes refused, in 1 incidents" in page


@pytest.mark.parametrize(
    ("only", "pictures"), [("volume", 0), ("flow", 1), ("aging,sla", 2), ("sla", 1)]
)
def test_only_a_section_that_is_shown_has_its_picture(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path, only: str, pictures: int
) -> None:
    pytest.importorskip("matplotlib")
    asked = ("report", table, *MAP, "--zone", "UTC", "--desk", office, "--html", "--only", only)
    code, page, _ = run(capsys, *asked)
    assert (code, page.count("<img")) == (0, pictures)


SPAN = """Key;Raised;Done;Prio;Site
A;2026-03-02 09:00;2026-03-02 11:00;high;Bonn
B;2026-03-31 23:30;2026-04-01 00:30;high;Kiel
C;2026-04-01 01:00;2026-04-01 07:00;high;Bonn
D;2026-04-01 09:00;;low;Bonn
"""
SPANS = ("--map", "id=Key", "opened=Raised", "resolved=Done", "priority=Prio", "--json")


def test_a_breakdown_by_several_fields_and_the_month(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, office: Path
) -> None:
    """In Berlin B is of March; of the clocks of eight hours all three were met."""
    path = tmp_path / "spans.csv"
    path.write_text(SPAN, encoding="utf-8")
    asked = ("report", path, *SPANS, "--desk", office, "--by", "priority, month")
    code, text, _ = run(capsys, *asked)
    page = json.loads(text)
    means = {
        (row["priority"], row["month"]): (row["value"], row["n"])
        for row in page["kpis"]["rows"]
        if row["kpi"] == "mean_time_to_resolve"
    }
    assert code == 0
    assert means == {
        ("high", "2026-03"): (1.5, 2),
        ("high", "2026-04"): (6.0, 1),
        ("low", "2026-04"): (None, 0),
        ("(all)", "(all)"): (3.0, 3),
    }
    met = [(row["priority"], row["month"], row["n"]) for row in page["sla"]["rows"]]
    assert ("high", "2026-03", 2) in met
    assert ("(all)", "(all)", 3) in met
    failed = ("--fail-on", "mean_time_to_resolve>2.9", "--fail-on", "sla_compliance<1")
    code, _, err = run(capsys, *asked, *failed)
    assert (code, err) == (1, "incidentcore: mean_time_to_resolve is 3, which is > 2.9\n")
    code, text, _ = run(capsys, *asked[:-1], "week")
    weeks = [row["week"] for row in json.loads(text)["volume"]]
    assert weeks == ["2026-W10", "2026-W14", "(all)"]


@pytest.mark.parametrize(
    ("where", "count", "mean"),
    [("priority=high", 3, 3.0), ("custom.Site=Bonn", 3, 4.0), ("state=new", 1, None)],
)
def test_only_some_records(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, where: str, count: int, mean: float | None
) -> None:
    """Without --month it was ignored; a level is meant by its name."""
    path = tmp_path / "spans.csv"
    path.write_text(SPAN, encoding="utf-8")
    code, text, _ = run(capsys, "report", path, *SPANS, "--where", where, "--by", "month")
    page = json.loads(text)
    assert code == 0
    assert page["volume"][-1]["opened"] == count
    assert where in text
    means = [r["value"] for r in page["kpis"]["rows"] if r["kpi"] == "mean_time_to_resolve"]
    assert means[-1:] == [mean]


def test_the_state_that_is_asked_for_is_that_of_the_instant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """At two C is new, which was resolved at seven, and D is not there."""
    path = tmp_path / "spans.csv"
    path.write_text(SPAN, encoding="utf-8")
    asked = ("report", path, *SPANS, "--as-of", "2026-04-01T02:00Z", "--where", "state=new")
    code, text, _ = run(capsys, *asked)
    assert code == 0
    assert [row["opened"] for row in json.loads(text)["volume"]] == [1, 1]


def test_a_level_that_there_is_not_is_named(
    capsys: pytest.CaptureFixture[str], table: Path, office: Path
) -> None:
    for more in ((), ("--desk", office, "--month", "2026-06")):
        code, _, err = run(capsys, "report", table, *MAP, *more, "--where", "priority=urgent")
        assert code == 2
        assert "--where: got 'priority=urgent'; allowed: priority= one of critical, high" in err
    for more in ((), ("--month", "2026-06")):
        where = ("--desk", office, *more, "--where", "custom.Sity=Bonn")
        code, _, err = run(capsys, "report", table, *MAP, *where)
        assert code == 2
        assert "--where: got 'custom.Sity'; allowed: custom fields that a record has: " in err
    asked = ("report", table, *MAP, "--desk", office, "--month", "2026-06", "--zone", "UTC")
    for where in ("priority=high", "assignment_group=Nobody"):
        code, page, _ = run(capsys, *asked, "--where", where)
        assert (code, page.startswith(f"Service in 2026-06, {where}\n")) == (0, True)


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (("--where", "group=Nett"), "a value that a record has: Net, Web; nearest: Net"),
        (("--where", "state=gone"), "a value that a record has: new"),
        (
            ("--where", "assignment_grup=Net"),
            "; nearest: assignment_group, reassignment_count, assigned_at",
        ),
        (("--by", "team"), "allowed: group for the column of this heading"),
        (("--by", "custom.Team"), "allowed: group for the column of this heading"),
        (("--where", "Done=x"), "resolved_at for the column of this heading"),
        (("--by", "mont"), "one of day, week, month, quarter, year; nearest: month"),
        (("--where", "priority=critical"), ""),
    ],
)
def test_a_choice_that_no_record_meets(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, option: tuple[str, str], says: str
) -> None:
    """The page was empty; only a level may be one that no record has."""
    path = tmp_path / "teams.csv"
    rows = "A,2026-03-02 09:00,,low,Net\nB,2026-03-02 09:00,,low,Web\nC,2026-03-02 09:00,,low,\n"
    path.write_text(f"Key,Raised,Done,Prio,Team\n{rows}", encoding="utf-8")
    code, _, err = run(capsys, "report", path, *SPANS[:-1], "group=Team", "--zone", "UTC", *option)
    assert code == (2 if says else 0)
    assert err.endswith(f"{says}\n" if says else "")


@pytest.mark.parametrize("command", ["report", "problems"])
@pytest.mark.parametrize(
    ("name", "field"),
    [("Reporter", "caller"), ("custom.Assignee", "assignee"), ("Created", "opened_at")],
)
def test_the_heading_of_a_column_that_a_profile_reads(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, name: str, field: str
) -> None:
    """It was answered with custom.Reporter, which no record has."""
    path = tmp_path / "jira.csv"
    path.write_text("Issue key,Created,Assignee,Reporter\nA-1,2026-03-02 09:00,ada,kim\n", "utf-8")
    code, _, err = run(capsys, command, path, "--profile", "jira-csv", "--by", name)
    assert (code, f"allowed: {field} for the column of this heading" in err) == (2, True)


def test_a_mapping_names_the_own_fields_of_a_desk(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As ``map`` of its [import] does; it was refused. A word that it does not declare is found."""
    path, desk = tmp_path / "own.csv", tmp_path / "desk.toml"
    rows = "A,2026-03-02 09:00,Gold\nB,2026-03-02 09:00,Tin\n"
    path.write_text(f"Key,Raised,Deal\n{rows}", encoding="utf-8")
    head = 'desk = 1\nname = "x"\nzone = "UTC"\n'
    desk.write_text(f'{head}fields = {{ contract = ["gold"] }}\n', encoding="utf-8")
    asked = ("--map", "id=Key", "opened=Raised", "contract=Deal", "--by", "custom.contract")
    code, text, _ = run(capsys, "report", path, "--desk", desk, *asked, "--json")
    page = json.loads(text)
    assert (code, [row["custom.contract"] for row in page["volume"]]) == (
        0,
        ["Tin", "gold", "(all)"],
    )
    found = [(one["field"], one["value"]) for one in page["findings"]]
    assert ("Deal", "Tin") in found
    assert ("Deal", "Gold") not in found


@pytest.mark.parametrize(
    ("options", "day", "as_of"),
    [((), "2026-03-03", "2026-03-05T11:00"), (("--zone", "UTC"), "2026-03-02", "2026-03-05T12:00")],
)
def test_a_page_by_a_desk_is_in_the_zone_of_the_desk(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: tuple[str, ...],
    day: str,
    as_of: str,
) -> None:
    """Times of the file are in UTC; 23:30 of 2 March is half past midnight in Berlin."""
    path, desk = tmp_path / "utc.csv", tmp_path / "desk.toml"
    path.write_text("Key,Raised\nA,2026-03-02 23:30\n", encoding="utf-8")
    imports = 'zone = "UTC"\nmap = { id = "Key", opened = "Raised" }'
    desk.write_text(f'{OFFICE}[import]\nprofile = "table"\n{imports}\n', encoding="utf-8")
    asked = ("--by", "day", "--as-of", "2026-03-05T12:00", "--json", *options)
    code, text, _ = run(capsys, "report", path, "--desk", desk, *asked)
    page = json.loads(text)
    assert (code, page["volume"][0]["day"]) == (0, day)
    assert page["kpis"]["as_of"] == f"{as_of}:00+00:00"
    assert run(capsys, "problems", path, "--desk", desk, *asked[2:])[0] == 0


def test_words_for_empty_cells_are_read_as_empty(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Neither a time that cannot be read nor somebody called "-"; each word is counted."""
    path = tmp_path / "empty.csv"
    rows = (
        "A,2026-03-02 09:00,NULL,N/A,-\nB,2026-03-02 09:00,-,NULL,-\nC,2026-03-02 09:00,,high,Net\n"
    )
    path.write_text(f"Key,Raised,Done,Prio,Team\n{rows}", encoding="utf-8")
    asked = (*SPANS[:-1], "group=Team", "--json")
    code, text, _ = run(capsys, "report", path, *asked, "--zone", "UTC", "--by", "assignment_group")
    page = json.loads(text)
    groups = {row["assignment_group"]: row["backlog"] for row in page["volume"]}
    assert (code, groups) == (0, {"Net": 1, None: 2, "(all)": 3})
    found = {(one["code"], one["field"], one["value"]): one["count"] for one in page["findings"]}
    assert found == {
        ("empty_word", "Done", "NULL"): 1,
        ("empty_word", "Done", "-"): 1,
        ("empty_word", "Prio", "N/A"): 1,
        ("empty_word", "Prio", "NULL"): 1,
        ("empty_word", "Team", "-"): 2,
    }
    code, _, err = run(capsys, "report", path, *asked, "--by", "group", "--where", "group=Net")
    assert (code, err) == (0, "")
    code, text, _ = run(capsys, "columns", path)
    assert "Done  -> resolved  (0 filled)" in text


def test_a_row_does_not_judge_a_clock_that_the_page_does_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, office: Path
) -> None:
    """Nothing tells of responses, nor when E was resolved; A took two open hours of eight."""
    path = tmp_path / "spans.csv"
    rows = "A,2026-03-02 09:00,2026-03-02 11:00,Resolved\nE,2026-03-02 09:00,,Resolved\n"
    path.write_text(f"Key,Raised,Done,State\n{rows}", encoding="utf-8")
    asked = (
        "report",
        path,
        *SPANS[:-2],
        "state=State",
        "--desk",
        office,
        "--csv",
        tmp_path / "out",
    )
    code, page, _ = run(capsys, *asked, "--as-of", "2026-03-09T12:00")
    assert code == 0
    assert "The clock response cannot be judged" in page
    with (tmp_path / "out" / "records.csv").open(encoding="utf-8") as file:
        a, e = csv.DictReader(file)
    for row in (a, e):
        found = [row[f"response_{name}"] for name in ("outcome", "elapsed", "breached", "target")]
        assert found == ["not_covered", "", "", ""]
        why = "cannot be judged: the source does not cover first_response_at"
        assert row["response_why"].startswith(why)
    assert (a["resolution_outcome"], a["resolution_elapsed"]) == ("met", "2.0")
    assert (e["resolution_outcome"], e["resolution_elapsed"], e["resolved_at"]) == (
        "not_covered", "", "",
    )  # fmt: skip


CHOICES = (
    "Key,Raised,Done,Prio,Team,Cat,Tags\n"
    "A,2026-03-30 09:00,2026-03-30 11:00,high,Net,Mail,a b\n"
    "B,2026-03-31 09:00,2026-03-31 13:00,high,App,Net/VPN,b\n"
    "C,2026-04-01 09:00,2026-04-01 15:00,low,Net,Mail,\n"
)


@pytest.mark.parametrize(
    ("options", "n", "mean"),
    [
        ("--where priority=high --where group=Net", 1, 2.0),  # the last one alone: 2, 4.0
        ("--where month=2026-04", 1, 6.0),
        ("--where week=2026-W14", 3, 4.0),
        ("--where day=2026-03-31", 1, 4.0),
        ("--since 2026-03-31", 2, 5.0),
        ("--until 2026-03-31T09:00", 1, 2.0),
        ("--since 2026-03-31 --until 2026-04-01 --where priority=high", 1, 4.0),
        ("--where category=Mail", 2, 4.0),
        ("--where category=Net/VPN", 1, 4.0),
        ("--where tags=b", 2, 3.0),
    ],
)
def test_records_chosen_by_several_tests_and_by_their_opening(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: str, n: int, mean: float
) -> None:
    path = tmp_path / "choices.csv"
    path.write_text(CHOICES, encoding="utf-8")
    columns = ("group=Team", "category=Cat", "tags=Tags", "--zone", "UTC", "--by", "priority")
    code, text, err = run(capsys, "report", path, *SPANS[:-1], *columns, *options.split(), "--json")
    assert (code, err) == (0, "")
    page = json.loads(text)
    assert page["volume"][-1]["opened"] == n
    means = [r["value"] for r in page["kpis"]["rows"] if r["kpi"] == "mean_time_to_resolve"]
    assert means[-1] == mean


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--where month=April", "month= one such as 2026-06"),
        ("--where week=14", "week= one such as 2026-W23"),
        ("--where tags=c", "a value that a record has: a, b"),
        ("--where category=Nett", "a value that a record has: Mail, Net/VPN"),
        ("--where priority=high --where group=Nett", "a value that a record has: App, Net"),
        ("--since yesterday", "--since: got 'yesterday'; allowed: an ISO time"),
        ("--fail-on mean_time_to_resolve>90m", "and a number, which counts hours for a time"),
    ],
)
def test_a_choice_that_cannot_be_meant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: str, says: str
) -> None:
    path = tmp_path / "choices.csv"
    path.write_text(CHOICES, encoding="utf-8")
    columns = ("group=Team", "category=Cat", "tags=Tags", "--zone", "UTC")
    code, _, err = run(capsys, "report", path, *SPANS[:-1], *columns, *options.split())
    assert code == 2
    assert says in err


def test_without_a_zone_the_periods_are_of_utc(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One of the three records was opened in April."""
    path = tmp_path / "choices.csv"
    path.write_text(CHOICES, encoding="utf-8")
    asked = ("report", path, *SPANS, "--where", "month=2026-04", "--by", "month")
    code, page, _ = run(capsys, *asked)
    assert code == 0
    assert [(row["month"], row["opened"]) for row in json.loads(page)["volume"]] == [
        ("2026-04", 1),
        ("(all)", 1),
    ]


def test_a_table_without_records_has_no_value_to_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With an instant to report on, a file of headings alone is an empty page."""
    path = tmp_path / "none.csv"
    path.write_text(CHOICES.splitlines()[0], encoding="utf-8")
    options = ("--as-of", "2026-06-01", "--where", "group=Net")
    code, page, err = run(capsys, "report", path, *SPANS[:-1], "group=Team", "--json", *options)
    assert (code, err, json.loads(page)["volume"]) == (0, "", [])


@pytest.mark.parametrize("where", ["custom.Floor=3", "custom.VIP=true", "custom.VIP=True"])
def test_numbers_and_truths_of_json_are_chosen_by_their_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, where: str
) -> None:
    """The value 3 was refused, with 3 as the nearest one that a record has."""
    path = tmp_path / "list.json"
    rows = [{"Key": n, "Raised": "2026-03-02T09:00Z", "Floor": n, "VIP": n == 3} for n in (3, 4)]
    path.write_text(json.dumps(rows), encoding="utf-8")
    asked = ("report", path, "--map", "id=Key", "opened=Raised", "--json", "--where", where)
    code, text, _ = run(capsys, *asked)
    assert (code, json.loads(text)["volume"][-1]["opened"]) == (0, 1)


def test_groups_and_sections_may_be_given_one_by_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The last one alone counted. Hours of a limit may be named."""
    path = tmp_path / "choices.csv"
    path.write_text(CHOICES, encoding="utf-8")
    asked = ("report", path, *SPANS[:-1], "group=Team", "--zone", "UTC", "--json")
    by = ("--by", "priority", "--by", "group", "--only", "kpis", "--only", "volume")
    code, text, _ = run(capsys, *asked, *by)
    page = json.loads(text)
    assert (code, list(page)[-2:]) == (0, ["kpis", "volume"])
    assert {"priority", "assignment_group"} <= {*page["volume"][0]}
    assert run(capsys, *asked, "--fail-on", "mean_time_to_resolve > 3.9h")[0] == 1


def test_words_with_an_equals_sign(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As columns prints them; the last sign separates a word from its meaning."""
    path = tmp_path / "signs.csv"
    path.write_text("Key,Raised,State,Prio\nA,2026-03-02 09:00,a=b,Sev=1\n", encoding="utf-8")
    words = ("--states", "a=b=on_hold", "--levels", "priority.Sev=1=high")
    asked = ("--map", "id=Key", "opened=Raised", "state=State", "priority=Prio", "--zone", "UTC")
    code, text, _ = run(capsys, "report", path, *asked, *words, "--json", "--by", "state,priority")
    first = json.loads(text)["volume"][0]
    assert (code, first["state"], first["priority"]) == (0, "on_hold", "high")


def test_a_heading_with_dots_is_one_field(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each record was in the group without a value."""
    path = tmp_path / "dots.csv"
    rows = "A,2026-03-02 09:00,x,1\nB,2026-03-02 09:00,y,2\n"
    path.write_text(f"Key,Raised,Res. Code,Nr.\n{rows}", encoding="utf-8")
    asked = ("report", path, "--map", "id=Key", "opened=Raised", "--zone", "UTC", "--json")
    for name, values in (("custom.Res. Code", ["x", "y"]), ("custom.Nr.", ["1", "2"])):
        code, text, _ = run(capsys, *asked, "--by", name)
        assert (code, [row[name] for row in json.loads(text)["volume"]]) == (0, [*values, "(all)"])
        code, text, _ = run(capsys, *asked, "--where", f"{name}={values[0]}")
        assert (code, json.loads(text)["volume"][-1]["opened"]) == (0, 1)


def test_a_heading_with_a_comma_is_one_field(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """In quotes beside other names; --where takes one name, which needs none."""
    path = tmp_path / "commas.csv"
    rows = 'A,2026-03-02 09:00,"Bonn, 2"\nB,2026-03-02 09:00,"Ulm, 1"\n'
    path.write_text(f'Key,Raised,"Site, floor"\n{rows}', encoding="utf-8")
    form = ("--map", "id=Key", "opened=Raised", "--zone", "Europe/Berlin", "--json")
    asked = ("report", path, *form, "--as-of", "2026-03-03 09:00")
    code, text, _ = run(capsys, *asked, "--by", '"custom.Site, floor",month')
    seen = [(row["custom.Site, floor"], row["month"]) for row in json.loads(text)["volume"]]
    assert (code, seen[:2]) == (0, [("Bonn, 2", "2026-03"), ("Ulm, 1", "2026-03")])
    assert json.loads(text)["about"]["as of"] == "2026-03-03T09:00:00+01:00"
    code, text, _ = run(capsys, *asked, "--where", "custom.Site, floor=Bonn, 2")
    assert (code, json.loads(text)["volume"][-1]["opened"]) == (0, 1)
    by = ("--by", '"custom.Site, floor","priority+custom.Site, floor"')
    code, text, _ = run(capsys, "problems", path, *form, *by)
    found = [one["dimension"] for one in json.loads(text)["candidates"]["dimensions"]]
    assert found == [["custom.Site, floor"], ["priority", "custom.Site, floor"]]


@pytest.mark.parametrize("heading", ["a=b", 'a"=b', "a+b", "a + b", "a+priority,b=c"])
def test_a_heading_with_signs_of_the_options_is_one_field(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, heading: str
) -> None:
    """In quotes: ``--where custom.a=b=x`` asked whether the column a is b=x."""
    path = tmp_path / "signs.csv"
    named = f'"custom.{heading}"'.replace('a"', 'a""')
    head = named.replace("custom.", "")
    path.write_text(f"Key,Raised,{head}\nA,2026-03-02 09:00,x=1\nB,2026-03-02 09:00,y\n", "utf-8")
    asked = (path, "--map", "id=Key", "opened=Raised", "--zone", "UTC", "--json")
    code, text, _ = run(capsys, "report", *asked, "--where", f"{named} = x=1", "--by", named)
    seen = [(row[f"custom.{heading}"], row["opened"]) for row in json.loads(text)["volume"]]
    assert (code, seen) == (0, [("x=1", 1), ("(all)", 1)])
    if "priority" not in heading:  # which means a pair
        code, text, _ = run(capsys, "problems", *asked, "--by", named)
        found = [one["dimension"] for one in json.loads(text)["candidates"]["dimensions"]]
        assert (code, found) == (0, [[f"custom.{heading}"]])


def test_a_column_is_meant_by_custom(capsys: pytest.CaptureFixture[str], table: Path) -> None:
    """The error about a heading that is no field says how to write it."""
    for option in (("--by", "Color"), ("--where", "Color=red")):
        code, _, err = run(capsys, "report", table, *MAP, *option)
        assert code == 2
        assert f"{option[0]}: got 'Color'; allowed: a field of records, or custom.Color" in err


def test_a_report_on_no_record_is_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """None is counted, and nothing measured: both tests hold, where the figures were unknown."""
    path = tmp_path / "choices.csv"
    path.write_text(CHOICES, encoding="utf-8")
    asked = ("report", path, *SPANS[:-1], "--zone", "UTC", "--since", "2027-01-01")
    code, _, err = run(
        capsys, *asked, "--fail-on", "volume<1", "--fail-on", "mean_time_to_resolve>4"
    )
    assert code == 1
    assert err.splitlines() == [
        "incidentcore: volume is 0, which is < 1",
        "incidentcore: mean_time_to_resolve has no value",
    ]
