"""Moments and counts that the fold sets, by hand-worked tables (rules H2 to H5).

Every row of a table is a story: letters for what happened minute by minute, and what must follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import attrs
import pytest

from incidentcore.records import (
    Acknowledged,
    Assigned,
    Commented,
    Contacted,
    Escalated,
    Event,
    Incident,
    Prioritized,
    Record,
    Restored,
    Snoozed,
    StateChanged,
    Unacknowledged,
    Unsnoozed,
    correct_event,
    replay,
)
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    Priority,
    State,
)

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
AGENT, REQUESTER = Actor("ada"), Actor("kim", "requester")
VENDOR, SYSTEM = Actor("acme", "vendor"), Actor("bot", "system")
DELIVERED = State("delivered", resolved=True)

WHAT: dict[str, tuple[Any, Actor, dict[str, Any]]] = {
    "new": (StateChanged, AGENT, {"state": NEW}),
    "work": (StateChanged, AGENT, {"state": IN_PROGRESS}),
    "work by bot": (StateChanged, SYSTEM, {"state": IN_PROGRESS}),
    "work by vendor": (StateChanged, VENDOR, {"state": IN_PROGRESS}),
    "hold": (StateChanged, AGENT, {"state": ON_HOLD, "fields": {"hold_reason": "vendor"}}),
    "stay": (StateChanged, AGENT, {"state": ON_HOLD}),
    "wait": (StateChanged, AGENT, {"state": State("wait", open=True, pauses=True)}),
    "resolve": (StateChanged, AGENT, {"state": RESOLVED, "fields": {"resolution_code": "fixed"}}),
    "deliver": (StateChanged, AGENT, {"state": DELIVERED}),
    "close": (StateChanged, AGENT, {"state": CLOSED}),
    "cancel": (StateChanged, AGENT, {"state": CANCELED}),
    "ack": (Acknowledged, AGENT, {}),
    "unack": (Unacknowledged, AGENT, {}),
    "snooze": (Snoozed, AGENT, {"until": OPENED + timedelta(minutes=30)}),
    "snooze longer": (Snoozed, AGENT, {"until": OPENED + timedelta(minutes=60)}),
    "unsnooze": (Unsnoozed, AGENT, {}),
    "escalate": (Escalated, AGENT, {"target": "duty"}),
    "due escalation": (Escalated, SYSTEM, {"target": "duty", "key": "k"}),
    "reply": (Commented, AGENT, {"text": "x"}),
    "note": (Commented, AGENT, {"text": "x", "visibility": "internal"}),
    "call": (Contacted, AGENT, {"channel": "phone"}),
    "ask": (Commented, REQUESTER, {"text": "x"}),
    "whisper": (Commented, REQUESTER, {"text": "x", "visibility": "internal"}),
    "ring": (Contacted, REQUESTER, {"channel": "phone"}),
    "bot says": (Commented, SYSTEM, {"text": "x"}),
    "vendor says": (Commented, VENDOR, {"text": "x"}),
    "works again": (Restored, AGENT, {}),
    "to mail": (Assigned, AGENT, {"fields": {"assignment_group": "mail"}}),
    "to net": (Assigned, AGENT, {"fields": {"assignment_group": "net"}}),
    "to nobody": (Assigned, AGENT, {"fields": {"assignment_group": None}}),
    "to lee": (Assigned, AGENT, {"fields": {"assignee": "lee"}}),
}


def after(story: str, **opening: Any) -> Record:
    """Return an incident after a story: the n-th step happens n minutes after the opening."""
    record: Record = Incident.open(id="INC-1", title="t", at=OPENED, by="kim", **opening)
    for minute, step in enumerate(filter(None, story.split(", ")), 1):
        kind, by, body = WHAT[step]
        if kind is StateChanged:
            body = {"action": "go", **body}
        record = record.with_event(kind, at=OPENED + timedelta(minutes=minute), by=by, **body)
    return record


def minute(at: datetime | None) -> int | None:
    return None if at is None else (at - OPENED) // timedelta(minutes=1)


# story, resolved, first resolved, closed, canceled, reopened at, reopen count, restored
STATES = [
    ("", None, None, None, None, None, 0, None),
    ("work, resolve", 2, 2, None, None, None, 0, 2),
    ("work, resolve, close", 2, 2, 3, None, None, 0, 2),
    ("close", 1, 1, 1, None, None, 0, 1),
    ("work, resolve, work", None, 2, None, None, 3, 1, 2),
    ("resolve, work, resolve, work, resolve", 5, 1, None, None, 4, 2, 1),
    ("resolve, work, hold, work", None, 1, None, None, 2, 1, 1),
    ("resolve, close, work", None, 1, None, None, 3, 1, 1),
    ("cancel", None, None, None, 1, None, 0, None),
    ("cancel, work", None, None, None, None, 2, 1, None),
    ("resolve, cancel", None, 1, None, 2, None, 0, 1),
    ("resolve, close, cancel", None, 1, None, 3, None, 0, 1),
    ("cancel, close", 2, 2, 2, None, None, 0, 2),
    ("resolve, close, resolve", 1, 1, None, None, None, 0, 1),
    ("resolve, deliver", 1, 1, None, None, None, 0, 1),
    ("resolve, resolve", 1, 1, None, None, None, 0, 1),
    ("resolve, close, close", 1, 1, 2, None, None, 0, 1),
    ("cancel, cancel", None, None, None, 1, None, 0, None),
    ("works again, resolve", 2, 2, None, None, None, 0, 1),
    ("works again, works again", None, None, None, None, None, 0, 1),
]


@pytest.mark.parametrize("row", STATES, ids=lambda row: row[0] or "nothing")
def test_the_moments_of_resolution(row: tuple[Any, ...]) -> None:
    """Who is resolved stays so since the first instant; closed and canceled exclude each other."""
    record = after(row[0])

    assert row[1:] == (
        minute(record.resolved_at),
        minute(record.first_resolved_at),
        minute(record.closed_at),
        minute(record.canceled_at),
        minute(record.reopened_at),
        record.reopen_count,
        minute(record.restored_at),
    )


@pytest.mark.parametrize(
    ("state", "resolved", "closed", "canceled"),
    [
        (NEW, None, None, None),
        (RESOLVED, 0, None, None),
        (CLOSED, 0, 0, None),
        (CANCELED, None, None, 0),
    ],
    ids=str,
)
def test_a_record_may_be_opened_in_any_state(
    state: State, resolved: int | None, closed: int | None, canceled: int | None
) -> None:
    """The opening sets the moments that entering its state sets."""
    record = after("", state=state)

    assert minute(record.resolved_at) == minute(record.first_resolved_at) == resolved
    assert (minute(record.closed_at), minute(record.canceled_at)) == (closed, canceled)


def test_reopening_takes_the_resolution_back() -> None:
    """Code, notes, verification and confirmation belong to the resolution that did not hold."""
    resolved = after("resolve")
    assert resolved.resolution_code == "fixed"

    assert after("resolve, work").resolution_code is None


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ("hold", "vendor"),
        ("hold, work", None),
        ("hold, resolve", None),
        ("hold, wait", None),
        ("hold, reply", "vendor"),
        ("hold, work, hold", "vendor"),
        ("hold, stay", "vendor"),
    ],
)
def test_the_hold_reason_belongs_to_the_hold(story: str, reason: str | None) -> None:
    """It goes with the state it was given for, also into another pausing one."""
    assert after(story).hold_reason == reason


# story, snoozed until, does an acknowledgement stand
SNOOZED = [
    ("", None, False),
    ("snooze", 30, False),
    ("snooze, snooze longer", 60, False),
    ("snooze longer, snooze", 30, False),
    ("snooze, unsnooze", None, False),
    ("ack, snooze", 30, True),
    ("ack, snooze, unsnooze", None, False),
    ("ack, unsnooze", None, True),
    ("snooze, ack", None, True),
    ("snooze, work", None, True),
    ("ack, snooze, work", 30, True),
    ("snooze, unack", 30, False),
    ("snooze, escalate", None, False),
    ("snooze, due escalation", 30, False),
    ("snooze, resolve", None, False),
    ("snooze, resolve, work", None, False),
    ("snooze, cancel", None, False),
    ("snooze, hold, ask", None, True),
    ("resolve, snooze", None, False),
]


@pytest.mark.parametrize(("story", "until", "stands"), SNOOZED)
def test_a_snooze_lasts_until_somebody_answers_for_it(
    story: str,
    until: int | None,
    stands: bool,  # noqa: FBT001  a column
) -> None:
    """Notice taken, a hand or the end of the work ends it; it is no acknowledgement itself."""
    record = after(story)

    assert (minute(record.snoozed_until), record.acknowledged) == (until, stands)


# story, acknowledged at, does it stand
ACKNOWLEDGED = [
    ("", None, False),
    ("ack", 1, True),
    ("ack, unack", 1, False),
    ("ack, unack, ack", 1, True),
    ("work", 1, True),
    ("work by vendor", 1, True),
    ("work by bot", None, False),
    ("work by bot, ack", 2, True),
    ("resolve", None, False),
    ("reply", None, False),
    ("ack, escalate", 1, False),
    ("ack, due escalation", 1, True),
    ("ack, unack, work", 1, True),
    ("ack, escalate, work", 1, True),
    ("ack, unack, work by bot", 1, False),
]


@pytest.mark.parametrize(("story", "at", "stands"), ACKNOWLEDGED)
def test_the_first_notice_of_a_human(story: str, at: int | None, stands: bool) -> None:  # noqa: FBT001  a column
    """An acknowledgement, or work begun by an agent or vendor; withdrawn it stays the first."""
    record = after(story)

    assert (minute(record.acknowledged_at), record.acknowledged) == (at, stands)


# story, first response, unanswered since, last public update, replies, messages
TALK = [
    ("", None, None, None, 0, 0),
    ("reply", 1, None, 1, 1, 0),
    ("note", None, None, None, 0, 0),
    ("call", 1, None, 1, 1, 0),
    ("ask", None, 1, None, 0, 1),
    ("ask, ask", None, 1, None, 0, 2),
    ("ask, reply", 2, None, 2, 1, 1),
    ("ask, note", None, 1, None, 0, 1),
    ("ask, bot says, vendor says", None, 1, None, 0, 1),
    ("ask, reply, ask, ask", 2, 3, 2, 1, 3),
    ("reply, ask, call, ring", 1, 4, 3, 2, 2),
    ("whisper", None, None, None, 0, 0),
    ("ask, resolve", None, 1, None, 0, 1),
]


@pytest.mark.parametrize("row", TALK, ids=lambda row: row[0] or "nothing")
def test_who_spoke_decides_the_responses(row: tuple[Any, ...]) -> None:
    """Agents answer in public or by telephone; a second question moves nothing (rule H4)."""
    record = after(row[0])

    assert row[1:] == (
        minute(record.first_response_at),
        minute(record.unanswered_since),
        minute(record.last_public_update_at),
        record.agent_reply_count,
        record.requester_message_count,
    )


@pytest.mark.parametrize(
    ("opening", "story", "count"),
    [
        (None, "", 0),
        ("mail", "", 0),
        (None, "to mail", 0),
        ("mail", "to mail", 0),
        ("mail", "to net", 1),
        (None, "to mail, to net, to mail", 2),
        ("mail", "to nobody", 1),
        ("mail", "to nobody, to net", 1),
        ("mail", "to nobody, to nobody", 1),
        ("mail", "to lee", 0),
    ],
)
def test_a_group_that_gives_the_record_away_counts(
    opening: str | None, story: str, count: int
) -> None:
    """The first assignment counts as none, and so does a change of person alone."""
    assert after(story, assignment_group=opening).reassignment_count == count


@pytest.mark.parametrize(
    ("computed", "override", "effective"),
    [
        (None, None, None),
        (Priority.HIGH, None, Priority.HIGH),
        (None, Priority.LOW, Priority.LOW),
        (Priority.HIGH, Priority.LOW, Priority.LOW),
    ],
)
def test_the_override_goes_before_the_computed_priority(
    computed: Any, override: Any, effective: Any
) -> None:
    """At the opening, and changed one after the other in either order (rule H5)."""
    both = {"computed_priority": computed, "priority_override": override}
    record = after("")
    assert after("", **both).priority == effective

    for order in (tuple(both), tuple(reversed(both))):
        changed = record
        for name in order:
            changed = changed.with_event(
                Prioritized, at=OPENED, by="ada", fields={name: both[name]}
            )
        assert changed.priority == effective
        cleared = changed.with_event(
            Prioritized, at=OPENED, by="ada", fields={"priority_override": None}
        )
        assert cleared.priority == computed


def test_escalations_are_counted() -> None:
    """Those that were due and those by hand."""
    assert after("escalate, due escalation, escalate").escalation_count == 3


def test_the_work_on_a_corrected_history_grows_with_its_length_alone(
    work_of: Callable[[Callable[[], object]], int],
) -> None:
    """Twice the events take about twice the work, one of them found wrong later (rule H1)."""
    counted = []
    for count in (50, 100):
        record = after(", ".join(["reply"] * count))
        record = correct_event(
            record, record.history[5].id, at=OPENED + timedelta(minutes=30), by="ada"
        )
        history = record.history
        counted.append(work_of(lambda history=history: replay(history).timeline()))
    assert counted[1] < 2.5 * counted[0]


SHARED: dict[str, object] = {"tags": frozenset({"seen"}), "weather": "rain"}


@attrs.frozen(kw_only=True)
class _Seen(Event):
    """An event of a caller's own, which gives the same changes each time."""

    kind: ClassVar[str] = "seen"

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return a tag, and a fact that no record has."""
        return SHARED


def test_what_an_event_returns_stays_its_own() -> None:
    """Facts that the type of record lacks are left out of the record, not of the event's dict."""
    opened = Incident.open(id="INC-1", title="x", at=datetime(2026, 6, 1, tzinfo=UTC), by="kim")
    seen = _Seen(record_id="INC-1", sequence=2, at=opened.opened_at, by=Actor("ada"))
    record = replay([*opened.history, seen])
    assert record.tags == {"seen"}
    assert "weather" not in record.facts()
    assert record.timeline().moments[-1].changes["tags"] == {"seen"}
    assert {"tags": frozenset({"seen"}), "weather": "rain"} == SHARED
