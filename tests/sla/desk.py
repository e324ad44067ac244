"""A desk for examples worked by hand: weeks of June 2026 in UTC, histories in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidentcore.records import (
    Commented,
    Corrected,
    Event,
    FieldsChanged,
    Incident,
    LifecycleRef,
    Opened,
    StateChanged,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import Crossing, evaluate_sla
from incidentcore.sla.crossings import ClockPoint
from incidentcore.sla.life import OneClock
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    State,
)

ALWAYS_OPEN = BusinessCalendar.always()
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
HOUR, MINUTE, MICRO = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)
STATES = {state.name: state for state in (NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)}
AGENT, REQUESTER = Actor("ada", "agent"), Actor("kim", "requester")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def at(words: str | datetime) -> datetime:
    """Return an instant: "mon 09:00" is 1 June 2026, "mon2 09:00" a week later."""
    if isinstance(words, datetime):
        return words
    day, clock = words.split()
    week = int(day[3:] or 1) - 1
    first = datetime.fromisoformat(f"2026-06-01T{clock}").replace(tzinfo=UTC)
    return first + timedelta(days=_DAYS.index(day[:3]) + 7 * week)


def event(sequence: int, when: str | datetime, what: Any, **more: Any) -> Event:
    """Return an event: a state's name, a dict of custom fields, a ``State``, or a word."""
    body: dict[str, Any] = {"record_id": "INC-1", "sequence": sequence, "at": at(when), "by": AGENT}
    body |= more
    if what == "reply":
        return Commented(**body, text="We are on it.")
    if what == "internal":
        return Commented(**body, text="Checked the logs.", visibility="internal")
    if what == "message":
        return Commented(**body | {"by": REQUESTER}, text="Any news?")
    if isinstance(what, int):
        return Corrected(**body, corrects=f"INC-1:{what}")
    if isinstance(what, dict):
        return FieldsChanged(**body, fields=FrozenMap({"custom": FrozenMap(what)}))
    reason = None
    if isinstance(what, str) and "/" in what:
        what, reason = what.split("/", 1)
    state = what if isinstance(what, State) else STATES[what]
    if sequence == 1:
        fields: dict[str, Any] = {"title": "Mail is down"}
        return Opened(
            **body,
            record_type="incident",
            state=state,
            lifecycle=LifecycleRef("incident"),
            fields=FrozenMap(fields | body.pop("fields", {})),
        )
    given = FrozenMap({} if reason is None else {"hold_reason": reason})
    return StateChanged(**body, action="move", state=state, fields=given)


def incident(*story: tuple[Any, ...]) -> Incident:
    """Return the record of (when, what) or (when, what, recorded) in the order of recording."""
    events = []
    for sequence, (when, what, *recorded) in enumerate(story, 1):
        more = {"recorded_at": at(recorded[0])} if recorded else {}
        events.append(event(sequence, when, what, **more))
    return Incident.from_history(events)


def crossings(
    rules: OneClock, record: Any, point: ClockPoint, /, *, now: datetime
) -> tuple[Crossing, ...]:
    """Return when a point of a clock was first reached in each cycle."""
    return evaluate_sla(rules, record, now=now).crossings(point)
