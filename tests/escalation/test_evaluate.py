"""Worked examples of rules E1 to E3: what is due, when, and what silences it."""

from datetime import UTC, datetime

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    OnClock,
    due_escalations,
    escalate_now,
    lint_escalation,
    next_escalation_wakeup,
)
from incidentcore.escalation.evaluate import escalations_and_wakeup
from incidentcore.instants import Interval, Versions
from incidentcore.lifecycle import advance
from incidentcore.records import Corrected, acknowledge, snooze, unacknowledge
from incidentcore.schedule import Maintenance
from incidentcore.sla import ServiceLevel, SlaDefinition, evaluate_sla
from incidentcore.values import Actor

from .chains import CHAIN, MIN, OFFICE, T0, at, fired, incident, matrix


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


def test_a_resolution_silences_everything_and_a_reopening_starts_again() -> None:
    """Resolved 20 to 100: what was due lapses; from the reopening on the row begins again."""
    record = advance(
        incident(), "resolve", at=at(20), by=Actor("bot", "system"),
        resolution_code="x", resolution_notes="y",
    )  # fmt: skip
    assert fired(CHAIN, record, 500) == []

    reopened = advance(record, "reopen", at=at(100), by=Actor("kim", "requester"))
    assert fired(CHAIN, reopened, 500) == [(110, "one"), (130, "two"), (160, "three")]
    keep = attrs.evolve(CHAIN.rows[0], on_reopen="keep")
    goes_on = fired(EscalationMatrix("m", [keep]), reopened, 500)
    assert goes_on == [(100, "two"), (130, "three")]


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


def test_the_wakeup_is_the_next_due() -> None:
    """From 15 on the next level is due at 30; with nothing ahead there is no wake-up."""
    records = [incident(), acknowledge(incident(), at=at(12), by="ada")]

    assert next_escalation_wakeup(CHAIN, records, now=at(15)) == at(30)
    assert next_escalation_wakeup(CHAIN, records, now=at(60)) is None
    assert next_escalation_wakeup(
        matrix(EscalationLevel(OnClock("resolution", "due"), "x")), records, slas=[CLOCK], now=at(0)
    ) == at(240)


def test_what_lies_beyond_the_calendar_of_years_never_falls_due() -> None:
    """A delay of 8000 years, or a look from the year 9998, is answered like any other."""
    far = datetime(9998, 6, 1, tzinfo=UTC)

    assert fired(matrix(EscalationLevel(After(8000 * 365 * 1440 * MIN), "x")), incident(), 9) == []
    assert next_escalation_wakeup(CHAIN, [incident()], now=far) is None


def test_before_the_opening_nothing_is_due() -> None:
    """The record is not there yet, or not known of by then."""
    record = incident()
    before = at(-1)

    assert due_escalations(CHAIN, record, now=before) == ()
    assert due_escalations(CHAIN, record, now=at(100), known_at=before) == ()
    assert next_escalation_wakeup(CHAIN, [record], now=before) is None
    assert list(escalations_and_wakeup([CHAIN], record, slas=(), now=before)) == []


def test_an_opening_that_was_corrected_later_counts_as_it_was_known() -> None:
    """Until the correction was recorded, the record was open and level one was due."""
    first = incident()
    record = first.with_event(
        Corrected, at=at(60), by="ada", recorded_at=at(90), corrects=first.history[0].id
    )
    assert [one.due_at for one in due_escalations(CHAIN, record, now=at(20), known_at=at(30))] == [
        at(10)
    ]
    assert due_escalations(CHAIN, record, now=at(20)) == ()


def test_the_end_of_a_snooze_that_holds_nothing_back_wakes_nobody() -> None:
    """Snoozed before level one was due, the end changes nothing before that due."""
    record = snooze(incident(), until=at(5), at=at(1), by="ada")

    assert next_escalation_wakeup(CHAIN, [record], now=at(2)) == at(10)


def test_hours_that_never_open_again_let_nobody_be_notified() -> None:
    """A level waits for its contact hours; where none come it never falls due."""
    over = Maintenance([Interval(at(0), at(5))])
    late = matrix(EscalationLevel(After(10 * MIN), "one", during=over))

    assert fired(late, incident(), 5_000) == []


