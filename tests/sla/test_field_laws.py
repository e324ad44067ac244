"""Laws of what the field asked for, on drawn policies, instants and calendars."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, NEVER, AllOf, before, during, field, reached
from incidentcore.instants import Versions
from incidentcore.records import Incident, comment, set_fields
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
    evaluate_sla,
)
from incidentcore.sla.evaluate import clock_cycles
from incidentcore.sla.fold import ClockFold
from incidentcore.sla.terms import TakeoverMode
from incidentcore.testing.strategies_schedule import calendars
from incidentcore.values import Actor

from .desk import ALWAYS_OPEN, HOUR, MICRO, MINUTE, OFFICE, at, incident
from .test_field_cases import KIM, opened, u

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
MINUTES = st.integers(0, 14 * 24 * 60).map(lambda n: MONDAY + n * MINUTE)
HOURS = st.sampled_from(("09:00-17:00", "00:00-14:00", "20:00-24:00", "12:00-18:00"))


def made(at: datetime, **more: Any) -> Incident:
    return Incident.open(id="I", title="Mail is down", by=KIM, at=at, **more)


@given(MINUTES, st.lists(MINUTES, max_size=4), HOURS, st.sampled_from((1, 9, 30)))
def test_a_comment_changes_no_definition(
    start: datetime, comments: list[datetime], hours: str, target: int
) -> None:
    """Which definition applies follows from the opening, whoever writes when (S1)."""
    shift = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": hours})
    day = SlaDefinition.resolution(hours=target, calendar=ALWAYS_OPEN, name="day")
    night = SlaDefinition.resolution(hours=2 * target, calendar=OFFICE, name="night")
    policy = SlaPolicy([(during(shift), day)], default=night)
    record = made(start)
    quiet = evaluate_sla(policy, record, now=start + timedelta(days=30))
    for when in sorted(comments):
        if when > start:
            record = comment(record, "Any news?", at=when, by=KIM)
    status = evaluate_sla(policy, record, now=start + timedelta(days=30))
    assert (status.definition, status.due_at) == (quiet.definition, quiet.due_at)
    assert status.cycles == quiet.cycles


@given(MINUTES, MINUTES, st.integers(-600, 600))
def test_moving_an_instant_moves_the_edge(start: datetime, edge: datetime, by: int) -> None:
    """A clock that waits for a field's instant starts there, wherever it is moved (S1)."""
    clock = SlaDefinition(
        name="waits",
        target=4 * HOUR,
        calendar=ALWAYS_OPEN,
        start=reached("custom.edge"),
        stop=field("state.resolved").is_true(),
    )
    moved = edge + by * MINUTE
    record = made(start, custom={"edge": edge})
    record = set_fields(record, custom={"edge": moved}, at=start, by="ada")
    far = MONDAY + timedelta(days=60)
    status = evaluate_sla(clock, record, now=far)
    assert status.started_at == max(start, moved)
    if moved > start:
        early = evaluate_sla(clock, record, now=moved - MICRO)
        assert (early.stage, early.next_wakeup) == ("not_started", moved)
    from_field = attrs.evolve(clock, start=field("state.open").is_true(), starts_from="custom.edge")
    status = evaluate_sla(from_field, record, now=far)
    assert status.started_at == moved
    assert status.due_at == moved + 4 * HOUR


@given(MINUTES, MINUTES, MINUTES, MINUTES)
def test_a_start_moved_at_any_time_is_the_start(
    start: datetime, begun: datetime, moved: datetime, when: datetime
) -> None:
    """Also back to an instant between the opening and the event that moved it (S1)."""
    clock = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN, starts_from="custom.begun")
    record = made(start, custom={"begun": begun})
    record = set_fields(record, custom={"begun": moved}, at=max(start, when), by="ada")
    status = evaluate_sla(clock, record, now=MONDAY + timedelta(days=60))
    assert (status.started_at, status.due_at) == (moved, moved + 4 * HOUR)


