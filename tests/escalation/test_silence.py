"""What a snooze silences, and what its end does (rule E3), each by a worked example."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incidentcore.conditions import field
from incidentcore.errors import EscalationMatrixError, InvalidValueError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    OnClock,
    due_escalations,
    escalate_now,
    jira_row,
    next_escalation_wakeup,
    pagerduty_row,
)
from incidentcore.escalation.evaluate import escalations_and_wakeup
from incidentcore.lifecycle import advance
from incidentcore.records import (
    Escalated,
    Incident,
    acknowledge,
    assign,
    comment,
    log_diagnosis,
    log_runbook,
    set_fields,
    snooze,
    unacknowledge,
    unsnooze,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Actor
from incidentcore.words import GERMAN

from .chains import INCIDENT, MIN, T0, at

CLOCK = SlaDefinition.resolution(hours=1, calendar=BusinessCalendar.always())
LEVELS = (
    EscalationLevel(After(10 * MIN), "one"),
    EscalationLevel(AfterPrevious(20 * MIN), "two"),
    EscalationLevel(OnClock("resolution", "due"), "owner"),
)


def quiet(record: Incident, since: float, until: float) -> Incident:
    return snooze(record, at=at(since), until=at(until), by="ada")


def matrix(**row: object) -> EscalationMatrix:
    return EscalationMatrix("m", [EscalationRow("r", LEVELS, **row)])


def fired(
    rules: EscalationMatrix, record: Incident, minutes: float, *, lapsed: bool = True
) -> list[tuple[float, str]]:
    due = due_escalations(rules, record, slas=[CLOCK], now=at(minutes), include_lapsed=lapsed)
    return [((e.due_at - T0) / MIN, str(e.targets[0])) for e in due]


def test_a_snooze_silences_what_an_acknowledgement_would() -> None:
    """Snoozed 15 to 90: level two waits for the end, the clock's level at 60 does not."""
    record = quiet(INCIDENT, 15, 90)

    assert fired(matrix(), record, 89) == [(10, "one"), (60, "owner")]
    assert fired(matrix(), record, 500) == [(10, "one"), (60, "owner"), (90, "two")]


def test_a_snooze_may_silence_everything() -> None:
    """Where it does, the level on the clock falls due at the end too."""
    record = quiet(INCIDENT, 15, 90)

    assert fired(matrix(snooze_silences="all"), record, 89) == [(10, "one")]
    assert fired(matrix(snooze_silences="all"), record, 500)[1:] == [(90, "two"), (90, "owner")]


def test_the_end_of_a_snooze_may_restart_the_chain() -> None:
    """From 90 on as if it had just been opened: level one at 100, level two at 120."""
    record = quiet(INCIDENT, 15, 90)

    assert fired(matrix(on_snooze_end="restart"), record, 500) == [
        (10, "one"), (60, "owner"), (100, "one"), (120, "two"),
    ]  # fmt: skip


def test_at_its_end_an_acknowledgement_before_it_is_spent() -> None:
    """Acknowledged at 12 and snoozed at 15: at 90 nobody answers for it any more."""
    record = quiet(acknowledge(INCIDENT, at=at(12), by="ada"), 15, 90)

    assert fired(matrix(), record, 89) == [(10, "one"), (60, "owner")]
    assert fired(matrix(), record, 500)[2:] == [(90, "two")]
    again = acknowledge(record, at=at(90), by="ada")  # at its end comes in time
    assert fired(matrix(), again, 500)[2:] == []


def test_an_acknowledgement_takes_the_place_of_a_snooze() -> None:
    """Acknowledged at 30, its end at 90 does nothing."""
    record = acknowledge(quiet(INCIDENT, 15, 90), at=at(30), by="ada")

    assert fired(matrix(on_snooze_end="restart"), record, 500) == [(10, "one"), (60, "owner")]


