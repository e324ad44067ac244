"""The choices in which engines differ (rules E3 and E4), each by a worked example."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incidentcore.conditions import field
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    HeldFor,
    OnClock,
    goalert_row,
    jira_row,
    pagerduty_row,
    servicenow_row,
)
from incidentcore.instants import Versions
from incidentcore.lifecycle import advance
from incidentcore.records import acknowledge, assign, unacknowledge
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.values import Actor

from .chains import INCIDENT, LEVELS, MIN, at, person
from .chains import people_fired as fired
from .chains import people_matrix as matrix


def test_an_acknowledgement_that_times_out_resumes_where_it_stopped() -> None:
    """Acknowledged at 15 for 60 minutes: level two, overdue since 30, falls due at 75."""
    record = acknowledge(INCIDENT, at=at(15), by="ann")

    assert fired(matrix(ack_timeout=60 * MIN), record, 74) == [(10, "ann")]
    assert fired(matrix(ack_timeout=60 * MIN), record, 500) == [
        (10, "ann"),
        (75, "ben"),
        (105, "cat"),
    ]


def test_a_renewed_acknowledgement_begins_its_time_anew() -> None:
    """Acknowledged at 15 and again at 60, for 60 minutes each: quiet until 120."""
    record = acknowledge(INCIDENT, at=at(15), by="ann")
    record = acknowledge(record, at=at(60), by="ann")

    assert fired(matrix(ack_timeout=60 * MIN), record, 500)[1] == (120, "ben")


def test_whoever_works_on_it_answers_for_it_again() -> None:
    """Once it was acknowledged, work after a reopening or a move did not count (E3)."""
    seen = acknowledge(INCIDENT, at=at(15), by="ann")
    solved = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    reopened = advance(seen, "resolve", at=at(20), by="ann", **solved)
    reopened = advance(reopened, "reopen", at=at(100), by=Actor("kim", "requester"))
    assert fired(matrix(), reopened, 500)[1:] == [(110, "ann"), (130, "ben"), (160, "cat")]
    working = advance(reopened, "hold", reason="awaiting_vendor", at=at(120), by="ann")
    assert fired(matrix(), working, 500)[1:] == [(110, "ann")]
    assert (working.acknowledged, working.acknowledged_at) == (True, at(15))

    moved = assign(assign(INCIDENT, group="a", at=at(1), by="ann"), group="b", at=at(50), by="ann")
    moved = acknowledge(moved, at=at(15), by="ann")
    assert fired(matrix(), moved, 500)[1:] == [(60, "ann"), (80, "ben"), (110, "cat")]
    assert fired(matrix(), advance(moved, "start", at=at(70), by="ben"), 500)[1:] == [(60, "ann")]


def test_work_does_not_prolong_an_acknowledgement() -> None:
    """Acknowledged at 15 for 60 minutes and worked on at 40: overdue at 75 as before."""
    record = advance(acknowledge(INCIDENT, at=at(15), by="ann"), "start", at=at(40), by="ann")

    assert fired(matrix(ack_timeout=60 * MIN), record, 500)[1] == (75, "ben")


def test_a_timeout_may_restart_the_chain() -> None:
    """Acknowledged at 15, timed out at 75: the first level again ten minutes later, a new cycle."""
    record = acknowledge(INCIDENT, at=at(15), by="ann")
    rules = matrix(ack_timeout=60 * MIN, on_unacknowledge="restart")

    assert fired(rules, record, 500) == [(10, "ann"), (85, "ann"), (105, "ben"), (135, "cat")]


def test_a_withdrawal_may_restart_the_chain() -> None:
    """Withdrawn at 40, the chain begins anew from there."""
    record = acknowledge(INCIDENT, at=at(15), by="ann")
    record = unacknowledge(record, at=at(40), by="bot")

    assert fired(matrix(on_unacknowledge="restart"), record, 500) == [
        (10, "ann"),
        (50, "ann"),
        (70, "ben"),
        (100, "cat"),
    ]


def test_everybody_who_was_told_must_acknowledge_where_that_is_asked() -> None:
    """Ann alone silences level two, told nobody else; after level two Ben is missing too."""
    early = acknowledge(INCIDENT, at=at(15), by="ann")
    late = acknowledge(INCIDENT, at=at(35), by="ann")
    both = acknowledge(late, at=at(40), by="ben")
    rules = matrix(acknowledged_by="all")

    assert fired(rules, early, 500) == [(10, "ann")]
    assert fired(rules, late, 500) == [(10, "ann"), (30, "ben"), (60, "cat")]
    assert fired(rules, both, 500) == [(10, "ann"), (30, "ben")]


def test_an_acknowledgement_may_count_for_its_level_and_those_before() -> None:
    """Acknowledged for level one: level two goes on where levels count by themselves."""
    record = acknowledge(INCIDENT, at=at(15), by="ann", level=0)
    upper = acknowledge(INCIDENT, at=at(35), by="ben", level=2)

    assert fired(matrix(acknowledged_by="level"), record, 500) == [
        (10, "ann"),
        (30, "ben"),
        (60, "cat"),
    ]
    assert fired(matrix(acknowledged_by="level"), upper, 500) == [(10, "ann"), (30, "ben")]


def test_a_level_acknowledged_before_its_due_holds_up_only_what_follows_it() -> None:
    """A level with a delay of its own goes on; one that counts from the level before does not."""
    own = EscalationLevel(After(20 * MIN), person("ben"))
    rules = [
        EscalationMatrix("m", [EscalationRow("r", [LEVELS[0], second], acknowledged_by="level")])
        for second in (own, LEVELS[1])
    ]
    record = acknowledge(INCIDENT, at=at(5), by="ann", level=0)

    assert [fired(one, record, 500) for one in rules] == [[(20, "ben")], []]


def test_a_live_matrix_takes_what_holds_at_the_due() -> None:
    """From 20 on the second level comes after 5 minutes: overdue, it falls due at 20 (rule E4)."""
    quick = EscalationMatrix(
        "m",
        [
            EscalationRow(
                "r",
                (
                    EscalationLevel(After(10 * MIN), person("ann")),
                    EscalationLevel(AfterPrevious(5 * MIN), person("bo")),
                ),
            )
        ],
    )
    versions = Versions([(at(-60), matrix()), (at(20), quick)])

    assert fired(versions, INCIDENT, 500) == [(10, "ann"), (30, "ben"), (60, "cat")]
    assert fired(versions, INCIDENT, 19, live=True) == [(10, "ann")]
    assert fired(versions, INCIDENT, 500, live=True)[0] == (10, "ann")
    assert {name for _, name in fired(versions, INCIDENT, 500, live=True)} == {"ann", "bo"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"acknowledged_by": "nobody"}, "one of any, all, level"),
        ({"on_unacknowledge": "forget"}, "one of resume, restart"),
        ({"past_last": "stop"}, "one of clamp, wrap"),
        ({"ack_timeout": timedelta(0)}, "a positive time"),
        ({"ack_timeout": -MIN}, "not negative"),
    ],
)
def test_a_choice_that_is_none_is_refused(options: dict[str, object], said: str) -> None:
    """The error says what is allowed."""
    with pytest.raises(EscalationMatrixError, match=said):
        matrix(**options)


def test_a_level_of_its_own_does_not_wait_for_the_chain_in_a_further_pass() -> None:
    """The second pass begins at 37: its last level falls due though the one above it waits."""
    levels = (
        EscalationLevel(After(10 * MIN), person("ann")),
        EscalationLevel(AfterPrevious(600 * MIN), person("ben")),
        EscalationLevel(After(30 * MIN), person("cat")),
    )
    rules = EscalationMatrix("m", [EscalationRow("r", levels, repeat=1, repeat_after=7 * MIN)])

    assert fired(rules, INCIDENT, 57) == [(10, "ann"), (30, "cat"), (37, "ann"), (57, "cat")]
    assert fired(rules, INCIDENT, 700)[4:] == [(610, "ben"), (637, "ben")]


def test_everybody_who_was_ever_told_must_acknowledge_also_in_a_chain_that_began_anew() -> None:
    """Ann and Ben were told before the restart at 40: Ann alone silences nothing afterwards."""
    record = acknowledge(acknowledge(INCIDENT, at=at(31), by="ann"), at=at(32), by="ben")
    record = unacknowledge(record, at=at(40), by="bot")
    alone = acknowledge(record, at=at(45), by="ann")
    both = acknowledge(alone, at=at(46), by="ben")
    rules = matrix(acknowledged_by="all", on_unacknowledge="restart")

    first = [(10, "ann"), (30, "ben")]
    assert fired(rules, alone, 500) == [*first, (50, "ann"), (70, "ben"), (100, "cat")]
    assert fired(rules, both, 500) == first


def test_a_chain_that_a_condition_heads_is_repeated_with_it() -> None:
    """On hold from 5 on, told after 10 minutes; twice more, 30 minutes after the last level."""
    held = advance(INCIDENT, "hold", reason="awaiting_vendor", at=at(5), by=Actor("bot", "system"))
    levels = (
        EscalationLevel(HeldFor(field("state.pauses").is_true(), 10 * MIN), person("ann")),
        EscalationLevel(AfterPrevious(5 * MIN), person("ben")),
    )
    row = EscalationRow("r", levels, repeat=2, repeat_after=30 * MIN)

    assert fired(EscalationMatrix("m", [row]), held, 500) == [
        (15, "ann"), (20, "ben"), (50, "ann"), (55, "ben"), (85, "ann"), (90, "ben"),
    ]  # fmt: skip
    resumed = advance(held, "resume", at=at(52), by=Actor("bot", "system"))
    assert fired(EscalationMatrix("m", [row]), resumed, 500)[2:] == [(50, "ann")]


def test_the_level_after_a_clock_waits_for_the_first_of_two_clocks() -> None:
    """Two clocks of one kind: the chain goes on from the earlier due, told once."""
    always = BusinessCalendar.always()
    slas = [
        SlaDefinition.resolution(hours=1, calendar=always, name="strict"),
        SlaDefinition.resolution(hours=2, calendar=always, name="lax"),
    ]
    levels = (
        EscalationLevel(OnClock("resolution", "due"), person("ann")),
        EscalationLevel(AfterPrevious(10 * MIN), person("ben")),
    )
    rules = EscalationMatrix("m", [EscalationRow("r", levels)])

    assert fired(rules, INCIDENT, 500, slas=slas) == [(60, "ann"), (70, "ben")]
    assert fired(rules, INCIDENT, 500, slas=slas[::-1]) == [(60, "ann"), (70, "ben")]


BOUNDS = [
    (lambda n: pagerduty_row("r", [("x", n)]), "rules[0].delay", 1, 10_000),
    (lambda n: pagerduty_row("r", [("x", 5)], num_loops=n), "num_loops", 0, 9),
    (lambda n: goalert_row("r", [("x", 5), ("y", n)]), "steps[1].delay", 1, 9000),
    (lambda n: goalert_row("r", [("x", 5)], repeat=n), "repeat", 0, 5),
    (lambda n: jira_row("r", [(n, "not_closed", "x")]), "rules[0].minutes", 0, 100_000),
    (
        lambda n: jira_row("r", [(5, "not_closed", "x")], repeat=n, repeat_after=MIN),
        "repeat",
        0,
        20,
    ),
    (lambda n: servicenow_row("r", [("x", n, MIN)]), "steps[0].reminders", 0, 100),
]


@pytest.mark.parametrize(("build", "where", "least", "most"), BOUNDS, ids=lambda one: str(one)[:20])
def test_a_row_of_another_system_has_that_system_s_bounds(
    build: Callable[[object], EscalationRow], where: str, least: int, most: int
) -> None:
    """Both ends are allowed; beyond them the error names what was given and the numbers from to."""
    assert build(least).name == build(most).name == "r"
    for given in (least - 1, most + 1, True, 5.0, "5"):
        with pytest.raises(EscalationMatrixError) as caught:
            build(given)
        assert (caught.value.where, caught.value.given) == (where, given)
        assert caught.value.allowed == f"a whole number from {least} to {most}"


@pytest.mark.parametrize(("everybody", "who"), [(False, "any"), (True, "all")])
def test_everybody_must_acknowledge_where_that_is_asked(everybody: bool, who: str) -> None:  # noqa: FBT001  a table
    """One is enough by default."""
    assert goalert_row("r", [("x", 5)], everybody=everybody).acknowledged_by == who
    assert goalert_row("r", [("x", 5)]).acknowledged_by == "any"
