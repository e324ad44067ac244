"""Worked examples of rules E1 to E3: what is due, when, and what silences it."""

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.conditions import field
from incidentcore.errors import EscalationMatrixError, InvalidValueError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    HeldFor,
    OnClock,
    acknowledge,
    due_escalations,
    escalate_now,
    next_escalation_wakeup,
    pagerduty_row,
    unacknowledge,
)
from incidentcore.instants import Interval, Versions
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, assign, comment, set_fields
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import ServiceLevel, SlaDefinition, SlaThreshold, evaluate_sla
from incidentcore.values import Actor, Impact

T0 = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)  # a Monday
MIN = timedelta(minutes=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def at(minutes: float) -> datetime:
    return T0 + minutes * MIN


def incident(**fields: object) -> Incident:
    return Incident.open(id="I", title="x", at=T0, by="kim", **fields)


def matrix(*levels: EscalationLevel, **row: object) -> EscalationMatrix:
    return EscalationMatrix("m", [EscalationRow("r", levels, **row)])


CHAIN = matrix(
    EscalationLevel(After(10 * MIN), "one"),
    EscalationLevel(AfterPrevious(20 * MIN), "two"),
    EscalationLevel(AfterPrevious(30 * MIN), "three"),
)


def fired(rules: EscalationMatrix, record: Incident, minutes: float, **options: object) -> list:
    due = due_escalations(rules, record, now=at(minutes), **options)
    return [((e.due_at - T0) / MIN, str(e.targets[0])) for e in due]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (9.999, []),
        (10, [(10, "one")]),
        (29, [(10, "one")]),
        (30, [(10, "one"), (30, "two")]),
        (60, [(10, "one"), (30, "two"), (60, "three")]),
        (6000, [(10, "one"), (30, "two"), (60, "three")]),
    ],
)
def test_a_chain_counts_from_dues_never_from_polls(minutes: float, expected: list) -> None:
    """Each level falls due a delay after the one before fell due; at due means at or after it."""
    assert fired(CHAIN, incident(), minutes) == expected


def test_an_acknowledgement_silences_what_was_not_due_yet_and_lapses_what_was() -> None:
    """Acknowledged at 20: level one lapsed at 20, level two never falls due (rule E3)."""
    record = acknowledge(incident(), at=at(20), by="ada")
    everything = due_escalations(CHAIN, record, now=at(500), include_lapsed=True)

    assert fired(CHAIN, record, 500) == []
    assert [(str(e.targets[0]), e.lapsed_at, e.lapsed_because) for e in everything] == [
        ("one", at(20), "acknowledged")
    ]


def test_an_acknowledgement_at_the_very_due_comes_first() -> None:
    """The facts after the last event of an instant decide: acknowledged at 10, nothing is due."""
    record = acknowledge(incident(), at=at(10), by="ada")

    assert fired(CHAIN, record, 500, include_lapsed=True) == []


def test_a_withdrawn_acknowledgement_resumes_at_the_level_where_it_stopped() -> None:
    """Acknowledged 20 to 45: level two, overdue since 30, falls due at 45, three 30 min later."""
    record = acknowledge(incident(), at=at(20), by="ada")
    record = unacknowledge(record, at=at(45), by="system")

    assert fired(CHAIN, record, 500) == [(45, "two"), (75, "three")]


def test_an_escalation_by_hand_withdraws_the_acknowledgement() -> None:
    """Escalated by hand at 40, the chain goes on; a noted delivery changes nothing."""
    record = acknowledge(incident(), at=at(20), by="ada")
    by_hand = escalate_now(record, "boss", at=at(40), by="kim")
    noted = escalate_now(record, "one", at=at(40), by="bot", key="I/m/r/0/0/1")

    assert fired(CHAIN, by_hand, 41) == [(40, "two")]
    assert fired(CHAIN, noted, 500) == []


def test_a_resolution_silences_everything_and_a_reopening_lets_it_go_on() -> None:
    """Resolved 20 to 100: what was due lapses, the next level falls due at the reopening."""
    record = advance(
        incident(), "resolve", at=at(20), by=Actor("bot", "system"),
        resolution_code="x", resolution_notes="y",
    )  # fmt: skip
    assert fired(CHAIN, record, 500) == []

    reopened = advance(record, "reopen", at=at(100), by=Actor("kim", "requester"))
    assert fired(CHAIN, reopened, 500) == [(100, "two"), (130, "three")]


def test_a_cancellation_says_so() -> None:
    """What was due lapses as canceled."""
    record = advance(incident(), "cancel", at=at(20), by=Actor("kim", "requester"))
    (lapsed,) = due_escalations(CHAIN, record, now=at(500), include_lapsed=True)

    assert (lapsed.lapsed_at, lapsed.lapsed_because) == (at(20), "canceled")


