"""Situations that users reported, by their ids, each with the right answer (rules E1 to E5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.conditions import before, field, reached
from incidentcore.conditions.hours import OpenHours
from incidentcore.errors import EscalationMatrixError, InvalidValueError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    AtWallTime,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    HeldFor,
    OnCallLayer,
    OnCallSchedule,
    ReachableHours,
    RotaOverride,
    Shift,
    due_escalations,
    escalate_now,
    lint_escalation,
    next_escalation_wakeup,
    next_on_call,
    on_call,
    on_call_hours,
    shifts,
)
from incidentcore.instants import Interval, Versions
from incidentcore.intake import Alert, IntakePolicy, apply_intents, fold_alerts
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, Record, acknowledge, assign, comment, set_fields
from incidentcore.schedule import BusinessCalendar, Rotation
from incidentcore.values import Actor, Priority

M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
L, T = EscalationLevel, EscalationTarget


def at(hour: int, minute: int = 0, day: int = 1, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def inc(when: datetime, **more: object) -> Incident:
    return Incident.open(id="I1", title="x", at=when, by="kim", **more)  # type: ignore[arg-type]


def matrix(name: str, *levels: EscalationLevel, **more: object) -> EscalationMatrix:
    return EscalationMatrix(name, [EscalationRow("all", levels, **more)])  # type: ignore[arg-type]


def told(rules: EscalationMatrix, record: Record, now: datetime) -> list[tuple[str, str]]:
    return [
        (f"{one.due_at:%d %H:%M}", str(one.targets[0]).removeprefix("person "))
        for one in due_escalations(rules, record, now=now)
    ]


WEEKLY, DAILY = (Rotation(anchor=at(0), zone="UTC", unit=unit) for unit in ("weeks", "days"))
BOT = Actor("bot", "system")
CHAIN = (L(After(0 * M), "duty"), L(AfterPrevious(30 * M), "mgr"))
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def test_ops_a13_worse_than_what_was_acknowledged() -> None:
    """Acknowledged as a warning, it pages when it turns critical (alerta#263)."""
    alerts = [
        Alert(key="a", at=at(9), severity="warning"),
        Alert(key="a", at=at(9, 30), severity="critical"),
    ]
    first, worse = fold_alerts(IntakePolicy(name="p"), alerts, until=at(10)).intents
    record = acknowledge(apply_intents([first], {})["p-1"], at=at(9, 10), by="ada")
    record = apply_intents([worse], {"p-1": record})["p-1"]
    critical = field("priority").equals(Priority.CRITICAL)
    rules = matrix("m", L(HeldFor(critical, 0 * M), "duty"), when=critical)

    assert told(rules, record, at(12)) == [("01 09:30", "duty")]
    again = acknowledge(record, at=at(9, 40), by="ada")
    assert told(rules, again, at(12)) == []


@pytest.mark.parametrize(
    ("on_worse", "due"),
    [("keep", []), ("clear", [("01 09:30", "mgr")]),
     ("restart", [("01 09:30", "duty"), ("01 10:00", "mgr")])],
)  # fmt: skip
def test_ops_a13_worse_within_one_row_is_a_choice(on_worse: str, due: list) -> None:
    """Acknowledged at 9:10, worse at 9:30, then better: only the worsening is an occasion."""
    alerts = [
        Alert(key="a", at=at(9), severity="warning"),
        Alert(key="a", at=at(9, 30), severity="critical"),
    ]
    first, worse = fold_alerts(IntakePolicy(name="p"), alerts, until=at(10)).intents
    record = acknowledge(apply_intents([first], {})["p-1"], at=at(9, 10), by="ada")
    rules = matrix("m", *CHAIN, on_worse=on_worse)
    assert told(rules, record, at(12)) == []

    record = apply_intents([worse], {"p-1": record})["p-1"]
    assert told(rules, record, at(12)) == due


POLICY = IntakePolicy(name="p", reopen_within=15 * M)
ALERTS = [
    Alert(key="a", at=at(9)),
    Alert(key="a", at=at(9, 20), status="resolved"),
    Alert(key="a", at=at(9, 25)),
]
AGAIN = [("01 09:25", "duty"), ("01 09:55", "mgr")]


@pytest.mark.parametrize(
    "head", [After(0 * M), After(0 * M, since="reopened_at"), After(0 * M, since="detected_at"),
             HeldFor(field("state.open").is_true(), 0 * M)],
)  # fmt: skip
def test_ops_x6_reopened_by_its_alerts_after_an_acknowledgement(head: object) -> None:
    """A new outage that nobody answers for: duty at the reopening, the manager 30 minutes later."""
    first, *others = fold_alerts(POLICY, ALERTS, until=at(12)).intents
    record = apply_intents([first], {})["p-1"]
    if getattr(head, "since", "") == "detected_at":
        record = set_fields(record, detected_at=at(9), at=at(9), by=BOT)
    record = apply_intents(others, {"p-1": acknowledge(record, at=at(9, 5), by="ada")})["p-1"]
    rules = matrix("m", L(head, "duty"), CHAIN[1])  # type: ignore[arg-type]

    assert not record.acknowledged
    assert told(rules, record, at(12)) == AGAIN


def test_ops_x7_reopened_by_its_alerts_unacknowledged() -> None:
    """Never acknowledged: duty is paged again, and the manager after duty."""
    record = apply_intents(fold_alerts(POLICY, ALERTS, until=at(12)).intents, {})["p-1"]

    assert told(matrix("m", *CHAIN), record, at(12)) == AGAIN


def test_a_reopening_by_an_agent_acknowledges_nothing() -> None:
    """Whoever reopens it has not answered for it; neither has whoever moves it."""
    record = advance(inc(at(9)), "resolve", at=at(9, 20), by=BOT, resolution_code="a",
                     resolution_notes="b")  # fmt: skip
    record = advance(record, "reopen", at=at(9, 25), by=Actor("ada", "agent"))

    assert not record.acknowledged
    assert record.acknowledged_at is None
    assert told(matrix("m", *CHAIN), record, at(12)) == AGAIN


def rows(head: object) -> EscalationMatrix:
    return EscalationMatrix(
        "m",
        [
            EscalationRow(
                group,
                [
                    L(head(group), f"{group} on-call"),  # type: ignore[operator]
                    L(AfterPrevious(30 * M), f"{group} lead"),
                ],
                when=field("assignment_group").equals(group),
            )
            for group in "AB"
        ],
    )


PLAIN = rows(lambda group: After(0 * M))
SPELL = rows(lambda group: HeldFor(field("assignment_group").equals(group), 0 * M))


@pytest.mark.parametrize("rules", [PLAIN, SPELL])
def test_ops_e24_moved_to_another_group_after_an_acknowledgement(rules: EscalationMatrix) -> None:
    """Acknowledged by A, moved to B: nobody there has seen it."""
    record = acknowledge(inc(at(10), assignment_group="A"), at=at(10, 5), by="ada")
    moved = assign(record, group="B", at=at(10, 20), by="ada")

    assert told(rules, moved, at(12)) == [("01 10:20", "B on-call"), ("01 10:50", "B lead")]


@pytest.mark.parametrize("rules", [PLAIN, SPELL])
def test_ops_x9_moved_to_another_group_and_back(rules: EscalationMatrix) -> None:
    """Back in A, its on-call comes first again, and its lead after 30 minutes."""
    record = inc(at(10), assignment_group="A")
    back = assign(record, group="B", at=at(10, 20), by="ada")
    back = assign(back, group="A", at=at(10, 40), by="ada")

    assert told(rules, back, at(14))[2:] == [("01 10:40", "A on-call"), ("01 11:10", "A lead")]


def test_a_move_within_one_row_starts_it_again_and_a_first_group_is_no_move() -> None:
    """One row for all: a first group at 10:02 changes nothing, a move at 10:20 starts again."""
    record = acknowledge(inc(at(10)), at=at(10, 1), by="ada")
    first = assign(record, group="A", at=at(10, 2), by=BOT)
    moved = assign(first, group="B", at=at(10, 20), by=BOT)
    same = assign(
        assign(first, group=None, at=at(10, 10), by=BOT), group="A", at=at(10, 20), by=BOT
    )

    assert told(matrix("m", *CHAIN), first, at(12)) == []
    assert told(matrix("m", *CHAIN), same, at(12)) == []
    assert told(matrix("m", *CHAIN), moved, at(12)) == [("01 10:20", "duty"), ("01 10:50", "mgr")]


BOARD = matrix("board", L(After(1 * H), "cio"), L(AfterPrevious(4 * H), "ceo"))


@pytest.mark.parametrize("level", [None, 1])
def test_ops_x10_a_manual_escalation_may_name_its_matrix(level: int | None) -> None:
    """Meant for the desk's matrix, it leaves the board's alone; without a name it is for both."""
    record = inc(at(10))
    desk = escalate_now(record, "lead", at=at(10, 10), by="ada", level=level, matrix="desk")
    every = escalate_now(record, "lead", at=at(10, 10), by="ada", level=level)
    board = escalate_now(record, "cio", at=at(10, 10), by="ada", level=level, matrix=BOARD)

    assert told(BOARD, desk, at(10, 20)) == []
    assert told(BOARD, every, at(10, 20)) == told(BOARD, board, at(10, 20)) != []


def test_a_manual_escalation_for_one_matrix_leaves_the_acknowledgement_of_others() -> None:
    """Acknowledged at 10:05, escalated for the desk at 10:10: the board's matrix stays silent."""
    record = acknowledge(inc(at(10)), at=at(10, 5), by="ada")
    desk = escalate_now(record, "lead", at=at(10, 10), by="ada", matrix="desk")

    assert told(BOARD, desk, at(18)) == []
    assert told(matrix("desk", L(After(1 * H), "x")), desk, at(18)) == [("01 10:10", "x")]


def test_a_manual_escalation_is_refused_during_maintenance() -> None:
    """Between 10:00 and 11:00 the matrix lets nothing begin."""
    rules = EscalationMatrix("m", BOARD.rows, maintenance=[Interval(at(10), at(11))])

    with pytest.raises(InvalidValueError, match="outside of the maintenance"):
        escalate_now(inc(at(9)), "x", at=at(10, 30), by="ada", matrix=rules)
    assert escalate_now(inc(at(9)), "x", at=at(11), by="ada", matrix=rules).escalation_count == 1


def test_whose_acknowledgement_counts_is_a_condition() -> None:
    """A robot's acknowledgement silences nothing where only agents count."""
    agents = matrix("m", *CHAIN, ack_when=field("by.role").equals("agent"))
    record = inc(at(9))

    assert told(agents, acknowledge(record, at=at(9, 5), by=BOT), at(9, 40))[1:] == [
        ("01 09:30", "mgr")
    ]
    assert told(agents, acknowledge(record, at=at(9, 5), by="ada"), at(9, 40)) == []


def test_ops_x12_overtaken_after_an_outage_of_the_poller() -> None:
    """Of 202 escalations two are to deliver, the first to who is on call on Monday."""
    schedule = OnCallSchedule("d", [OnCallLayer(DAILY, WEEK)])
    rules = matrix("m", L(After(5 * M), T.on_call(schedule)), L(AfterPrevious(15 * M), "mgr"),
                   repeat=100, repeat_after=15 * M)  # fmt: skip
    burst = due_escalations(rules, inc(at(17, 0, 5)), now=at(9, 0, 8))
    fresh = [one for one in burst if not one.overtaken_by]

    assert (len(burst), len(fresh)) == (202, 2)
    assert (burst[0].people, burst[0].people_now) == (("fri",), ("mon",))
    assert fresh[0].people_now == ("mon",)
    assert {one.overtaken_by for one in burst} == {"", *(one.key for one in fresh)}
    delivered = due_escalations(
        rules, inc(at(17, 0, 5)), now=at(9, 0, 8), already=[one.key for one in fresh]
    )
    assert all(one.overtaken_by for one in delivered)


def test_ops_e7_quiet_hours_of_whoever_is_on_call() -> None:
    """Ada in Berlin is paged at 05:00 UTC, Grace in Chicago at 12:00 UTC (oncall#5512)."""
    schedule = OnCallSchedule("s", [OnCallLayer(WEEKLY, ["ada", "grace"])])
    awake = {
        person: BusinessCalendar(zone=zone, hours={"mon-sun": "07:00-22:00"})
        for person, zone in (("ada", "Europe/Berlin"), ("grace", "America/Chicago"))
    }
    hours = ReachableHours(schedule, awake)
    rules = matrix("m", L(After(0 * M), T.on_call(schedule), during=hours))

    due = [told(rules, inc(t), t + D)[0][0] for t in (at(23, 0, 2), at(3, 30, 10))]
    assert due == ["03 05:00", "10 12:00"]


def test_ops_e10_turns_only_where_there_is_duty() -> None:
    """Friday is e2, Monday e3: the weekend uses up no turn (OneUptime#2413)."""
    work = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-19:00"})
    days = Rotation(anchor=at(9), zone="UTC", unit="days")
    people = ["e1", "e2", "e3"]
    layer = OnCallLayer(days, people, during=work, turns="on_duty")
    schedule = OnCallSchedule("s", [layer])

    assert [on_call(schedule, at=at(12, 0, day)) for day in (5, 8)] == [("e2",), ("e3",)]
    # Before the anchor the turns go on backwards: Friday the 29th of May is e3, Thursday e2.
    assert [on_call(schedule, at=at(12, 0, day, 5)) for day in (28, 29)] == [("e2",), ("e3",)]
    every = OnCallSchedule("s", [OnCallLayer(days, people, during=work)])
    assert on_call(every, at=at(12, 0, 8)) == ("e2",)


def test_ops_e11_everybody_gets_shifts() -> None:
    """All 14 people have duty within 52 weeks, alike but for one day (goalert#55)."""
    work = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-19:00"})
    days = Rotation(anchor=at(9), zone="UTC", unit="days")
    people = [f"p{n}" for n in range(14)]
    layer = OnCallLayer(days, people, during=work, turns="on_duty")
    hours = on_call_hours(
        OnCallSchedule("s", [layer]), start=at(0), end=at(0) + 364 * D, zone="UTC"
    )

    assert len(hours) == 14
    assert {one.total for one in hours} == {180 * H, 190 * H}  # 260 days for 14 people


def test_ops_e12_a_turn_may_be_empty() -> None:
    """Every other week nobody; a layer below would answer then (goalert#3049)."""
    layer = OnCallLayer(WEEKLY, ["a", None, "b", None])
    below = OnCallLayer(WEEKLY, ["zoe"])

    assert on_call(OnCallSchedule("s", [layer]), at=at(12, 0, 9)) == ()
    assert on_call(OnCallSchedule("s", [layer]), at=at(12, 0, 16)) == ("b",)
    assert on_call(OnCallSchedule("s", [below, layer]), at=at(12, 0, 9)) == ("zoe",)
    with pytest.raises(EscalationMatrixError, match="at least one person"):
        OnCallLayer(WEEKLY, [None])


def test_ops_e14_whoever_is_next_on_call() -> None:
    """With b standing in on two days, a is next, from the third day on (oncall#4576)."""
    off = [RotaOverride(Interval(at(0), at(0, 0, 3)), ["b"])]
    schedule = OnCallSchedule("now", [OnCallLayer(WEEKLY, ["a", "b", "c"])], overrides=off)
    after = next_on_call(schedule, at=at(12))

    assert on_call(schedule, at=at(12)) == ("b",)
    assert after is not None
    assert (after.people, after.interval.start) == (("a",), at(0, 0, 3))
    both = [T.on_call(schedule), T.next_on_call(schedule)]
    (due,) = due_escalations(matrix("m", L(After(0 * M), both)), inc(at(12)), now=at(13))
    assert due.people == ("b", "a")
    alone = OnCallSchedule("one", [OnCallLayer(WEEKLY, ["a"])])
    assert next_on_call(alone, at=at(12)) is None


def test_the_next_shift_is_whole_and_leaves_out_who_is_on_call_now() -> None:
    """Asked on 3 June: b from the 8th to the 15th, beside the manager who is on call all the time.

    The shift ended at noon on the 10th, a week after the question, and named the manager.
    """
    layers = [OnCallLayer(WEEKLY, ["a", "b"]), OnCallLayer(WEEKLY, ["mgr"])]
    week = Interval(at(0, 0, 8), at(0, 0, 15))
    for combine, some in (("highest", layers[:1]), ("all", layers)):
        schedule = OnCallSchedule("s", some, combine=combine)  # type: ignore[arg-type]
        assert next_on_call(schedule, at=at(12, 0, 3)) == Shift(week, ("b",))
    both = OnCallSchedule("s", layers, combine="all")
    clipped = next_on_call(both, at=at(12, 0, 3), within=6 * D)
    assert clipped == Shift(Interval(at(0, 0, 8), at(12, 0, 9)), ("b",))


def test_a_target_that_never_reaches_anybody_else_is_found() -> None:
    """A rota of one has nobody next, and one without weekends has somebody next on Saturday."""
    work = BusinessCalendar(zone="UTC", hours={"mon-fri": "00:00-24:00"})
    alone = OnCallSchedule("one", [OnCallLayer(WEEKLY, ["a"])])
    by_week = OnCallSchedule("two", [OnCallLayer(WEEKLY, ["a", "b"], during=work)])
    found = [
        [
            (one.code, one.message)
            for one in lint_escalation(
                matrix("m", L(After(0 * M), T.next_on_call(schedule))),
                start=at(0),
                end=at(0, 0, 15),
            )
        ]
        for schedule in (alone, by_week)
    ]
    text = "nobody else is on call in the year after 2026-06-01T00:00:00+00:00"
    assert found == [[("nobody_to_tell", text)], []]


def test_ops_e15_round_robin_over_incidents() -> None:
    """Three incidents of one day go to a, b and c, the same on every replay (oncall#2893)."""
    target = T.round_robin(["a", "b", "c"], counter="custom.number")
    rules = matrix("m", L(After(0 * M), target), L(AfterPrevious(5 * M), "mgr"))
    people = [
        due_escalations(rules, inc(at(9), custom={"number": number}), now=at(9))[0].people
        for number in (0, 1, 2, 3)
    ]

    assert people == [("a",), ("b",), ("c",), ("a",)]
    skipped = due_escalations(rules, inc(at(9)), now=at(9), include_lapsed=True)
    assert [one.lapsed_because for one in skipped] == ["nobody_to_tell", ""]


def test_ops_e16_one_stands_in_for_another() -> None:
    """Bob covers Ada where and only where she serves (goalert PR 4306)."""
    span, layers = Interval(at(0), at(0, 0, 15)), [OnCallLayer(WEEKLY, ["ada", "carl"])]
    cover = RotaOverride(span, ["bob"], replaces="ada")
    schedule = OnCallSchedule("s", layers, overrides=[cover])

    assert [on_call(schedule, at=at(12, 0, day)) for day in (2, 9, 16)] == [
        ("bob",), ("carl",), ("ada",),
    ]  # fmt: skip


def test_ops_e17_taken_off_and_the_layer_below_answers() -> None:
    """Ada is absent on two days: Zoe of the layer below is paged (oncall#322)."""
    off = RotaOverride(Interval(at(0), at(0, 0, 3)), ["ada"], "remove")
    layers = [OnCallLayer(WEEKLY, ["zoe"]), OnCallLayer(WEEKLY, ["ada", "carl"])]
    schedule = OnCallSchedule("s", layers, overrides=[off])

    assert on_call(schedule, at=at(12)) == ("zoe",)
    rules = matrix("m", L(After(0 * M), T.on_call(schedule)))
    (due,) = due_escalations(rules, inc(at(12)), now=at(13))
    assert (due.due_at, due.people) == (at(12), ("zoe",))


def test_a_turn_that_is_not_emptied_hides_the_layers_below() -> None:
    """Beside Ada serves Bob: with her absent he answers, not the layer below."""
    span = Interval(at(0), at(0, 0, 3))
    layers = [OnCallLayer(WEEKLY, ["zoe"]), OnCallLayer(WEEKLY, ["ada"])]
    both = [RotaOverride(span, ["bob"], "add"), RotaOverride(span, ["ada"], "remove")]

    assert on_call(OnCallSchedule("s", layers, overrides=both), at=at(12)) == ("bob",)


def test_the_load_is_that_of_the_shifts_that_were_served() -> None:
    """Bob really served the first two of Ada's seven days."""
    schedule = OnCallSchedule("s", [OnCallLayer(WEEKLY, ["ada", "carl"])])
    served = [Shift(Interval(at(0), at(0, 0, 3)), ("bob",))]
    hours = on_call_hours(schedule, start=at(0), end=at(0, 0, 8), zone="UTC", served=served)

    assert [(one.person, one.total) for one in hours] == [("ada", 5 * D), ("bob", 2 * D)]


def test_reminders_come_at_a_wall_time_across_a_change_of_clocks() -> None:
    """Every day at 09:00 Berlin: 07:00 UTC in summer time, 08:00 UTC from 25 October on."""
    nine = Rotation(anchor=at(7), zone="Europe/Berlin", unit="days")
    rules = matrix("m", L(AtWallTime(nine), "desk"))
    record = inc(at(12, 0, 23, 10))
    due = [one.due_at for one in due_escalations(rules, record, now=at(12, 0, 26, 10))]

    assert due == [at(7, 0, 24, 10), at(8, 0, 25, 10), at(8, 0, 26, 10)]
    # One that comes while it is silent is left out; at the reopening they count on.
    silent = acknowledge(record, at=at(6, 0, 25, 10), by="ada")
    keys = [one.cycle for one in due_escalations(rules, silent, now=at(12, 0, 26, 10),
                                                 include_lapsed=True)]  # fmt: skip
    assert keys == [1]


def test_republishing_an_unchanged_matrix_changes_nothing() -> None:
    """Published again at 10:10 and 10:40, the lead is still due 30 minutes after duty."""
    rules = matrix("m", *CHAIN, repeat=1, repeat_after=20 * M)
    record = inc(at(10))
    often = Versions([(at(0), rules), (at(10, 10), rules), (at(10, 40), rules)])
    once = due_escalations(rules, record, now=at(15))

    assert due_escalations(often, record, now=at(15), live=True) == once
    answered = acknowledge(record, at=at(10, 20), by="ada")
    lapsed = due_escalations(often, answered, now=at(15), live=True, include_lapsed=True)
    assert [one.lapsed_because for one in lapsed] == ["acknowledged"]


def test_a_chain_whose_level_is_gone_begins_a_new_pass() -> None:
    """Waiting for a third level when the matrix loses it, the row begins again at level 0."""
    three = matrix("m", *CHAIN, L(AfterPrevious(60 * M), "boss"))
    two = matrix("m", *CHAIN)
    rules = Versions([(at(0), three), (at(10, 40), two), (at(10, 50), two)])
    due = due_escalations(rules, inc(at(10)), now=at(15), live=True)

    assert [(f"{one.due_at:%H:%M}", one.level, one.pass_) for one in due] == [
        ("10:00", 0, 0), ("10:30", 1, 0), ("10:40", 0, 1), ("11:10", 1, 1),
    ]  # fmt: skip


# Right today, and to stay so.

OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "00:00-24:00"})
ON_DUTY = OnCallSchedule("office", [OnCallLayer(DAILY, ["ada"], during=OFFICE)])