@given(MINUTES, MINUTES)
def test_a_pause_until_an_instant(start: datetime, until: datetime) -> None:
    """``before`` pauses until the instant, which is the next wake-up; nothing counts before."""
    clock = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN, pause=before("custom.until"))
    record = made(start, custom={"until": until})
    status = evaluate_sla(clock, record, now=start)
    assert (status.stage == "paused") is (until > start)
    if until > start:
        assert status.next_wakeup == until
        late = evaluate_sla(clock, record, now=until + HOUR)
        assert (late.elapsed, late.paused_open_time) == (HOUR, until - start)


@given(calendars(), calendars(), MINUTES, MINUTES, MINUTES)
def test_versions_of_a_calendar_count_piece_by_piece(
    old: Any, new: Any, first: datetime, second: datetime, third: datetime
) -> None:
    """Elapsed equals the open time of each version while it held (C7)."""
    start, change, now = sorted((first, second, third))
    versions = Versions([(MONDAY - timedelta(days=9), old), (change, new)])
    clock = SlaDefinition.resolution(hours=400, calendar=versions)
    status = evaluate_sla(clock, made(start), now=now)
    assert status.elapsed == old.open_time(start, change) + new.open_time(change, now)
    assert status.elapsed == sum((entry.counted for entry in status.trace), 0 * HOUR)


@given(
    st.sampled_from(("00:00", "09:00", "16:00", "23:59")),
    st.integers(0, 3),
    st.sampled_from((None, "00:00", "08:30", "14:00", "16:00")),
    calendars(),
    MINUTES,
    MINUTES,
)
def test_a_later_start_is_never_due_earlier(  # noqa: PLR0917  hypothesis passes them
    by: str, days: int, cut_off: str | None, calendar: Any, first: datetime, second: datetime
) -> None:
    """By a time of day, with and without a cut-off (S6)."""
    if cut_off is not None and days == 0 and time.fromisoformat(cut_off) > time.fromisoformat(by):
        return
    target = ByTimeOfDay(by, days, cut_off=cut_off)
    early, late = sorted((first, second))
    dues = [max(target.resolve(start, calendar, {}), start) for start in (early, late)]
    assert dues[0] <= dues[1]


@given(st.integers(1, 3), st.booleans(), MINUTES, st.lists(st.integers(1, 3000), max_size=6))
def test_a_threshold_in_business_days_is_fixed_at_its_first_crossing(
    days: int,
    ahead: bool,  # noqa: FBT001  drawn, not written
    start: datetime,
    steps: list[int],
) -> None:
    """What was passed stays passed at the same instant, whatever pauses come later (S8)."""
    point = SlaThreshold(
        name="days",
        **{"before_due" if ahead else "after_due": BusinessDays(days)},  # type: ignore[arg-type]
    )
    clock = SlaDefinition.resolution(
        target=BusinessDays(5),
        calendar=OFFICE,
        thresholds=[point],
        pause=field("custom.wait").is_true(),
    )
    record, when = made(start), start
    for number, step in enumerate(steps):
        when += step * MINUTE
        record = set_fields(record, custom={"wait": number % 2 == 0}, at=when, by="ada")
    seen: datetime | None = None
    for hour in range(0, 24 * 40, 7):
        status = evaluate_sla(clock, record, now=start + hour * HOUR)
        passed = [threshold.at for threshold in status.thresholds]
        if seen is not None:
            assert passed == [seen]
        seen = passed[0] if passed else None


def test_a_threshold_in_business_days_by_hand() -> None:
    """Due Mon 8 Jun 10:00: two business days before is Thu 10:00, one after is Tue 10:00."""
    points = [
        SlaThreshold(name="soon", before_due=BusinessDays(2)),
        SlaThreshold(name="late", after_due=BusinessDays(1)),
    ]
    clock = SlaDefinition.resolution(target=BusinessDays(5), calendar=OFFICE, thresholds=points)
    record = opened("01 10:00")
    status = evaluate_sla(clock, record, now=u("01 10:00"))
    assert status.due_at == u("08 10:00")
    assert [status.reached_at(name) for name in ("soon", "due", "late")] == [
        u("04 10:00"),
        u("08 10:00"),
        u("09 10:00"),
    ]
    assert status.next_wakeup == u("04 10:00")
    later = evaluate_sla(clock, record, now=u("10 09:00"))
    assert [(t.name, t.at) for t in later.thresholds] == [
        ("soon", u("04 10:00")),
        ("late", u("09 10:00")),
    ]


