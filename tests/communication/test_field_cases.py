"""Situations that users reported, by their ids, each with the right answer (rules U1 to U3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    due_updates,
    missed_updates,
    next_update_wakeup,
    update_log,
)
from incidentcore.conditions import before, during, field
from incidentcore.errors import DefinitionError
from incidentcore.lifecycle import advance
from incidentcore.priority import STANDARD_POLICY, prioritize
from incidentcore.records import (
    Incident,
    Record,
    comment,
    log_update_sent,
    set_fields,
    snooze,
    unsnooze,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import Actor, Impact, Priority, Urgency

M = timedelta(minutes=1)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 6, 1, hour, minute, second, tzinfo=UTC)


def inc(when: datetime, **more: object) -> Incident:
    return Incident.open(id="I1", title="x", at=when, by="kim", **more)  # type: ignore[arg-type]


def due(plan: CommunicationPlan, record: Record, now: datetime) -> list[str]:
    return [f"{one.due_at:%H:%M:%S}" for one in due_updates(plan, record, now=now)]


def phase(record: Incident, name: str, when: datetime) -> Incident:
    return set_fields(record, custom={"phase": name}, at=when, by="a")


INVESTIGATED = log_update_sent(
    inc(at(10), custom={"phase": "investigating"}), "pub", at=at(10, 5), by="a"
)


def test_ops_c2_a_rule_for_each_status_owes_its_first_update() -> None:
    """Investigating since 10:00, sent 10:05; identified at 10:30, due within 10 minutes."""
    rules = [
        UpdateRule(name=p, audiences="pub", when=field("custom.phase").equals(p), first=10 * M)
        for p in ("investigating", "identified")
    ]
    plan = CommunicationPlan("p", rules)
    record = phase(INVESTIGATED, "identified", at(10, 30))

    assert due(plan, record, at(11)) == ["10:40:00"]
    sent = log_update_sent(record, "pub", at=at(10, 35), by="a")
    assert due(plan, sent, at(11)) == []
    back = phase(sent, "investigating", at(10, 50))
    assert due(plan, back, at(11)) == ["11:00:00"]


CHANGES = CommunicationPlan(
    "p", UpdateRule(name="all", audiences="pub", first=10 * M, on_change="custom.phase")
)


def test_ops_c2_an_update_at_every_change_of_a_field() -> None:
    """One rule for all statuses: each change is to be announced within 10 minutes."""
    assert due(CHANGES, INVESTIGATED, at(11)) == []
    record = phase(INVESTIGATED, "identified", at(10, 30))
    (one,) = due_updates(CHANGES, record, now=at(11))
    assert (one.kind, one.since, one.due_at) == ("change", at(10, 30), at(10, 40))
    assert one.why == "0:10:00 after the change"
    # A second change is covered by the update that the first one owes; setting it again is none.
    assert due(CHANGES, phase(record, "monitoring", at(10, 35)), at(11)) == ["10:40:00"]
    assert due(CHANGES, phase(INVESTIGATED, "investigating", at(10, 30)), at(11)) == []
    sent = log_update_sent(record, "pub", at=at(10, 38), by=Actor("eva", "agent"))
    assert due(CHANGES, sent, at(12)) == []
    (first, second) = update_log(CHANGES, sent, now=at(12))
    assert [one.sent_by.id for one in (first, second) if one.sent_by] == ["a", "eva"]


def test_a_change_beside_a_pace_is_due_at_whichever_comes_first() -> None:
    """Every 30 minutes, sent 10:05: next 10:35; a change at 10:10 brings it to 10:20."""
    rule = UpdateRule(
        name="all", audiences="pub", first=10 * M, every=30 * M, on_change=["custom.phase"]
    )
    plan = CommunicationPlan("p", rule)

    assert due(plan, phase(INVESTIGATED, "b", at(10, 10)), at(10, 34)) == ["10:20:00"]
    assert due(plan, phase(INVESTIGATED, "b", at(10, 30)), at(11)) == ["10:35:00"]


def test_no_other_pace_postpones_the_update_about_a_change() -> None:
    """Sent 10:00, identified 10:05: due 10:20 for VIPs, by a slower rule 11:05 (rule U2).

    On hold from 10:08 it was due at 12:00, and after the hold or a stop at 10:30.
    """
    vip = field("custom.vip").is_true()
    news = {"audiences": "pub", "on_change": "custom.phase"}
    fast = UpdateRule(
        name="vip",
        when=vip,
        first=15 * M,
        every=30 * M,
        on_hold=120 * M,
        stop=field("custom.quiet").is_true(),
        **news,  # type: ignore[arg-type]
    )
    slow = UpdateRule(name="rest", first=60 * M, every=120 * M, **news)  # type: ignore[arg-type]
    plan = CommunicationPlan("p", [fast, slow])
    record = log_update_sent(inc(at(10), custom={"vip": True}), "pub", at=at(10), by="a")
    record = advance(record, "start", at=at(10, 1), by="a")
    news_at = phase(record, "identified", at(10, 5))

    def setting(record: Incident, when: datetime, **fields: bool) -> Incident:
        return set_fields(record, custom=fields, at=when, by="a")

    held = advance(news_at, "hold", reason="awaiting_vendor", at=at(10, 8), by="a")
    lowered = setting(news_at, at(10, 10), vip=False)
    stopped = setting(news_at, at(10, 8), quiet=True)
    assert due(plan, held, at(10, 19)) == []
    assert due(plan, held, at(10, 20)) == ["10:20:00"]
    assert due(plan, advance(held, "resume", at=at(10, 9), by="a"), at(11)) == ["10:20:00"]
    assert due(plan, lowered, at(12)) == ["11:05:00"]
    assert due(plan, setting(lowered, at(10, 12), vip=True), at(11)) == ["10:20:00"]
    assert due(plan, stopped, at(12)) == []
    assert due(plan, setting(stopped, at(10, 40), quiet=False), at(11)) == ["10:20:00"]
    sent = log_update_sent(lowered, "pub", at=at(10, 11), by="a")
    assert due(plan, sent, at(12, 12)) == ["12:11:00"]
    # A change under the slower rule, and the faster one afterwards: its own time for a change.
    raised = setting(phase(setting(record, at(10, 3), vip=False), "b", at(10, 5)), at(10, 9))
    assert due(plan, setting(raised, at(10, 9), vip=True), at(11)) == ["10:20:00"]


def test_a_stop_keeps_the_update_about_a_change_without_a_pace() -> None:
    """Identified at 10:30, quiet from 10:32 to 10:34: it is due at 10:40 as before."""
    quiet = field("custom.quiet").is_true()
    rule = UpdateRule(
        name="all", audiences="pub", first=10 * M, on_change="custom.phase", stop=quiet
    )
    plan = CommunicationPlan("p", rule)
    record = phase(INVESTIGATED, "identified", at(10, 30))
    for value, minute in ((True, 32), (False, 34)):
        record = set_fields(record, custom={"quiet": value}, at=at(10, minute), by="a")
    assert due(plan, record, at(11)) == ["10:40:00"]


def test_a_change_needs_a_time() -> None:
    """Neither ``first`` nor ``every`` says how soon."""
    with pytest.raises(DefinitionError, match="first or every"):
        UpdateRule(name="a", audiences="b", final=M, on_change="custom.phase")


PLAN = CommunicationPlan(
    "p",
    [
        UpdateRule(
            name="critical",
            audiences="cust",
            when=field("priority").equals(Priority.CRITICAL),
            first=15 * M,
            every=30 * M,
        ),
        UpdateRule(name="rest", audiences="cust", first=60 * M, every=120 * M),
    ],
)
GAP = CommunicationPlan("p", PLAN.rules[:1])


def urgency(record: Incident, level: object, when: datetime) -> Incident:
    return prioritize(record, STANDARD_POLICY, at=when, by="ada", impact=Impact.HIGH, urgency=level)


def slip(record: Incident, when: datetime, back: datetime) -> Incident:
    return urgency(urgency(record, Urgency.MEDIUM, when), Urgency.HIGH, back)


BASE = log_update_sent(
    inc(at(10), computed_priority=Priority.CRITICAL), "cust", at=at(10, 14), by="a"
)


@pytest.mark.parametrize("plan", [PLAN, GAP])
@pytest.mark.parametrize(
    ("when", "back"),
    [
        (at(10, 20), at(10, 35)),
        (at(10, 43), at(10, 43, 30)),
        (at(10, 43), at(10, 45)),  # across the promised instant
        (at(10, 14, 30), at(10, 50)),
    ],
)
def test_ops_x16_a_slip_of_the_priority_postpones_nothing(
    plan: CommunicationPlan, when: datetime, back: datetime
) -> None:
    """Critical, sent 10:14: due 10:44 each time, whether another rule or none applies meanwhile."""
    assert due(plan, BASE, at(10, 44)) == ["10:44:00"]
    assert due(plan, slip(BASE, when, back), at(11)) == ["10:44:00"]


def test_ops_x17_slips_every_fourteen_minutes() -> None:
    """Due 10:44 and late from then on, with one missed update."""
    record = slip(BASE, at(10, 43), at(10, 43, 30))
    for k in range(6):
        record = slip(record, at(10, 57) + k * 14 * M, at(10, 57, 30) + k * 14 * M)

    assert due(PLAN, record, at(12, 10)) == ["10:44:00"]
    (missed,) = missed_updates(PLAN, record, now=at(12, 10))
    assert missed.late_by == 86 * M


def test_the_same_promise_holds_through_a_hold() -> None:
    """On hold from 10:20 to 10:35 with a pace of four hours: 10:44, as promised."""
    rule = UpdateRule(name="all", audiences="cust", first=15 * M, every=30 * M, on_hold=240 * M)
    plan = CommunicationPlan("p", rule)
    record = advance(BASE, "start", at=at(10, 15), by="ada")
    held = advance(record, "hold", reason="awaiting_vendor", at=at(10, 20), by="ada")
    resumed = advance(held, "resume", at=at(10, 35), by="ada")

    assert due(plan, held, at(11)) == []
    assert due(plan, resumed, at(11)) == ["10:44:00"]


def test_a_pace_that_promised_nothing_is_granted_the_first_time_where_it_is_due_at_once() -> None:
    """Sent 10:14 under the slow pace: critical at 10:30 is due 10:44; at 11:00, at 11:15."""
    calm = log_update_sent(
        inc(at(10), computed_priority=Priority.LOW), "cust", at=at(10, 14), by="a"
    )

    assert due(PLAN, urgency(calm, Urgency.HIGH, at(10, 30)), at(12)) == ["10:44:00"]
    assert due(PLAN, urgency(calm, Urgency.HIGH, at(11)), at(12)) == ["11:15:00"]
    assert due(PLAN, urgency(calm, Urgency.HIGH, at(12, 10)), at(13)) == ["12:14:00"]


def test_ops_x19_a_reopening_before_the_final_update_or_a_cancellation() -> None:
    """A first one again, 11:05; canceled: nothing."""
    rule = UpdateRule(name="all", audiences="cust", first=15 * M, every=30 * M, final=30 * M)
    plan = CommunicationPlan("p", rule)
    notes = {"resolution_code": "fixed", "resolution_notes": "n"}
    record = advance(BASE, "resolve", at=at(10, 40), by="ada", **notes)
    reopened = advance(record, "reopen", at=at(10, 50), by="kim")

    (one,) = due_updates(plan, reopened, now=at(12))
    assert (one.kind, one.due_at) == ("first", at(11, 5))
    canceled = advance(BASE, "cancel", at=at(10, 40), by="kim")
    assert due(plan, canceled, at(12)) == []


def test_with_already_alone_there_is_one_reminder() -> None:
    """Keys that were delivered are left out; the next update counts from one that was sent."""
    plan = CommunicationPlan("p", PLAN.rules[1:])
    record = inc(at(10))
    keys = [one.key for one in due_updates(plan, record, now=at(11))]

    assert len(keys) == 1
    assert due_updates(plan, record, now=at(20), already=keys) == ()
    sent = log_update_sent(record, "cust", at=at(11), by="a")
    assert due(plan, sent, at(20)) == ["13:00:00"]


QUIET = CommunicationPlan(
    "p",
    UpdateRule(name="r", audiences="pub", first=30 * M, every=60 * M, stop=before("snoozed_until")),
)


def test_a_snooze_also_quiets_stakeholders_where_asked() -> None:
    """Opened 10:00, due 10:30, snoozed 10:05 to 12:00: nothing until then, without an event."""
    record = snooze(inc(at(10)), until=at(12), at=at(10, 5), by="ada")

    assert due(QUIET, record, at(11)) == []
    assert next_update_wakeup(QUIET, [record], now=at(11)) == at(12)
    assert due(QUIET, record, at(12)) == ["10:30:00"]
    assert missed_updates(QUIET, record, now=at(11, 59)) == ()
    sent = log_update_sent(record, "pub", at=at(12, 10), by="ada")
    assert due(QUIET, sent, at(14)) == ["13:10:00"]
    ended = unsnooze(record, at=at(10, 20), by="ada")
    assert due(QUIET, ended, at(11)) == ["10:30:00"]


def test_a_rule_by_the_hour_does_not_change_because_somebody_comments() -> None:
    """Reported 16:50, by day: due 17:20, also after a word at 17:00; raised at night: by night."""
    day = during(BusinessCalendar(zone="UTC", hours={"mon-sun": "09:00-17:00"}))
    vip = field("custom.vip").is_true()
    rules = [
        UpdateRule(name="day", audiences="pub", when=day & vip, first=30 * M),
        UpdateRule(name="night", audiences="pub", when=vip, first=240 * M),
    ]
    plan = CommunicationPlan("p", rules)
    record = comment(inc(at(16, 50), custom={"vip": True}), "?", at=at(17, 5), by="kim")
    late = set_fields(inc(at(16, 50)), custom={"vip": True}, at=at(17, 5), by="ada")

    assert due(plan, record, at(23)) == ["17:20:00"]
    assert due(plan, late, at(23)) == ["21:05:00"]


def test_an_update_that_stands_again_is_missed_once() -> None:
    """Late since 10:30, stopped 11:00 to 11:30, never sent: one miss, with all of its time."""
    plan = CommunicationPlan(
        "p", UpdateRule(name="r", audiences="pub", first=30 * M, stop=field("custom.q").is_true())
    )
    record = set_fields(inc(at(10)), custom={"q": True}, at=at(11), by="ada")
    (late,) = missed_updates(plan, record, now=at(11, 10))
    record = set_fields(record, custom={"q": False}, at=at(11, 30), by="ada")
    (missed,) = missed_updates(plan, record, now=at(12))

    assert (late.late_by, late.lapsed_because) == (30 * M, "stopped")
    assert (missed.key, missed.late_by, missed.lapsed_at) == (late.key, 90 * M, None)
    assert [one.key for one in update_log(plan, record, now=at(12))] == [late.key]