def test_ops_a14_an_acknowledgement_of_a_resolved_record() -> None:
    """Acknowledged at the resolution or after it, it stays resolved (oncall#3161)."""
    for when in (at(10, 4), at(10, 5)):
        record = advance(inc(at(10)), "resolve", at=at(10, 4), by=BOT, resolution_code="a",
                         resolution_notes="b")  # fmt: skip
        assert acknowledge(record, at=when, by="ada").state.resolved


def test_ops_e1_nobody_on_duty() -> None:
    """On a Saturday the manager is next at once; where nobody ever is on duty it ends."""
    duty = T.on_call(ON_DUTY)
    rules = matrix("m", L(After(0 * M), duty), L(AfterPrevious(30 * M), "mgr"))
    never = matrix("m", L(After(0 * M), duty), L(AfterPrevious(30 * M), duty), repeat=3,
                   repeat_after=30 * M)  # fmt: skip

    assert told(rules, inc(at(10, 0, 6)), at(12, 0, 6)) == [("06 10:00", "mgr")]
    assert told(never, inc(at(10, 0, 6)), at(23, 0, 6)) == []


def test_ops_e2_waits_for_duty() -> None:
    """Its only step waits: Monday 00:00, to who is on call then (oncall#4846)."""
    rules = matrix("m", L(After(0 * M), T.on_call(ON_DUTY), during=OFFICE))
    (due,) = due_escalations(rules, inc(at(10, 0, 6)), now=at(12, 0, 9))

    assert (due.due_at, due.people) == (at(0, 0, 8), ("ada",))