def test_keys_that_were_delivered_are_left_out() -> None:
    """Feeding the keys back gives nothing new."""
    record = incident()
    keys = [e.key for e in due_escalations(CHAIN, record, now=at(60))]

    assert keys == ["I/m/r/0/0/1", "I/m/r/1/0/1", "I/m/r/2/0/1"]
    assert due_escalations(CHAIN, record, now=at(60), already=keys) == ()


CLOCK = SlaDefinition.resolution(hours=4, calendar=OFFICE)


def test_a_clock_level_fires_in_business_time_and_is_not_silenced_by_acknowledgement() -> None:
    """75 % of 4 h from Monday 09:00 is 12:00, due 13:00; a hold from 10 to 11 moves both."""
    rules = matrix(
        EscalationLevel(OnClock("resolution", 0.75), "warn"),
        EscalationLevel(OnClock("resolution", "due"), "due"),
    )
    record = acknowledge(incident(), at=at(1), by="ada")
    held = advance(record, "hold", reason="awaiting_vendor", at=at(60), by="ada")
    held = advance(held, "resume", at=at(120), by="ada")

    assert fired(rules, record, 600, slas=[CLOCK]) == [(180, "warn"), (240, "due")]
    assert fired(rules, held, 600, slas=[CLOCK]) == [(240, "warn"), (300, "due")]


def test_breach_is_the_first_instant_beyond_the_target() -> None:
    """8 h on a 09:00-17:00 day: due Monday 17:00, breached one microsecond into Tuesday."""
    clock = SlaDefinition.resolution(hours=8, calendar=OFFICE)
    rules = matrix(
        EscalationLevel(OnClock("resolution", "due"), "due"),
        EscalationLevel(OnClock("resolution", "breach"), "breach"),
    )
    due = due_escalations(rules, incident(), slas=[clock], now=T0 + timedelta(days=3))

    assert [(str(e.targets[0]), e.due_at) for e in due] == [
        ("due", T0 + timedelta(hours=8)),
        ("breach", T0 + timedelta(days=1, microseconds=1)),
    ]


def test_a_threshold_before_due_is_a_point_on_the_clock() -> None:
    """30 min before a due of Tuesday 09:10 is Monday 16:40 (rule S8)."""
    clock = SlaDefinition.resolution(target=timedelta(hours=8, minutes=10), calendar=OFFICE)
    soon = SlaThreshold(name="soon", before_due=30 * MIN)
    rules = matrix(EscalationLevel(OnClock("resolution", soon), "warn"))

    assert fired(rules, incident(), 2000, slas=[clock]) == [(7 * 60 + 40, "warn")]


def test_rows_are_chosen_by_the_facts_and_a_new_row_fires_what_is_overdue_at_once() -> None:
    """The urgent row begins to apply at 60: its 15-minute level falls due then, not at 15."""
    rules = EscalationMatrix(
        "m",
        [
            EscalationRow("vip", [EscalationLevel(After(15 * MIN), "duty manager")],
                          when=field("custom.vip").is_true()),
            EscalationRow("rest", [EscalationLevel(After(120 * MIN), "desk")]),
        ],
    )  # fmt: skip
    plain = incident()
    vip = set_fields(plain, custom={"vip": True}, at=at(60), by="ada")

    assert fired(rules, plain, 500) == [(120, "desk")]
    assert fired(rules, vip, 59) == []
    assert fired(rules, vip, 500) == [(60, "duty manager")]


def test_a_moment_that_moves_begins_the_delay_anew() -> None:
    """Nothing for 30 minutes: each update moves it, and at the end it fires once an occurrence."""
    rules = matrix(EscalationLevel(After(30 * MIN, since="updated_at"), "owner"))
    record = assign(incident(), group="net", at=at(20), by=Actor("bot", "system"))
    record = assign(record, group="db", at=at(90), by=Actor("bot", "system"))

    assert fired(rules, record, 500) == [(50, "owner"), (120, "owner")]
    assert len({e.key for e in due_escalations(rules, record, now=at(500))}) == 2


def test_a_message_that_is_answered_in_time_escalates_nobody() -> None:
    """unanswered_since stands from 10 to 20 and from 40 on: only the second reaches 15 min."""
    rules = matrix(EscalationLevel(After(15 * MIN, since="unanswered_since"), "owner"))
    kim = Actor("kim", "requester")
    record = comment(incident(), "hello?", at=at(10), by=kim)
    record = comment(record, "yes", at=at(20), by="ada")
    record = comment(record, "still?", at=at(40), by=kim)

    assert fired(rules, record, 500) == [(55, "owner")]