def test_a_matrix_as_a_table_has_a_row_for_each_level() -> None:
    """Which records, when, whom and how; the row's name stands once."""
    heads, rows, _ = CHAIN.cells()

    assert heads == ["row", "records", "level", "when", "to", "mode"]
    assert [(row[0], row[1], row[2], row[4]) for row in rows] == [
        ("r", "all", "0", "one"),
        ("", "", "1", "two"),
        ("", "", "2", "three"),
    ]
    assert [row[3] for row in rows] == [
        "0:10:00 after opened", "0:20:00 after the level before", "0:30:00 after the level before",
    ]  # fmt: skip
    assert {row[5] for row in rows} == {"functional"}
    assert CHAIN.cells()[2] == [False, False, True, False, False, False]
    vip = matrix(*CHAIN.rows[0].levels, when=field("custom.vip").is_true())
    assert [row[1] for row in vip.cells()[1]] == ["custom.vip is True", "", ""]


def test_the_next_due_at_the_instant_of_a_due_is_the_one_after() -> None:
    """At 10 level one is due and level two is next; both ways of asking agree."""
    ((due, ahead),) = escalations_and_wakeup([CHAIN], incident(), slas=(), now=at(10))
    assert [one.level for one in due] == [0]
    assert ahead == next_escalation_wakeup(CHAIN, [incident()], now=at(10)) == at(30)
    ((_, ahead),) = escalations_and_wakeup([CHAIN], incident(), slas=(), now=at(9.9))
    assert ahead == at(10)


@pytest.mark.parametrize(
    ("on_reopen", "on_apply", "due"),
    [("restart", "keep", [10, 70]), ("keep", "restart", [10]), ("keep", "keep", [10])],
)
def test_a_reopening_is_a_reopening_even_where_the_row_begins_to_apply(
    on_reopen: str, on_apply: str, due: list
) -> None:
    """Resolved at 30, reopened at 60: the row did not apply in between, if it reads the state."""
    rules = matrix(
        EscalationLevel(After(10 * MIN), "one"),
        when=field("state.open").is_true(), on_reopen=on_reopen, on_apply=on_apply,
    )  # fmt: skip
    record = advance(
        incident(), "resolve", at=at(30), by=Actor("bot", "system"),
        resolution_code="x", resolution_notes="y",
    )  # fmt: skip
    record = advance(record, "reopen", at=at(60), by="ada")
    found = due_escalations(rules, record, now=at(500), include_lapsed=True)
    assert [(one.due_at - T0) / MIN for one in found] == due


def test_rules_of_one_clock_need_no_brackets() -> None:
    """One definition, service level or status is taken like a list of it."""
    record, rules = incident(), matrix(EscalationLevel(OnClock("resolution", "due"), "x"))
    level = ServiceLevel([CLOCK])
    several = due_escalations(rules, record, slas=[CLOCK], now=at(5000))
    assert len(several) == 1
    status = evaluate_sla(CLOCK, record, now=at(5000))
    for one in (CLOCK, level, status, Versions([(T0, CLOCK)])):
        assert due_escalations(rules, record, slas=one, now=at(5000)) == several
    assert lint_escalation(rules, slas=level, start=at(0), end=at(1)) == lint_escalation(
        rules, slas=[level], start=at(0), end=at(1)
    )
    allowed = "allowed: rules of clocks, statuses, or several of them"
    with pytest.raises(InvalidValueError, match=f"^slas: got 7; {allowed}$"):
        due_escalations(rules, record, slas=7, now=at(0))  # type: ignore[arg-type]


@pytest.mark.parametrize("already", ["a/key", iter(["a/key"]), None])
def test_delivered_keys_are_a_collection(already: object) -> None:
    """A text would match by each of its parts, and an iterator is used up by the first look-up."""
    with pytest.raises(InvalidValueError, match="a collection of keys, such as a set"):
        due_escalations(CHAIN, incident(), now=T0, already=already)  # type: ignore[arg-type]