def test_it_overrides_the_time_of_an_acknowledgement() -> None:
    """Acknowledged at 12 for 30 minutes, snoozed until 90: silent until then."""
    record = quiet(acknowledge(INCIDENT, at=at(12), by="ada"), 15, 90)
    rules = matrix(ack_timeout=30 * MIN, on_unacknowledge="restart")

    assert fired(rules, record, 500) == [(10, "one"), (60, "owner"), (90, "two")]


def test_a_second_snooze_moves_the_end() -> None:
    """Later or sooner."""
    longer = quiet(quiet(INCIDENT, 15, 50), 40, 80)
    sooner = quiet(quiet(INCIDENT, 15, 80), 40, 50)

    assert fired(matrix(), longer, 500)[-1] == (80, "two")
    assert (50, "two") in fired(matrix(), sooner, 500)


def test_ended_before_its_time_it_ends_with_the_same_effect() -> None:
    """Ended at 50, the chain goes on or begins anew from then; a second end changes nothing."""
    record = unsnooze(quiet(INCIDENT, 15, 90), at=at(50), by="kim")
    twice = unsnooze(record, at=at(60), by="kim")

    assert fired(matrix(), record, 500) == [(10, "one"), (50, "two"), (60, "owner")]
    assert fired(matrix(on_snooze_end="restart"), record, 500)[-2:] == [(60, "owner"), (80, "two")]
    assert fired(matrix(), twice, 500) == fired(matrix(), record, 500)


def test_a_snooze_that_ended_by_itself_cannot_be_ended_again() -> None:
    """Acknowledged at 95, an end noted at 99 withdraws nothing."""
    record = acknowledge(quiet(INCIDENT, 15, 90), at=at(95), by="ada")
    late = unsnooze(record, at=at(99), by="bot")

    assert late.acknowledged
    assert fired(matrix(), late, 500) == fired(matrix(), record, 500)


def test_a_snooze_holds_back_what_was_due_and_takes_nothing_away() -> None:
    """Level one was due at 10, nobody polled until 20: held back, told of after the end."""
    record = quiet(INCIDENT, 15, 90)
    (held,) = due_escalations(matrix(), record, now=at(20), include_lapsed=True)

    assert (held.lapsed_at, held.lapsed_because) == (at(15), "snoozed")
    assert fired(matrix(), record, 20, lapsed=False) == []
    assert fired(matrix(), record, 95, lapsed=False) == [(10, "one"), (60, "owner"), (90, "two")]


def test_a_resolution_ends_a_snooze_for_good() -> None:
    """Resolved at 30 and reopened at 60, the row goes on then and not at 90."""
    record = advance(
        quiet(INCIDENT, 15, 90), "resolve", at=at(30), by=Actor("bot", "system"),
        resolution_code="x", resolution_notes="y",
    )  # fmt: skip
    record = advance(record, "reopen", at=at(60), by=Actor("kim", "requester"))

    keep = fired(matrix(on_reopen="keep"), record, 80)
    assert [due for due in keep if due[1] == "two"] == [(60, "two")]
    again = fired(matrix(), record, 95)
    assert [due for due in again if due[0] > 60] == [(70, "one"), (90, "two"), (90, "owner")]


def test_the_wakeup_is_the_end_where_something_waits_for_it() -> None:
    """Nothing is ahead before 90 but the clock at 60."""
    record = quiet(INCIDENT, 15, 90)

    assert next_escalation_wakeup(matrix(), [record], now=at(20)) == at(90)
    assert next_escalation_wakeup(matrix(), [record], slas=[CLOCK], now=at(20)) == at(60)


def test_the_wakeup_is_the_end_where_something_due_is_held_back() -> None:
    """Level one fell due at 10 unseen; with no other level ahead, it comes back at 90."""
    alone = EscalationMatrix("m", [EscalationRow("all", [EscalationLevel(After(10 * MIN), "one")])])
    record = quiet(INCIDENT, 15, 90)

    assert next_escalation_wakeup(alone, [record], now=at(20)) == at(90)
    assert next_escalation_wakeup(alone, [record], now=at(90)) is None
    assert next_escalation_wakeup(alone, [quiet(INCIDENT, 5, 90)], now=at(6)) == at(90)


