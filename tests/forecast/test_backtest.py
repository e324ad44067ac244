"""The scores, from hand-worked pairs and a model that knows the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.forecast import backtest_breach
from incidentcore.forecast.backtest import _score
from incidentcore.lifecycle import advance
from incidentcore.records import Record
from incidentcore.sla import SlaPolicy

from .history import AGREED, HOUR, START, ticket

RECORDS = [ticket(n, lasts=n * HOUR) for n in (2, 3, 5, 6)] + [ticket(9)]


def test_scores_are_worked_out() -> None:
    """Four pairs: squares 0.01, 0.09, 0.16, 0.36; three of four pairings rank right."""
    score = _score([(0.9, True), (0.3, False), (0.6, True), (0.6, False)], 4, 0, 0)
    assert score.brier == pytest.approx((0.01 + 0.09 + 0.16 + 0.36) / 4)
    assert score.base_brier == 0.25
    assert score.auc == pytest.approx(3.5 / 4)
    assert score.ece == pytest.approx((0.1 + 0.3 + 2 * 0.1) / 4)
    assert score.skill == pytest.approx(1 - 0.155 / 0.25)
    told = str(score).splitlines()
    assert told[0] == "4 questions on 4 records, 0 unanswered, 0 undecided"
    assert told[1] == "Brier 0.155 (base rate 0.250, skill 38%), ECE 0.150, AUC 0.875"
    assert str(attrs.evolve(score, auc=None)).splitlines()[1].endswith(", AUC -")


def test_who_knows_the_answer_has_no_error() -> None:
    """A perfect model scores 0 and ranks every breach above the others."""

    def perfect(record: Record, /, *, now: datetime) -> float:
        lasts = None if record.resolved_at is None else record.resolved_at - record.opened_at
        return float(lasts is None or lasts > 4 * HOUR)

    score = backtest_breach(
        AGREED, RECORDS, chance=perfect, at=[START + HOUR], until=START + 9 * HOUR
    )
    assert (score.brier, score.auc, score.questions, score.rate) == (0.0, 1.0, 5, 0.6)
    assert "5 questions on 5 records" in str(score)


def test_what_is_not_decided_is_left_out() -> None:
    """A clock that still goes on inside its target at the end is no answer."""
    score = backtest_breach(
        AGREED,
        RECORDS,
        chance=lambda record, /, *, now: None if record.id == "INC-00002" else 0.5,
        at=[START + HOUR],
        until=START + 3.5 * HOUR,
    )
    assert (score.questions, score.unanswered, score.undecided) == (1, 1, 3)


def test_a_record_is_asked_as_often_as_it_is_open() -> None:
    """Twice while five are open, once while three are; one that is canceled says nothing."""
    gone = advance(ticket(10), "cancel", at=START + 3 * HOUR, by="kim")
    score = backtest_breach(
        AGREED,
        [*RECORDS, gone],
        chance=lambda record, /, *, now: 0.5,
        at=[START + HOUR, START + 1.5 * HOUR, START + 4 * HOUR],
        until=START + 9 * HOUR,
    )
    # INC-2 and INC-3 end in time, INC-5, INC-6 and the open INC-9 breach.
    assert (score.questions, score.undecided) == (2 * 2 + 3 * 3, 2)
    assert score.rate == pytest.approx(9 / 13)


def test_without_questions_there_is_no_score() -> None:
    """An empty back-test is an error, not a perfect score."""
    with pytest.raises(InvalidValueError):
        backtest_breach(AGREED, RECORDS, chance=lambda record, /, *, now: 0.5, at=[])
    late = [START + timedelta(days=9)]
    with pytest.raises(InvalidValueError):
        backtest_breach(AGREED, RECORDS, chance=lambda record, /, *, now: 0.5, at=late)


def test_a_clock_that_another_definition_replaced_did_not_end() -> None:
    """Moved to Network after two hours, which begins anew; the other is resolved in time."""
    network = attrs.evolve(AGREED, name="network", swap="restart")
    policy = SlaPolicy([(field("assignment_group").equals("Network"), network)], default=AGREED)
    records = [ticket(1, lasts=10 * HOUR, moved=2 * HOUR), ticket(2, lasts=3 * HOUR)]
    asked = {"chance": lambda record, /, *, now: 0.5, "at": [START + HOUR]}
    score = backtest_breach(policy, records, **asked)
    assert (score.questions, score.undecided, score.rate) == (1, 1, 0.0)


@pytest.mark.parametrize(
    ("lasts", "rate", "auc", "skill"),
    [
        ((2, 4), 0.0, None, 0.0),  # exactly four hours is met
        ((5, 6), 1.0, None, 0.0),
        ((2, 6), 0.5, 0.5, 0.0),
    ],
)
def test_scores_of_one_side_alone(
    lasts: tuple[int, int], rate: float, auc: float | None, skill: float
) -> None:
    """Asked as they were opened; where all or none breached there is nothing to rank."""
    records = [ticket(n, lasts=n * HOUR) for n in lasts]
    asked = {"chance": lambda record, /, *, now: rate, "at": [START]}
    score = backtest_breach(AGREED, records, **asked, until=START + 9 * HOUR)
    assert (score.questions, score.rate, score.auc, score.skill) == (2, rate, auc, skill)
