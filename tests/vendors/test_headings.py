"""Fields guessed from headings, and headings found below title lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidentcore.cli import main
from incidentcore.vendors import describe_columns, open_table, read_table
from incidentcore.vendors.headings import date_and_time, heading_row

OPENED = "2026-03-02 09:00"


@pytest.mark.parametrize(
    ("heading", "cell", "field"),
    [
        ("Resolved", "2d 3h", ""),
        ("Solved", "PT5H", ""),
        ("First Response", "1h 30m", ""),
        ("First Response", "2 days, 3:00:00", ""),
        ("Gelöst", "2 Tage 3 Std.", ""),
        ("Fermé", "3 heures", ""),
        ("Closed", "0,5", ""),
        ("Resolved", "90", ""),
        ("Resolved", "0", ""),
        ("Resolved", "46083.375", "resolved"),
        ("Resolved", "1772442000", "resolved"),
        ("Resolved", "2 March 2026", "resolved"),
        ("Wichtigkeit", "hoch", "priority"),
        ("Importance", "high", "priority"),
        ("Importancia", "alta", "priority"),
        ("End Time", OPENED, "resolved"),
    ],
)
def test_a_heading_with_a_cell(tmp_path: Path, heading: str, cell: str, field: str) -> None:
    """A number or a duration is no time, whatever its column is called."""
    path = tmp_path / "list.csv"
    path.write_text(f"Number;Opened;{heading}\n1;{OPENED};{cell}\n", encoding="utf-8")
    assert describe_columns(path).columns[2].field == field


TITLES = {
    "Report: Incidents\nGenerated 2026-04-01\n\nNumber,Opened\n": "'Report: Incidents', 'Generated",
    "Report, March 2026\n\nNumber,Opened,State\n": "'Report March 2026'",
    "Report: Incidents;;\n;;\nNumber;Opened;State\n": "'Report: Incidents'",
    "From:,2026-03-01\nTo:,2026-03-31\n\nNumber,Opened,State\n": "'From: 2026-03-01', 'To: 2026",
    "Report for Net, App, DB\n\nNumber,Opened,State,Prio\n": "'Report for Net App DB'",
    "Filter;Status = all\n;\nTicket;Erstellt\n": "'Filter Status = all'",
    "Vorfälle\nAnlage;Beginn A;Ende A\n": "'Vorfälle'",  # three words, which no table knows
}


@pytest.mark.parametrize(("text", "named"), TITLES.items())
def test_title_lines_are_left_out_and_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(path)
    headings = text.splitlines()[-1]
    assert table.columns == tuple(headings.replace(";", ",").split(","))
    assert named in dict(table.notes)["title_lines"]


def test_rows_below_a_title_are_read_as_without_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Report\n\nNumber;Opened\nA;{OPENED}\nB;{OPENED}\n", encoding="utf-8")
    reading = read_table(path, {"id": "Number", "opened": "Opened"}, zone="UTC")
    assert [incident.id for incident in reading] == ["A", "B"]
    assert list(reading.findings.counts) == ["title_lines", "detected_delimiter"]
    assert main(["report", str(path), "--map", "id=Number", "opened=Opened", "--zone=UTC"]) == 0


@pytest.mark.parametrize(
    "rows",
    [
        [["Number"], ["A"], ["B"]],
        [["Number", "Opened"], ["A", OPENED, "too many"]],
        [["Number", "Opened"], [], ["A", OPENED, "x"]],
        [["A", "B"], ["Number", "Opened"]],  # as wide as the first: either may be the headings
        [["Key"], ["1", "x", "y"]],
        [["Number", "Note"], [], ["Number", "Opened"]],
        [["Note"], ["x", "x", "y"]],
        [],
    ],
)
def test_what_is_not_beyond_doubt_is_left(rows: list[list[str]]) -> None:
    assert heading_row(rows) == 0


def test_an_error_near_the_top_is_placed_as_before(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"Number\nA\nB\0\n")
    rows = open_table(path).rows
    assert next(rows) == (1, ["A"])
    with pytest.raises(Exception, match=r"a NUL character, which is not text @ row 2"):
        next(rows)


TOOLS = {  # headings of exports, and the fields in their order
    "Ticket No.;Title;Create Date/Time;Complete Date/Time;Queue": "id title opened resolved group",
    "Ticket #;Summary;Date Entered;Date Closed;Board": "id title opened closed group",
    "Anfrage-ID;Betreff;Erstellungszeit;Gelöst um;Status": "id title opened resolved state",
    "Incident Number;Current Phase;Start Time;Acked Time;Resolved Time": (
        "id state opened acknowledged resolved"
    ),
    "T#;Titel;Stage;Create Date;Helpdesk Team": "id title state opened group",
    "N° de ticket;Brève description;Ouvert;Résolu": "id title opened resolved",
    "Nº de incidencia;Fecha de creación;Fecha de solución": "id opened resolved",
    "Vorgangsnr.;Problem;Datum;Erledigt am": "id title opened resolved",
}


@pytest.mark.parametrize(("heads", "fields"), TOOLS.items())
def test_headings_of_more_tools(tmp_path: Path, heads: str, fields: str) -> None:
    path = tmp_path / "list.csv"
    cells = ";".join("02.03.2026 09:00" for _ in heads.split(";"))
    path.write_text(f"{heads}\n{cells}\n", encoding="utf-8")
    assert " ".join(column.field for column in describe_columns(path).columns) == fields


@pytest.mark.parametrize(
    ("day", "clock", "is_one"),
    [
        ("Open Date", "Open Time", True),
        ("Open Date", "Open Date", False),
        ("Open Date", "open_date", False),
        ("Open Date", "Close Time", False),
    ],
)
def test_a_date_and_its_time_of_day_have_headings_of_one_moment(
    day: str, clock: str, *, is_one: bool
) -> None:
    """Two columns of one heading are no pair."""
    assert date_and_time(day, clock) is is_one
    assert date_and_time(clock, day) is is_one
