"""The check of a whole desk runs on files, and finds what is broken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.errors import FormatError
from incidentcore.testing import check_whole_desk, checks_whole_desk

START = datetime(2026, 1, 1, tzinfo=UTC)
DESK = """
desk = 1
name = "small"
zone = "Europe/Berlin"
[calendars.office]
hours = { mon-fri = "09:00-17:00" }
[services.all]
calendar = "office"
response = "1h"
resolution = "8h"
[[agreements]]
service = "all"
"""


@pytest.mark.process
def test_a_desk_that_is_right_passes() -> None:
    """Its calendars, lifecycles and due items keep every law."""
    check_whole_desk(DESK, start=START, examples=20)


def test_a_finding_of_the_lint_fails_unless_it_is_accepted() -> None:
    """A calendar that nothing uses is named by its code."""
    spare = '[calendars.spare]\nhours = { mon = "09:00-12:00" }\n[services.all]'
    text = DESK.replace("[services.all]", spare)

    with pytest.raises(AssertionError, match=r"the desk's lint: .*spare"):
        check_whole_desk(text, start=START, examples=1)


def test_a_file_that_cannot_be_read_is_refused() -> None:
    """The error is that of ``load_desk``."""
    with pytest.raises(FormatError):
        check_whole_desk("desk = 1\nzone = 7", start=START)


def test_a_broken_law_names_the_rule_and_the_smallest_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An agenda that gives nothing is found with a record of one event."""

    class Silent(checks_whole_desk.Agenda):
        def due(self, *, now: datetime) -> tuple[()]:
            return ()

    monkeypatch.setattr(checks_whole_desk, "Agenda", Silent)
    with pytest.raises(AssertionError, match=r"agenda gives what is due.*R-1: \S+ opened by kim"):
        check_whole_desk(DESK, start=START, examples=60)
