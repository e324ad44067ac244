"""Who is on call: layers, restrictions, overrides, gaps and fair shares (rule E5)."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import EscalationMatrixError, InvalidIntervalError, NaiveDatetimeError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnCallLayer,
    OnCallSchedule,
    ReachableHours,
    RotaOverride,
    coverage_gaps,
    due_escalations,
    jira_row,
    next_on_call,
    on_call,
    on_call_hours,
    servicenow_row,
    shifts,
)
from incidentcore.escalation.evaluate import escalations_and_wakeup
from incidentcore.instants import Interval
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, Rotation
from incidentcore.testing import on_call_schedules

MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAILY = Rotation(anchor=MONDAY, zone="UTC", unit="days")
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


TEAM = EscalationRow("a", [EscalationLevel(After(HOUR), "x")])
NEVER = Interval(MONDAY, MONDAY)


def plan(*layers: OnCallLayer, **options: object) -> OnCallSchedule:
    return OnCallSchedule("net", layers, **options)


@pytest.mark.parametrize(
    ("unit", "every", "people", "elapsed", "expected"),
    [
        ("hours", 2, ["u1", "u2"], timedelta(hours=3, minutes=59), "u2"),
        ("hours", 2, ["u1", "u2"], timedelta(hours=4), "u1"),
        ("weeks", 1, ["u1", "u2"], timedelta(days=8), "u2"),
        ("days", 1, ["a", "b", "c"], -timedelta(microseconds=1), "c"),
    ],
)
def test_turns_go_round(
    unit: str, every: int, people: list[str], elapsed: timedelta, expected: str
) -> None:
    """The first begins at the anchor; before it the last one has the turn (GoAlert's tests)."""
    rotation = Rotation(anchor=MONDAY, zone="UTC", unit=unit, every=every)  # type: ignore[arg-type]

    assert on_call(plan(OnCallLayer(rotation, people)), at=MONDAY + elapsed) == (expected,)


def test_the_highest_layer_that_is_in_force_answers() -> None:
    """The day layer stands above the night layer in office hours only."""
    schedule = plan(
        OnCallLayer(DAILY, ["night"]), OnCallLayer(DAILY, ["ada", "bob"], during=OFFICE)
    )

    assert on_call(schedule, at=MONDAY) == ("night",)
    assert on_call(schedule, at=MONDAY + HOUR) == ("ada",)
    assert on_call(schedule, at=MONDAY + 9 * HOUR) == ("night",)
    assert on_call(schedule, at=MONDAY + DAY + HOUR) == ("bob",)


def test_all_layers_answer_together_where_that_is_asked() -> None:
    """Each person once, lowest layer first."""
    layers = (OnCallLayer(DAILY, ["ada"]), OnCallLayer(DAILY, ["bob"]), OnCallLayer(DAILY, "ada"))

    assert on_call(plan(*layers, combine="all"), at=MONDAY) == ("ada", "bob")


def test_layers_side_by_side_are_on_call_together_below_a_third() -> None:
    """Two of priority 1, from 10 and from 12, and one of priority 2 from 15 to 18.

    Source: grafana/oncall, test_final_schedule_splitting_events.
    """
    hours = {"a": "10:00-20:00", "b": "12:00-16:00", "c": "15:00-18:00"}
    layers = [
        OnCallLayer(
            DAILY, who, during=BusinessCalendar(zone="UTC", hours={"mon": text}), beside=who == "b"
        )
        for who, text in hours.items()
    ]
    found = [
        ("".join(shift.people), shift.interval.start.hour)
        for shift in shifts(plan(*layers), start=MONDAY, end=MONDAY + 13 * HOUR)
    ]

    assert found == [("", 8), ("a", 10), ("ab", 12), ("c", 15), ("a", 18), ("", 20)]


def test_overrides_replace_add_and_remove_in_their_order() -> None:
    """Half-open: an override has ended at its end."""
    layer = OnCallLayer(DAILY, ["ada"])
    whole = Interval(MONDAY, MONDAY + 6 * HOUR)
    part = Interval(MONDAY + 2 * HOUR, MONDAY + 4 * HOUR)
    overrides = (
        RotaOverride(whole, "bob"),
        RotaOverride(part, "cy", "add"),
        RotaOverride(Interval(MONDAY + 3 * HOUR, MONDAY + 5 * HOUR), "bob", "remove"),
    )
    told = [
        ((shift.interval.end - MONDAY) / HOUR, shift.people)
        for shift in shifts(plan(layer, overrides=overrides), start=MONDAY, end=MONDAY + 8 * HOUR)
    ]

    assert told == [
        (2, ("bob",)),
        (3, ("bob", "cy")),
        (4, ("cy",)),
        (5, ()),
        (6, ("bob",)),
        (8, ("ada",)),
    ]


def test_the_layers_below_answer_where_nobody_replaces_a_person() -> None:
    """Nobody stands in for ada from 9:00 to 10:00, so bob of the layer below is on call."""
    weekly = Rotation(anchor=MONDAY, zone="UTC", unit="weeks")
    span = Interval(MONDAY + HOUR, MONDAY + 2 * HOUR)
    layers = [OnCallLayer(weekly, "bob"), OnCallLayer(weekly, "ada")]
    found = OnCallSchedule("s", layers, overrides=[RotaOverride(span, [], replaces="ada")])

    asked = [on_call(found, at=MONDAY + hours * HOUR) for hours in range(3)]
    assert asked == [("ada",), ("bob",), ("ada",)]


def test_single_shifts_need_no_layer() -> None:
    """Source: mmdemirbas/timeline, RotationsTest, ``overrideWithoutRotation_FullTest``."""
    alone = plan(overrides=[RotaOverride(Interval(MONDAY + HOUR, MONDAY + 2 * HOUR), "ada")])
    told = [one.people for one in shifts(alone, start=MONDAY, end=MONDAY + 3 * HOUR)]
    after = next_on_call(alone, at=MONDAY)

    assert told == [(), ("ada",), ()]
    assert after is not None
    assert after.interval.start == MONDAY + HOUR
    assert ReachableHours(alone, {}).next_open(MONDAY) == MONDAY + HOUR
    assert ReachableHours(alone, {}).zone.key == "UTC"


def test_gaps_are_reported() -> None:
    """Office hours alone leave the nights and the weekend to nobody."""
    schedule = plan(OnCallLayer(DAILY, ["ada"], during=OFFICE))
    gaps = coverage_gaps(schedule, start=MONDAY + HOUR, end=MONDAY + 2 * DAY)

    assert gaps == (
        Interval(MONDAY + 9 * HOUR, MONDAY + DAY + HOUR),
        Interval(MONDAY + DAY + 9 * HOUR, MONDAY + 2 * DAY),
    )


def test_a_layer_is_in_force_from_and_until() -> None:
    """Half-open: in force at its since, no longer at its until."""
    layer = OnCallLayer(DAILY, ["ada"], since=MONDAY + HOUR, until=MONDAY + 2 * HOUR)

    told = [on_call(plan(layer), at=MONDAY + n * HOUR) for n in range(3)]
    assert told == [(), ("ada",), ()]


def test_the_bounds_of_a_layer_are_instants() -> None:
    """Given in any zone they are stored in UTC, and a naive one is refused by its name."""
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)  # of two
    layer = OnCallLayer(DAILY, ["ada"], since=second, until=second + HOUR)
    assert layer.since is not None
    assert layer.until is not None
    assert [at.isoformat() for at in (layer.since, layer.until)] == [
        "2026-10-25T01:30:00+00:00",
        "2026-10-25T02:30:00+00:00",
    ]
    for name in ("since", "until"):
        with pytest.raises(NaiveDatetimeError, match=f"^{name}:"):
            OnCallLayer(DAILY, ["ada"], **{name: datetime(2026, 6, 1)})  # noqa: DTZ001  refused


