"""Holidays from the holidays package and from mappings."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.schedule import (
    BusinessCalendar,
    Holiday,
    copy_holidays,
    holidays_version,
    public_holidays,
)


def test_the_holidays_of_a_country() -> None:
    """Copied from the package for explicit years, with names (extra ``holidays``)."""
    pytest.importorskip("holidays")
    found = public_holidays("DE", years=[2026, 2027], subdivision="BY")
    dates = {day for holiday in found for day in holiday.explicit_dates()}

    assert {date(2026, 12, 25), date(2026, 1, 6), date(2027, 10, 3)} <= dates
    assert {day.year for day in dates} == {2026, 2027}
    assert all(holiday.name for holiday in found)
    with pytest.raises(InvalidValueError, match="a country that `holidays` knows"):
        public_holidays("XX", years=[2026])


@pytest.mark.parametrize(
    ("country", "part", "named"),
    [
        ("DE", "XX", "a part of DE that `holidays` knows: BB, BE, BW, BY, HB, "),
        ("DE", "BYY", "a part of DE that `holidays` knows: BY$"),
        ("US", "Bavaria", "a part of US that `holidays` knows: AK, AL, .*, …$"),
        ("AF", "XX", "a part of AF that `holidays` knows: none$"),
    ],
)
def test_a_part_that_a_country_does_not_have(country: str, part: str, named: str) -> None:
    """The nearest parts are named, or else the first twenty."""
    pytest.importorskip("holidays", reason="needs holidays, of the extra of that name")
    with pytest.raises(InvalidValueError, match=named):
        public_holidays(country, years=[2026], subdivision=part)


@pytest.mark.parametrize("process", ["de", "en_US", "C"])
def test_names_do_not_follow_the_language_of_the_process(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever LANGUAGE says, Germany's names are German unless another language is asked for."""
    pytest.importorskip("holidays", reason="needs holidays, of the extra of that name")
    monkeypatch.setenv("LANGUAGE", process)

    (german, *_) = public_holidays("DE", years=[2026])
    (english, *_) = public_holidays("DE", years=[2026], language="en_US")
    assert (german.name, english.name) == ("Neujahr", "New Year's Day")
    with pytest.raises(InvalidValueError, match="one of"):
        public_holidays("DE", years=[2026], language="tlh")


def test_a_mapping_is_copied() -> None:
    """A dictionary that grows when it is read does not change a calendar."""
    source = {date(2026, 12, 25): "Christmas Day;\nChristmas", date(2030, 1, 1): "New Year"}
    found = copy_holidays(source, years=[2026])
    source.clear()

    assert found == (Holiday("2026-12-25", name="Christmas Day; Christmas"),)
    with pytest.raises(InvalidValueError, match="dates as keys"):
        copy_holidays({"2026-12-25": "x"}, years=[2026])  # type: ignore[dict-item]
    with pytest.raises(InvalidValueError, match="at most 200 years"):
        copy_holidays({}, years=range(2, 9_000))


def test_moved_working_days_come_along() -> None:
    """China worked on Sunday 28 September 2025 for a free 7 October."""
    pytest.importorskip("holidays")
    found = public_holidays("CN", years=[2025])
    calendar = BusinessCalendar(
        zone="Asia/Shanghai", hours={"mon-fri": "09:00-17:00"}, holidays=found
    )
    sunday = datetime(2025, 9, 28, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert calendar.open_time(sunday, sunday + timedelta(days=1)) == timedelta(hours=8)
    short = public_holidays("CN", years=[2025], workday_hours="10:00-12:00")
    assert Holiday("2025-09-28", name="working day", hours="10:00-12:00") in short
    assert all(holiday.hours is None for holiday in public_holidays("DE", years=[2025]))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtraError, match=r"^public_holidays .*incidentcore\[holidays\]"):
        public_holidays("DE", years=[2026])
    with pytest.raises(MissingExtraError, match=r"^holidays_version .*incidentcore\[holidays\]"):
        holidays_version()


def test_a_holiday_that_returns_has_no_dates_of_its_own() -> None:
    """Only a day or a range lists its dates."""
    assert Holiday(yearly="12-25").explicit_dates() == ()
    assert Holiday("2026-12-25").explicit_dates() == (date(2026, 12, 25),)


def test_the_version_of_the_package_is_that_of_its_dates() -> None:
    """To be written down beside what was copied."""
    package = pytest.importorskip("holidays")
    assert holidays_version() == package.__version__
