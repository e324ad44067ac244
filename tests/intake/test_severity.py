"""Severities by a table."""

from __future__ import annotations

import pytest

from incidentcore.intake import SeverityRow, SeverityTable
from incidentcore.intake.severity import STANDARD_SEVERITIES
from incidentcore.values import Impact, Level, Urgency


def test_severities_by_a_table():
    """Words are compared without case; the unknown one is the default's, and worse is earlier."""
    table = STANDARD_SEVERITIES
    assert table.row("PAGE").urgency == Urgency.HIGH
    assert table.row("strange") == table.row("warning") == table.row("")
    assert table.rank("critical") < table.rank("warning") < table.rank("info")
    own = SeverityTable([SeverityRow("p1", Impact.HIGH, Urgency.LOW)], default="P1")
    assert own.row("anything").urgency == Urgency.LOW


@pytest.mark.parametrize(
    ("words", "impact", "urgency"),
    [
        ("critical fatal emergency emerg alert page disaster", Impact.HIGH, Urgency.HIGH),
        ("error err high major", Impact.MEDIUM, Urgency.HIGH),
        ("warning warn medium average", Impact.MEDIUM, Urgency.MEDIUM),
        ("minor low ticket", Impact.LOW, Urgency.MEDIUM),
        ("info informational notice none debug ok", Impact.LOW, Urgency.LOW),
    ],
)
def test_the_words_of_monitoring_tools(words: str, impact: Level, urgency: Level) -> None:
    """Syslog says emerg, alert and notice, Zabbix disaster, high and average, others page."""
    for word in words.split():
        row = STANDARD_SEVERITIES.row(word)
        assert word in row.words
        assert (row.impact, row.urgency) == (impact, urgency)


def test_the_words_of_the_middle_row() -> None:
    """Words that monitoring tools use for the same are one row."""
    rows = {STANDARD_SEVERITIES.rank(word) for word in ("warning", "warn", "medium", "average")}

    assert len(rows) == 1
    assert "medium" in STANDARD_SEVERITIES.row("warning").words
