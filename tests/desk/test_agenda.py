"""The laws of the agenda: equal to the full poll, complete across crashes, silent between.

Rules B4 and B5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.drawn import MINUTE, MINUTES, OPENED, desks, incidents

from incidentcore.desk import Agenda, Desk, DueItem, due_items, load_desk, next_wakeup
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions
from incidentcore.lifecycle import advance
from incidentcore.records import (
    ApprovalRule,
    Incident,
    ServiceRequest,
    acknowledge,
    approve,
    request_approval,
    snooze,
)

TEXT = """
desk = 1
name = "small"
zone = "UTC"
fields = { call_at = "instant" }
[calendars]
office = { hours = { mon-fri = "09:00-17:00" } }
[services.all]
calendar = "office"
resolution = { critical = "4h", else = "8h" }
warn = ["50%"]
[[agreements]]
service = "all"
[[escalation]]
name = "page"
levels = [{ after = "30m", to = "group:network" }, { at = "resolution due", to = "role:lead" }]
[[communication]]
name = "users"
to = "users"
updates = { first = "1h", every = "4h" }
[lifecycle.incident]
close_after = "2d"
"""
DESK = load_desk(TEXT)
FRIDAY = datetime.fromisoformat("2026-06-05T09:00+00:00")
HOUR = timedelta(hours=1)


def told(items: Iterable[DueItem]) -> list[tuple[str, datetime]]:
    return [(item.key, item.due_at) for item in items]


def opened(number: int = 1, at: datetime = FRIDAY) -> Incident:
    return DESK.open(Incident, id=f"INC-{number}", title="No mail", by="kim", at=at)


@given(desks(small=True), st.lists(incidents(), min_size=1, max_size=3), st.data())
def test_the_agenda_says_what_the_full_poll_says(
    desk: Desk, drawn: list[Incident], data: st.DataObject
) -> None:
    """At any instants, in any order, with records put in pieces, keys and dues are equal."""
    records = {
        f"INC-{number}": Incident.from_history(_as(f"INC-{number}", record))
        for number, record in enumerate(drawn)
    }
    agenda = Agenda(desk)
    held: dict[str, Incident] = {}
    delivered: set[str] = set()
    now = OPENED
    for _ in range(data.draw(st.integers(1, 6))):
        for name, record in records.items():
            if data.draw(st.booleans()):
                known = held[name].version if name in held else 1
                size = data.draw(st.integers(known, record.version))
                held[name] = Incident.from_history(record.history[:size])
                agenda.put(held[name])
        back = data.draw(st.sampled_from((0, 0, 0, 90)))
        now += (data.draw(MINUTES) - back) * MINUTE / 4
        poll = [
            item
            for record in held.values()
            for item in due_items(desk, record, now=now, already=delivered)
        ]
        due = agenda.due(now=now)
        assert sorted(told(due)) == sorted(told(poll))
        some = [item for item in due if data.draw(st.booleans())]
        agenda.delivered(*some)
        delivered.update(item.key for item in some)


def _as(name: str, record: Incident) -> list[object]:
    return [
        attrs.evolve(event, record_id=name, id=f"{name}:{event.sequence}")
        for event in record.history
    ]


@given(desks(small=True), incidents(), MINUTES, st.integers(0, 10**6))
def test_nothing_becomes_due_between_two_wakeups(
    desk: Desk, record: Incident, minute: int, share: int
) -> None:
    """At a random instant before the next wake-up nothing new is due; neither just before it."""
    now = OPENED + minute * MINUTE / 2
    then = next_wakeup(desk, [record], now=now)
    until = now + timedelta(days=40) if then is None else then
    before = {item.key for item in due_items(desk, record, now=now)}
    instants = {now + (until - now) * (share / 10**6), until - timedelta(microseconds=1)}
    for at in instants:
        if now <= at < until:
            assert {item.key for item in due_items(desk, record, now=at)} <= before


@given(desks(small=True), incidents(), st.data())
def test_a_crash_repeats_nothing_and_loses_nothing(
    desk: Desk, record: Incident, data: st.DataObject
) -> None:
    """An outbox cut anywhere between due and delivered: each key that stands is sent, and once."""
    stored: set[str] = set()
    sent: list[str] = []
    agenda = Agenda(desk, [record])
    now = OPENED
    for _ in range(data.draw(st.integers(1, 5))):
        now += data.draw(MINUTES) * MINUTE / 3
        for item in agenda.due(now=now):
            if data.draw(st.integers(0, 4)) == 0:  # the process dies before this one
                agenda = Agenda(desk, [record], delivered=stored)
                break
            assert item.key not in stored
            stored.add(item.key)
            sent.append(item.key)
            agenda.delivered(item)
    for item in agenda.due(now=now):
        assert item.key not in stored
        stored.add(item.key)
    standing = {item.key for item in due_items(desk, record, now=now)}
    assert standing <= stored
    assert len(sent) == len(set(sent))


@pytest.mark.heavy
@given(desks(small=True), incidents(), st.lists(MINUTES, min_size=2, max_size=6))
def test_keys_only_grow_and_are_unique(desk: Desk, record: Incident, minutes: list[int]) -> None:
    """Of a record without further events the clocks' and escalations' keys only grow (rule E1)."""
    now = max(event.at for event in record.history)
    before: set[str] = set()
    for minute in sorted(minutes):
        at = now + minute * MINUTE
        items = due_items(desk, record, now=at, include_lapsed=True)
        keys = [item.key for item in items]
        assert len(keys) == len(set(keys))
        kept = {key for key in keys if key.startswith(("sla:", "escalation:"))}
        assert before <= kept
        before = kept


def test_a_snooze_that_ended_is_due_and_wakes() -> None:
    """Snoozed until noon."""
    record = snooze(opened(), until=FRIDAY + 3 * HOUR, at=FRIDAY + HOUR / 4, by="ada")
    assert next_wakeup(DESK, [record], now=FRIDAY + HOUR) <= FRIDAY + 3 * HOUR  # type: ignore[operator]
    kinds = [item.kind for item in due_items(DESK, record, now=FRIDAY + 3 * HOUR)]
    assert "snooze_end" in kinds


def test_an_approval_that_expires_is_due_and_wakes() -> None:
    """Two days for the approvers: the item is due when they are over, and not once decided."""
    request = DESK.open(ServiceRequest, id="REQ-1", title="x", by="kim", at=FRIDAY)
    rule = ApprovalRule.any_of("bo").expiring(after=timedelta(days=2))
    request = request_approval(request, rule, at=FRIDAY, by="kim")
    expiry = FRIDAY + timedelta(days=2)
    assert "approval" in [item.kind for item in due_items(DESK, request, now=expiry)]
    assert "approval" not in [item.kind for item in due_items(DESK, request, now=expiry - HOUR)]
    wakeup = next_wakeup(DESK, [request], now=expiry - MINUTE)
    assert wakeup is not None
    assert wakeup <= expiry
    decided = approve(request, "approved", at=FRIDAY + HOUR, by="bo")
    assert "approval" not in [item.kind for item in due_items(DESK, decided, now=expiry)]


def test_the_versions_of_a_desk_hold_from_the_opening_on() -> None:
    """A new desk with half the target is for tickets opened after it."""
    changed = load_desk(TEXT.replace('else = "8h"', 'else = "4h"'))
    versions = Versions([(FRIDAY, DESK), (FRIDAY + 2 * HOUR, changed)])
    later = opened(2, FRIDAY + 2 * HOUR)
    dues = [
        next(
            item.due_at
            for item in due_items(versions, one, now=FRIDAY + 9 * HOUR)
            if item.kind == "sla.due"
        )
        for one in (opened(), later)
    ]
    assert dues == [FRIDAY + 8 * HOUR, FRIDAY + 6 * HOUR]


def test_putting_is_idempotent_and_refuses_the_past() -> None:
    """Twice the same is once; dropped is gone; an older version is an error that says so."""
    first = opened()
    second = acknowledge(first, at=FRIDAY + HOUR / 4, by="ada")
    agenda = Agenda(DESK, [first, first, second])
    assert len(agenda) == 1
    with pytest.raises(InvalidValueError, match="version 2 or a later one"):
        agenda.put(first)
    assert [item.kind for item in agenda.due(now=FRIDAY + HOUR)] == ["update"]
    agenda.drop("INC-1")
    assert agenda.due(now=FRIDAY + HOUR) == ()
    assert agenda.next_wakeup(now=FRIDAY) is None


def test_two_agendas_over_a_partition_say_together_what_one_says() -> None:
    """Records do not know each other."""
    records = [opened(number, FRIDAY + number * HOUR / 7) for number in range(12)]
    at = FRIDAY + 20 * HOUR
    whole = told(Agenda(DESK, records).due(now=at))
    parts = [*Agenda(DESK, records[::2]).due(now=at), *Agenda(DESK, records[1::2]).due(now=at)]
    assert sorted(told(parts)) == sorted(whole)


def test_several_changes_between_two_looks_cost_one(
    work_of: Callable[[Callable[[], object]], int],
) -> None:
    """Ten puts of one record before a look are looked at once."""
    versions = [opened()]
    for minute in range(10):
        versions.append(
            acknowledge(versions[-1], at=FRIDAY + minute * MINUTE, by=f"agent {minute}")
        )
    once = Agenda(DESK, [versions[-1]])
    often = Agenda(DESK, versions)
    first = work_of(lambda: once.due(now=FRIDAY + HOUR))
    second = work_of(lambda: often.due(now=FRIDAY + HOUR))
    assert second <= first * 1.1


def test_one_change_costs_the_same_among_many(
    work_of: Callable[[Callable[[], object]], int],
) -> None:
    """The lines run for one change among 150 records are at most 1.2 times those among 15."""
    costs = []
    for count in (15, 150):
        agenda = Agenda(DESK, [opened(number) for number in range(count)])
        agenda.due(now=FRIDAY)
        changed = acknowledge(opened(), at=FRIDAY + MINUTE, by="ada")

        def change(agenda: Agenda = agenda, changed: Incident = changed) -> None:
            agenda.put(changed)
            agenda.due(now=FRIDAY + MINUTE)
            agenda.next_wakeup(now=FRIDAY + MINUTE)

        costs.append(work_of(change))
    assert costs[1] <= 1.2 * costs[0]


def test_when_an_agenda_is_to_be_asked_again() -> None:
    """At once while something changed or is owed, then at the least wake-up, never in the past.

    A page is due at 09:30, unless somebody took the ticket; an update of the users at 10:00.
    """
    agenda = Agenda(DESK)
    assert agenda.next_wakeup(now=FRIDAY) is None
    agenda.put(opened())
    assert agenda.next_wakeup(now=FRIDAY) == FRIDAY  # changed
    assert agenda.due(now=FRIDAY) == ()
    assert agenda.next_wakeup(now=FRIDAY) == FRIDAY + HOUR / 2
    assert agenda.next_wakeup(now=FRIDAY + 2 * HOUR) == FRIDAY + 2 * HOUR  # asked too late
    (page,) = agenda.due(now=FRIDAY + HOUR / 2)
    assert agenda.next_wakeup(now=FRIDAY + HOUR / 2) == FRIDAY + HOUR / 2  # owed
    agenda.delivered(page)
    assert agenda.next_wakeup(now=FRIDAY + HOUR / 2) == FRIDAY + HOUR

    agenda = Agenda(DESK, [opened(), opened(2, FRIDAY + HOUR / 4)])
    agenda.due(now=FRIDAY + HOUR / 4)
    agenda.put(acknowledge(opened(), at=FRIDAY + HOUR / 4, by="ada"))
    agenda.due(now=FRIDAY + HOUR / 4)
    assert agenda.next_wakeup(now=FRIDAY + HOUR / 4) == FRIDAY + HOUR * 3 / 4  # the second's page
    agenda.drop("INC-2")
    assert agenda.next_wakeup(now=FRIDAY + HOUR / 4) == FRIDAY + HOUR
    agenda.put(advance(opened(), "cancel", at=FRIDAY + HOUR / 4, by="kim"))
    assert agenda.due(now=FRIDAY + HOUR / 4) == ()
    assert agenda.next_wakeup(now=FRIDAY + HOUR / 4) is None  # nothing comes of it any more


def test_an_agenda_of_a_record_that_changes_often() -> None:
    """Each change has another wake-up; what is due is that of the last, and delivered once."""
    agenda, record = Agenda(DESK), opened()
    for step in range(60):
        record = snooze(
            record,
            until=FRIDAY + timedelta(minutes=60 - step),
            at=FRIDAY + timedelta(seconds=step),
            by="ada",
        )
        agenda.put(record)
        agenda.due(now=FRIDAY + timedelta(seconds=step))
    now = FRIDAY + 2 * HOUR
    expected = due_items(DESK, record, now=now)
    assert expected
    assert told(agenda.due(now=now)) == told(expected)
    agenda.delivered(*expected)
    agenda.delivered(*expected)
    assert agenda.due(now=now) == ()
    other = Agenda(DESK)
    other.delivered(*expected)  # before it was asked
    other.put(record)
    assert other.due(now=now) == ()


def test_an_agenda_asked_about_an_earlier_instant_evaluates_again() -> None:
    """The page is due from 9:30 on and the update from 10:00 on: both at ten, neither at nine."""
    agenda = Agenda(DESK, [opened()])
    found = [
        [item.kind for item in agenda.due(now=at)] for at in (FRIDAY + HOUR, FRIDAY, FRIDAY + HOUR)
    ]
    assert found == [["escalation", "update"], [], ["escalation", "update"]]


def test_a_snooze_of_a_record_that_ended_wakes_nobody() -> None:
    """Snoozed until noon and resolved at eleven: at one nothing of the snooze is due."""
    record = snooze(opened(), until=FRIDAY + 3 * HOUR, at=FRIDAY + HOUR, by="ada")
    done = advance(
        record, "resolve", at=FRIDAY + 2 * HOUR, by="ada", resolution_code="x", resolution_notes="y"
    )
    for one, kinds in ((record, True), (done, False)):
        due = due_items(DESK, one, now=FRIDAY + 4 * HOUR)
        assert ("snooze_end" in {item.kind for item in due}) is kinds
