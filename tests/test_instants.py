"""Instants and versions at their edges (rules T1 to T7)."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import DefinitionError, InvalidIntervalError, InvalidValueError
from incidentcore.instants import (
    Interval,
    Versions,
    as_utc,
    as_zone,
    from_iso,
    plain_interval,
    tzdb_version,
    version_at,
    versions_of,
)

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01T16:30:00.5Z", JUNE + timedelta(hours=16.5, seconds=0.5)),
        ("20260601T163000,5Z", JUNE + timedelta(hours=16.5, seconds=0.5)),
        ("2026-W23-1 16:30:00.123456+00:00", JUNE + timedelta(hours=16.5, microseconds=123456)),
        ("2026-06-01 16.30Z", None),
        ("2026-06-01T16,5Z", None),
        ("2026-06-01 16:30.5Z", None),
        ("20260601T1630.5Z", None),
        ("2026-W23-1 16.30+00:00", None),
    ],
)
def test_a_fraction_of_an_hour_or_a_minute_is_refused(text: str, expected: datetime | None) -> None:
    """Python reads 16.30 as three tenths of a second past four, ISO 8601 as 16:18."""
    if expected is not None:
        assert from_iso(datetime, text) == expected
        return
    with pytest.raises(ValueError, match=text[:4]):
        from_iso(datetime, text)


def test_a_time_of_day_has_no_fraction_of_an_hour() -> None:
    assert from_iso(time, "16:30:00.25") == time(16, 30, 0, 250_000)
    for text in ("16.30", "16:30.5", "1630.5", "16,5"):
        with pytest.raises(ValueError, match=text):
            from_iso(time, text)


@pytest.mark.parametrize(
    "value",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
        datetime(1, 6, 1, tzinfo=UTC),
        datetime(9999, 6, 1, tzinfo=UTC),
    ],
)
def test_an_instant_lies_in_the_years_2_to_9998(value: datetime) -> None:
    """What UTC cannot hold, or leaves no room for offsets, is refused (rule T4)."""
    with pytest.raises(InvalidValueError, match="years 2 to 9998"):
        as_utc(value)


def test_versions_are_at_least_one_for_an_instant() -> None:
    """Which of two of one instant holds cannot be said (rule S11)."""
    assert len(Versions([(JUNE, "a"), (JUNE + timedelta(days=1), "b")])) == 2
    with pytest.raises(DefinitionError, match="at least one"):
        Versions([])
    with pytest.raises(DefinitionError, match="one version for each instant"):
        Versions([(JUNE, "a"), (JUNE, "b")])


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "common"),
    [
        (0, 1, None),
        (0, 2, None),  # it ends where the other begins
        (0, 3, (2, 3)),
        (2, 5, (2, 5)),
        (3, 4, (3, 4)),
        (4, 9, (4, 5)),
        (0, 9, (2, 5)),
        (5, 9, None),
        (3, 3, None),  # empty
    ],
)
def test_what_two_intervals_have_in_common(
    start: int, end: int, common: tuple[int, int] | None
) -> None:
    """Half-open, so neighbors have nothing in common (rule T3)."""
    one = Interval(JUNE + 2 * HOUR, JUNE + 5 * HOUR)
    other = Interval(JUNE + start * HOUR, JUNE + end * HOUR)
    expected = None if common is None else Interval(*(JUNE + n * HOUR for n in common))
    assert one.intersect(other) == other.intersect(one) == expected


def test_an_interval_holds_its_start_and_not_its_end() -> None:
    """In UTC, from whichever zones it was given; a reversed one is refused, an empty one false."""
    berlin = ZoneInfo("Europe/Berlin")
    one = Interval(JUNE.astimezone(berlin), JUNE + HOUR)
    assert (one.start.tzinfo, one.start) == (UTC, JUNE)
    assert [at in one for at in (JUNE - HOUR, JUNE, (JUNE + HOUR).astimezone(berlin))] == [
        False,
        True,
        False,
    ]
    assert (bool(one), bool(Interval(JUNE, JUNE)), one.duration) == (True, False, HOUR)
    with pytest.raises(InvalidIntervalError):
        Interval(JUNE, JUNE - timedelta.resolution)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc", 5, None])
def test_a_zone_that_is_not_one_is_refused(zone: object) -> None:
    """By the name of its argument."""
    said = r"^tz: got .*; allowed: an IANA time zone such as \"Europe/Berlin\" or \"UTC\"$"
    with pytest.raises(InvalidValueError, match=said):
        as_zone(zone, "tz")  # type: ignore[arg-type]
    for city, key in (("berlin", "Europe/Berlin"), ("New York", "America/New_York")):
        with pytest.raises(InvalidValueError, match=f'"UTC"; nearest: {key}$'):
            as_zone(city)
    assert as_zone(ZoneInfo("UTC")) is ZoneInfo("UTC")


def test_a_misspelt_zone_names_the_one_that_was_meant() -> None:
    """By its city alone, and with letters missing."""
    for zone in ("Berlin", "Europe/Berln"):
        with pytest.raises(InvalidValueError, match=r"; nearest: Europe/Berlin$"):
            as_zone(zone)
    with pytest.raises(InvalidValueError, match=r'"UTC"$'):  # EST is seven hours away
        as_zone("CEST")


def test_a_version_holds_from_its_instant_until_the_next() -> None:
    """The earliest one answers for everything before it."""
    day = timedelta(days=1)
    versions = Versions([(JUNE + day, "b"), (JUNE, "a"), (JUNE + 2 * day, "c")])
    asked = [JUNE - day, JUNE, JUNE + day - timedelta.resolution, JUNE + day, JUNE + 9 * day]
    assert [versions.at(at) for at in asked] == ["a", "a", "a", "b", "c"]
    assert list(versions) == ["a", "b", "c"]
    assert [version_at(versions, at) for at in asked] == [versions.at(at) for at in asked]
    assert (versions_of(versions), versions_of("a")) == (("a", "b", "c"), ("a",))
    assert version_at("a", JUNE) == "a"


@pytest.fixture
def zones(tmp_path: Path) -> Iterator[Path]:
    """A folder of zone data as an operating system has it."""
    before = zoneinfo.TZPATH
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "London").touch()
    zoneinfo.reset_tzpath([str(tmp_path / "elsewhere"), str(tmp_path)])
    yield tmp_path
    zoneinfo.reset_tzpath(before)


@pytest.mark.parametrize(
    ("file", "text", "version"),
    [
        ("tzdata.zi", b"# version 2026a\n# more", "2026a"),
        ("+VERSION", b"2025c\n", "2025c"),
        ("+VERSION", b"\n", "unknown"),
        ("tzdata.zi", b"\xff", "unknown"),
        ("README", b"", "unknown"),
    ],
)
def test_the_version_of_the_zone_data_is_that_of_its_folder(
    zones: Path, file: str, text: bytes, version: str
) -> None:
    """Operating systems name it in one of two files, or nowhere (rule T7)."""
    (zones / file).write_bytes(text)

    assert tzdb_version.__wrapped__() == (version, str(zones))


def test_both_ends_of_an_interval_are_stored_in_utc() -> None:
    """Whichever of them has another zone: 9:00 in Berlin is 7:00 UTC in June."""
    berlin = ZoneInfo("Europe/Berlin")
    there = datetime(2026, 6, 1, 9, tzinfo=berlin), datetime(2026, 6, 1, 17, tzinfo=berlin)
    here = datetime(2026, 6, 1, 7, tzinfo=UTC), datetime(2026, 6, 1, 15, tzinfo=UTC)
    for start, end in ((there[0], there[1]), (here[0], there[1]), (there[0], here[1])):
        stored = Interval(start, end)
        assert (str(stored.start), str(stored.end)) == (str(here[0]), str(here[1]))


def test_an_interval_in_json_has_a_start_and_an_end() -> None:
    """In ISO 8601; none stays none."""
    morning = datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert plain_interval(Interval(morning, morning + timedelta(hours=4))) == {
        "start": "2026-06-01T08:00:00+00:00",
        "end": "2026-06-01T12:00:00+00:00",
    }
    assert plain_interval(None) is None