def test_a_condition_must_hold_without_a_break() -> None:
    """On hold from 10 to 30 and from 50 on: 25 minutes are reached at 75 only."""
    held = HeldFor(field("state.pauses").is_true(), 25 * MIN)
    rules = matrix(EscalationLevel(held, "coordinator", until="resolved"))
    record = incident()
    for action, minute in (("hold", 10), ("resume", 30), ("hold", 50)):
        fields = {"reason": "awaiting_vendor"} if action == "hold" else {}
        record = advance(record, action, at=at(minute), by="ada", **fields)

    assert fired(rules, record, 500) == [(75, "coordinator")]


def test_contact_hours_move_the_due_and_an_acknowledgement_before_cancels_it() -> None:
    """Due at 17:30 it waits for Tuesday 09:00; acknowledged at 08:00 it never falls due (E2)."""
    rules = matrix(EscalationLevel(After(510 * MIN), "owner", during=OFFICE))
    tuesday = 24 * 60
    record = acknowledge(incident(), at=at(23 * 60), by="ada")

    assert fired(rules, incident(), 2 * tuesday) == [(tuesday, "owner")]
    assert fired(rules, record, 2 * tuesday, include_lapsed=True) == []


def test_maintenance_suppresses_beginnings_only() -> None:
    """Opened inside maintenance that ends at 30, the delay begins there; the chain goes on."""
    rules = EscalationMatrix("m", CHAIN.rows, maintenance=[Interval(at(-60), at(30))])

    assert fired(rules, incident(), 500) == [(40, "one"), (60, "two"), (90, "three")]


def test_a_late_event_takes_its_place_and_known_at_does_not_know_it() -> None:
    """An acknowledgement at 5, recorded at 50: known afterwards, not as of 20."""
    record = acknowledge(incident(), at=at(5), by="ada", recorded_at=at(50))

    assert fired(CHAIN, record, 60) == []
    assert fired(CHAIN, record, 60, known_at=at(20)) == [(10, "one"), (30, "two"), (60, "three")]


def test_versions_take_the_matrix_of_the_opening() -> None:
    """A record keeps the matrix that held when it was opened (rule E4, snapshot)."""
    later = matrix(EscalationLevel(After(1 * MIN), "new"))
    versions = Versions([(at(-100), CHAIN), (at(5), later)])

    assert fired(versions, incident(), 15) == [(10, "one")]


def test_the_wakeup_is_the_next_due() -> None:
    """From 15 on the next level is due at 30; with nothing ahead there is no wake-up."""
    records = [incident(), acknowledge(incident(), at=at(12), by="ada")]

    assert next_escalation_wakeup(CHAIN, records, now=at(15)) == at(30)
    assert next_escalation_wakeup(CHAIN, records, now=at(60)) is None
    assert next_escalation_wakeup(
        matrix(EscalationLevel(OnClock("resolution", "due"), "x")), records, slas=[CLOCK], now=at(0)
    ) == at(240)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: EscalationMatrix("m", []), "one or more rows"),
        (lambda: EscalationMatrix("a/b", CHAIN.rows), "without a slash"),
        (lambda: EscalationRow("r", []), "at least one level"),
        (lambda: matrix(EscalationLevel(AfterPrevious(MIN), "x")), "needs no level before"),
        (lambda: EscalationLevel(After(-MIN), "x"), "not negative"),
        (lambda: EscalationLevel(After(MIN), ""), "a non-empty text"),
        (lambda: EscalationLevel(After(MIN), "x", mode="up"), "one of functional, hierarchical"),
        (lambda: EscalationLevel(After(MIN), "x", until="never"), "one of acknowledged, resolved"),
        (lambda: OnClock("resolution", 75), "a fraction from 0 to 10 like 0.75"),
        (lambda: OnClock("resolution", None), "a fraction from 0 to 10"),
        (lambda: OnClock("", "due"), "the kind or name of a definition"),
        (lambda: After(MIN, since="openend_at"), "opened_at, occurred_at"),
        (lambda: After(MIN, calendar="office"), "a Calendar, or None"),
        (lambda: EscalationLevel(After(MIN), "x", during="mon-fri"), "a Calendar, or None"),
        (lambda: EscalationLevel(After(MIN), None), "names of groups"),
        (lambda: EscalationRow("r", EscalationLevel(After(MIN), "x")), "a sequence of Escalation"),
        (lambda: EscalationMatrix("m", CHAIN.rows[0]), "a sequence of EscalationRow"),
        (lambda: EscalationMatrix("m", CHAIN.rows, maintenance=[(T0, T0)]), "sequence of Interval"),
        (lambda: EscalationTarget.on_call("net"), "an OnCallSchedule"),
        (lambda: pagerduty_row("r", []), "at least one step"),
        (lambda: matrix(EscalationLevel(After(MIN), "x"), repeat_from=1), "a level from 0 to 0"),
        (lambda: OnClock("resolution", "late"), "due, breach, an SlaThreshold"),
        (lambda: matrix(EscalationLevel(After(MIN), "x"), repeat=2), "a positive time"),
        (lambda: matrix(EscalationLevel(After(MIN), "x"), repeat=-1), "0 to 100 passes"),
    ],
)
def test_a_matrix_that_cannot_work_is_refused(build: object, said: str) -> None:
    """The error says what was given and what is allowed."""
    with pytest.raises(EscalationMatrixError, match=said):
        build()  # type: ignore[operator]


