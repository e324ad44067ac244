"""Scalars in a document: durations, instants, long numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from tests.serialization.builders import document

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.serialization import (
    dumps,
    from_plain,
    loads,
    to_plain,
)
from incidentcore.serialization.faults import Mismatch
from incidentcore.serialization.scalars import read_zone


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(hours=8), "PT8H"),
        (timedelta(days=2, minutes=5), "PT48H5M"),
        (timedelta(microseconds=1), "PT0.000001S"),
        (timedelta(seconds=61, milliseconds=500), "PT1M1.5S"),
        (-timedelta(minutes=90), "-PT1H30M"),
        (timedelta.max, "PT23999999999H59M59.999999S"),
    ],
)
def test_durations_are_hours_minutes_and_seconds(value: timedelta, text: str) -> None:
    """ISO 8601 durations name no day, since a day may have 23 or 25 hours."""
    assert {"$timedelta": text} == to_plain(value)["value"]
    assert value == loads(document({"$timedelta": text}), timedelta)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2, 1, 1, tzinfo=UTC), "0002-01-01T00:00:00Z"),
        (datetime(9998, 12, 31, 23, 59, 59, 999999, UTC), "9998-12-31T23:59:59.999999Z"),
        (datetime(2026, 7, 1, 9, tzinfo=BERLIN), "2026-07-01T09:00:00+02:00[Europe/Berlin]"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), "2026-10-25T02:30:00+02:00[Europe/Berlin]"),
        (
            datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
            "2026-10-25T02:30:00+01:00[Europe/Berlin]",
        ),
        (datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN), "2026-03-29T02:30:00+01:00[Europe/Berlin]"),
        (datetime(1850, 1, 1, tzinfo=BERLIN), "1850-01-01T00:00:00+00:53:28[Europe/Berlin]"),
        (datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")), "2026-01-01T00:00:00+00:00[UTC]"),
        (
            datetime(2026, 1, 1, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
            "2026-01-01T00:00:00-03:30",
        ),
    ],
)
def test_instants_keep_zone_and_fold(value: datetime, text: str) -> None:
    """An instant comes back with its wall time, offset, fold and zone."""
    assert {"$datetime": text} == to_plain(value)["value"]

    found = loads(document({"$datetime": text}), datetime)

    assert value.replace(tzinfo=None) == found.replace(tzinfo=None)
    assert (value.fold, value.tzinfo) == (found.fold, found.tzinfo)


def test_an_instant_whose_zone_has_changed_stays_the_instant() -> None:
    """Where today's zone data knows no such offset, the instant is kept, not the wall time."""
    found = loads(document({"$datetime": "2026-07-01T09:00:00+05:00[Europe/Berlin]"}), datetime)

    assert datetime(2026, 7, 1, 6, 0, tzinfo=BERLIN) == found


@pytest.mark.parametrize("number", [10**100 - 1, -(10**99) + 1, 2**332, 10**99])
def test_numbers_of_a_hundred_characters_come_back(number: int) -> None:
    """What is read by the default limits can be written again, to the last digit."""
    assert loads(dumps(number), int) == number == from_plain(to_plain(number), int)


@pytest.mark.parametrize("number", [10**100, -(10**99), 2**333])
def test_longer_numbers_go_neither_way(number: int) -> None:
    """One character more is refused by the writer and by both readers."""
    with pytest.raises(InvalidValueError, match="100 characters"):
        dumps(number)
    with pytest.raises(FormatError, match="100"):
        loads(f'{{"type":"plain","version":1,"value":{number}}}', int)
    with pytest.raises(FormatError, match="100"):
        from_plain({"type": "plain", "version": 1, "value": number}, int)


def test_a_zone_that_there_is_not_is_shown() -> None:
    with pytest.raises(Mismatch) as refused:
        read_zone("Mars/Base")
    allowed = 'an IANA time zone such as "Europe/Berlin"'
    assert str(refused.value) == f"got 'Mars/Base'; allowed: {allowed}"