def test_a_takeover_is_a_line_of_the_trace() -> None:
    """With the names of both definitions, how, and the reason as data (S4, S7)."""
    gold = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN, name="gold", swap="keep_elapsed")
    iron = SlaDefinition.resolution(hours=8, calendar=ALWAYS_OPEN, name="iron")
    policy = SlaPolicy([(field("custom.tier").equals("gold"), gold)], default=iron)
    record = incident(("mon 09:00", "new"), ("mon 14:00", {"tier": "gold"}))
    status = evaluate_sla(policy, record, now=at("mon 15:00"))
    (line,) = [entry for entry in status.trace if entry.code == "swapped"]
    assert line.text == "gold takes over from iron (keep elapsed)"
    assert dict(line.data) == {"before": "iron", "after": "gold", "how": "keep elapsed"}
    assert not line.interval
    assert (status.due_at, status.breached_at) == (at("mon 14:00"), at("mon 14:00"))
    for point in ("due", "breach"):
        assert [c.at for c in status.crossings(point)] == [at("mon 14:00")]  # type: ignore[arg-type]
    early = evaluate_sla(policy, record, now=at("mon 14:00"))
    assert (early.breached, early.due_at) == (True, at("mon 14:00"))


def test_a_cycle_says_which_event_stopped_it() -> None:
    """The resolution, the reply, the cancellation; none where time did."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "resolved"))
    clock = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN)
    (cycle,) = evaluate_sla(clock, record, now=at("mon 12:00")).cycles
    assert cycle.stopped_by == record.history[1]
    (cycle,) = evaluate_sla(clock, record, now=at("mon 09:30")).cycles
    assert cycle.stopped_by is None
    timed = attrs.evolve(clock, stop=reached("custom.end"))
    record = made(u("01 09:00"), custom={"end": u("01 11:00")})
    (cycle,) = evaluate_sla(timed, record, now=u("01 12:00")).cycles
    assert (cycle.stopped_at, cycle.stopped_by) == (u("01 11:00"), None)


def test_many_swaps_cost_no_more_than_a_pass_for_each_definition() -> None:
    """Retroactive swaps back and forth: the steps of the folds grow as the swaps do."""

    def steps(swaps: int) -> int:
        events = [("mon 09:00", "new")]
        story = [
            *events,
            *((at("mon 10:00") + n * HOUR, {"tier": "ab"[n % 2]}) for n in range(swaps)),
        ]
        record = incident(*story)
        a, b = (
            SlaDefinition.resolution(hours=hours, calendar=OFFICE, name=str(hours))
            for hours in (4, 8)
        )
        policy = SlaPolicy([(field("custom.tier").equals("a"), a)], default=b)
        calls = 0
        plain = ClockFold.step

        def counted(*arguments: Any) -> None:
            nonlocal calls
            calls += 1
            plain(*arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ClockFold, "step", counted)
            evaluate_sla(policy, record, now=record.updated_at + HOUR)
        return calls

    assert steps(200) <= 12 * steps(20)


@attrs.frozen
class SecondMonday:
    """A target of a caller's own: the second Monday after the start, 09:00."""

    weeks: int = 2
    fields = ()
    follow = False

    def resolve(self, start: datetime, calendar: Any, _facts: Any) -> datetime:
        """Return the due."""
        day = start.astimezone(calendar.zone).date()
        later = day + timedelta(days=7 * self.weeks - day.weekday())
        return datetime.combine(later, time(9), tzinfo=calendar.zone)