def test_impact_may_choose_the_row() -> None:
    """A condition on a level compares levels, not texts."""
    rules = EscalationMatrix(
        "m",
        [EscalationRow("high", CHAIN.rows[0].levels, when=field("impact") >= Impact.HIGH)],
    )

    assert fired(rules, incident(impact=Impact.HIGH), 10) == [(10, "one")]
    assert fired(rules, incident(impact=Impact.LOW), 500) == []


def test_clocks_may_be_rules_of_any_kind_or_their_statuses() -> None:
    """A service level, versions, or what they said: the same answer, folded once."""
    rules = matrix(EscalationLevel(OnClock("resolution", "due"), "x"))
    record = incident()
    level = ServiceLevel([CLOCK, SlaDefinition.first_response(hours=1, calendar=OFFICE)])
    told = evaluate_sla(level, record, now=at(300))

    for slas in ([CLOCK], [level], [Versions([(at(-9), CLOCK)])], told):
        assert fired(rules, record, 300, slas=slas) == [(240, "x")]


@pytest.mark.parametrize("slas", [[evaluate_sla(CLOCK, incident(), now=at(299))], ["x"], CLOCK])
def test_what_is_no_clock_of_the_record_now_is_refused(slas: object) -> None:
    """A status of another instant, a word, or rules that stand alone."""
    with pytest.raises(InvalidValueError, match="slas"):
        fired(CHAIN, incident(), 300, slas=slas)


def test_no_matrix_at_all_is_refused() -> None:
    """The error says what is allowed."""
    with pytest.raises(InvalidValueError, match="an EscalationMatrix, or Versions of it"):
        fired(None, incident(), 300)  # type: ignore[arg-type]


def test_a_custom_moment_may_start_the_delay() -> None:
    """The vendor was called at 20, noted at 25; called again at 60, the delay begins anew."""
    rules = matrix(EscalationLevel(After(30 * MIN, since="custom.called_at"), "coordinator"))
    record = set_fields(incident(), custom={"called_at": at(20)}, at=at(25), by="ada")
    again = set_fields(record, custom={"called_at": at(60)}, at=at(60), by="ada")
    wrong = set_fields(record, custom={"called_at": "noon"}, at=at(60), by="ada")

    assert fired(rules, incident(), 500) == []
    assert fired(rules, record, 500) == [(50, "coordinator")]
    assert fired(rules, again, 500) == [(50, "coordinator"), (90, "coordinator")]
    with pytest.raises(EscalationMatrixError, match="a field that holds an aware datetime"):
        fired(rules, wrong, 500)


def test_a_field_may_name_several_people_or_nobody() -> None:
    """Each text of a collection is one of them; anything else names nobody."""
    rules = matrix(EscalationLevel(After(MIN), EscalationTarget.field("custom.owners")))
    named = [["bo", "ada"], {"ada", "bo"}, "ada", "", 5, None]
    told = [
        due_escalations(rules, incident(custom={"owners": value}), now=at(2), include_lapsed=True)[
            0
        ]
        for value in named
    ]

    assert [one.people for one in told] == [("bo", "ada"), ("ada", "bo"), ("ada",), (), (), ()]
    assert [one.lapsed_because for one in told] == [""] * 3 + ["nobody_to_tell"] * 3


def test_what_lies_beyond_the_calendar_of_years_never_falls_due() -> None:
    """A delay of 8000 years, or a look from the year 9998, is answered like any other."""
    far = datetime(9998, 6, 1, tzinfo=UTC)

    assert fired(matrix(EscalationLevel(After(8000 * 365 * 1440 * MIN), "x")), incident(), 9) == []
    assert next_escalation_wakeup(CHAIN, [incident()], now=far) is None
