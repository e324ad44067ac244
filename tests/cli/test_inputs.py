"""What the commands share: instants of options, and how a file is read."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from incidentcore.cli import main
from incidentcore.cli.inputs import instant_of, reading_options, start_of_today
from incidentcore.errors import InvalidValueError


def test_an_instant_without_an_offset_is_in_the_zone() -> None:
    """09:00 in Berlin is 07:00 UTC in June; without a zone it is UTC."""
    options = Namespace(now="2026-06-01T09:00")

    assert datetime(2026, 6, 1, 7, tzinfo=UTC) == instant_of(
        options, "now", ZoneInfo("Europe/Berlin")
    )
    assert datetime(2026, 6, 1, 9, tzinfo=UTC) == instant_of(options, "now", None)


def test_today_starts_at_midnight_of_the_zone() -> None:
    """A command that looks from today prints the same at every hour of it."""
    zone = ZoneInfo("Asia/Tokyo")
    before, start, after = datetime.now(zone), start_of_today(zone), datetime.now(zone)
    assert start.tzinfo is zone
    assert f"{start:%H:%M:%S.%f}" == "00:00:00.000000"
    assert before.date() <= start.date() <= after.date()


def test_a_text_that_is_not_a_time_names_its_option() -> None:
    """The option is what its user typed."""
    for text in ("soon", "2026-06-01 16.30"):
        with pytest.raises(InvalidValueError, match="--as-of"):
            instant_of(Namespace(as_of=text), "as_of", None)


def test_a_mapping_makes_a_file_a_table() -> None:
    """Without a profile and a mapping it is an audit log."""
    plain = {"profile": None, "zone": None, "time_format": None}
    options = reading_options(Namespace(map=["id=Number"], **plain))

    assert (options["profile"], options["mapping"]) == ("table", {"id": "Number"})
    assert reading_options(Namespace(map=None, **plain))["profile"] == "servicenow-audit"


def test_a_file_of_a_tool_is_named_where_nothing_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its profile is in the error, in place of a mapping."""
    path = tmp_path / "issues.json"
    path.write_text(json.dumps([{"key": "A-1", "fields": {}}]), encoding="utf-8")
    assert main(["report", str(path)]) == 2
    assert capsys.readouterr().err.endswith("; it looks like --profile jira\n")


def test_the_finding_that_left_the_record_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the first of any, such as an unknown actor."""
    path = tmp_path / "ticket.json"
    path.write_text(json.dumps({"id": 1, "subject": "x"}), encoding="utf-8")
    assert main(["report", str(path), "--profile", "happyfox"]) == 2
    assert "first: 1: no_opening; record left out" in capsys.readouterr().err