def test_a_target_of_your_own_is_one_class() -> None:
    """It evaluates, has thresholds, lints and is told in the trace like the library's."""
    clock = SlaDefinition(
        name="own", target=SecondMonday(), calendar=OFFICE, stop=field("state.resolved").is_true()
    )
    status = evaluate_sla(clock, made(u("03 10:00")), now=u("03 12:00"))
    assert status.due_at == u("15 09:00")
    assert status.stage == "running"


def test_follow_reads_a_field_of_its_own_type() -> None:
    """A due date that is empty is due at the start; the same by a calendar without a value."""
    clock = SlaDefinition(
        name="date",
        target=DueDate("custom.due", follow=True),
        calendar=CalendarByField("custom.site", {"a": ALWAYS_OPEN}, OFFICE, follow=True),
        stop=field("state.resolved").is_true(),
    )
    record = made(u("01 09:00"))
    assert evaluate_sla(clock, record, now=u("01 09:00")).due_at == u("01 09:00")
    record = set_fields(record, custom={"due": u("02 09:00")}, at=u("01 10:00"), by=Actor("ada"))
    assert evaluate_sla(clock, record, now=u("01 12:00")).due_at == u("02 09:00")


def imported(*covers: str) -> Incident:
    """Return an incident of Monday that was imported on Tuesday 09:00."""
    record = Incident.open(
        id="I", title="Mail is down", by=KIM, at=u("01 09:00"), recorded_at=u("02 09:00")
    )
    opening = attrs.evolve(record.history[0], covers=frozenset(covers))  # type: ignore[call-arg]
    return Incident.from_history([opening])


ALL_OF_IT = SlaDefinition.resolution(
    hours=1, calendar=OFFICE, start=ALWAYS, stop=NEVER, pause=NEVER
)
BY_STATE = SlaPolicy([(field("state.open").is_true(), ALL_OF_IT)])
BY_REQUESTER = SlaPolicy([(field("opened_by").present(), ALL_OF_IT)])
RESET = attrs.evolve(ALL_OF_IT, reset=field("kind").equals("commented"))


@pytest.mark.parametrize(
    ("clock", "covers", "missing"),
    [
        (SlaDefinition.first_response(hours=1, calendar=OFFICE), ("states",), True),
        (SlaDefinition.first_response(hours=1, calendar=OFFICE), ("states", "comments"), False),
        (SlaDefinition.resolution(hours=1, calendar=OFFICE), ("moments",), False),  # no pauses
        (SlaDefinition.resolution(hours=1, calendar=OFFICE), ("comments",), True),
        (SlaDefinition.resolution(hours=1, calendar=OFFICE), ("states",), False),
        (
            SlaDefinition.resolution(hours=1, calendar=OFFICE, pause=before("custom.until")),
            ("moments",),
            False,
        ),
        (BY_STATE, ("priorities",), True),
        (BY_STATE, ("states",), False),
        (RESET, ("states",), True),
        (RESET, ("states", "comments"), False),
        (BY_REQUESTER, ("states",), False),
    ],
)
def test_a_clock_that_needs_what_the_source_does_not_cover(
    clock: SlaDefinition, covers: tuple[str, ...], *, missing: bool
) -> None:
    """Stage none with that reason, no figures and nothing to escalate (K2)."""
    status = evaluate_sla(clock, imported(*covers), now=u("03 12:00"))
    assert (status.stage == "none") is missing
    assert bool(status.not_covered) is missing
    assert bool(status.crossings("due")) is not missing
    assert (status.due_at is None) is missing
    assert (status.next_wakeup is None) or not missing


def test_a_cycle_after_the_import_lives_on() -> None:
    """The next message after the import starts a cycle of its own, with its figures."""
    record = comment(imported("states"), "Any news?", at=u("03 09:00"), by=KIM)
    clock = SlaDefinition.next_response(hours=1, calendar=OFFICE)
    status = evaluate_sla(clock, record, now=u("03 09:30"))
    assert (status.stage, status.due_at, status.not_covered) == ("running", u("03 10:00"), ())
    record = comment(imported("states"), "Any news?", at=u("02 09:00"), by=KIM)  # at the import
    status = evaluate_sla(clock, record, now=u("02 09:30"))
    assert (status.stage, status.due_at) == ("running", u("02 10:00"))


