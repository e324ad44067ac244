"""Lint a whole desk, and check its rules and due items against all laws."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.desk import Agenda, Desk, check_desk, due_items, load_desk, next_wakeup
from incidentcore.lifecycle import INCIDENT, check_history
from incidentcore.records import Incident, Record, replay
from incidentcore.schedule import Calendar
from incidentcore.simulation import Simulation
from incidentcore.testing.checks_communication import check_updates
from incidentcore.testing.checks_escalation import check_levels
from incidentcore.testing.checks_lifecycle import check_lifecycle
from incidentcore.testing.checks_schedule import check_calendar
from incidentcore.testing.checks_sla import check_clocks, one_law_at_a_time, showing
from incidentcore.testing.strategies_desk import simulations
from incidentcore.testing.strategies_records import legal_records

HOURS: Final[st.SearchStrategy[list[int]]] = st.lists(
    st.integers(0, 336), min_size=1, max_size=4
)  # two weeks
_HOUR = timedelta(hours=1)
_TICK = timedelta.resolution


def check_whole_desk(
    desk: Desk | str,
    *,
    start: datetime,
    examples: int | None = None,
    accepted: Collection[str] = (),
) -> tuple[str, ...]:
    """Lint a desk, and check its rules, its due items and a simulated run against all laws.

    A law is a property that must always hold. The rules are the desk's calendars, lifecycles,
    clocks, escalation rows and communication rules. The generated incidents vary the fields that
    each rule reads; due items are evaluated at generated instants; and a simulated run of a few
    days with generated people and arrivals is checked as a whole. Call this from your own test.

    Args:
        desk: The desk, or the text of its file.
        start: The instant from which the desk's calendars are checked.
        examples: The number of cases to generate for each law; None for hypothesis's own setting.
        accepted: The codes of lint findings that are intended.

    Returns:
        Sentences about what could not be checked; empty for most desks. A simulated run uses the
        actions of the standard lifecycle, so it is left out if the desk's incidents lack some of
        them.

    Raises:
        AssertionError: A law is broken. The message names the rule and shows the smallest record
            that breaks the law.
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
    ()
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
    level = whole.service_level
    if level is not None:
        _named("service level", partial(check_clocks, level, examples))
    slas = () if level is None else (level,)
    for matrix in whole.matrices:
        _named(f"escalation {matrix.name!r}", partial(check_levels, matrix, slas, examples))
    for plan in whole.plans:
        name = plan.rules[0].name
        _named(f"communication {name!r}", partial(check_updates, plan, examples))
    _named("what is due", partial(_due_laws, whole, examples))
    actions = {row.action for row in whole.lifecycle(Incident.record_type).transitions}
    if absent := sorted({row.action for row in INCIDENT.transitions} - actions):
        return (f"no simulated desk: its incidents have no action {', '.join(absent)}",)
    _named("a simulated desk", partial(_run_laws, whole, start, examples))
    return ()


def _named(part: str, check: Callable[[], None]) -> None:
    try:
        check()
    except AssertionError as error:
        raise AssertionError(f"{part}: {error}") from error


def _due_laws(desk: Desk, examples: int | None) -> None:
    records = legal_records(desk.lifecycle(Incident.record_type))

    @one_law_at_a_time(examples)
    @given(records, HOURS)
    def run(record: Record, steps: list[int]) -> None:
        agenda, delivered = Agenda(desk, [record]), set[str]()
        with showing(record):
            for step in sorted(steps):
                delivered |= _look(desk, agenda, record, record.opened_at + step * _HOUR, delivered)

    run()


def _look(
    desk: Desk, agenda: Agenda, record: Record, now: datetime, delivered: set[str]
) -> set[str]:
    """Check the laws of one evaluation of due items, and return their keys."""
    at = f"broken at {now.isoformat()}"
    items = due_items(desk, record, now=now)
    keys = {item.key for item in items}
    assert len(keys) == len(items), f"a key names one item: {at}"
    known = {item.key for item in due_items(desk, record, now=now, include_lapsed=True)}
    assert keys <= known, f"what is due is among what ever was: {at}"
    fresh = agenda.due(now=now)
    given = {item.key for item in fresh}
    assert given == keys - delivered, f"an agenda gives what is due and was not delivered: {at}"
    agenda.delivered(*fresh)
    wake = next_wakeup(desk, [record], now=now)
    assert wake is None or wake > now, f"the next wake-up lies after now: {at}"
    if wake is not None:
        later = {item.key for item in due_items(desk, record, now=wake - _TICK)}
        assert later <= keys, f"nothing falls due before the wake-up: {at}"
    return given


def _run_laws(desk: Desk, start: datetime, examples: int | None) -> None:
    lifecycle = desk.lifecycle(Incident.record_type)

    @one_law_at_a_time(examples)
    @given(simulations(desk, start=start))
    def run(simulated: Simulation) -> None:
        end = start + timedelta(days=365)
        asked = {item.key for item in simulated.due_items}
        assert len(asked) == len(simulated.due_items), "each key is delivered once"
        for record in simulated.records:
            with showing(record):
                assert replay(record.history) == record, "a record is the fold of its history"
                found = check_history(record, lifecycle)
                assert not found, f"a run breaks no lifecycle: {found[0]}"
                asked -= {
                    item.key for item in due_items(desk, record, now=end, include_lapsed=True)
                }
        assert not asked, f"what was asked for stays known: {sorted(asked)}"

    run()
