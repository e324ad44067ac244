"""Which update is due when, and which came late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    due_updates,
    missed_updates,
    next_update_wakeup,
    update_log,
)
from incidentcore.communication.evaluate import updates_and_wakeup
from incidentcore.communication.times import listed_from
from incidentcore.conditions import field
from incidentcore.errors import DefinitionError, NaiveDatetimeError
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Incident,
    comment,
    log_update_sent,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import to_plain
from incidentcore.testing import communicated_incidents, communication_plans
from incidentcore.testing.checks_communication import POLLS

MINUTE = timedelta(minutes=1)


AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


def rule(**parts: Any) -> UpdateRule:
    return UpdateRule(**{"name": "all", "audiences": "customers", "every": 30 * MINUTE, **parts})


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def test_a_calendar_that_never_opens_again_owes_nothing() -> None:
    """Instead of an error in the middle of a poll."""
    once = BusinessCalendar(zone="UTC", hours={}, special={"2020-01-01": "09:00-17:00"})
    for parts in ({"calendar": once}, {"during": once}):
        plan = CommunicationPlan("status", rule(notice=MINUTE, **parts))
        assert due_updates(plan, incident(), now=AT + 600 * MINUTE) == ()


def test_another_rule_whose_calendar_never_opens_takes_over() -> None:
    """What was promised is promised no more, and comes back with the rule that promised it."""
    once = BusinessCalendar(zone="UTC", hours={}, special={"2020-01-01": "09:00-17:00"})
    plan = CommunicationPlan(
        "status",
        [rule(name="odd", when=field("custom.odd").is_true(), calendar=once), rule()],
    )
    record = set_fields(incident(), custom={"odd": True}, at=AT + 10 * MINUTE, by="ada")
    assert due_updates(plan, record, now=AT + 600 * MINUTE) == ()
    again = set_fields(record, custom={"odd": False}, at=AT + 20 * MINUTE, by="ada")

    assert [one.due_at for one in due_updates(plan, again, now=AT + 600 * MINUTE)] == [
        AT + 30 * MINUTE
    ]


def test_notice_that_contact_hours_cannot_give_is_as_long_as_they_can() -> None:
    """Hours that began at 9:55: what is due at 10:00 with ten minutes of notice is told at 9:55."""
    once = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-01": "09:55-17:00"})
    plan = CommunicationPlan("status", rule(first=60 * MINUTE, during=once, notice=10 * MINUTE))
    record = Incident.open(id="INC-1", title="t", at=AT - 60 * MINUTE, by="kim")

    assert [
        (one.listed_at, one.due_at) for one in due_updates(plan, record, now=AT + 60 * MINUTE)
    ] == [(AT - 5 * MINUTE, AT)]


def two_rules(**parts: Any) -> CommunicationPlan:
    """Return a plan with a rule for what custom.other is set on, above one for the rest."""
    other = rule(name="other", when=field("custom.other").is_true(), **parts)
    return CommunicationPlan("status", [other, rule(notice=10 * MINUTE)])


def other(record: Incident, minute: int) -> Incident:
    return set_fields(record, custom={"other": True}, at=AT + minute * MINUTE, by="ada")


def test_another_rule_with_the_same_due_takes_it_over() -> None:
    """Its notice counts from then on; what was told already stays told since then."""
    plan = two_rules(notice=5 * MINUTE, channel="mail")
    told = {
        minute: due_updates(plan, other(incident(), minute), now=AT + 30 * MINUTE)
        for minute in (15, 22)
    }

    for minute, told_at in ((15, AT + 25 * MINUTE), (22, AT + 20 * MINUTE)):
        (one,) = told[minute]
        assert (one.listed_at, one.due_at, one.channel) == (told_at, AT + 30 * MINUTE, "mail")


def test_what_is_late_already_stays_late_whichever_rule_follows() -> None:
    """Due at 10:30; a slower rule from 10:40 does not forgive it, one from 10:25 moves it (U2)."""
    plan = two_rules(every=120 * MINUTE)
    late, moved = other(incident(), 40), other(incident(), 25)

    assert [one.late_by for one in missed_updates(plan, late, now=AT + 60 * MINUTE)] == [
        30 * MINUTE
    ]
    assert missed_updates(plan, moved, now=AT + 120 * MINUTE) == ()


def test_what_is_due_at_closing_time_may_still_be_timed_anew_in_the_evening() -> None:
    """No open time has passed since the due at 17:00, so nothing is late at 19:00 (rule S2)."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    slow = rule(
        name="slow",
        when=field("custom.other").is_true(),
        every=9 * 60 * MINUTE,
        calendar=office,
    )
    plan = CommunicationPlan("status", [slow, rule(every=7 * 60 * MINUTE, calendar=office)])
    (one,) = due_updates(plan, other(incident(), 9 * 60), now=AT + 48 * 60 * MINUTE)

    assert one.due_at == datetime(2026, 6, 2, 11, tzinfo=UTC)  # nine hours from Monday at 10:00


