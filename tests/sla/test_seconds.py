"""One clock against a walk second by second, which shares no code with the library.

Opening hours, the states of a record and the target lie on any second. The walk looks at each
second from the opening on: is the clock running, and is the wall clock within opening hours? It
adds nothing up in any other way. Spans are a few hours, near openings, closings and the two nights
on which the clocks of Berlin change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.lifecycle import advance
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaStatus, evaluate_sla

SECOND = timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")
ALLOWED = {"run": ("hold", "resolve"), "held": ("resume",), "done": ("reopen",)}
AFTER = {"hold": "held", "resume": "run", "resolve": "done", "reopen": "run"}
FIELDS: dict[str, Any] = {
    "hold": {"reason": "awaiting_vendor"},
    "resolve": {"resolution_code": "fixed", "resolution_notes": "Replaced the cable."},
}
# A Monday, and the nights on which an hour is left out and repeated.
DATES = (date(2026, 6, 1), date(2026, 3, 29), date(2026, 10, 25))


@dataclass(frozen=True)
class Story:
    """What was drawn: each day's windows in seconds of its wall clock, and what happened."""

    windows: tuple[tuple[int, int], ...]
    opened: datetime
    steps: tuple[tuple[int, str], ...]  # seconds after the opening, and the action
    target: int  # in seconds
    reopen: Any
    now: int  # seconds after the opening


def second_of(at: datetime) -> int:
    """Return how many seconds the wall clock of Berlin shows since its midnight."""
    wall = at.astimezone(BERLIN)
    return wall.hour * 3_600 + wall.minute * 60 + wall.second


def walk(story: Story) -> tuple[str, list[bool]]:
    """Return the state at now, and for each second up to then whether it counts."""
    steps = dict(story.steps)
    state = "run"
    counts: list[bool] = []
    since: int | None = None  # the first second after a resolution
    for second in range(story.now + 1):
        action = steps.get(second)
        if action == "resolve":
            since = second
        if action == "reopen" and story.reopen == "continue":
            for left_out in range(since, second):
                counts[left_out] = is_open(story, left_out)
        state = AFTER.get(action, state)
        counts.append(state == "run" and is_open(story, second))
    return state, counts[:-1]


def is_open(story: Story, second: int) -> bool:
    """Return whether the wall clock is within the hours at a second after the opening."""
    wall = second_of(story.opened + second * SECOND)
    return any(start <= wall < end for start, end in story.windows)


def due(story: Story, state: str, counts: list[bool]) -> int | None:
    """Return the second at whose end the target is spent, if the clock runs on from now."""
    left = story.target
    for second, counted in enumerate(counts):
        left -= counted
        if not left:
            return second + 1
    if state == "held":
        return None
    second = story.now
    while left:
        left -= is_open(story, second)
        second += 1
    return second


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Draw a date, up to three windows, an opening near one of their edges, and five actions."""
    day = draw(st.sampled_from(DATES))
    edges = sorted(draw(st.sets(st.integers(0, 6 * 3_600), min_size=2, max_size=6)))
    # An edge in the missing or repeated hour is a rule of calendars, tested there.
    edges = [edge for edge in edges if not 7_200 <= edge < 10_800]
    windows = tuple(zip(edges[::2], edges[1::2], strict=False)) or ((3_600, 12_600),)
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    near = draw(st.sampled_from([edge for window in windows for edge in window]))
    opened = midnight + (near + draw(st.integers(-1_800, 1_800))) * SECOND
    times = sorted(draw(st.sets(st.integers(1, 2 * 3_600), max_size=5)))
    state, steps = "run", []
    for time in times:
        action = draw(st.sampled_from(ALLOWED[state]))
        state = AFTER[action]
        steps.append((time, action))
    return Story(
        windows,
        opened,
        tuple(steps),
        target=draw(st.integers(1, 5_400)),
        reopen=draw(st.sampled_from(["exclude_closed", "continue"])),
        now=draw(st.integers(times[-1] if times else 0, 3 * 3_600)),
    )


def ours(story: Story) -> SlaStatus:
    """Return what the library says about a story at its now."""
    hours = [
        "-".join(f"{edge // 3_600:02}:{edge // 60 % 60:02}:{edge % 60:02}" for edge in window)
        for window in story.windows
    ]
    promise = SlaDefinition.resolution(
        target=story.target * SECOND,
        calendar=BusinessCalendar(zone="Europe/Berlin", hours={"mon-sun": hours}),
        reopen=story.reopen,
    )
    record = Incident.open(id="INC-1", title="Mail is down", at=story.opened, by="ada")
    record = advance(record, "start", at=story.opened, by="ada")
    for time, action in story.steps:
        at = story.opened + time * SECOND
        record = advance(record, action, at=at, by="ada", **FIELDS.get(action, {}))
    status = evaluate_sla(promise, record, now=story.opened + story.now * SECOND)
    assert isinstance(status, SlaStatus)
    return status


@pytest.mark.heavy
@given(stories())
def test_a_clock_is_the_count_of_its_seconds(story: Story) -> None:
    """Elapsed, remaining, stage, breach and due time are those of the walk."""
    state, counts = walk(story)
    status = ours(story)
    at = due(story, state, counts)

    assert status.elapsed == sum(counts) * SECOND
    assert status.breached == (sum(counts) > story.target)
    assert status.stage == {"run": "running", "held": "paused", "done": "stopped"}[state]
    if state != "done":
        assert status.remaining == (story.target - sum(counts)) * SECOND
        assert status.due_at == (None if at is None else story.opened + at * SECOND)


def test_the_walk_by_an_example() -> None:
    """An hour from 01:30 to 04:00 on the night without 02:00: 30 minutes are counted by 03:00."""
    story = Story(
        windows=((5_400, 14_400),),
        opened=datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        steps=((600, "hold"), (1_200, "resume")),
        target=3_600,
        reopen="continue",
        now=2_400,
    )
    state, counts = walk(story)

    assert (state, sum(counts)) == ("run", 1_800)
    assert due(story, state, counts) == 4_200
