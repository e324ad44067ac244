"""Instants and versions at their edges (rules T1 to T7)."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.instants import Versions, as_utc, tzdb_version

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


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
