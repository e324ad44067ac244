"""What the lint of a calendar finds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    Holiday,
)


def codes(calendar: BusinessCalendar, **fields: Any) -> list[tuple[str, str]]:
    return [(finding.subject, finding.code) for finding in calendar.lint(**fields)]


NIGHT: dict[str, Any] = {"zone": "UTC", "hours": {"mon-fri": "22:00-06:00"}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"holidays": ["2026-06-01"]}, [("2026-06-02", "orphan_tail")]),
        ({"special": {"2026-06-01": "09:00-12:00"}}, [("2026-06-02", "orphan_tail")]),
        ({"special": {"2026-06-01": "20:00-06:00"}}, []),
        ({"holidays": ["2026-06-01", "2026-06-02"]}, [("2026-06-03", "orphan_tail")]),
        (
            {"holidays": ["2026-06-06"]},
            [],
        ),  # Friday's night is open to midnight; C2 closes its tail
        ({"holidays": ["2026-12-31"]}, [("2027-01-01", "orphan_tail")]),
        ({"hours": {"mon-sun": "00:00-24:00"}, "holidays": ["2026-06-01"]}, []),
        ({"breaks": {"2026-06-01": "12:00-13:00"}}, [("2026-06-01", "idle_break")]),
        ({"breaks": {"2026-06-01": Break("23:00-23:30", "Tea")}}, []),
        (
            {"holidays": ["2026-06-01"], "breaks": {"2026-06-01": "23:00-23:30"}},
            [("2026-06-01", "idle_break"), ("2026-06-02", "orphan_tail")],
        ),
    ],
)
def test_lint(given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Orphan tails (C2) and breaks that take nothing out, on dates that are written out."""
    assert expected == codes(BusinessCalendar(**{**NIGHT, **given}))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("20:00-04:00", ["04:00-06:00"]),
        (["20:00-22:00", "23:00-25:00"], ["01:00-06:00"]),
        ("20:00-06:00", []),
        ("20:00-07:00", []),
        ("18:00-24:00", []),
        ("22:00-23:00", ["00:00-06:00"]),
    ],
)
def test_a_special_night_shorter_than_the_weekly_one(
    hours: str | list[str], expected: list[str]
) -> None:
    """What it leaves of the weekly morning is reported (nvchien1407/slapulse)."""
    for given in (
        {"special": {"2026-06-01": hours}},
        {"holidays": [Holiday("2026-06-01", hours=hours)]},
    ):
        found = BusinessCalendar(**NIGHT, **given).lint()
        assert expected == [finding.data["window"] for finding in found]
        assert all(finding.code == "orphan_tail" for finding in found)


def test_lint_looks_at_rules_in_the_years_asked_for() -> None:
    """A closed day wins over hours where two rules meet."""
    calendar = BusinessCalendar(
        zone="UTC",
        hours={"mon-fri": "09:00-17:00"},
        holidays=[
            Holiday(rule="FREQ=YEARLY;BYMONTH=6;BYDAY=1MO"),
            Holiday(yearly="06-01", hours="09:00-12:00"),
        ],
    )
    assert codes(calendar) == []
    assert codes(calendar, years=[2026]) == [("2026-06-01", "rival_holidays")]


def test_lint_takes_years_again_and_again() -> None:
    """As those of many records repeat; only different years count towards the limit."""
    calendar = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})

    assert calendar.lint(years=(2026 for _ in range(1_000))) == ()
    assert calendar.lint(years=[*range(2001, 2401), 2001]) == ()
    with pytest.raises(InvalidValueError, match="at most 400 years"):
        calendar.lint(years=range(2001, 2402))


def test_findings_of_one_date_and_kind_are_in_order() -> None:
    """In every process alike, whatever its hash seed."""
    breaks = [f"{hour:02}:00-{hour:02}:30" for hour in range(18, 24)]
    calendar = BusinessCalendar(
        zone="UTC", hours={"mon-fri": "09:00-17:00"}, breaks={"2026-06-01": breaks}
    )

    assert [finding.data["window"] for finding in calendar.lint()] == breaks


def test_a_finding_says_what_it_is() -> None:
    """In words, with the date."""
    (finding,) = BusinessCalendar(**NIGHT, holidays=["2026-06-01"]).lint()
    assert (finding.code, finding.subject, finding.witness) == (
        "orphan_tail",
        "2026-06-02",
        date(2026, 6, 2),
    )
    assert finding.message == (
        "open 00:00-06:00, the end of a night, but 2026-06-01 is closed or ends earlier (C2)"
    )