def test_an_escalation_names_who_is_on_call_when_it_falls_due() -> None:
    """Due at 09:30, it names the office layer, whenever it is polled."""
    schedule = plan(OnCallLayer(DAILY, ["ada"], during=OFFICE))
    level = EscalationLevel(After(90 * HOUR / 60), EscalationTarget.on_call(schedule))
    matrix = EscalationMatrix("m", [EscalationRow("r", [level])])
    record = Incident.open(id="I", title="x", at=MONDAY, by="kim")
    (due,) = due_escalations(matrix, record, now=MONDAY + 30 * HOUR)

    assert due.people == ("ada",)


def test_a_level_without_anybody_is_skipped_and_its_delay_is_not_consumed() -> None:
    """Nobody on call at 08:10: the next level falls due then, and the skip is told (rule E3)."""
    schedule = plan(OnCallLayer(DAILY, ["ada"], during=OFFICE))
    matrix = EscalationMatrix(
        "m",
        [
            EscalationRow(
                "r",
                [
                    EscalationLevel(After(HOUR / 6), EscalationTarget.on_call(schedule)),
                    EscalationLevel(AfterPrevious(HOUR), EscalationTarget.person("boss")),
                ],
            )
        ],
    )
    record = Incident.open(id="I", title="x", at=MONDAY, by="kim")
    due = due_escalations(matrix, record, now=MONDAY + HOUR / 6)
    told = due_escalations(matrix, record, now=MONDAY + HOUR / 6, include_lapsed=True)

    assert [(e.people, e.due_at) for e in due] == [(("boss",), MONDAY + HOUR / 6)]
    assert [(e.level, e.lapsed_because) for e in told] == [(0, "nobody_to_tell"), (1, "")]


