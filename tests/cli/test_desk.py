"""The commands on a desk file: exit codes for CI, the page to sign, one record explained."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidentcore.cli import main
from incidentcore.demo import DEMO_DESK, demo_desk
from incidentcore.desk import dump_desk, load_desk
from incidentcore.records import Incident
from incidentcore.serialization import dumps
from incidentcore.values import Impact, Urgency

CLEAN = """
desk = 1
name = "small"
zone = "Europe/Berlin"
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.all]
calendar = "office"
resolution = { critical = "4h", else = "8h" }
[[agreements]]
service = "all"
"""
NOW = ["--now", "2026-06-01T09:00Z"]


def written(folder: Path, text: str) -> str:
    path = folder / "desk.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_clean_file_is_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found, and said so."""
    assert main(["check", written(tmp_path, CLEAN), *NOW]) == 0
    assert capsys.readouterr().out == "nothing found\n"


def test_findings_are_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each, with its code first."""
    text = CLEAN.replace('critical = "4h", else = "8h"', 'critical = "4h"')
    assert main(["check", written(tmp_path, text), *NOW]) == 1
    assert capsys.readouterr().out.startswith("no_promise: services.all.resolution: no target for")


def test_a_refused_file_is_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault on a line of its own, on standard error."""
    text = CLEAN.replace("4h", "4 h").replace('calendar = "office"', 'calendar = "ofice"')
    assert main(["check", written(tmp_path, text), *NOW]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "line 8: services.all.calendar" in lines[0]
    assert "nearest: office" in lines[0]
    assert "line 9: services.all.resolution.critical" in lines[1]


def test_a_file_that_is_not_there_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    """As for every other command."""
    assert main(["check", "nowhere.toml"]) == 2
    assert "nowhere.toml" in capsys.readouterr().err


def test_the_page_has_every_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a customer would sign: hours, a table of targets, who has which service."""
    assert main(["show", written(tmp_path, CLEAN)]) == 0
    page = capsys.readouterr().out
    assert "| office | - | mon-fri 08:00-18:00 | - |" in page
    assert "| Clock | critical | high | moderate | low | planning | any other |" in page
    assert "| resolution | 4h | - | - | - | - | 8h |" in page
    assert "| 1 | all | all | sla |" in page


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
        "state new, priority critical",
        "clocks:",
        f"  all resolution critical: running; {clock}",
        "due: nothing",
        "look again: 2026-06-01 13:00 CEST",
    ]


def test_code_is_named_for_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that names a callable is checked without it, by its name."""
    text = f'{CLEAN}[categories]\ncode = "guess"\n'
    assert main(["check", written(tmp_path, text), *NOW]) == 2
    assert "guess" in capsys.readouterr().err
    assert main(["check", written(tmp_path, text), "--code", "guess", *NOW]) == 0


def test_the_demonstration_prints_the_file_that_it_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """``demo --desk`` prints it; it is the desk of the demonstration, and survives a dump."""
    assert main(["demo", "--desk"]) == 0
    text = capsys.readouterr().out
    assert text.strip() == DEMO_DESK.strip()
    assert load_desk(text) == demo_desk() == load_desk(dump_desk(demo_desk()))