def test_ops_e4_a_process_that_has_just_started() -> None:
    """Opened at 06:00, the step waits for 09:00; asked at 09:00 it is due 09:00 (oncall#1206)."""
    nine = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    rules = matrix("m", L(After(0 * M), "x", during=nine))

    assert told(rules, inc(at(6)), at(9)) == [("01 09:00", "x")]


def test_ops_e18_a_rotation_of_a_year_has_no_gap() -> None:
    """Weekly turns of two people fill the year (oncall#4208)."""
    schedule = OnCallSchedule("s", [OnCallLayer(WEEKLY, ["a", "b"])])
    turns = list(shifts(schedule, start=at(0), end=at(0) + 364 * D))

    assert len(turns) == 52
    assert all(one.people for one in turns)


def test_ops_e20_handed_off_on_mondays_at_nine() -> None:
    """All of 2026: always Monday 09:00 in Berlin (OneUptime#1890)."""
    weekly = Rotation(anchor=at(7), zone="Europe/Berlin", unit="weeks")
    walls = [
        handoff.astimezone(weekly.zone)
        for handoff in weekly.handoffs(at(0, 0, 1, 1), at(0, 0, 31, 12))
    ]

    assert len(walls) == 52
    assert {(wall.weekday(), wall.hour, wall.minute) for wall in walls} == {(0, 9, 0)}


