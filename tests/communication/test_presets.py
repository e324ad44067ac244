"""A major incident from its acceptance to its final update, and what the month then shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from incidentcore.communication import (
    MissedUpdate,
    StakeholderUpdate,
    due_updates,
    major_incident_plan,
    missed_updates,
    next_update_wakeup,
    update_log,
)
from incidentcore.instants import Versions
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Incident,
    Problem,
    Record,
    log_update_sent,
    set_fields,
    set_major_status,
)
from incidentcore.values import Impact, Priority, Urgency

PLAN = major_incident_plan()
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, 1, hour, minute, tzinfo=UTC)


def accepted(impact: str | None = "no mail in all sites") -> Incident:
    """Opened at 10:00 with critical priority, a major incident from 10:10."""
    record = Incident.open(
        id="INC-1",
        title="Mail is down",
        by="kim",
        at=at(10),
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
        computed_priority=Priority.CRITICAL,
    )
    return set_major_status(record, "accepted", business_impact=impact, at=at(10, 10), by="ada")


def lines(record: Record, now: datetime) -> list[str]:
    return [
        f"{one.audience}: {one.kind} by {one.due_at:%H:%M} over {one.channel}"
        for one in due_updates(PLAN, record, now=now)
    ]


def test_major_incident_updates_from_end_to_end() -> None:
    """Nothing before the acceptance, then each audience at its pace, then one final update each."""
    record = accepted()
    assert lines(record, at(10, 9)) == []
    assert next_update_wakeup(PLAN, [record], now=at(10, 10)) == at(10, 20)
    assert lines(record, at(10, 20)) == [
        "customers: first by 10:25 over status page",
        "support staff: first by 10:25 over chat",
    ]
    (first, *_) = due_updates(PLAN, record, now=at(10, 20))
    assert first.key == (
        "INC-1/major incident/customers/first/2026-06-01T10:10:00Z/2026-06-01T10:25:00Z"
    )
    assert first.filled["business_impact"] == "no mail in all sites"
    assert first.missing == ()

    for audience, minute in (("customers", 24), ("support staff", 25)):
        record = log_update_sent(record, audience, at=at(10, minute), by="ada")
    assert lines(record, at(10, 30)) == ["executives: first by 10:40 over mail"]
    record = log_update_sent(record, "executives", at=at(10, 50), by="ada")  # ten minutes late

    assert lines(record, at(10, 50)) == [
        "customers: next by 10:54 over status page",
        "support staff: next by 10:55 over chat",
    ]
    record = log_update_sent(record, "customers", at=at(10, 54), by="ada")
    record = log_update_sent(record, "support staff", at=at(11), by="ada")  # five minutes late
    record = advance(
        record,
        "resolve",
        resolution_code="fixed",
        resolution_notes="queue cleared",
        at=at(11, 10),
        by="ada",
    )
    assert lines(record, at(12)) == [
        "customers: final by 11:40 over status page",
        "support staff: final by 11:40 over chat",
        "executives: final by 12:10 over mail",
    ]
    for audience, hour, minute in (
        ("customers", 11, 30),
        ("support staff", 11, 40),
        ("executives", 12, 10),
    ):
        record = log_update_sent(record, audience, at=at(hour, minute), by="ada")

    assert lines(record, at(20)) == []
    assert next_update_wakeup(PLAN, [record], now=at(12, 10)) is None
    assert [
        (one.audience, one.kind, one.late_by) for one in missed_updates(PLAN, record, now=at(20))
    ] == [("executives", "first", 10 * MINUTE), ("support staff", "next", 5 * MINUTE)]
    kinds = [type(one) for one in update_log(PLAN, record, now=at(20))]
    assert (kinds.count(StakeholderUpdate), kinds.count(MissedUpdate)) == (6, 2)


def test_what_an_update_needs_and_nobody_knows_yet_is_told() -> None:
    """The impact is missing; as soon as it is set the update is complete."""
    record = accepted(None)
    (one, _) = due_updates(PLAN, record, now=at(10, 20))
    assert one.missing == ("business_impact",)
    assert dict(one.filled) == {"title": "Mail is down"}

    record = set_fields(record, business_impact="no mail", at=at(10, 21), by="ada")
    (one, _) = due_updates(PLAN, record, now=at(10, 21))
    assert one.missing == ()
    template = PLAN.rules[0].template(one.kind)
    assert template is not None
    assert template.render(record, next_update="10:55").text == (
        "Mail is down. What it means: no mail. We are working on it; "
        "the next update follows by 10:55."
    )


def test_a_plan_changes_for_later_records_only() -> None:
    """The version that held at the opening counts (rule S11)."""
    slow = major_incident_plan("slow")
    slow = attrs.evolve(
        slow, rules=[attrs.evolve(rule, first=2 * rule.first) for rule in slow.rules if rule.first]
    )
    versions = Versions([(at(0), PLAN), (at(10, 5), slow)])

    assert due_updates(versions, accepted(), now=at(11)) == due_updates(
        PLAN, accepted(), now=at(11)
    )
    assert next_update_wakeup(versions, [accepted()], now=at(10, 10)) == at(10, 20)


def test_a_demoted_incident_owes_nothing_more() -> None:
    """What was late when it was demoted stays late, up to then."""
    record = set_major_status(accepted(), "canceled", at=at(10, 30), by="ada")

    assert lines(record, at(20)) == []
    assert {one.late_by for one in missed_updates(PLAN, record, now=at(20))} == {5 * MINUTE}
    (one, _) = missed_updates(PLAN, record, now=at(20))
    assert (one.sent_at, one.lapsed_at, one.lapsed_because) == (
        None,
        at(10, 30),
        "no_rule_applies",
    )


def test_the_plan_is_for_incidents_and_leaves_problems_alone() -> None:
    """A problem has no major status; asking for it does no harm."""
    problem = Problem.open(id="PRB-1", title="Queue fills up", at=at(10), by="ada")

    assert due_updates(PLAN, problem, now=at(20)) == ()


@pytest.mark.parametrize("function", [due_updates, missed_updates, update_log])
def test_before_the_opening_there_is_nothing(function: object) -> None:
    """Nor before the opening was recorded."""
    record = accepted()

    assert function(PLAN, record, now=at(9)) == ()  # type: ignore[operator]
    assert function(PLAN, record, now=at(12), known_at=at(9)) == ()  # type: ignore[operator]


SHIPPED = """
customers, critical     15  30 120  30  5 status page
customers               30  60 240  60 10 status page
executives, critical    30  60 240  60 10 mail
executives              60 240 480 120 15 mail
support staff, critical 15  30 120  30  5 chat
support staff           30  60 240  60 10 chat
"""


def test_the_plan_as_it_is_shipped() -> None:
    """In minutes: first, every, on hold, final, notice; then the channel.

    On hold the pace is a quarter, but at least every eight hours.
    """
    rows = [
        f"{one.name:<23} {m(one.first):>2} {m(one.every):>3} {m(one.on_hold):>3} "
        f"{m(one.final):>3} {m(one.notice):>2} {one.channel}"
        for one in PLAN.rules
    ]
    assert rows == SHIPPED.strip().splitlines()
    for one in PLAN.rules:
        assert one.every is not None
        assert one.on_hold == min(4 * one.every, timedelta(hours=8))
        assert [kind for kind, _ in one.templates] == ["first", "next", "final"]
    other = Incident.open(id="I", title="t", by="kim", at=at(10))
    declined = set_major_status(accepted(), "rejected", at=at(10, 11), by="ada")
    for record, owed in ((other, 0), (declined, 0), (accepted(), 3)):
        assert len(due_updates(PLAN, record, now=at(12))) == owed
    assert [one.given for _, one in PLAN.rules[0].templates] == [
        ("next_update",), ("news", "next_update"), ()
    ]  # fmt: skip


def m(span: timedelta | None) -> int:
    assert span is not None
    return span // MINUTE