def test_a_hand_must_end_the_snooze_first() -> None:
    """Refused while it lasts, with what to do; after it, or with a key, it is taken (Jira)."""
    record = quiet(INCIDENT, 15, 90)

    with pytest.raises(InvalidValueError, match=r"until 2026-06-01T10:30:00\+00:00; unsnooze it"):
        escalate_now(record, "boss", at=at(30), by="kim")
    assert escalate_now(record, "boss", at=at(90), by="kim").escalation_count == 1
    assert escalate_now(record, "one", at=at(30), by="bot", key="k").snoozed_until == at(90)


def test_a_hand_that_another_system_let_through_ends_the_snooze() -> None:
    """In a history that says so, level two falls due at the hand."""
    record = quiet(INCIDENT, 15, 90).with_event(Escalated, at=at(30), by="kim", target="next")

    assert record.snoozed_until is None
    assert (30, "two") in fired(matrix(), record, 500)


def test_pagerduty_and_jira_answer_the_same_snooze_differently() -> None:
    """Acknowledged and snoozed: PagerDuty goes on to the next level, Jira starts again at zero."""
    record = quiet(acknowledge(INCIDENT, at=at(2), by="ada"), 3, 60)
    pager = EscalationMatrix("m", [pagerduty_row("r", [("a", 5), ("b", 5)])])
    jira = EscalationMatrix(
        "m", [jira_row("r", [(0, "not_acknowledged", "a"), (5, "not_closed", "b")])]
    )

    assert fired(pager, record, 500) == [(0, "a"), (60, "b")]
    assert fired(jira, record, 500) == [(0, "a"), (60, "a"), (65, "b")]


def test_a_moment_of_the_snooze_may_be_a_trigger() -> None:
    """A level at its end tells whom it told before: the end is a moment like any other."""
    level = EscalationLevel(After(timedelta(0), since="snoozed_until"), "one again")
    rules = EscalationMatrix("m", [EscalationRow("r", [level])])

    assert fired(rules, quiet(INCIDENT, 15, 90), 500) == [(90, "one again")]
    assert fired(rules, acknowledge(quiet(INCIDENT, 15, 90), at=at(20), by="a"), 500) == []


def test_without_an_acknowledgement_before_nothing_is_withdrawn_twice() -> None:
    """Withdrawn at 12, snoozed 15 to 90: one restart for each, no more."""
    record = acknowledge(INCIDENT, at=at(5), by="ada")
    record = quiet(unacknowledge(record, at=at(12), by="ada"), 15, 90)
    rules = matrix(on_unacknowledge="restart", on_snooze_end="restart")

    assert [due for due in fired(rules, record, 500) if due[1] != "owner"] == [
        (100, "one"), (120, "two"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"on_snooze_end": "forget"}, "one of resume, restart"),
        ({"snooze_silences": "nothing"}, "one of acknowledgeable, all"),
    ],
)
def test_a_choice_that_is_none_is_refused(options: dict[str, object], said: str) -> None:
    """The error says what is allowed."""
    with pytest.raises(EscalationMatrixError, match=said):
        matrix(**options)


def test_what_is_due_and_when_to_look_again_are_told_together_while_a_snooze_lasts() -> None:
    """Level two comes at the end of the snooze, and the wake-up says so."""
    record = quiet(INCIDENT, 15, 90)
    statuses = {now: [evaluate_sla(CLOCK, record, now=at(now))] for now in (20, 61, 95)}
    for now, wakeup in ((20, 60), (61, 90), (95, None)):
        slas = statuses[now]
        ((due, again),) = escalations_and_wakeup([matrix()], record, slas=slas, now=at(now))
        assert [((e.due_at - T0) / MIN, str(e.targets[0])) for e in due] == fired(
            matrix(), record, now
        )
        assert again == (None if wakeup is None else at(wakeup))


