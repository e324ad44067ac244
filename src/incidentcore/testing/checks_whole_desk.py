"""Every law on a whole desk: its lint, its parts, and what it asks of the records it opens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from incidentcore.desk import Agenda, Desk, check_desk, due_items, load_desk, next_wakeup
from incidentcore.records import Incident, Record
from incidentcore.schedule import Calendar
from incidentcore.testing.checks_lifecycle import check_lifecycle
from incidentcore.testing.checks_schedule import check_calendar
from incidentcore.testing.strategies_records import legal_records

__all__ = ["check_whole_desk"]

_HOUR = timedelta(hours=1)


def check_whole_desk(
    desk: Desk | str,
    *,
    start: datetime,
    examples: int | None = None,
    accepted: Collection[str] = (),
) -> None:
    """Run the lint, the laws of its calendars and lifecycles, and those of due items on a desk.

    Call it from a test of yours. Incidents go through the desk's lifecycle by generated steps; what
    is due of them is asked at generated instants.

    Args:
        desk: The desk, or the text of its file.
        start: From when its calendars are looked at.
        examples: How many cases each law tries; None for hypothesis's own setting.
        accepted: Codes of lint findings that are meant.

    Raises:
        AssertionError: A law does not hold. The message names the rule and shows the smallest
            record that breaks it.
        FormatError: The file cannot be read.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.testing import check_whole_desk
    >>> text = '''
    ... desk = 1
    ... name = "small"
    ... zone = "UTC"
    ... [services.all]
    ... calendar = "always"
    ... response = "1h"
    ... [[agreements]]
    ... service = "all"
    ... '''
    >>> check_whole_desk(text, start=datetime(2026, 1, 1, tzinfo=UTC), examples=5)
    """
    whole = load_desk(desk) if isinstance(desk, str) else desk
    found = [one for one in check_desk(whole, start=start) if one.code not in accepted]
    assert not found, "the desk's lint: " + "; ".join(
        f"{one.code} of {one.subject}: {one.message}" for one in found
    )
    for name, calendar in whole.calendars.items():
        if isinstance(calendar, Calendar):
            _named(f"calendar {name!r}", partial(check_calendar, calendar, examples=examples))
    for lifecycle in whole.lifecycles:
        cascades = [rule for rule in whole.cascades if rule.target == lifecycle.record_type]
        _named(f"lifecycle {lifecycle.id!r}", partial(check_lifecycle, lifecycle, cascades))
    _due_laws(whole, examples)


def _named(part: str, check: Callable[[], None]) -> None:
    try:
        check()
    except AssertionError as error:
        raise AssertionError(f"{part}: {error}") from error


def _due_laws(desk: Desk, examples: int | None) -> None:
    records = legal_records(desk.lifecycle(Incident.record_type))
    hours = st.lists(st.integers(0, 24 * 14), min_size=1, max_size=4)

    @settings(max_examples=examples or settings().max_examples, deadline=None)
    @given(records, hours)
    def run(record: Record, steps: list[int]) -> None:
        agenda, delivered = Agenda(desk, [record]), set[str]()
        for step in sorted(steps):
            now = record.opened_at + step * _HOUR
            items = due_items(desk, record, now=now)
            keys = [item.key for item in items]
            _holds(len(keys) == len(set(keys)), "a key names one item", record, now)
            known = {item.key for item in due_items(desk, record, now=now, include_lapsed=True)}
            _holds(set(keys) <= known, "what is due is among what ever was", record, now)
            fresh = agenda.due(now=now)
            _holds(
                {item.key for item in fresh} == set(keys) - delivered,
                "an agenda gives what is due and was not delivered",
                record,
                now,
            )
            agenda.delivered(*fresh)
            delivered |= {item.key for item in fresh}
            wake = next_wakeup(desk, [record], now=now)
            _holds(wake is None or wake > now, "the next wake-up lies after now", record, now)
            if wake is not None:
                just = wake - timedelta(microseconds=1)
                later = {item.key for item in due_items(desk, record, now=just)}
                _holds(later <= set(keys), "nothing falls due before the wake-up", record, just)

    run()


def _holds(law: bool, rule: str, record: Record, now: datetime) -> None:  # noqa: FBT001  the law
    if not law:
        events = "; ".join(f"{e.at.isoformat()} {e.kind} by {e.by.id}" for e in record.history)
        raise AssertionError(f"{rule}: broken at {now.isoformat()} for {record.id}: {events}")