def test_the_log_keeps_what_somebody_heard_of() -> None:
    """Told at 10:20 and timed anew at 10:22, it stays in the log; at 10:20 nobody had heard yet."""
    plan = two_rules(every=120 * MINUTE)
    logs = {
        minute: update_log(plan, other(incident(), minute), now=AT + 60 * MINUTE)
        for minute in (20, 22)
    }

    assert [one.lapsed_because for one in logs[20]] == [""]
    assert [one.lapsed_because for one in logs[22]] == ["retimed", ""]
    assert logs[22][0].lapsed_at == AT + 22 * MINUTE


def test_who_writes_is_told_when_the_hours_open() -> None:
    """Opened at 6:50 and due at 7:05: told at 7:00, with five of its ten minutes of notice."""
    daytime = BusinessCalendar(zone="UTC", hours={"mon-sun": "07:00-22:00"})
    plan = CommunicationPlan("status", rule(first=15 * MINUTE, during=daytime, notice=10 * MINUTE))
    early = datetime(2026, 6, 1, 6, 50, tzinfo=UTC)
    record = Incident.open(id="INC-1", title="t", at=early, by="kim")

    (one,) = due_updates(plan, record, now=AT)
    assert (one.listed_at, one.due_at) == (early + 10 * MINUTE, early + 15 * MINUTE)


def test_naive_times_are_refused() -> None:
    """As everywhere (rule T1)."""
    with pytest.raises(NaiveDatetimeError):
        due_updates(CommunicationPlan("status", rule()), incident(), now=datetime(2026, 6, 1))  # noqa: DTZ001  the fact


@given(st.data(), communication_plans(), POLLS)
def test_the_early_no_agrees_with_the_walk(
    data: Any, plan: CommunicationPlan, minutes: list[int]
) -> None:
    """What is due is what stands of everything that was ever listed, at any instant."""
    record = data.draw(communicated_incidents(plan))
    for minute in minutes:
        now = record.opened_at + minute * MINUTE
        walked = due_updates(plan, record, now=now, include_lapsed=True)
        standing = tuple(one for one in walked if one.sent_at is None and one.lapsed_at is None)
        assert due_updates(plan, record, now=now) == standing
        listed, wakeup = updates_and_wakeup(plan, record, now=now, include_lapsed=True)
        assert (listed, wakeup) == (walked, next_update_wakeup(plan, [record], now=now))
        assert updates_and_wakeup(plan, record, now=now, include_lapsed=False)[1] == wakeup


def test_a_record_that_can_be_owed_nothing_costs_next_to_nothing(
    work_of: Callable[[Callable[[], object]], int],
) -> None:
    """A record that no rule is for, one that is closed, and one that is too young.

    None of them walks the history: that of a record with a hundred events costs the same.
    """
    plan = CommunicationPlan("major", rule(when=field("major_status").equals("accepted")))
    every = CommunicationPlan("all", rule(final=10 * MINUTE))
    short, long = (_talked(incident(), count) for count in (1, 100))
    late = AT + timedelta(hours=9)
    for one, watched in ((short, plan), (long, plan)):
        assert work_of(lambda one=one, plan=watched: due_updates(plan, one, now=late)) < 60
    canceled = [advance(one, "cancel", at=late, by="ada") for one in (short, long)]
    for one in canceled:
        assert work_of(lambda one=one: due_updates(every, one, now=late)) < 60
        assert due_updates(every, one, now=late) == ()
    young = work_of(lambda: due_updates(every, long, now=AT + 9 * MINUTE))
    assert young < 20
    assert len(due_updates(every, long, now=late)) == 1
    assert work_of(lambda: due_updates(every, long, now=late)) > 1_000


def _talked(record: Incident, count: int) -> Incident:
    for number in range(count):
        record = comment(record, "We are on it.", at=AT + number * MINUTE / 60, by="ada")
    return record


def test_what_came_later_is_written_only_where_it_says_something() -> None:
    """A document of a real incident is as it was before there were exercises."""
    plan = CommunicationPlan("status", rule(first=15 * MINUTE))
    for exercise in (None, "drill 1"):
        (update,) = due_updates(plan, incident(exercise=exercise), now=AT + 20 * MINUTE)
        assert update.exercise == exercise
        written = to_plain(update)["value"]
        assert written.get("exercise") == exercise
        assert ("exercise" in written) is (exercise is not None)
    document = to_plain(plan)["value"]["rules"][0]
    assert "on_change" not in document
    assert document["final"] is None  # this one was always there


SOLVED = {"resolution_code": "fixed", "resolution_notes": "restarted"}


@pytest.mark.parametrize(
    ("action", "fields", "because"), [("resolve", SOLVED, "resolved"), ("cancel", {}, "canceled")]
)
def test_the_log_says_how_the_record_ended(
    action: str, fields: dict[str, str], because: str
) -> None:
    """Under an end of one's own, what was listed lapses as resolved or canceled."""
    plan = CommunicationPlan(
        "status", rule(notice=20 * MINUTE, ends=field("custom.calm").is_true())
    )
    record = advance(incident(), action, at=AT + 15 * MINUTE, by="ada", **fields)
    (one,) = update_log(plan, record, now=AT + 60 * MINUTE)
    assert (one.lapsed_because, one.lapsed_at) == (because, AT + 15 * MINUTE)


