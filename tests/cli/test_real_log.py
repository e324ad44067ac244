"""The report on the real audit log prints exactly the reference figures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.data

EXPECTED = """
opened_to_tool_resolved (all) 23,362 178.17 22.10 381.55
opened_to_tool_resolved critical 270 266.08 80.24 616.44
opened_to_tool_closed (all) 24,918 315.33 145.87 532.47
opened_to_not_new (all) 24,918 43.61 0.35 93.40
opened_to_not_new_first_seen_new (all) 16,397 66.24 3.22 144.78
tool_reopened 1.10 % 275 of 24,918 all incidents
tool_never_reassigned 54.37 % 13,549 of 24,918 all incidents
tool_first_contact_of_resolved 51.12 % 11,942 of 23,362 incidents with resolved_at
tool_first_contact_of_all 47.93 % 11,942 of 24,918 all incidents
tool_first_contact_unfiltered 54.13 % 13,487 of 24,918 all incidents, with or without resolved_at
tool_made_sla 63.42 % 15,803 of 24,918 all incidents
servicenow_audit: 31 of 64,033 state changes refused, in 29 incidents
"""


def test_the_report_prints_the_reference_figures(data_dir: Path) -> None:
    """Every figure of the data's description stands on the page, with its n and denominator."""
    log = data_dir / "uci_incident_event_log.csv.gz"
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-m", "incidentcore", "report", log],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    lines = {re.sub(r" +", " ", line.strip()) for line in done.stdout.splitlines()}
    assert set(EXPECTED.strip().splitlines()) <= lines
    assert "servicenow_audit_strict: 13,657 of 64,033 state changes refused" in done.stdout
    assert re.search(r"^first_row_not_new +8,521 ", done.stdout, re.MULTILINE)
    assert re.search(r"^closed_without_resolved_at +1,556 ", done.stdout, re.MULTILINE)
