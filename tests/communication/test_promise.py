"""One update that is owed: from when it is listed, and how late it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from incidentcore.communication import UpdateRule
from incidentcore.communication.promise import Promise

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWED = Promise(
    audience="users",
    rule=UpdateRule(name="all", audiences="users", every=HOUR),
    kind="next",
    since=NINE - HOUR,
    due=NINE,
    listed=NINE - HOUR / 2,
)


def test_it_is_listed_from_its_notice_until_it_is_sent() -> None:
    """Listed at 08:30; sent at 08:30 or before, it never was."""
    assert not OWED.was_listed(NINE - HOUR)
    assert OWED.was_listed(NINE - HOUR / 2)
    assert attrs.evolve(OWED, sent_at=NINE).was_listed(NINE + HOUR)
    assert not attrs.evolve(OWED, sent_at=NINE - HOUR / 2).was_listed(NINE)


def test_it_is_late_until_it_is_sent_or_lapses() -> None:
    """An hour after its due it is an hour late; sent half an hour late it stays so."""
    assert OWED.late_by(NINE + HOUR) == HOUR
    assert attrs.evolve(OWED, sent_at=NINE + HOUR / 2).late_by(NINE + HOUR) == HOUR / 2
    assert attrs.evolve(OWED, lapsed_at=NINE).late_by(NINE + HOUR) == timedelta(0)