def test_ops_e22_handoffs_are_known_beforehand() -> None:
    """Weekly from Monday 1 June 09:00 until 20 June: 1, 8, 15 June (goalert#583, #4190)."""
    weekly = Rotation(anchor=at(9), zone="UTC", unit="weeks")

    assert list(weekly.handoffs(at(0), at(0, 0, 20))) == [at(9, 0, day) for day in (1, 8, 15)]


def test_ops_x14_an_override_across_the_repeated_hour() -> None:
    """Zoe serves 00:15 to 01:45 UTC, then c; without her c serves from 00:30 UTC on."""
    daily = Rotation(anchor=at(0, 30, 20, 10), zone="Europe/Berlin", unit="days")
    layers = [OnCallLayer(daily, ["a", "b", "c"])]
    zoe = RotaOverride(Interval(at(0, 15, 25, 10), at(1, 45, 25, 10)), ["zoe"])

    def turns(schedule: OnCallSchedule) -> list[tuple[tuple[str, ...], datetime, datetime]]:
        span = shifts(schedule, start=at(0, 0, 25, 10), end=at(2, 0, 26, 10))
        return [(one.people, one.interval.start, one.interval.end) for one in span]

    assert turns(OnCallSchedule("s", layers, overrides=[zoe]))[1:3] == [
        (("zoe",), at(0, 15, 25, 10), at(1, 45, 25, 10)),
        (("c",), at(1, 45, 25, 10), at(1, 30, 26, 10)),
    ]
    assert turns(OnCallSchedule("s", layers))[1] == (("c",), at(0, 30, 25, 10), at(1, 30, 26, 10))


