"""The laws that hold for every plan and every history."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.testing.choices import check_choices

from incidentcore.communication import (
    PUBLIC_REPLY,
    CommunicationPlan,
    UpdateRule,
    due_updates,
    major_incident_plan,
    update_log,
)
from incidentcore.conditions import NEVER
from incidentcore.records import Incident, comment, log_update_sent
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.testing import (
    check_communication,
    checks_communication,
    communicated_incidents,
    communication_plans,
)
from incidentcore.testing.checks_communication import POLLS, keep_laws

MINUTE = timedelta(minutes=1)


@given(st.data(), communication_plans(), POLLS, st.randoms())
def test_every_plan_keeps_the_laws(
    data: Any, plan: CommunicationPlan, minutes: list[int], chance: Random
) -> None:
    """Polling, arrival order, as of, wake-ups and lateness, on generated plans (rule U5)."""
    keep_laws(plan, data.draw(communicated_incidents(plan)), minutes, chance)


NIGHT = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "22:00-06:00"})
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
PLANS: dict[str, CommunicationPlan] = {
    "major": major_incident_plan(),
    "office": CommunicationPlan(
        "office",
        UpdateRule(
            name="all",
            audiences="customers",
            first=60 * MINUTE,
            every=240 * MINUTE,
            final=30 * MINUTE,
            calendar=OFFICE,
            during=OFFICE,
            notice=30 * MINUTE,
        ),
    ),
    "night": CommunicationPlan(
        "night",
        UpdateRule(
            name="all",
            audiences="support staff",
            every=90 * MINUTE,
            during=NIGHT,
            notice=5 * MINUTE,
        ),
    ),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_of_ours_keeps_the_laws(name: str) -> None:
    """The preset, a plan in business time and one at night."""
    check_communication(PLANS[name], examples=30)


AT = datetime(2026, 6, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize("name", ["office", "night"])
def test_a_plan_with_hours_keeps_the_laws_on_one_record(name: str) -> None:
    """Polled each hour for two days: what is due in quiet hours is due when they end."""
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    record = comment(record, "We look.", by="ada", at=AT + timedelta(hours=5))
    keep_laws(PLANS[name], record, [60 * hour for hour in range(48)], Random(1))  # noqa: S311


def test_updates_that_were_sent_keep_the_laws() -> None:
    """One in time and one late, polled an hour before the opening and for ten hours after it."""
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    for minutes in (60, 300):
        sent = AT + minutes * MINUTE
        record = log_update_sent(record, "support staff", at=sent, by="ada")
    keep_laws(PLANS["night"], record, [-60, 100, 250, 600], Random(1))  # noqa: S311


def test_what_was_not_recorded_yet_owes_nothing() -> None:
    """An opening that was written down later is not known at its own time."""
    record = Incident.open(
        id="INC-1", title="No mail", by="kim", at=AT, recorded_at=AT + timedelta(hours=3)
    )
    for hours, known in ((2, 1), (5, 1), (5, 3), (5, 4)):
        now, known_at = AT + timedelta(hours=hours), AT + timedelta(hours=known)
        checks_communication._past_decides(PLANS["night"], record, now=now, known_at=known_at)


def test_what_is_due_in_quiet_hours_is_named() -> None:
    """A plan that is checked against other hours than its own breaks the law."""
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    plan, now = PLANS["night"], AT + timedelta(days=1)
    keys = [update.key for update in due_updates(plan, record, now=now, include_lapsed=True)]
    assert keys
    checks_communication._quiet_hours_are_quiet(plan, keys, record, now)
    other: Any = SimpleNamespace(rules=[attrs.evolve(plan.rules[0], during=OFFICE)])
    log = update_log(plan, record, now=now)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checks_communication, "update_log", lambda *_, **__: log)
        with pytest.raises(AssertionError, match="nothing is due in quiet hours"):
            checks_communication._quiet_hours_are_quiet(other, keys, record, now)


@given(st.data())
@settings(max_examples=min(20, settings().max_examples))
def test_a_plan_and_its_updates_come_back(data: Any) -> None:
    """From JSON and from a pickle, equal and with equal hashes."""
    plan = data.draw(communication_plans())
    record = data.draw(communicated_incidents(plan))
    now = record.updated_at + timedelta(days=1)
    for value in (plan, *due_updates(plan, record, now=now, include_lapsed=True)):
        kind: type[Any] = type(value)
        assert loads(dumps(value), kind) == value
        copy = pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes
        assert copy == value
        assert hash(copy) == hash(value)


def test_the_lint_is_run_first() -> None:
    """A rule that can never apply is named before any history is drawn."""
    rule = UpdateRule(name="never", when=NEVER, audiences="customers", every=90 * MINUTE)
    with pytest.raises(AssertionError, match="the lint finds\nnever: "):
        check_communication(CommunicationPlan(name="p", rules=(rule,)))


def test_polls_lie_around_the_opening() -> None:
    """From ten minutes before it to two weeks after it, one to five."""
    check_choices(POLLS, 300, {"": "-10..20000", "#": "1 2 3 4 5"})


def test_each_law_is_asked_at_the_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """All polls in order for the first, and for the others the first and the last one."""
    asked: dict[str, list[object]] = {}
    for name in ("_polls_agree", "_past_decides", "_late_is_late", "_wakeup_is_least"):
        asked[name] = []

        def note(*given: object, name: str = name, **named: object) -> None:
            asked[name].append((*given[:2], given[2:] or named))

        monkeypatch.setattr(checks_communication, name, note)
    plan = PLANS["office"]
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    keep_laws(plan, record, [500, -5, 60], Random(1))  # noqa: S311
    first, middle, last = (AT + minute * MINUTE for minute in (-5, 60, 500))
    assert asked["_polls_agree"] == [(plan, record, ([first, middle, last],))]
    ends = [(plan, record, (now,)) for now in {first, last}]
    assert asked["_late_is_late"] == asked["_wakeup_is_least"] == ends
    assert asked["_past_decides"] == [
        (plan, record, {"now": now, "known_at": last}) for now in {first, last}
    ]


def test_a_log_that_depends_on_the_order_of_arrival_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    for number in range(5):
        record = comment(record, "?", by="ada", at=AT + number * MINUTE)
    for name in ("_polls_agree", "_past_decides", "_late_is_late", "_wakeup_is_least"):
        monkeypatch.setattr(checks_communication, name, lambda *_, **__: None)
    monkeypatch.setattr(
        checks_communication, "update_log", lambda _, one, **__: [e.id for e in one.history]
    )
    monkeypatch.setattr(
        checks_communication, "replay", lambda events: SimpleNamespace(history=events)
    )
    with pytest.raises(AssertionError, match="arrival order is irrelevant"):
        keep_laws(PLANS["night"], record, [60], Random(1))  # noqa: S311


def test_what_tells_an_audience_is_an_update_to_it_or_what_the_plan_counts_too() -> None:
    """A comment to the public tells the first audience of this plan, and no other."""
    rules = [
        UpdateRule(name=name, audiences=name, every=60 * MINUTE) for name in ("users", "bosses")
    ]
    plan = CommunicationPlan("plan", rules, also={"users": PUBLIC_REPLY})
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    for audience in ("users", "bosses"):
        record = log_update_sent(record, audience, at=AT, by="ada")
    record = comment(record, "public", at=AT, by="ada")
    record = comment(record, "internal", at=AT, by="ada", visibility="internal")
    for audience, told in (("users", [2, 4]), ("bosses", [3]), ("others", [])):
        events = checks_communication._told(plan, record.history, audience)
        assert [event.sequence for event in events] == told


@pytest.mark.parametrize(
    ("law", "engine", "answer", "words"),
    [
        ("_late_is_late", "missed_updates", "late by nothing", "a missed update is late by some"),
        ("_wakeup_is_least", "next_update_wakeup", "now", "a wake-up lies ahead"),
    ],
)
def test_laws_are_asked_from_the_opening_on(
    law: str, engine: str, answer: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its very instant; before it nothing is known."""
    record = Incident.open(id="INC-1", title="No mail", by="kim", at=AT)
    late = SimpleNamespace(late_by=timedelta(), due_at=AT, key="k", audience="a", since=AT)
    wrong = {"late by nothing": [late], "now": AT}[answer]
    monkeypatch.setattr(checks_communication, engine, lambda *_, **__: wrong)
    check = getattr(checks_communication, law)
    check(PLANS["night"], record, AT - MINUTE)
    with pytest.raises(AssertionError, match=words):
        check(PLANS["night"], record, AT)