def changed(minute: int) -> Incident:
    """Return a record with an update at 10:01 and another service some minutes after 10:00."""
    record = log_update_sent(incident(), "customers", at=AT + MINUTE, by="ada")
    return set_fields(record, service="mail", at=AT + minute * MINUTE, by="ada")


def test_a_change_that_is_sent_at_once_is_owed_no_update() -> None:
    """A field changes at 10:10: an update in the same instant says so; else one is owed by 10:15.

    What the opening itself says is not a change.
    """
    plan = CommunicationPlan("status", rule(first=5 * MINUTE, on_change=["service"]))
    opened = log_update_sent(incident(service="mail"), "customers", at=AT + MINUTE, by="ada")
    sent = log_update_sent(changed(10), "customers", at=AT + 10 * MINUTE, by="ada")
    for record, kind, due in (
        (opened, "next", 31),
        (changed(10), "change", 15),
        (sent, "next", 40),
    ):
        (one,) = due_updates(plan, record, now=AT + 120 * MINUTE)
        assert (one.kind, one.due_at) == (kind, AT + due * MINUTE)


@pytest.mark.parametrize("every", [None, 60 * MINUTE])
def test_a_change_that_was_reported_is_no_news_later(every: timedelta | None) -> None:
    """Changed at 10 and said at 12, changed again at 13: that is owed five minutes later."""
    plan = CommunicationPlan("status", rule(first=5 * MINUTE, every=every, on_change=["service"]))
    told = log_update_sent(changed(10), "customers", at=AT + 12 * MINUTE, by="ada")
    again = set_fields(told, service="web", at=AT + 13 * MINUTE, by="ada")
    (one,) = due_updates(plan, again, now=AT + 50 * MINUTE)
    assert (one.kind, one.due_at) == ("change", AT + 18 * MINUTE)


def test_a_change_on_hold_is_told_at_the_usual_pace() -> None:
    """Every hour, and every four hours on hold: changed at 30, on hold since 20, due at 90."""
    plan = CommunicationPlan(
        "status", rule(every=60 * MINUTE, on_hold=240 * MINUTE, on_change=["service"])
    )
    held = advance(incident(), "start", at=AT + MINUTE, by="ada")
    held = log_update_sent(held, "customers", at=AT + 12 * MINUTE, by="ada")
    held = advance(held, "hold", reason="awaiting_vendor", at=AT + 20 * MINUTE, by="ada")
    for record, kind, due in (
        (held, "next", 252),
        (set_fields(held, service="mail", at=AT + 30 * MINUTE, by="ada"), "change", 90),
    ):
        (one,) = due_updates(plan, record, now=AT + 300 * MINUTE)
        assert (one.kind, one.due_at) == (kind, AT + due * MINUTE)


@pytest.mark.parametrize(
    ("minute", "log"),
    [
        (5, ["first", "change"]),  # the next update was not listed yet
        (20, ["first", "change", "next retimed"]),
        (25, ["first", "change", "next retimed"]),
        (26, ["first", "next"]),  # due no earlier than that
    ],
)
def test_a_nearer_change_takes_the_place_of_what_was_listed(minute: int, log: list[str]) -> None:
    """The next update is listed from 10:11 and due by 10:31 (rule U2)."""
    plan = CommunicationPlan(
        "status", rule(first=5 * MINUTE, notice=20 * MINUTE, on_change=["service"])
    )
    found = update_log(plan, changed(minute), now=AT + 40 * MINUTE)
    assert [f"{one.kind} {one.lapsed_because}".strip() for one in found] == log


def test_the_wake_up_is_that_of_the_nearest_record() -> None:
    """In any order; at the instant of a listing, the next one counts, or none."""
    near, far = incident(), log_update_sent(incident(), "customers", at=AT + MINUTE, by="ada")
    plan = CommunicationPlan("status", rule())
    due = AT + 30 * MINUTE
    for records in ([near, far], [far, near], [near, near]):
        assert next_update_wakeup(plan, records, now=AT + 2 * MINUTE) == due
    assert next_update_wakeup(plan, [near, far], now=due) == due + MINUTE
    assert next_update_wakeup(plan, [near], now=due) is None


def test_what_is_due_at_closing_time_is_listed_then() -> None:
    """At 17:00 the contact hours are over; it does not wait for the morning."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    one = rule(during=office, notice=10 * MINUTE)
    due = datetime(2026, 6, 1, 17, tzinfo=UTC)
    assert listed_from(one, due, due) == due
    assert listed_from(one, due, AT) == due - 10 * MINUTE
    evening = datetime(2026, 6, 1, 18, tzinfo=UTC)
    morning = datetime(2026, 6, 2, 9, tzinfo=UTC)
    assert listed_from(one, morning + 5 * MINUTE, evening) == morning
    assert listed_from(rule(during=office), due, AT) == due
    assert listed_from(rule(notice=10 * MINUTE), due, due - MINUTE) == due - MINUTE


def test_a_plan_without_a_name_is_refused() -> None:
    """The error says which part."""
    with pytest.raises(DefinitionError, match=r"^name: "):
        CommunicationPlan("", rule())