@given(on_call_schedules(MONDAY), st.integers(0, 5_000), st.integers(0, 1_000))
def test_shifts_partition_time_and_agree_with_the_instant(
    schedule: OnCallSchedule, first: int, length: int
) -> None:
    """Shifts follow each other without holes, neighbors differ, and each is what on_call says."""
    start = MONDAY + (first - 2_500) * HOUR / 60
    end = start + length * HOUR / 60
    told = list(shifts(schedule, start=start, end=end))

    assert sum((shift.interval.duration for shift in told), timedelta(0)) == end - start
    for before, after in itertools.pairwise(told):
        assert before.interval.end == after.interval.start
        assert before.people != after.people
    for shift in told:
        middle = shift.interval.start + shift.interval.duration / 2
        last = shift.interval.end - timedelta(microseconds=1)
        for at in (shift.interval.start, middle, last):
            assert shift.people == on_call(schedule, at=at)
    hours = on_call_hours(schedule, start=start, end=end, zone="Europe/Berlin")
    assert sum((one.total for one in hours), timedelta(0)) == sum(
        (shift.interval.duration * len(shift.people) for shift in told), timedelta(0)
    )


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (plan, "at least one layer"),
        (lambda: OnCallLayer(DAILY, []), "at least one person"),
        (lambda: OnCallLayer(DAILY, [""]), "non-empty ids"),
        (lambda: plan(OnCallLayer(DAILY, "a"), combine="some"), "one of highest, all"),
        (lambda: OnCallLayer(DAILY, "a", beside=1), "beside: got 1"),
        (
            lambda: RotaOverride(Interval(MONDAY, MONDAY), "a", "swap"),
            "replace, add, remove",
        ),
        (lambda: EscalationTarget("team", "x"), "one of group"),
        (lambda: EscalationTarget("group", "x", members=("a",)), "round_robin only"),
        (lambda: EscalationTarget.on_call("net"), "an OnCallSchedule"),
        (lambda: EscalationLevel(After(HOUR), []), "at least one target"),
        (lambda: EscalationLevel("soon", "x"), "or a Trigger"),
        (lambda: EscalationRow("a/b", [EscalationLevel(After(HOUR), "x")]), "without a slash"),
        (
            lambda: EscalationMatrix("", [EscalationRow("a", [EscalationLevel(After(HOUR), "x")])]),
            "without a slash",
        ),
        (
            lambda: RotaOverride(Interval(MONDAY, MONDAY), "a", "add", replaces="b"),
            "mode replace only",
        ),
        (lambda: ReachableHours("net", {}), "an OnCallSchedule"),
        (
            lambda: ReachableHours(plan(OnCallLayer(DAILY, "a")), {"a": "nine to five"}),
            "a Calendar",
        ),
        (lambda: jira_row("r", [(5, "not_read", "x")]), "not_acknowledged or not_closed"),
        (
            lambda: servicenow_row("r", [("x", 5)]),  # type: ignore[list-item]  # the point
            r"steps\[0\]: .*\(targets, reminders, time between reminders\)",
        ),
        (lambda: EscalationTarget("on_call", "x"), "the kinds on_call"),
    ],
)
def test_a_schedule_that_cannot_work_is_refused(build: object, said: str) -> None:
    """The error says what was given and what is allowed."""
    with pytest.raises(EscalationMatrixError, match=said):
        build()  # type: ignore[operator]


def test_a_reversed_span_is_refused() -> None:
    """Half-open spans end at or after their start (rule T3)."""
    with pytest.raises(InvalidIntervalError):
        list(shifts(plan(OnCallLayer(DAILY, "a")), start=MONDAY, end=MONDAY - HOUR))


def test_turns_by_duty_count_every_turn_without_hours() -> None:
    """A layer around the clock has duty in each turn, so both ways to count agree."""
    always = OnCallLayer(DAILY, ["a", "b", "c"])
    on_duty = OnCallLayer(DAILY, ["a", "b", "c"], turns="on_duty")
    for days in (-4, 0, 1, 50):
        at = MONDAY + days * DAY
        assert on_call(plan(on_duty), at=at) == on_call(plan(always), at=at)


