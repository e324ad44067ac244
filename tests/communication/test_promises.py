"""What an audience is owed, step by step of the history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.communication.test_evaluate import AT, MINUTE, SOLVED, incident, other, rule

from incidentcore.communication import CommunicationPlan, due_updates
from incidentcore.conditions import Condition, Opaque, field
from incidentcore.lifecycle import advance
from incidentcore.records import (
    StateChanged,
    log_update_sent,
    mark_restored,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import IN_PROGRESS

LATE = AT + 60 * MINUTE
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def test_for_each_audience_the_first_rule_that_matches_applies() -> None:
    """Customers have a rule of their own; executives are told by the second."""
    rules = CommunicationPlan(
        "status",
        [
            rule(name="customers", every=15 * MINUTE, channel="status page"),
            rule(name="all", audiences=["customers", "executives"], channel="mail"),
        ],
    )
    due = due_updates(rules, incident(), now=AT + 60 * MINUTE)

    assert [(one.audience, one.rule, one.channel) for one in due] == [
        ("customers", "customers", "status page"),
        ("executives", "all", "mail"),
    ]


def test_a_stop_ends_the_pace_and_leaves_the_final_update() -> None:
    """Restored at 10:20: nothing at 10:30; resolved at 11:00: the final one by 11:15."""
    plan = CommunicationPlan("status", rule(final=15 * MINUTE, stop=field("restored_at").present()))
    record = mark_restored(incident(), at=AT + 20 * MINUTE, by="ada")
    assert due_updates(plan, record, now=AT + 50 * MINUTE) == ()
    record = advance(
        record,
        "resolve",
        resolution_code="fixed",
        resolution_notes="restarted",
        at=AT + 60 * MINUTE,
        by="ada",
    )
    (final,) = due_updates(plan, record, now=AT + 75 * MINUTE)

    assert (final.kind, final.due_at, final.why) == (
        "final",
        AT + 75 * MINUTE,
        "0:15:00 after the end",
    )


def test_an_end_of_ones_own() -> None:
    """The communication ends when the service works again, and reopening it starts anew."""
    plan = CommunicationPlan(
        "status",
        rule(first=5 * MINUTE, final=15 * MINUTE, ends=field("custom.calm").is_true()),
    )
    record = set_fields(incident(), custom={"calm": True}, at=AT + 20 * MINUTE, by="ada")
    (final,) = due_updates(plan, record, now=AT + 60 * MINUTE)
    assert final.due_at == AT + 35 * MINUTE
    again = set_fields(record, custom={"calm": False}, at=AT + 30 * MINUTE, by="ada")
    (first,) = due_updates(plan, again, now=AT + 60 * MINUTE)

    assert (first.kind, first.since, first.due_at) == (
        "first",
        AT + 30 * MINUTE,
        AT + 35 * MINUTE,
    )


def test_a_plan_for_the_end_alone() -> None:
    """Support staff hear of the resolution only; and nobody does of one that began resolved."""
    plan = CommunicationPlan("status", rule(every=None, final=15 * MINUTE))
    solved = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    record = advance(incident(), "resolve", at=AT + 60 * MINUTE, by="ada", **solved)

    assert due_updates(plan, incident(), now=AT + 600 * MINUTE) == ()
    assert [one.kind for one in due_updates(plan, record, now=AT + 75 * MINUTE)] == ["final"]
    at_once = advance(incident(), "resolve", at=AT, by="ada", **solved)
    assert due_updates(plan, at_once, now=AT + 75 * MINUTE) == ()


@pytest.mark.parametrize(
    "condition",
    [
        Opaque("told", lambda facts: facts["updated_at"] > AT),  # type: ignore[index]
        ~Opaque("not told", lambda facts: facts["updated_at"] <= AT),  # type: ignore[index]
        field("title").present() & (field("updated_at") > AT),
    ],
    ids=str,
)
def test_a_condition_is_asked_whenever_its_answer_may_have_changed(condition: Condition) -> None:
    """Functions at each event, all others when a fact that they read changes."""
    plan = CommunicationPlan("status", rule(when=condition))
    record = log_update_sent(incident(), "executives", at=AT + 10 * MINUTE, by="ada")

    assert [one.since for one in due_updates(plan, record, now=AT + 60 * MINUTE)] == [
        AT + 10 * MINUTE
    ]


def test_what_comes_to_apply_after_the_end_owes_no_final_update() -> None:
    """Neither at first nor again: nobody was owed anything since the rule last began to apply."""
    plan = CommunicationPlan(
        "status", rule(when=field("custom.other").is_true(), final=15 * MINUTE)
    )
    solved = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    ended = advance(incident(), "resolve", at=AT + 40 * MINUTE, by="ada", **solved)
    before = set_fields(other(incident(), 5), custom={"other": False}, at=AT + 9 * MINUTE, by="ada")
    before = advance(before, "resolve", at=AT + 40 * MINUTE, by="ada", **solved)

    for record in (ended, before):
        assert due_updates(plan, other(record, 50), now=AT + 600 * MINUTE) == ()
    (final,) = due_updates(
        plan,
        advance(other(incident(), 5), "resolve", at=AT + 20 * MINUTE, by="ada", **solved),
        now=AT + 600 * MINUTE,
    )
    assert final.kind == "final"


def test_a_reopened_record_starts_with_a_first_update() -> None:
    """Told at 10:10, resolved and reopened at 10:20: a first one by 10:25, not a next by 10:40.

    Rule U3.
    """
    plan = CommunicationPlan("status", rule(first=5 * MINUTE))
    solved = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    record = log_update_sent(incident(), "customers", at=AT + 10 * MINUTE, by="ada")
    record = advance(record, "resolve", at=AT + 15 * MINUTE, by="ada", **solved)
    record = advance(record, "reopen", at=AT + 20 * MINUTE, by="ada")

    (one,) = due_updates(plan, record, now=AT + 60 * MINUTE)
    assert (one.kind, one.due_at) == ("first", AT + 25 * MINUTE)


def test_an_end_that_does_not_read_the_state_still_ends_with_it() -> None:
    """What is resolved or canceled is owed no regular update, whatever its end is."""
    plan = CommunicationPlan("status", rule(ends=field("custom.calm").is_true()))
    solved = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    for over in (
        advance(incident(), "resolve", at=AT + 15 * MINUTE, by="ada", **solved),
        advance(incident(), "cancel", at=AT + 15 * MINUTE, by="ada"),
    ):
        assert due_updates(plan, over, now=AT + 60 * MINUTE) == ()


def test_nothing_is_owed_before_the_opening() -> None:
    """An event that is dated before it, noted later, begins nothing."""
    plan = CommunicationPlan("status", rule())
    record = set_fields(incident(), service="mail", at=AT - 60 * MINUTE, by="ada")

    assert [one.since for one in due_updates(plan, record, now=AT + 60 * MINUTE)] == [AT]


def test_a_record_that_is_reopened_after_an_end_of_ones_own_begins_again() -> None:
    """Nothing that was promised before the resolution or cancellation is promised again."""
    plan = CommunicationPlan("status", rule(first=5 * MINUTE, ends=field("custom.calm").is_true()))
    record = log_update_sent(incident(), "customers", at=AT + 10 * MINUTE, by="ada")
    for action, how in (("resolve", SOLVED), ("cancel", {})):
        over = advance(record, action, at=AT + 15 * MINUTE, by="ada", **how)
        again = {"at": AT + 20 * MINUTE, "action": "reopen", "state": IN_PROGRESS}
        (one,) = due_updates(plan, over.with_event(StateChanged, by="ada", **again), now=LATE)
        assert (one.kind, one.due_at) == ("first", AT + 25 * MINUTE)


@pytest.mark.parametrize(
    ("other", "now", "due"),
    [
        ({"every": 40 * MINUTE}, 20, 40),
        # A faster pace that would be due at once grants a first update, but not beyond 10:30.
        ({"first": 5 * MINUTE, "every": 10 * MINUTE}, 20, 25),
        ({"first": 20 * MINUTE, "every": 10 * MINUTE}, 20, 30),
        ({"every": 10 * MINUTE}, 15, 25),
        ({"every": 10 * MINUTE}, 25, 30),
    ],
)
def test_a_faster_pace_grants_the_time_of_a_first_update(
    other: dict[str, timedelta], now: int, due: int
) -> None:
    """Sent at 10:00, next due at 10:30; then another rule applies (rule U2)."""
    second = rule(name="other", when=field("custom.other").is_true(), **other)
    plan = CommunicationPlan("status", [second, rule()])
    record = log_update_sent(incident(), "customers", at=AT, by="ada")
    record = set_fields(record, custom={"other": True}, at=AT + now * MINUTE, by="ada")
    (one,) = due_updates(plan, record, now=AT + 120 * MINUTE)
    assert one.due_at == AT + due * MINUTE


@pytest.mark.parametrize(("goes_on", "due"), [(60, 85), (80, 85), (85, 95), (200, 210)])
def test_an_update_sent_while_the_rule_is_stopped_is_the_update_before(
    goes_on: int, due: int
) -> None:
    """Every 30 minutes, sent at 20 and 55, stopped from 25: due at 55 + 30, or 10 after it goes on.

    At 85 and later the update from 55 would be due at once: the time of a first one is granted.
    """
    stop = field("custom.quiet").is_true()
    plan = CommunicationPlan("p", rule(first=10 * MINUTE, every=30 * MINUTE, stop=stop))
    record = incident()
    for minute, quiet in ((20, None), (25, True), (55, None), (goes_on, False)):
        at = AT + minute * MINUTE
        if quiet is None:
            record = log_update_sent(record, "customers", at=at, by="ada")
        else:
            record = set_fields(record, custom={"quiet": quiet}, at=at, by="ada")
    (owed,) = due_updates(plan, record, now=AT + 300 * MINUTE)

    assert (owed.kind, owed.since, owed.due_at) == (
        "next",
        AT + 55 * MINUTE,
        AT + due * MINUTE,
    )


def test_one_update_and_no_more_is_not_owed_again_after_a_stop() -> None:
    """Sent at 5, stopped from 25 to 80: a rule that goes on does not come to apply."""
    plan = CommunicationPlan(
        "p", rule(first=15 * MINUTE, every=None, stop=field("custom.q").is_true())
    )
    record = log_update_sent(incident(), "customers", at=AT + 5 * MINUTE, by="ada")
    for minute in (25, 80):
        at = AT + minute * MINUTE
        record = set_fields(record, custom={"q": minute == 25}, at=at, by="ada")

    assert due_updates(plan, record, now=AT + 300 * MINUTE, include_lapsed=True) == ()


def test_a_reopened_record_begins_again_though_no_rule_applied_at_its_resolution() -> None:
    """First due at 15; no rule from 5, resolved at 10, reopened at 20, again from 25: due at 40."""
    plan = CommunicationPlan("p", rule(when=field("custom.vip").is_true(), first=15 * MINUTE))
    record = incident(custom={"vip": True})
    record = set_fields(record, custom={"vip": False}, at=AT + 5 * MINUTE, by="ada")
    record = advance(record, "resolve", at=AT + 10 * MINUTE, by="ada", **SOLVED)
    record = advance(record, "reopen", at=AT + 20 * MINUTE, by="ada")
    record = set_fields(record, custom={"vip": True}, at=AT + 25 * MINUTE, by="ada")
    (first,) = due_updates(plan, record, now=AT + 300 * MINUTE)

    assert (first.kind, first.since, first.due_at) == (
        "first",
        AT + 25 * MINUTE,
        AT + 40 * MINUTE,
    )


def test_one_update_of_a_rule_is_owed_until_it_is_sent() -> None:
    """Sent at 5, the rule from 30, due at 45: on hold from 35, it is owed as before."""
    plan = CommunicationPlan(
        "p",
        [
            rule(name="vip", when=field("custom.vip").is_true(), first=15 * MINUTE, every=None),
            rule(),
        ],
    )
    record = log_update_sent(incident(), "customers", at=AT + 5 * MINUTE, by="ada")
    record = set_fields(record, custom={"vip": True}, at=AT + 30 * MINUTE, by="ada")
    record = advance(record, "start", at=AT + 31 * MINUTE, by="ada")
    record = advance(record, "hold", reason="awaiting_vendor", at=AT + 35 * MINUTE, by="ada")
    (owed,) = due_updates(plan, record, now=AT + 300 * MINUTE)

    assert (owed.rule, owed.due_at) == ("vip", AT + 45 * MINUTE)


def test_one_update_of_a_rule_is_not_owed_where_one_is_sent_as_the_rule_comes() -> None:
    """At 30, in either order; sent at 29, it is owed at 45, a quarter of an hour later."""
    plan = CommunicationPlan(
        "p",
        [
            rule(name="vip", when=field("custom.vip").is_true(), first=15 * MINUTE, every=None),
            rule(),
        ],
    )
    early = log_update_sent(incident(), "customers", at=AT + 5 * MINUTE, by="ada")
    vip = set_fields(early, custom={"vip": True}, at=AT + 30 * MINUTE, by="ada")
    now = AT + 300 * MINUTE
    assert not due_updates(
        plan, log_update_sent(vip, "customers", at=AT + 30 * MINUTE, by="ada"), now=now
    )
    for minute, due in ((29, [AT + 45 * MINUTE]), (30, [])):
        sent = log_update_sent(early, "customers", at=AT + minute * MINUTE, by="ada")
        turned = set_fields(sent, custom={"vip": True}, at=AT + 30 * MINUTE, by="ada")
        assert [one.due_at for one in due_updates(plan, turned, now=now)] == due


def test_another_rule_at_the_end_grants_the_time_of_a_final_update() -> None:
    """Resolved at 10, final at 70; from 40 a final within 20 would be late, and is due at 60."""
    vip = field("custom.vip").is_true()
    rules = [rule(name="vip", when=vip, first=5 * MINUTE, final=20 * MINUTE)]
    plan = CommunicationPlan("p", [*rules, rule(final=60 * MINUTE)])
    record = advance(incident(), "resolve", at=AT + 10 * MINUTE, by="ada", **SOLVED)
    record = set_fields(record, custom={"vip": True}, at=AT + 40 * MINUTE, by="ada")
    (final,) = due_updates(plan, record, now=AT + 300 * MINUTE)

    assert (final.kind, final.rule, final.due_at) == ("final", "vip", AT + 60 * MINUTE)


def test_a_change_on_hold_is_told_before_a_first_update() -> None:
    """On hold the first update is due at 60; a change at 10 is to be told within 30, at 40."""
    plan = CommunicationPlan("p", rule(on_hold=60 * MINUTE, on_change="custom.part"))
    record = advance(incident(), "start", at=AT + 1 * MINUTE, by="ada")
    record = advance(record, "hold", reason="awaiting_vendor", at=AT + 5 * MINUTE, by="ada")
    (first,) = due_updates(plan, record, now=AT + 300 * MINUTE)
    assert (first.kind, first.due_at) == ("first", AT + 60 * MINUTE)
    record = set_fields(record, custom={"part": 2}, at=AT + 10 * MINUTE, by="ada")
    (change,) = due_updates(plan, record, now=AT + 300 * MINUTE)
    assert (change.kind, change.since, change.due_at) == (
        "change",
        AT + 10 * MINUTE,
        AT + 40 * MINUTE,
    )


def test_a_rule_that_comes_back_restores_the_due_time_of_a_change() -> None:
    """A change at 10, due at 50 by rule b; a keeps that at 40; c owes 47 from 45, a again 50.

    Without a due time before, rule a would grant 66 at 46, and never beyond the 47 of c.
    """
    one = {"every": None, "on_change": "custom.part"}  # one update, and one for each change
    rules = [
        rule(name="a", when=field("custom.k").equals("a"), first=20 * MINUTE, **one),
        rule(name="b", when=field("custom.k").equals("b"), first=40 * MINUTE, **one),
        rule(name="c", every=47 * MINUTE),
    ]
    plan = CommunicationPlan("p", rules)
    record = log_update_sent(incident(custom={"k": "b"}), "customers", at=AT, by="ada")
    record = set_fields(record, custom={"part": 2}, at=AT + 10 * MINUTE, by="ada")
    for minute, name, due in ((40, "a", 50), (45, "c", 47), (46, "a", 50)):
        record = set_fields(record, custom={"k": name}, at=AT + minute * MINUTE, by="ada")
        (owed,) = due_updates(plan, record, now=AT + 300 * MINUTE)
        assert (owed.rule, owed.due_at) == (name, AT + due * MINUTE)


def test_a_rule_of_a_first_update_alone_owes_none_after_it() -> None:
    """Within contact hours too: no pace has no due time to move into them."""
    plan = CommunicationPlan("status", rule(first=15 * MINUTE, every=None, during=OFFICE))
    (first,) = due_updates(plan, incident(), now=AT + 30 * MINUTE)
    assert first.due_at == AT + 15 * MINUTE
    record = log_update_sent(incident(), "customers", at=AT + 10 * MINUTE, by="ada")
    assert due_updates(plan, record, now=AT + 600 * MINUTE) == ()