def test_an_end_in_the_instant_of_an_acknowledgement_begins_nothing() -> None:
    """Ended by hand and acknowledged at 50: somebody answers for it."""
    ended = unsnooze(quiet(INCIDENT, 15, 90), at=at(50), by="kim")
    both = acknowledge(ended, at=at(50), by="ada")
    rules = matrix(on_snooze_end="restart")

    assert fired(rules, both, 500) == [(10, "one"), (60, "owner")]
    assert fired(rules, ended, 500)[-1] == (80, "two")


def test_a_resolution_ends_a_snooze_without_a_restart() -> None:
    """Resolved at 30 and reopened at 60 with no new cycle: the chain begins nothing at 30."""
    record = advance(
        quiet(INCIDENT, 15, 90), "resolve", at=at(30), by=Actor("bot", "system"),
        resolution_code="x", resolution_notes="y",
    )  # fmt: skip
    record = advance(record, "reopen", at=at(35), by="ada")
    rules = matrix(on_snooze_end="restart", on_reopen="keep")

    assert fired(rules, record, 500)[:2] == [(10, "one"), (35, "two")]


def test_what_a_snooze_between_two_took_back_does_not_return() -> None:
    """Snoozed to 50, acknowledged at 60, snoozed again to 90: then nobody answers for it."""
    record = quiet(INCIDENT, 5, 50)
    assert fired(matrix(), record, 500)[0] == (50, "one")
    record = quiet(acknowledge(record, at=at(55), by="ada"), 65, 90)

    assert fired(matrix(), record, 500) == [(50, "one"), (60, "owner"), (90, "two")]


def test_an_acknowledgement_times_out_between_two_events() -> None:
    """Acknowledged at 12 for ten minutes: level two comes at 30, before the note at 100."""
    record = acknowledge(INCIDENT, at=at(12), by="ada")
    record = set_fields(record, service="mail", at=at(100), by="ada")

    assert fired(matrix(ack_timeout=10 * MIN), record, 500) == [
        (10, "one"), (30, "two"), (60, "owner"),
    ]  # fmt: skip
    assert fired(matrix(ack_timeout=40 * MIN), record, 500)[1:] == [(52, "two"), (60, "owner")]


def test_an_escalation_by_hand_brings_nothing_forward_that_is_silent() -> None:
    """At 30 the row does not apply yet; from 60 on it goes on by its own times."""
    row = EscalationRow(
        "vip", [EscalationLevel(After(120 * MIN), "duty")],
        when=field("custom.vip").is_true(), on_apply="keep",
    )  # fmt: skip
    rules = EscalationMatrix("m", [row, EscalationRow("rest", LEVELS[:1])])
    record = escalate_now(INCIDENT, "duty", at=at(30), by="ada")
    record = set_fields(record, custom={"vip": True}, at=at(60), by="ada")

    assert (120, "duty") in fired(rules, record, 500)
    assert (30, "duty") not in fired(rules, record, 500)


@pytest.mark.parametrize("minute", [0, 10, 12, 20, 30, 89, 90, 91])
def test_both_ways_of_asking_know_the_next_instant(minute: int) -> None:
    """With a snooze ahead, behind, and none."""
    for record in (quiet(INCIDENT, 12, 90), quiet(INCIDENT, 12, 13), INCIDENT):
        rules = EscalationMatrix("m", [EscalationRow("r", LEVELS[:2])])
        ((due, ahead),) = escalations_and_wakeup([rules], record, slas=(), now=at(minute))
        assert ahead == next_escalation_wakeup(rules, [record], now=at(minute))
        assert due == due_escalations(rules, record, now=at(minute), include_lapsed=True)


LATE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:45-17:00"})  # minute 45


