"""Windows in which a resolved record may be reopened, and when it closes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
)
from incidentcore.lifecycle import (
    INCIDENT,
    TEXTBOOK_INCIDENT,
    Allowed,
    Lifecycle,
    Refused,
    ReopenWindow,
    Transition,
    advance,
    advance_major,
    auto_close_at,
)
from incidentcore.records import (
    Incident,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.values import IN_PROGRESS, RESOLVED, Actor

AT = datetime(2026, 6, 5, 15, tzinfo=UTC)  # a Friday afternoon


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


KIM = Actor("kim", "requester")


FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incident(number: int = 1, lifecycle: Lifecycle = INCIDENT) -> Incident:
    return lifecycle.open(Incident, id=f"INC-{number}", title="t", at=AT, by=KIM)


def resolved() -> Incident:
    return advance(incident(), "resolve", at=AT, by="ada", **FIXED)


@pytest.mark.parametrize(
    ("after", "calendar", "expected"),
    [
        (7 * DAY, None, AT + 7 * DAY),
        (timedelta(), None, AT),
        (4 * HOUR, OFFICE, datetime(2026, 6, 8, 11, tzinfo=UTC)),
        (BusinessDays(2), OFFICE, datetime(2026, 6, 9, 15, tzinfo=UTC)),
    ],
)
def test_auto_close_has_an_instant(after: Any, calendar: Any, expected: datetime) -> None:
    """By wall time, open time or business days from the resolution (rule L6)."""
    assert auto_close_at(resolved(), after=after, calendar=calendar) == expected
    assert ReopenWindow(after, calendar).until(resolved()) == expected


def test_what_is_not_resolved_does_not_close() -> None:
    """Neither open, canceled nor closed records; a reopened one starts anew."""
    reopened = advance(resolved(), "reopen", at=AT + HOUR, by=KIM)
    again = advance(reopened, "resolve", at=AT + 2 * HOUR, by="ada", **FIXED)
    closed = advance(resolved(), "close", at=AT, by="ada")

    for record in (incident(), reopened, advance(incident(), "cancel", at=AT, by="ada"), closed):
        assert auto_close_at(record, after=DAY) is None
    assert ReopenWindow(DAY).until(reopened) is None
    assert auto_close_at(again, after=DAY) == AT + 2 * HOUR + DAY


def test_major_incidents_stay_open_unless_told() -> None:
    """ServiceNow leaves them out."""
    told: dict[str, Any] = {"work_notes": "x", "business_impact": "y"}
    major = advance_major(resolved(), "accept", at=AT, by="ada", **told)

    assert auto_close_at(major, after=DAY) is None
    assert auto_close_at(major, after=DAY, major=True) == AT + DAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": -DAY},
        {"after": 5},
        {"after": BusinessDays(1)},
        {"after": DAY, "basis": "opened_at"},
    ],
    ids=str,
)
def test_a_window_needs_a_span(wrong: dict[str, Any]) -> None:
    """Not negative, with a calendar where it counts business days, from a known moment."""
    with pytest.raises(InvalidValueError):
        auto_close_at(resolved(), **wrong)


def test_a_reopen_window_guards_the_way_back() -> None:
    """Its last instant is inside; agents may be exempt (rule L6)."""
    window = ReopenWindow(2 * HOUR, OFFICE, exempt=("agent",))
    lifecycle = Lifecycle(
        "windowed",
        "incident",
        states=INCIDENT.states,
        initial=INCIDENT.initial,
        transitions=(
            *(row for row in INCIDENT.transitions if row.action != "reopen"),
            Transition("reopen", RESOLVED, IN_PROGRESS, guard=window, guard_name="reopen window"),
        ),
    )
    record = lifecycle.advance(incident(1, lifecycle), "resolve", at=AT, by="ada", **FIXED)
    last = datetime(2026, 6, 5, 17, tzinfo=UTC)
    late = last + timedelta(microseconds=1)

    assert isinstance(lifecycle.decide(record, "reopen", at=last, by=KIM), Allowed)
    assert isinstance(lifecycle.decide(record, "reopen", at=late, by="ada"), Allowed)
    refusal = lifecycle.decide(record, "reopen", at=late, by=KIM)
    assert isinstance(refusal, Refused)
    assert refusal.guard == "reopen window"
    assert refusal.reason == (
        "reopen from resolved is refused by its guard: reopen window "
        "(until 2026-06-05T17:00:00+00:00, or by agent)"
    )
    with pytest.raises(LifecycleDefinitionError):
        ReopenWindow(HOUR, exempt="agent")


def test_the_requester_confirms_or_rejects_a_resolution() -> None:
    """In the strict lifecycle; an agent may only close what nobody answers."""
    record = incident(1, TEXTBOOK_INCIDENT)
    told: dict[str, Any] = {"assignment_group": "mail", "assignee": "ada"}
    record = TEXTBOOK_INCIDENT.advance(record, "start", at=AT, by="ada", **told)
    record = TEXTBOOK_INCIDENT.advance(
        record, "resolve", at=AT, by="ada", verification="tried", **FIXED
    )

    rejected = TEXTBOOK_INCIDENT.advance(
        record, "reject_resolution", at=AT, by=KIM, reason="still down"
    )
    confirmed = TEXTBOOK_INCIDENT.advance(record, "confirm", at=AT, by=KIM, confirmed_by="kim")

    assert (rejected.state.name, rejected.reopen_count) == ("In Progress", 1)
    assert rejected.custom["rejection_reason"] == "still down"
    assert (confirmed.state.name, confirmed.closure_confirmed_by) == ("Closed", "kim")
    by_agent = TEXTBOOK_INCIDENT.decide(record, "confirm", at=AT, by="ada", confirmed_by="kim")
    assert isinstance(by_agent, Refused)
    assert by_agent.guard == "by the requester"


def test_closed_two_business_days_after_a_friday_sla_s01() -> None:
    """Solved Fri 1 Nov 2019 17:30 in Paris, 08-18: closed Tue 5 Nov 17:30 (glpi#6527)."""
    paris = BusinessCalendar(zone="Europe/Paris", hours={"mon-fri": "08:00-18:00"})
    solved = datetime(2019, 11, 1, 17, 30, tzinfo=paris.zone)
    record = Incident.open(id="INC-1", title="x", at=solved - timedelta(hours=1), by="kim")
    record = advance(
        record, "resolve", at=solved, by="ada", resolution_code="fixed", resolution_notes="x"
    )
    closes = auto_close_at(record, after=BusinessDays(2), calendar=paris)
    assert closes == datetime(2019, 11, 5, 17, 30, tzinfo=paris.zone)


@pytest.mark.parametrize(
    ("window", "last"),
    [
        (
            ReopenWindow(BusinessDays(1, end_of_day=True), OFFICE),
            datetime(2026, 6, 8, 17, tzinfo=UTC),
        ),
        (ReopenWindow(BusinessDays(1), OFFICE), datetime(2026, 6, 8, 15, tzinfo=UTC)),
        (ReopenWindow(2 * DAY), AT + 2 * DAY),
        (ReopenWindow(timedelta()), AT),
    ],
    ids=str,
)
def test_the_last_instant_of_a_window_is_inside(window: ReopenWindow, last: datetime) -> None:
    """Resolved on a Friday at 15:00; a microsecond later the answer names the last instant."""
    rows = [
        attrs.evolve(row, guard=window, guard_name="") if row.action == "reopen" else row
        for row in INCIDENT.transitions
    ]
    lifecycle = attrs.evolve(INCIDENT, id="windowed", transitions=rows)
    record = lifecycle.advance(incident(1, lifecycle), "resolve", at=AT, by="ada", **FIXED)
    assert isinstance(lifecycle.decide(record, "reopen", at=last, by=KIM), Allowed)
    refusal = lifecycle.decide(record, "reopen", at=last + timedelta.resolution, by=KIM)
    assert isinstance(refusal, Refused)
    assert refusal.reason.endswith(f"{window.id} (until {last.isoformat()})")
    with pytest.raises(LifecycleDefinitionError, match="calendar, for business days"):
        ReopenWindow(BusinessDays(1))


@pytest.mark.parametrize("record", [incident(), resolved()], ids=["open", "resolved"])
@pytest.mark.parametrize("wrong", [5, -HOUR, BusinessDays(-1), None], ids=str)
def test_a_span_that_cannot_be_is_refused_whatever_the_state(record: Incident, wrong: Any) -> None:
    """A closing before the resolution was accepted, and 5 while the record was open."""
    with pytest.raises(InvalidValueError, match="after: got"):
        auto_close_at(record, after=wrong, calendar=OFFICE)
    with pytest.raises(LifecycleDefinitionError, match="within: got"):
        ReopenWindow(wrong, OFFICE)


def test_what_was_never_resolved_may_be_reopened_at_any_time() -> None:
    """The window counts from the resolution; within it, or by an exempt role, it is open."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    window = ReopenWindow(timedelta(days=1), exempt=("agent",))

    def allowed(resolved_at: datetime | None, role: str = "requester", **after: int) -> bool:
        by = Actor("x", role)
        facts = {"resolved_at": resolved_at}
        return window(SimpleNamespace(facts=facts, by=by, at=at + timedelta(**after)))  # type: ignore[arg-type]

    assert allowed(None, days=9)
    assert allowed(at, days=1)
    assert not allowed(at, days=1, microseconds=1)
    assert allowed(at, "agent", days=9)
