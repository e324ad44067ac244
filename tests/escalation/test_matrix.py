"""Matrices: what is refused, which row applies, which version."""

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
    OnClock,
    pagerduty_row,
)
from incidentcore.instants import Versions
from incidentcore.records import set_fields
from incidentcore.values import Impact

from .chains import CHAIN, MIN, T0, at, fired, incident, matrix


@pytest.mark.parametrize(("on_apply", "due"), [("restart", 75), ("clear", 60), ("keep", 60)])
def test_rows_are_chosen_by_the_facts_and_a_new_row_begins_when_it_applies(
    on_apply: str, due: int
) -> None:
    """The urgent row applies from 60: a restart counts from then; else what is overdue is due."""
    rules = EscalationMatrix(
        "m",
        [
            EscalationRow("vip", [EscalationLevel(After(15 * MIN), "duty manager")],
                          when=field("custom.vip").is_true(), on_apply=on_apply),
            EscalationRow("rest", [EscalationLevel(After(120 * MIN), "desk")]),
        ],
    )  # fmt: skip
    plain = incident()
    vip = set_fields(plain, custom={"vip": True}, at=at(60), by="ada")

    assert fired(rules, plain, 500) == [(120, "desk")]
    assert fired(rules, vip, 59) == []
    assert fired(rules, vip, 500) == [(due, "duty manager")]


def test_versions_take_the_matrix_of_the_opening() -> None:
    """A record keeps the matrix that held when it was opened (rule E4, snapshot)."""
    later = matrix(EscalationLevel(After(1 * MIN), "new"))
    versions = Versions([(at(-100), CHAIN), (at(5), later)])

    assert fired(versions, incident(), 15) == [(10, "one")]


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: EscalationMatrix("m", []), "one or more rows"),
        (lambda: EscalationMatrix("a/b", CHAIN.rows), "without a slash"),
        (lambda: EscalationRow("r", []), "at least one level"),
        (lambda: EscalationRow("r", CHAIN.rows[0].levels, when="vip"), r"^r\.when: .*Condition"),
        (lambda: EscalationRow("r", CHAIN.rows[0].levels, ack_when=1), r"^r\.ack_when: "),
        (lambda: matrix(EscalationLevel(AfterPrevious(MIN), "x")), "needs no level before"),
        (lambda: EscalationLevel(After(-MIN), "x"), "not negative"),
        (lambda: EscalationLevel(After(MIN), ""), "non-empty text"),
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
        (
            lambda: EscalationMatrix("m", CHAIN.rows, maintenance=[(T0, T0)]),
            "^maintenance: .*of Int",
        ),
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


def test_no_matrix_at_all_is_refused() -> None:
    """The error says what is allowed."""
    with pytest.raises(InvalidValueError, match="an EscalationMatrix, or Versions of it"):
        fired(None, incident(), 300)  # type: ignore[arg-type]
