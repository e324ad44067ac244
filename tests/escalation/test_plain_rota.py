"""On-call answers beside a reference that looks for every wall time minute by minute (rule E5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from incidentcore.escalation import (
    OnCallLayer,
    OnCallSchedule,
    RotaOverride,
    coverage_gaps,
    on_call,
    shifts,
)
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, Rotation

from .plain_rota import Hours, Layer, Override, Plan, Turns

MICRO, MINUTE, HOUR = timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A wall time before a change of offset in its zone: forward or back by an hour, by half an hour, at
# midnight, and across a date that never was.
CHANGES = (
    ("Europe/Berlin", datetime(2026, 3, 28)),  # noqa: DTZ001  a wall time
    ("Europe/Berlin", datetime(2026, 10, 24)),  # noqa: DTZ001
    ("America/Chicago", datetime(2026, 3, 7)),  # noqa: DTZ001
    ("America/New_York", datetime(2026, 10, 31)),  # noqa: DTZ001
    ("Australia/Lord_Howe", datetime(2026, 4, 4)),  # noqa: DTZ001
    ("Australia/Lord_Howe", datetime(2026, 10, 3)),  # noqa: DTZ001
    ("America/Havana", datetime(2026, 3, 7)),  # noqa: DTZ001
    ("Pacific/Apia", datetime(2011, 12, 29)),  # noqa: DTZ001
    ("Asia/Kathmandu", datetime(2026, 6, 1)),  # noqa: DTZ001
)
HOURS = ((480, 1_020), (0, 1_440), (1_320, 1_800), (120, 180), (0, 90))


@st.composite
def plans(
    draw: st.DrawFn, changes: tuple[tuple[str, datetime], ...] = CHANGES
) -> tuple[Plan, datetime]:
    """Return a plan and an instant at which an offset is about to change."""
    zone, change = draw(st.sampled_from(changes))
    near = change.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    def instant() -> datetime:
        return near + draw(st.integers(-6_000, 6_000)) * MINUTE

    layers = []
    for number in range(draw(st.integers(0, 3))):
        unit = draw(st.sampled_from(("hours", "days", "weeks", "months")))
        back = {"hours": 3, "days": 30, "weeks": 100, "months": 400}[unit]
        anchor = change + timedelta(days=draw(st.integers(-back, back)))
        anchor += draw(st.sampled_from((0, 30, 60, 119, 120, 150, 480, 1_410))) * MINUTE
        info = ZoneInfo(zone)
        while info.utcoffset(anchor) != info.utcoffset(anchor.replace(fold=1)):
            anchor += 8 * HOUR  # a wall time that is skipped or repeated names no anchor
        every = draw(st.integers(1, 14 if unit == "hours" else 3))
        hours = None
        if draw(st.booleans()):
            weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
            hours = Hours(zone, tuple(sorted(weekdays)), *draw(st.sampled_from(HOURS)))
        people = tuple(f"{number}{letter}" for letter in "abc"[: draw(st.integers(1, 3))])
        if draw(st.integers(0, 3)) == 0:
            people = (*people, "")
        on_duty = hours is not None and unit in ("days", "weeks") and draw(st.booleans())
        since = instant() if draw(st.integers(0, 4)) == 0 else None
        until = instant() if draw(st.integers(0, 4)) == 0 else None
        beside = draw(st.integers(0, 3)) == 0
        turns = Turns(zone, anchor, unit, every)
        layers.append(Layer(turns, people, hours, since, until, on_duty, beside))
    overrides = []
    for _ in range(draw(st.integers(0 if layers else 1, 3))):
        start, end = sorted((instant(), instant()))
        who = draw(st.lists(st.sampled_from(("0a", "1a", "zoe")), min_size=1, max_size=2))
        mode = draw(st.sampled_from(("replace", "add", "remove")))
        replaces = draw(st.sampled_from(("", "0a", "1a"))) if mode == "replace" else ""
        overrides.append(Override(start, end, tuple(who), mode, replaces))
    combine = draw(st.sampled_from(("highest", "all")))
    return Plan(tuple(layers), tuple(overrides), combine), near


def calendar(hours: Hours) -> BusinessCalendar:
    text = "{:02}:{:02}-{:02}:{:02}".format(*divmod(hours.start, 60), *divmod(hours.end, 60))
    return BusinessCalendar(zone=hours.zone, hours={DAYS[day]: text for day in hours.weekdays})


def schedule(plan: Plan) -> OnCallSchedule:
    layers = []
    for one in plan.layers:
        anchor = one.turns.anchor.replace(tzinfo=ZoneInfo(one.turns.zone))
        rotation = Rotation(
            anchor=anchor, zone=one.turns.zone, unit=one.turns.unit, every=one.turns.every
        )
        during = None if one.hours is None else calendar(one.hours)
        layers.append(
            OnCallLayer(
                rotation,
                [who or None for who in one.people],
                during=during,
                since=one.since,
                until=one.until,
                turns="on_duty" if one.on_duty else "always",
                beside=one.beside,
            )
        )
    overrides = [
        RotaOverride(Interval(one.start, one.end), one.people, one.mode, replaces=one.replaces)
        for one in plan.overrides
    ]
    return OnCallSchedule("s", layers, overrides=overrides, combine=plan.combine)


APIA = Plan(
    (
        Layer(
            Turns("Pacific/Apia", datetime(2011, 12, 28, 9), "days", 1),  # noqa: DTZ001
            ("0a", "0b", "0c"),
        ),
    )
)


APIA_BY_DAY = Plan(
    (
        Layer(
            Turns("Pacific/Apia", datetime(2011, 12, 29), "hours", 1),  # noqa: DTZ001
            ("0a",),
            Hours("Pacific/Apia", (3, 4), 480, 1_800),
        ),
    )
)


@given(plans(), st.randoms(use_true_random=False))
@example((APIA, datetime(2011, 12, 30, 10, tzinfo=UTC)), Random(0))  # noqa: S311  not secret
@example((APIA_BY_DAY, datetime(2011, 12, 30, 10, tzinfo=UTC)), Random(0))  # noqa: S311
def test_on_call_and_shifts_agree_with_the_slow_way(
    drawn: tuple[Plan, datetime], chance: Random
) -> None:
    """At every edge of four days, a microsecond beside it, and at instants of chance."""
    plan, near = drawn
    ours = schedule(plan)
    low, high = near - 48 * HOUR, near + 48 * HOUR
    many = 200 if settings().max_examples > 50 else 20
    instants = {low + chance.randrange(96 * 3_600_000_000) * MICRO for _ in range(many)}
    for at in plan.edges(low, high):
        instants |= {at - MICRO, at, at + MICRO}
    for at in instants:
        assert plan.on_call(at) == on_call(ours, at=at), at

    told = [
        (one.interval.start, one.interval.end, one.people)
        for one in shifts(ours, start=low, end=high)
    ]
    assert plan.shifts(low, high) == told
    gaps = [(gap.start, gap.end) for gap in coverage_gaps(ours, start=low, end=high)]
    assert [(start, end) for start, end, people in plan.shifts(low, high) if not people] == gaps
