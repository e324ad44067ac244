"""The sheet of a spreadsheet that is read, and from which row on."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore.cli import main
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors import describe_columns, read_events, read_table
from incidentcore.vendors.kit import Times
from incidentcore.vendors.spreadsheet import read_sheet

openpyxl = pytest.importorskip("openpyxl")

HEADS = ["Number", "Opened", "Resolved"]
NINE = datetime(2026, 3, 2, 9)  # noqa: DTZ001  cells have no zone
TEN = NINE.replace(hour=10)
MAPPING = {"id": "Number", "opened": "Opened", "resolved": "Resolved"}


def book(path: Path, merged: str = "", **sheets: list[list[Any]]) -> Path:
    whole = openpyxl.Workbook()
    whole.remove(whole.active)
    for name, rows in sheets.items():
        sheet = whole.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if merged:
            sheet.merge_cells(merged)
    whole.save(path)
    return path


def read(path: Path, **options: Any) -> tuple[dict[str, str], list[str]]:
    reading = read_table(path, MAPPING, zone="UTC", **options)
    hours = {
        one.id: f"{one.opened_at:%d %H}-{one.resolved_at or one.opened_at:%H}" for one in reading
    }
    return hours, [str(one) for one in reading.findings]


def test_title_rows_above_the_headings(tmp_path: Path) -> None:
    rows = [["Incidents of March", None, None], ["Generated: 2026-04-01"], [], HEADS]
    path = book(tmp_path / "a.xlsx", "A1:C1", S=[*rows, ["A", NINE, TEN]])
    hours, findings = read(path)
    assert hours == {"A": "02 09-10"}
    assert "'Incidents of March', 'Generated: 2026-04-01'" in findings[0]
    assert "Incidents of March" in str(describe_columns(path))


def test_the_sheet_with_the_tickets_is_read_and_the_others_named(tmp_path: Path) -> None:
    """Also where it is not the first; nothing of another one is dropped without a word."""
    rows = [HEADS, ["A", NINE, TEN]]
    cover = book(tmp_path / "a.xlsx", Cover=[["Report"], ["for March"]], Tickets=rows, Empty=[])
    hours, findings = read(cover)
    assert hours == {"A": "02 09-10"}
    assert "sheet 'Tickets' is read; not read: 'Cover'" in findings[0]
    both = book(tmp_path / "b.xlsx", Tickets=rows, Archive=[HEADS, ["B", NINE, TEN]])
    hours, findings = read(both)
    assert list(hours) == ["A"]
    assert "'Archive'" in findings[0]
    assert "'Archive'" in str(describe_columns(both))
    assert read(book(tmp_path / "c.xlsx", S=rows))[1] == []


def test_headings_are_looked_for_in_so_many_rows(tmp_path: Path) -> None:
    """Below thirty titles they are found, and below one more they are not."""
    titles = [[f"Title {number}"] for number in range(31)]
    path = book(tmp_path / "a.xlsx", S=[*titles[:30], *ROWS])
    assert read(path)[0] == {"A": "02 09-10"}
    with pytest.raises(FormatError, match="the header has 'Title 0'"):
        read(book(tmp_path / "b.xlsx", S=[*titles, *ROWS]))


def test_a_single_word_is_no_row_of_headings(tmp_path: Path) -> None:
    """A cover that says "Number" is not the sheet of the tickets."""
    path = book(tmp_path / "a.xlsx", Cover=[["Number"], ["7"]], Tickets=ROWS)
    assert read(path)[0] == {"A": "02 09-10"}
    reading = read_table(path, MAPPING, zone="UTC")
    assert len(list(reading)) == 1
    assert [one.code for one in reading.findings] == ["other_sheets"]


def test_a_spreadsheet_may_have_as_many_bytes_as_are_allowed(tmp_path: Path) -> None:
    """Unpacked; one fewer is too few for it."""
    path = book(tmp_path / "a.xlsx", S=ROWS)
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    assert read_sheet(path, size)[0] == tuple(HEADS)
    with pytest.raises(FormatError, match=f"more than {size - 1:,} bytes"):
        read_sheet(path, size - 1)
    with pytest.raises(FormatError, match="must name the columns @ header"):
        read_sheet(book(tmp_path / "b.xlsx", S=[]), size)


def test_a_long_sheet_is_read_in_its_order(tmp_path: Path) -> None:
    """Those rows too that were not looked at for headings."""
    rows = [[f"{number:02}", NINE, TEN] for number in range(40)]
    hours, _ = read(book(tmp_path / "a.xlsx", S=[["Incidents"], HEADS, *rows]))
    assert list(hours) == [row[0] for row in rows]


def test_days_as_numbers_are_read_as_excel_counts_them(tmp_path: Path) -> None:
    """46083 is 2 March 2026; its 0.375 is nine o'clock by the wall clock of the zone."""
    path = book(tmp_path / "a.xlsx", S=[HEADS, ["A", 46083.375, 46083.416666667]])
    assert read(path, formats="excel")[0] == {"A": "02 09-10"}
    [finding] = read(path)[1]
    assert "unreadable_time" in finding