@pytest.mark.parametrize("unit", ["hours", "days", "weeks", "months"])
def test_turns_by_duty_go_on_in_turns_of_any_length(unit: str) -> None:
    """From the opening of the first turn to that of the next, in a calendar that is always open."""
    rotation = Rotation(anchor=MONDAY, zone="UTC", unit=unit)  # type: ignore[arg-type]  # one of them
    rota = plan(
        OnCallLayer(rotation, ["a", "b"], during=BusinessCalendar.always(), turns="on_duty")
    )
    at, people = MONDAY, []
    for _ in range(3):
        people.append(on_call(rota, at=at))
        at = rotation.shift(at).end
    assert people == [("a",), ("b",), ("a",)]


@pytest.mark.parametrize(
    ("weeks", "person"),
    [(0, "a"), (1, "f"), (80, "b"), (100, "d"), (205, "d"), (-1, "c"), (-80, "g"), (-100, "e")],
)
def test_turns_by_duty_are_counted_over_years(weeks: int, person: str) -> None:
    """Five turns of a week count: 400 in eighty weeks, so the second of seven people serves."""
    layer = OnCallLayer(DAILY, list("abcdefg"), during=OFFICE, turns="on_duty")
    at = MONDAY + weeks * 7 * DAY + 4 * HOUR
    assert on_call(plan(layer), at=at) == (person,)


def test_adjacent_shifts_of_one_person_are_one() -> None:
    """A colleague joins for the second hour, which is no handoff for who stays."""
    both = RotaOverride(Interval(MONDAY + HOUR, MONDAY + 2 * HOUR), ["ben"], mode="add")
    rota = plan(OnCallLayer(DAILY, ["ada"]), overrides=[both])
    hours = on_call_hours(rota, start=MONDAY, end=MONDAY + 3 * HOUR, zone="UTC")
    assert [(one.person, one.total, one.shifts) for one in hours] == [
        ("ada", 3 * HOUR, 1),
        ("ben", HOUR, 1),
    ]


@pytest.mark.parametrize("people", [["ada"], ["ada", "ben"]])
def test_who_has_a_layer_is_asked_of_an_instant_with_a_zone(people: list[str]) -> None:
    """Also where one person has every turn, and where the layer comes into force later."""
    for since in (None, MONDAY):
        one = OnCallLayer(Rotation(anchor=MONDAY, zone="UTC", unit="hours"), people, since=since)
        with pytest.raises(NaiveDatetimeError, match="at: got"):
            one.at(MONDAY.replace(tzinfo=None))


def test_handoffs_of_one_person_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada has every hour: that nobody follows her is known without 8,784 handoffs of a year."""
    hourly = Rotation(anchor=MONDAY, zone="UTC", unit="hours")
    monkeypatch.setattr(Rotation, "turn", None)
    schedule = plan(OnCallLayer(hourly, ["ada", "ada"]))

    assert next_on_call(schedule, at=MONDAY) is None
    (shift,) = shifts(schedule, start=MONDAY, end=MONDAY + DAY)
    assert (shift.people, shift.interval.duration) == (("ada",), DAY)


def test_who_is_on_call_now_is_asked_at_now_on_the_agenda_too() -> None:
    """An hourly rota from 09:00: ada at 09:30 and ben at 10:30, however far ahead one looks."""
    nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    hourly = Rotation(anchor=nine, zone="UTC", unit="hours")
    rota = OnCallSchedule("network", [OnCallLayer(hourly, ["ada", "ben", *map(str, range(9))])])
    level = EscalationLevel(
        After(timedelta(0)), [EscalationTarget("on_call", "network", schedule=rota)]
    )
    matrix = EscalationMatrix("network", [EscalationRow("all", [level])])
    record = Incident.open(id="INC-1", title="Mail is down", at=nine, by="kim")
    for minutes, person in ((30, "ada"), (90, "ben")):
        now = nine + timedelta(minutes=minutes)
        (((one,), _),) = escalations_and_wakeup([matrix], record, slas=[], now=now)
        assert (one.people, one.people_now) == (("ada",), (person,))
        assert due_escalations(matrix, record, now=now) == (one,)


def test_a_single_layer_or_override_is_refused_by_name() -> None:
    """Both are lists; the error says which argument, and what it got."""
    layer = OnCallLayer(DAILY, "ada")
    swap = RotaOverride(Interval(MONDAY, MONDAY + DAY), "bob")
    with pytest.raises(EscalationMatrixError, match=r"layers: got OnCallLayer.*such as \[layer\]"):
        OnCallSchedule("x", layer)  # type: ignore[arg-type]
    with pytest.raises(EscalationMatrixError, match="overrides: got RotaOverride"):
        OnCallSchedule("x", [layer], overrides=swap)  # type: ignore[arg-type]