@pytest.mark.parametrize("swap", get_args(TakeoverMode))
def test_a_policy_without_rules_is_its_default(swap: Any) -> None:
    """The due and the calendar follow their fields, and what was crossed stays so."""
    sites = CalendarByField("custom.site", {"a": ALWAYS_OPEN}, OFFICE, follow=True)
    clock = SlaDefinition.resolution(
        target=DueDate("custom.due", follow=True),
        calendar=sites,
        swap=swap,
        thresholds=[SlaThreshold(name="soon", before_due=HOUR)],
    )
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"due": at("mon 11:00"), "site": "a"}),
        ("mon 12:00", {"due": at("tue 11:00")}),
        ("mon 14:00", "on_hold"),
        ("mon 15:00", {"site": "b"}),
        ("tue 10:00", "in_progress"),
    )
    for words in ("mon 10:30", "mon 11:30", "mon 13:00", "mon 16:00", "tue 11:30", "wed 09:00"):
        alone = evaluate_sla(clock, record, now=at(words))
        chosen = evaluate_sla(SlaPolicy([], default=clock), record, now=at(words))
        for name in ("stage", "elapsed", "due_at", "breached_at", "thresholds", "next_wakeup"):
            assert getattr(chosen, name) == getattr(alone, name), (words, name)
        for point in ("due", "breach", clock.thresholds[0]):
            assert chosen.crossings(point) == alone.crossings(point), (words, point)
    assert [one.at for one in alone.crossings("due")] == [at("mon 11:00")]


@pytest.mark.parametrize(
    ("instants", "wakeup"),
    [
        (("mon 10:00", "mon 11:00", "mon 12:00"), "mon 12:00"),
        (("mon 12:00", "mon 11:00", "mon 10:00"), "mon 12:00"),
        (("mon 10:00", "mon 10:00", None), None),
    ],
)
def test_an_instant_that_changes_no_answer_wakes_nobody(
    instants: tuple[str | None, ...], wakeup: str | None
) -> None:
    """The clock pauses once three instants have come; each alone changes nothing."""
    waits = AllOf(tuple(reached(f"custom.{name}") for name in "abc"))
    clock = SlaDefinition.resolution(hours=100, calendar=ALWAYS_OPEN, pause=waits)
    fields = {name: at(when) for name, when in zip("abc", instants, strict=True) if when}
    record = incident(("mon 09:00", "new"), ("mon 09:00", fields))
    status = evaluate_sla(clock, record, now=at("mon 09:30"))
    due = at("fri 13:00")
    assert status.next_wakeup == (due if wakeup is None else at(wakeup))


@pytest.mark.parametrize(("covers", "cycles"), [(("states",), 0), (("states", "comments"), 1)])
def test_cycles_before_an_import_are_not_counted(covers: tuple[str, ...], cycles: int) -> None:
    """Not even before calendars are asked, where the source says nothing of messages (K2)."""
    clock = SlaDefinition.first_response(hours=1, calendar=OFFICE)
    now = u("03 12:00")
    found = clock_cycles(clock, imported(*covers).timeline(now=now), now=now)
    assert len(found) == cycles


def test_a_search_for_a_change_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many instants that change no answer, the due is what it wakes for."""
    monkeypatch.setattr("incidentcore.sla.status._TRIES", 3)
    waits = AllOf(tuple(reached(f"custom.{name}") for name in "abcde"))
    clock = SlaDefinition.resolution(hours=100, calendar=ALWAYS_OPEN, pause=waits)
    fields = {name: at(f"mon {hour}:00") for hour, name in enumerate("abcd", 10)}
    for more, wakeup in (({}, "fri 13:00"), ({"d": None, "e": at("mon 10:00")}, "fri 13:00")):
        record = incident(("mon 09:00", "new"), ("mon 09:00", {**fields, **more}))
        assert evaluate_sla(clock, record, now=at("mon 09:30")).next_wakeup == at(wakeup)