ROWS = [HEADS, ["A", NINE, TEN]]
OLDER = [HEADS, ["B", NINE, TEN]]


def test_a_sheet_is_chosen_by_its_name_or_its_place(tmp_path: Path) -> None:
    """Without a finding on the others, which the caller knows; a name wins over a place."""
    path = book(tmp_path / "a.xlsx", **{"Tickets": ROWS, "Archive 2025": OLDER, "1": OLDER})
    for sheet in ("Archive 2025", "archive 2025 ", "2", 2, "1"):
        hours, findings = read(path, sheet=sheet)
        assert (list(hours), findings) == (["B"], []), sheet
    assert list(read(path, sheet=1)[0]) == ["A"]


@pytest.mark.parametrize("sheet", ["Archiv", 0, 3, "3", True, "", 1.5])
def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(
    tmp_path: Path, sheet: Any
) -> None:
    path = book(tmp_path / "a.xlsx", Tickets=ROWS, Archive=OLDER)
    with pytest.raises(InvalidValueError, match="one of 'Tickets', 'Archive', or its place from 1"):
        read_table(path, MAPPING, sheet=sheet)


def test_a_sheet_needs_a_spreadsheet(tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_text("Number,Opened,Resolved\nA,2026-03-02,\n", "utf-8")
    for source in (text, str(text), ["Number,Opened,Resolved", "A,2026-03-02,"]):
        with pytest.raises(InvalidValueError, match="only with a spreadsheet"):
            read_table(source, MAPPING, sheet="Tickets")


def test_an_empty_sheet_is_named(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Tickets=ROWS, Empty=[])
    with pytest.raises(FormatError, match=r"no header: .* @ sheet Empty"):
        read_table(path, MAPPING, sheet="Empty")


def test_the_commands_read_the_sheet_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the option, or by the desk file; an event log in a sheet too."""
    log = [["case", "what", "when"], ["C", "New", NINE], ["C", "Resolved", TEN]]
    path = str(
        book(tmp_path / "a.xlsx", Tickets=ROWS, Archive=[*OLDER, ["C", NINE, None]], Log=log)
    )
    mapped = ["--map", *(f"{name}={column}" for name, column in MAPPING.items()), "--zone", "UTC"]

    def n(*options: str) -> int:
        assert main(["report", path, "--json", *options]) == 0, capsys.readouterr().err
        return int(json.loads(capsys.readouterr().out)["volume"][-1]["opened"])

    assert [n(*mapped), n(*mapped, "--sheet", "Archive"), n(*mapped, "--sheet", "2")] == [1, 2, 2]
    events = ["--map", "case=case", "activity=what", "at=when", "--zone", "UTC"]
    assert n("--profile", "events", *events, "--sheet", "Log") == 1
    desk = tmp_path / "d.toml"
    imports = 'profile = "table"\nmap = { id = "Number", opened = "Opened" }'
    head = f'desk = 1\nname = "x"\nzone = "UTC"\n[import]\n{imports}\nsheet = '
    for sheet, wanted in (('"Archive"', 2), ("2", 2), ("1", 1)):
        desk.write_text(head + sheet, "utf-8")
        assert n("--desk", str(desk)) == wanted
        assert n("--desk", str(desk), "--sheet", "Tickets") == 1
    assert main(["columns", path, "--sheet", "Archive"]) == 0
    text = capsys.readouterr().out
    assert "2 rows looked at" in text
    assert 'sheet = "Archive"' in text
    for command in (["columns", path], ["report", path, *mapped], ["problems", path, *mapped]):
        assert main([*command, "--sheet", "Tickts"]) == 2
        error = capsys.readouterr().err
        assert "'Tickets', 'Archive', 'Log'" in error
        assert "nearest: Tickets" in error


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    """It stood first, and was read in place of the one that people see."""
    path = book(tmp_path / "a.xlsx", Old=OLDER, Tickets=ROWS)
    whole = openpyxl.load_workbook(path)
    whole["Old"].sheet_state = "hidden"
    whole.save(path)
    hours, findings = read(path)
    assert list(hours) == ["A"]
    assert "sheet 'Tickets' is read; not read: 'Old'" in findings[0]
    assert list(read(path, sheet="Old")[0]) == ["B"]


def test_a_formula_that_was_never_computed_is_found(tmp_path: Path) -> None:
    """As programs write it: the cell has no value, and the ticket stayed open without a word."""
    path = book(tmp_path / "a.xlsx", S=[HEADS, ["A", NINE, "=B2+1"]])
    _, findings = read(path)
    assert "formula_without_value; cells with a formula that was never computed" in findings[0]
    assert read(book(tmp_path / "b.xlsx", S=ROWS))[1] == []


def test_line_breaks_and_other_spaces_in_headings(tmp_path: Path) -> None:
    """They are single spaces, so that a mapping can be copied and typed."""
    heads = ["Number", "Opened\n(UTC)", "Resolved\u00a0 at"]
    path = book(tmp_path / "a.xlsx", S=[heads, ["A", NINE, TEN]])
    text = tmp_path / "a.csv"
    text.write_text(
        'Number,"Opened\r\n(UTC)",Resolved\u00a0 at\nA,2026-03-02 09:00,2026-03-02 10:00\n'
    )
    for source in (path, text):
        page = describe_columns(source)
        assert [one.name for one in page.columns] == ["Number", "Opened (UTC)", "Resolved at"]
        assert [one.field for one in page.columns] == ["id", "opened", "resolved"]
        for opened, resolved in (("Opened (UTC)", "Resolved at"), tuple(heads[1:])):
            mapping = {"id": "Number", "opened": opened, "resolved": resolved}
            (record,) = read_table(source, mapping, zone="UTC")
            assert f"{record.opened_at:%H}-{record.resolved_at:%H}" == "09-10"


@pytest.mark.parametrize("size", ["A1", "A1:C1", "A1:C2", "B2:C3", "", "A1:XFD1048576"])
def test_a_sheet_is_as_large_as_its_rows(tmp_path: Path, size: str) -> None:
    """Some programs write another size at the beginning, such as that of the headings."""
    whole = book(tmp_path / "a.xlsx", S=[HEADS, ["A", NINE, TEN], ["B", NINE, None]])
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            stated = old.read(name).replace(b'<dimension ref="A1:C3" />', b"@")
            stated = stated.replace(b'<dimension ref="A1:C3"/>', b"@")
            assert name != "xl/worksheets/sheet1.xml" or b"@" in stated
            dimension = f'<dimension ref="{size}"/>' if size else ""
            new.writestr(name, stated.replace(b"@", dimension.encode()))
    assert read(path) == ({"A": "02 09-10", "B": "02 09-09"}, [])


def test_a_spreadsheet_in_the_strict_form_is_named(tmp_path: Path) -> None:
    """Its library reads no cell of it; the error said that there was no header."""
    whole = book(tmp_path / "a.xlsx", S=[HEADS, ["A", NINE, TEN]])
    main, strict = (
        "schemas.openxmlformats.org/spreadsheetml/2006",
        "purl.oclc.org/ooxml/spreadsheetml",
    )
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(main.encode(), strict.encode()))
    with pytest.raises(FormatError, match=r"Strict Open XML.*save it in the form Excel Workbook"):
        read(path)


def test_a_cell_that_is_merged_over_rows_counts_for_each(tmp_path: Path) -> None:
    """A team over three tickets, an id over two updates, and a heading over two rows."""
    rows = [
        ["Number", "Times", None, "Team"],
        [None, "Opened", "Resolved", None],
        ["A", NINE, TEN, "Net"],
        [None, NINE, None, None],
        ["B", NINE, None, None],
        ["C", NINE, None, "App"],
        [None, None, None, None],
    ]
    path = book(tmp_path / "a.xlsx", S=rows)
    whole = openpyxl.load_workbook(path)
    for cells in ("A1:A2", "B1:C1", "D1:D2", "A3:A4", "D3:D5", "D6:D9"):
        whole["S"].merge_cells(cells)
    whole.save(path)
    reading = read_table(path, MAPPING | {"group": "Team"}, zone="UTC")
    assert [(one.id, one.assignment_group) for one in reading] == [
        ("A", "Net"),
        ("B", "Net"),
        ("C", "App"),
    ]
    assert [finding.code for finding in reading.findings] == [
        "title_lines",
        "merged_cells",
        "duplicate_id",
    ]


def days(*numbers: int) -> list[Any]:
    """Return 2 March to 25 March, as a spreadsheet program of another country reads the list."""
    return [
        datetime(2026, n, 3, 9) if n <= 12 else f"{n:02}/03/2026 09:00"  # noqa: DTZ001
        for n in numbers
    ]


@pytest.mark.parametrize(
    ("cells", "is_swapped"),
    [
        (days(2, 5, 25), True),
        (days(25, 2, 5, 13, 14), True),
        ([*days(2, 5), "03/25/2026"], True),  # a program that reads the day first
        ([*days(2, 5), "25.03.26", None], True),
        (days(2, 25), False),  # one date may be right by chance
        (days(2, 5, 7), False),
        (days(13, 25), False),
        ([*days(2, 5, 25), datetime(2026, 3, 13)], False),  # noqa: DTZ001
        ([*days(2, 5, 25), "04/05/2026"], False),  # which would be a date as well
        ([*days(2, 5), "see 25/03/2026", "2026-03-25"], False),
    ],
)
def test_dates_whose_day_and_month_were_exchanged(
    tmp_path: Path, cells: list[Any], *, is_swapped: bool
) -> None:
    """2 March became 3 February without a word, where 25/03/2026 is no date of that order."""
    rows = [[f"T{n}", cell, None] for n, cell in enumerate(cells)]
    path = book(tmp_path / "a.xlsx", S=[HEADS, *rows])
    reading = read_table(path, MAPPING, zone="UTC", formats=("iso", "%d/%m/%Y %H:%M"))
    _ = list(reading)
    found = [str(one) for one in reading.findings if one.code == "swapped_dates"]
    assert [("'Opened'" in one, "'Resolved'" in one) for one in found] == [
        (True, False)
    ] * is_swapped
    assert ("are probably exchanged" in str(describe_columns(path))) is is_swapped


def test_exchanged_dates_of_an_event_log_and_of_a_long_sheet(tmp_path: Path) -> None:
    """What is noted while rows are read was lost for event logs; columns reads 200 rows."""
    cells = days(*range(1, 13), 25) * 20
    path = book(tmp_path / "a.xlsx", S=[HEADS, *([f"T{n}", c, None] for n, c in enumerate(cells))])
    assert "are probably exchanged" in str(describe_columns(path))
    form = Times("UTC", formats=("iso", "%d/%m/%Y %H:%M"))
    reading = read_events(path, case="Number", activity="Number", at="Opened", times=form)
    assert len(list(reading)) == 260
    assert reading.findings.counts["swapped_dates"] == 1
    text = b"case,what,when\n1,New,2026-03-02T08:00Z\n" + b"2,Gel\xf6st,2026-03-02T08:00Z\n"
    (tmp_path / "log.csv").write_bytes(text)
    logged = read_events(tmp_path / "log.csv", case="case", activity="what", at="when")
    assert len(list(logged)) == 2
    assert logged.findings.counts["detected_encoding"] == 1


def test_too_many_merged_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are kept while the sheet is read, so that their number has a bound."""
    path = book(tmp_path / "a.xlsx", S=[HEADS, *[["A", NINE, TEN]] * 9])
    whole = openpyxl.load_workbook(path)
    for row in (2, 5, 8):
        whole["S"].merge_cells(f"A{row}:A{row + 1}")
    whole.save(path)
    monkeypatch.setattr("incidentcore.vendors.spreadsheet._MOST_MERGED", 2)
    with pytest.raises(FormatError, match="more than 2 rows with merged cells"):
        read(path)


def test_a_spreadsheet_without_a_workbook_is_refused(tmp_path: Path) -> None:
    """The archive has the list of its parts, and none of them."""
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(FormatError, match=r"list\.xlsx"):
        read_table(path, {"id": "Key", "opened": "Created"})