def test_ops_e5_office_hours_to_chat_the_rest_to_the_pager() -> None:
    """One row for office hours, another for the rest: opened 10:00, and 20:00 (oncall#2700)."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    rules = EscalationMatrix(
        "m",
        [
            EscalationRow("day", [L(After(0 * M), "chat")], when=OpenHours(office)),
            EscalationRow("night", [L(After(0 * M), "pager")]),
        ],
    )

    assert told(rules, inc(at(10)), at(10, 5)) == [("01 10:00", "chat")]
    assert told(rules, inc(at(20)), at(20, 5)) == [("01 20:00", "pager")]


OFFICE_ROWS = EscalationMatrix(
    "m",
    [
        EscalationRow(
            "day",
            [L(After(15 * M), "chat"), L(AfterPrevious(H), "lead")],
            when=OpenHours(BusinessCalendar(zone="UTC", hours={"mon-sun": "09:00-17:00"})),
        ),
        EscalationRow("night", [L(After(15 * M), "pager")]),
    ],
)


def test_a_row_by_the_hour_does_not_change_because_somebody_comments() -> None:
    """Opened 16:50: the row of the day, also after a word at 17:30; a reopening asks again."""
    record = comment(inc(at(16, 50)), "any news?", at=at(17, 30), by="kim")
    again = advance(record, "resolve", at=at(18), by=BOT, resolution_code="a", resolution_notes="b")
    again = advance(again, "reopen", at=at(19), by=BOT)

    assert told(OFFICE_ROWS, record, at(20)) == [("01 17:05", "chat"), ("01 18:05", "lead")]
    assert told(OFFICE_ROWS, again, at(20)) == [("01 19:15", "pager")]


def test_a_row_by_the_hour_is_asked_when_its_other_conditions_came_to_hold() -> None:
    """Critical by day, opened at night as minor and raised 10:00: the hour of 10:00 counts."""
    office = OpenHours(BusinessCalendar(zone="UTC", hours={"mon-sun": "09:00-17:00"}))
    vip = field("custom.vip").is_true()
    rows = [EscalationRow("r", [L(HeldFor(vip & office, 30 * M), "duty")], when=vip & office)]
    record = set_fields(inc(at(3)), custom={"vip": True}, at=at(10), by=BOT)
    record = set_fields(record, custom={"note": "x"}, at=at(17, 5), by=BOT)

    assert told(EscalationMatrix("m", rows), record, at(20)) == [("01 10:30", "duty")]
    early = set_fields(inc(at(3)), custom={"vip": True}, at=at(4), by=BOT)
    early = set_fields(early, custom={"note": "x"}, at=at(10), by=BOT)
    assert told(EscalationMatrix("m", rows), early, at(20)) == []


def test_a_moment_that_is_reached_starts_a_level_and_a_row_without_an_event() -> None:
    """The announced start is 11:00: held from 11:00 on, and the row changes there."""
    record = inc(at(10), custom={"starts": at(11)})
    waits = matrix("m", L(HeldFor(reached("custom.starts"), 5 * M), "duty"))
    rows = [
        EscalationRow("before", [L(After(90 * M), "chat")], when=before("custom.starts")),
        EscalationRow("after", [L(After(10 * M), "pager")]),
    ]

    assert told(waits, record, at(12)) == [("01 11:05", "duty")]
    assert told(waits, record, at(11, 4)) == []
    assert next_escalation_wakeup(waits, [record], now=at(10)) == at(11, 5)
    assert told(EscalationMatrix("m", rows), record, at(14)) == [("01 11:10", "pager")]


def test_sla_s41_a_level_after_eight_business_hours() -> None:
    """In *new* since Friday 15:00: Monday 14:00, nothing at 13:59."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-18:00"})
    new = field("state.name").equals("new")
    rules = matrix("m", L(HeldFor(new, 8 * H, office), "lead"))

    assert told(rules, inc(at(15, 0, 5)), at(13, 59, 8)) == []
    assert told(rules, inc(at(15, 0, 5)), at(14, 0, 8)) == [("08 14:00", "lead")]
