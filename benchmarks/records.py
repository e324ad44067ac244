"""Records and transitions beside plain dispatch, pydantic and two state machine libraries.

What each side does:

* ``Incident.open`` takes 17 fields, refuses unknown names and wrong values, keeps each in its
  stored form, and answers with two immutable values: the opening with its id, and the record whose
  facts the opening folds to.
* The same class without validation makes the same two values through the same call, without one
  look at what it is given.
* ``start`` looks the action up, judges it and answers with a new record of one more event.
* Plain dispatch makes the same record by a dict of what is allowed and the public constructors.
* ``record_peers`` says what pydantic and the state machine libraries do.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.harness import print_table, ratio
from benchmarks.record_peers import pydantic_models, statemachine, transitions
from incidentcore.lifecycle import INCIDENT
from incidentcore.records import (
    Incident,
    LifecycleRef,
    Opened,
    StateChanged,
    comment,
    replay,
)
from incidentcore.records._fast import trusted
from incidentcore.values import (
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    Level,
    Priority,
    State,
    Urgency,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
_opened = trusted(Opened)
ADA = Actor("ada")
KIM = Actor("kim", "requester")
FIELDS: dict[str, Any] = {
    "title": "Mail is down",
    "description": "Nobody in building 7 gets mail.",
    "service": "mail",
    "configuration_item": "mx1",
    "caller": "kim",
    "source": "user_report",
    "impact": Impact.HIGH,
    "urgency": Urgency.MEDIUM,
    "computed_priority": Priority.HIGH,
    "category": ("network", "mail"),
    "assignment_group": "messaging",
    "assignee": "ada",
    "support_tier": 1,
    "tags": frozenset(("mail", "building 7")),
    "custom": FrozenMap({"site": "north", "vip": True}),
    "occurred_at": AT,
    "detected_at": AT,
}
RESOLUTION: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}
ROUNDS, CALLS = 61, 200


def opened() -> Incident:
    """Return an incident with the fields that a service desk fills in."""
    return Incident.open(id="INC-1", at=AT, by=KIM, **FIELDS)


class Unchecked(Incident):
    """The same class without validation: every value is taken as it is."""

    @classmethod
    def open(
        cls,
        *,
        id: str,  # noqa: A002  the field's name
        title: str,
        at: datetime,
        by: Any,
        recorded_at: datetime | None = None,
        state: State = NEW,
        lifecycle: LifecycleRef | None = None,
        priority: Level | None = None,
        **fields: Any,
    ) -> Any:
        """Open an incident without a check."""
        values = {"title": title, **fields}
        if priority is not None:
            values["priority_override"] = priority
        event = _opened(
            id,
            1,
            at,
            by,
            at if recorded_at is None else recorded_at,
            "incident",
            state,
            cls._own_lifecycle if lifecycle is None else lifecycle,
            FrozenMap.of_frozen(values),
            None,
        )
        facts = Incident.default_facts()
        facts.update(event.changes(facts))
        facts["updated_at"] = at
        return Incident._of(facts, (event,), numbered=True)  # noqa: SLF001  so that both are equal


def unchecked() -> Incident:
    """Return the same incident by the same call, unchecked."""
    return Unchecked.open(  # type: ignore[no-any-return]  # it is an Incident
        id="INC-1", at=AT, by=KIM, **FIELDS
    )


DISPATCH = {
    ("new", "start"): (IN_PROGRESS, ()),
    ("new", "hold"): (ON_HOLD, ("reason",)),
    ("new", "resolve"): (RESOLVED, ("resolution_code", "resolution_notes")),
    ("in_progress", "resolve"): (RESOLVED, ("resolution_code", "resolution_notes")),
}


def dispatch(record: Incident, action: str, at: datetime, by: Actor, **fields: object) -> Incident:
    """Move a record by a plain dict of what is allowed, as one would write it by hand."""
    state, needed = DISPATCH[record.state.name, action]
    for name in needed:
        if not fields.get(name):
            raise ValueError(name)
    sequence = len(record.history) + 1
    event = StateChanged(
        record_id=record.id,
        sequence=sequence,
        at=at,
        recorded_at=at,
        by=by,
        id=f"{record.id}:{sequence}",
        action=action,
        state=state,
        fields=FrozenMap(fields),
    )
    return record.with_events((event,))


def long_history(events: int) -> Incident:
    """Return an incident with that many events, talk and work in turn."""
    record = opened()
    at = AT
    while record.version < events:
        at += timedelta(minutes=1)
        if record.state == NEW:
            record = INCIDENT.advance(record, "start", at=at, by=ADA)
        elif record.version % 5:
            record = comment(record, "on it", at=at, by=KIM if record.version % 2 else ADA)
        else:
            action = "resume" if record.state == ON_HOLD else "hold"
            fields: dict[str, Any] = {} if action == "resume" else {"reason": "awaiting_vendor"}
            record = INCIDENT.advance(record, action, at=at, by=ADA, **fields)
    return record


def timed(
    a: Callable[[], object], b: Callable[[], object], *, number: int = CALLS, times: int = 1
) -> float:
    """Return how many times as long ``a`` takes, in the time of this thread alone."""
    return ratio(a, b, rounds=ROUNDS, number=number, times=times)


Row = tuple[str, float | str, str]


def beside(
    what: str,
    make: Callable[[], Callable[[], object]],
    ours: Callable[[], object],
    target: str = "",
    *,
    steps: int = 1,
    times: int = 1,
    ours_first: bool = False,
) -> Row:
    """Return the row of a peer and us, or of its absence.

    A peer's call may take several ``steps``, and about as long as a number (``times``) of ours.
    """
    try:
        theirs = make()
    except ModuleNotFoundError as missing:
        return what, "not installed", str(missing.name)
    measured = timed(theirs, ours, number=CALLS // 4, times=times) / steps
    return what, 1 / measured if ours_first else measured, target


def main() -> None:
    """Print the ratios of records and transitions."""
    record = opened()
    assert unchecked() == record
    assert unchecked().facts() == record.facts()

    def start() -> Incident:
        return INCIDENT.advance(record, "start", at=AT, by=ADA)

    def resolve() -> Incident:
        return INCIDENT.advance(record, "resolve", at=AT, by=ADA, **RESOLUTION)

    def plain_start() -> Incident:
        return dispatch(record, "start", AT, ADA)

    def plain_resolve() -> Incident:
        return dispatch(record, "resolve", AT, ADA, **RESOLUTION)

    assert start() == plain_start()
    assert resolve() == plain_resolve()
    short, long = long_history(100), long_history(1_000)

    def comment_long() -> Incident:
        return comment(long, "on it", at=long.updated_at, by=ADA)

    def comment_short() -> Incident:
        return comment(short, "on it", at=short.updated_at, by=ADA)

    rows: list[Row] = [
        ("open / the same class without validation", timed(opened, unchecked), "<= 1.3"),
        beside(
            "open / pydantic v2 by the same rules",
            lambda: pydantic_models(FIELDS, AT, KIM, rules=True),
            opened,
            "<= 1.0",
            ours_first=True,
        ),
        beside(
            "open / pydantic v2 by types alone",
            lambda: pydantic_models(FIELDS, AT, KIM, rules=False),
            opened,
            ours_first=True,
        ),
        ("start / dict dispatch", timed(start, plain_start), "<= 1.5"),
        ("resolve / dict dispatch", timed(resolve, plain_resolve), "<= 1.5"),
        beside(
            "transitions with a history / start",
            lambda: transitions(AT, ADA, history=True),
            start,
            ">= 3.3",
            steps=2,
            times=6,
        ),
        beside(
            "transitions without / start", lambda: transitions(AT, ADA), start, steps=2, times=6
        ),
        beside(
            "python-statemachine with a history / start",
            lambda: statemachine(AT, ADA, history=True),
            start,
            ">= 30",
            steps=2,
            times=60,
        ),
        beside(
            "python-statemachine without / start",
            lambda: statemachine(AT, ADA),
            start,
            steps=2,
            times=60,
        ),
        ("comment as event 1,001 / as event 101", timed(comment_long, comment_short), ""),
        (
            "replay of 1,000 events / of 100",
            timed(lambda: replay(long.history), lambda: replay(short.history), number=1),
            "<= 12",
        ),
    ]
    print_table(f"Records, {platform.python_implementation()} {platform.python_version()}", rows)


if __name__ == "__main__":
    main()
