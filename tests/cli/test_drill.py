"""``incidentcore drill`` runs a file against its bot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from incidentcore.cli import main

NOW = ("--now", "2026-06-01T09:00")


def test_a_shipped_scenario_runs_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """The report is over at once without a speed."""
    assert main(["drill", "alert_storm", *NOW]) == 0

    text = capsys.readouterr().out
    assert text.startswith("After-action report: alert-storm\n")
    assert "Mon  1 Jun 2026 09:00 UTC" in text
    assert "3 met, 2 late, 1 open" in text


@pytest.mark.parametrize(("start", "shown"), [("09:00", "09:00 UTC"), ("09:00+02:00", "07:00 UTC")])
def test_a_start_without_an_offset_is_in_utc(
    start: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report and the help say so."""
    assert main(["drill", "alert_storm", "--now", f"2026-06-01T{start}"]) == 0
    assert f"Mon  1 Jun 2026 {shown}" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["drill", "--help"])
    assert "in UTC if it has no offset" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("form", "begins"), [("html", "<!DOCTYPE html>"), ("markdown", "# After-action")]
)
def test_it_prints_pages(form: str, begins: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each form is one document."""
    assert main(["drill", "tool_outage", *NOW, f"--{form}"]) == 0
    assert capsys.readouterr().out.startswith(begins)


def test_it_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    """For other programs."""
    assert main(["drill", "security_incident", *NOW, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines"][0]["result"] == "met"


def test_a_speed_shows_it_as_it_happens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 60 times the clock, an hour of the drill waits a minute in all."""
    waited: list[float] = []
    monkeypatch.setattr("incidentcore.cli.drill.sleep", waited.append)

    assert main(["drill", "alert_storm", *NOW, "--speed", "60"]) == 0
    assert sum(waited) == pytest.approx(60)
    text = capsys.readouterr().out
    assert text.splitlines()[0] == "  0:00  inject      alert: db1 does not answer"
    shown, _, report = text.partition("\n\n")  # a blank line before the report
    assert report.startswith("After-action report: alert-storm\n")
    assert "After-action" not in shown
    assert main(["drill", "alert_storm", *NOW, "--speed", "0"]) == 2
    assert "--speed" in capsys.readouterr().err


def test_show_prints_a_file_to_start_from(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What is printed runs as a file; what its lint finds goes to standard error."""
    assert main(["drill", "tool_outage", "--show"]) == 0
    path = tmp_path / "own.toml"
    text = capsys.readouterr().out.replace('checks = "work on paper"', "")
    path.write_text(text)

    assert main(["drill", str(path), *NOW]) == 0
    printed = capsys.readouterr()
    assert "1 met, 1 late, 2 missed" in printed.out
    assert printed.err.splitlines()[0].startswith("checks_nothing: inject 4")


def test_a_file_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With the code for wrong input."""
    assert main(["drill", "nowhere.toml"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", ["alertstorm", "alertstorm.toml"])
def test_a_misspelt_drill_is_answered_by_the_nearest(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drill", name]) == 2
    assert capsys.readouterr().err.rstrip().endswith("; nearest: alert_storm")
