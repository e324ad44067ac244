"""``python -m incidentcore explain``: records from JSON or from a file, with each clock's lines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidentcore.cli import main
from incidentcore.desk import load_desk
from incidentcore.records import Incident
from incidentcore.serialization import dumps
from incidentcore.values import Impact, Urgency

from .test_desk import CLEAN, written

IMPORT = """
[import]
profile = "table"
map = { id = "Key", opened = "In", resolved = "Out", priority = "Level" }
"""
ROWS = """Key,In,Out,Level
A-1,2026-06-01T09:00,2026-06-01T11:30,high
A-2,2026-06-01T16:00,,critical
A-3,2026-06-02T09:00,2026-06-02T10:00,low
"""


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "tickets.csv"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def test_records_of_a_file_are_explained(
    tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of --id, at the file's latest instant: Tuesday 10:00, four of four hours."""
    assert main(["explain", written(tmp_path, CLEAN + IMPORT), table, "--id", "A-2", "A-1"]) == 0
    second, first = capsys.readouterr().out.split("\n\n")
    assert second.splitlines()[:2] == ["A-2", "as of 2026-06-02 10:00 CEST (Europe/Berlin)"]
    assert "elapsed 4:00 of 4:00" in second  # from 16:00 to 18:00, and from 8:00 to 10:00
    assert first.startswith("A-1\n")
    assert "stopped; elapsed 2:30 of 8:00, remaining 5:30; met, due Mon  1 Jun 17:00" in first


def test_a_file_is_explained_at_an_instant(
    tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 10:00 in Berlin the first had used one hour, and had not been resolved."""
    command = ["explain", written(tmp_path, CLEAN + IMPORT), table, "--id", "A-1", "--now"]
    assert main([*command, "2026-06-01T10:00"]) == 0
    assert "running; elapsed 1:00 of 8:00, remaining 7:00" in capsys.readouterr().out


def test_the_lines_of_each_clock(
    tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What counted, and what was closed: the night between two days of two hours each."""
    command = ["explain", written(tmp_path, CLEAN + IMPORT), table, "--id", "A-2", "--trace"]
    assert main(command) == 0
    lines = [
        " ".join(line.split()) for line in capsys.readouterr().out.split("\n\n")[1].splitlines()
    ]
    assert lines == [
        "all resolution critical",
        "Mon 1 Jun 16:00 - Mon 1 Jun 18:00 counting 2:00",
        "Mon 1 Jun 18:00 - Tue 2 Jun 08:00 closed: out of hours",
        "Tue 2 Jun 08:00 - Tue 2 Jun 10:00 counting 2:00",
        "elapsed 4:00 of 4:00, remaining 0:00; due Tue 2 Jun 10:00",
    ]


WAYS = "allowed: FILE with --id ID, or --record RECORD.json alone"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], f"explain: got 'neither'; {WAYS}"),
        (["FILE"], f"explain: got 'FILE alone'; {WAYS}"),
        (["--id", "A-1"], f"explain: got '--id alone'; {WAYS}"),
        (["FILE", "--record", "r.json"], f"explain: got 'FILE and --record'; {WAYS}"),
        (
            ["FILE", "--id", "A-1", "--record", "r.json"],
            f"explain: got 'FILE and --id and --record'; {WAYS}",
        ),
        (["FILE", "--id", "A1"], "--id: got 'A1'; allowed: an id of FILE; nearest: A-1"),
    ],
)
def test_what_is_explained_has_to_be_said(
    tmp_path: Path,
    table: str,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
) -> None:
    """Either records of a file, by their ids, or records of their own files."""
    given = [table if one == "FILE" else one for one in options]
    assert main(["explain", written(tmp_path, CLEAN + IMPORT), *given]) == 2
    assert said in capsys.readouterr().err


def test_a_record_is_not_explained_before_its_opening(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It had clocks without a name, to which no SLA applied."""
    incident = Incident.open(
        id="INC-1", title="x", by="kim", at=datetime(2026, 6, 1, 7, tzinfo=UTC)
    )
    record = tmp_path / "record.json"
    record.write_text(dumps(incident), encoding="utf-8")
    command = ["explain", written(tmp_path, CLEAN), "--record", str(record), "--now"]
    assert main([*command, "2026-06-01T06:59:59Z"]) == 2
    assert (
        "allowed: 2026-06-01 09:00 CEST, the opening of INC-1, or later" in capsys.readouterr().err
    )
    assert main([*command, "2026-06-01T07:00Z"]) == 0


def test_a_record_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of several files, the one that is meant: it said "not JSON" alone."""
    table = tmp_path / "c.csv"
    table.write_text("id,opened\n", encoding="utf-8")
    assert main(["explain", written(tmp_path, CLEAN), "--record", str(table)]) == 2
    assert capsys.readouterr().err.startswith(f"incidentcore: {table}: not JSON: ")


def test_a_record_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Opened Monday 09:00 in Berlin, critical, four hours: due 13:00, looked at 12:00."""
    incident = load_desk(CLEAN).open(
        Incident,
        id="INC-1",
        title="Mail is down",
        by="kim",
        at=datetime(2026, 6, 1, 7, tzinfo=UTC),
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
    )
    record = tmp_path / "record.json"
    record.write_text(dumps(incident), encoding="utf-8")
    desk = written(tmp_path, CLEAN)
    assert main(["explain", desk, "--record", str(record), "--now", "2026-06-01T10:00Z"]) == 0
    clock = "elapsed 3:00 of 4:00, remaining 1:00; due Mon  1 Jun 13:00"
    assert capsys.readouterr().out.splitlines() == [
        "INC-1: Mail is down",
        "as of 2026-06-01 12:00 CEST (Europe/Berlin)",
        "state new, priority critical",
        "clocks:",
        f"  all resolution critical: running; {clock}",
        "due: nothing",
        "next, unless something happens:",
        "  2026-06-01 13:00 CEST sla.due: the resolution clock is due",
        "look again: 2026-06-01 13:00 CEST",
    ]
    command = ["explain", desk, "--record", str(record), "--now", "2026-06-01T10Z", "--words", "de"]
    assert main(command) == 0
    assert "Zustand new, Priorität critical" in capsys.readouterr().out
    assert (
        main(["explain", desk, "--record", str(record), str(record), "--now", "2026-06-01T10Z"])
        == 0
    )
    one, two = capsys.readouterr().out.split("\n\n")
    assert one.strip() == two.strip()


def test_now_without_an_offset_is_in_the_desk_s_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten in Berlin in summer is 08:00Z, and the output states its zone."""
    record = tmp_path / "record.json"
    opened = datetime(2026, 6, 1, 7, tzinfo=UTC)
    incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    record.write_text(dumps(incident), encoding="utf-8")
    command = ["explain", written(tmp_path, CLEAN), "--record", str(record), "--now"]
    assert main([*command, "2026-06-01T10:00"]) == 0
    local = capsys.readouterr().out
    assert "as of 2026-06-01 10:00 CEST (Europe/Berlin)" in local
    assert main([*command, "2026-06-01T08:00Z"]) == 0
    assert capsys.readouterr().out == local
    assert main([*command, "ten"]) == 2
    assert "such as 2026-06-01T09:00Z" in capsys.readouterr().err