@pytest.mark.parametrize(
    ("level", "row", "changed", "due", "why"),
    [
        ({}, {}, INCIDENT, 10, "0:10:00 after opened"),
        ({}, {}, quiet(INCIDENT, 12, 30), 10, "0:10:00 after opened"),
        ({}, {}, quiet(INCIDENT, 5, 30), 30, "0:10:00 after opened, held back by a snooze"),
        (
            {},
            {},
            unacknowledge(acknowledge(INCIDENT, at=at(5), by="ada"), at=at(40), by="ada"),
            40,
            "0:10:00 after opened, held back by an acknowledgement",
        ),
        (
            {"during": LATE},
            {},
            quiet(INCIDENT, 5, 30),
            45,
            "0:10:00 after opened, held back until contact hours",
        ),
        (
            {},
            {"when": field("tags").contains("big"), "on_apply": "keep"},
            set_fields(INCIDENT, at=at(25), by="ada", tags=["big"]),
            25,
            "0:10:00 after opened, held back until the row applied",
        ),
        ({}, {}, escalate_now(INCIDENT, "one", at=at(5), by="ada"), 5, "escalated manually"),
    ],
)
def test_a_reason_says_what_held_a_level_back(
    level: dict, row: dict, changed: Incident, due: int, why: str
) -> None:
    """Due 10 minutes after the opening, or when the last thing that held it back ended."""
    levels = [EscalationLevel(After(10 * MIN), "one", **level)]
    rules = EscalationMatrix("m", [EscalationRow("r", levels, **row)])
    (found,) = due_escalations(rules, changed, now=at(120), include_lapsed=True)

    assert (found.due_at, found.why) == (at(due), why)


def test_a_reason_says_what_held_a_repetition_back() -> None:
    """Due at 10 and 25; the repetition is snoozed from 20 to 60. In German as well."""
    levels = [EscalationLevel(After(10 * MIN), "one")]
    row = EscalationRow("r", levels, repeat=1, repeat_after=15 * MIN)
    record = quiet(INCIDENT, 20, 60)
    first, second = due_escalations(EscalationMatrix("m", [row]), record, now=at(120))

    assert (first.due_at, first.why) == (at(10), "0:10:00 after opened")
    assert second.due_at == at(60)
    assert second.why == "repetition 1 of: 0:10:00 after opened, held back by a snooze"
    assert "durch eine Stummschaltung aufgehalten" in second.in_words(GERMAN)


def _reopened(record: Incident) -> Incident:
    solved = advance(
        record, "resolve", at=at(5), by="ada", resolution_code="fixed", resolution_notes="done"
    )
    return acknowledge(advance(solved, "reopen", at=at(20), by="kim"), at=at(20), by="ada")


def _moved(record: Incident) -> Incident:
    first = assign(record, group="first", at=at(5), by="ada")
    return acknowledge(assign(first, group="second", at=at(20), by="ada"), at=at(20), by="ben")


@pytest.mark.parametrize("occasion", [_reopened, _moved])
@pytest.mark.parametrize("choice", ["clear", "restart"])
@pytest.mark.parametrize(
    "then",
    [
        lambda record, **when: record,
        lambda record, **when: comment(record, "on it", visibility="internal", **when),
        lambda record, **when: log_diagnosis(record, "seen", step="finding", **when),
        lambda record, **when: log_runbook(record, "restart", outcome="worked", **when),
        unsnooze,
    ],
    ids=["nothing", "comment", "diagnosis", "runbook", "unsnooze"],
)
def test_what_follows_an_acknowledgement_in_its_instant_leaves_it_in_force(
    occasion: Callable[..., Incident], choice: str, then: Callable[..., Incident]
) -> None:
    """An occasion ends the acknowledgements up to its event, not those after it (rule E3)."""
    levels = [EscalationLevel(After(30 * MIN), "one")]
    row = EscalationRow("r", levels, on_reopen=choice, on_move=choice)
    record = then(occasion(INCIDENT), at=at(20), by="ada")

    assert due_escalations(EscalationMatrix("m", [row]), record, now=at(300)) == ()
