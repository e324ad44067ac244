"""One deliberately broken matrix for each kind of finding, with its witness."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    HeldFor,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    RotaOverride,
    lint_escalation,
)
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, BusinessDays, Rotation
from incidentcore.sla import SlaDefinition, SlaThreshold
from incidentcore.values import Impact, LintFinding

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
CLOCK = SlaDefinition.resolution(hours=4, calendar=OFFICE)
DAILY = Rotation(anchor=MONDAY, zone="UTC", unit="days")
BY_DAY = OnCallSchedule("day", [OnCallLayer(DAILY, "ada", during=OFFICE)])
ROUND_THE_CLOCK = OnCallSchedule("all", [OnCallLayer(DAILY, ["ada", "bob"])])
PAST = BusinessCalendar(zone="UTC", hours={}, special={"2020-01-01": "09:00-17:00"})


def level(trigger: object, target: object = "x", **options: object) -> EscalationLevel:
    return EscalationLevel(trigger, target, **options)  # type: ignore[arg-type]


def row(*levels: EscalationLevel, name: str = "r", **options: object) -> EscalationRow:
    return EscalationRow(name, levels, **options)  # type: ignore[arg-type]


def subject(row: str, level: int | None) -> str:
    return row if level is None else f"{row}, level {level}"


def place_of(finding: LintFinding) -> int | None:
    _, _, level = finding.subject.partition(", level ")
    return int(level) if level else None


WIDE = field("impact") >= Impact.MEDIUM
NARROW = field("impact").equals(Impact.HIGH)
LOW = field("impact").equals(Impact.LOW)
OPEN = field("state.open").is_true()


@pytest.mark.parametrize(
    ("rows", "code", "place", "witness"),
    [
        (
            [
                row(level(After(HOUR)), name="wide", when=WIDE),
                row(level(After(HOUR)), name="narrow", when=NARROW),
            ],
            "row_never_applies",
            ("narrow", None),
            str(WIDE),
        ),
        ([row(level(OnClock("ola", "due")))], "level_never_fires", ("r", 0), "ola"),
        ([row(level(After(HOUR), during=PAST))], "level_never_fires", ("r", 0), MONDAY),
        (
            [row(level(After(HOUR), EscalationTarget.on_call(BY_DAY)))],
            "nobody_to_tell",
            ("r", 0),
            MONDAY,
        ),
        ([row(level(After(HOUR, since="updated_at")))], "loop", ("r", 0), "updated_at"),
        (
            [row(level(HeldFor(field("escalation_count") >= 1, HOUR)))],
            "loop",
            ("r", 0),
            str(field("escalation_count") >= 1),
        ),
        (
            [row(level(After(2 * HOUR)), level(After(HOUR)))],
            "out_of_order",
            ("r", 1),
            (HOUR, 2 * HOUR),
        ),
        (
            [row(level(OnClock("resolution", "due")), level(OnClock("resolution", 0.5)))],
            "out_of_order",
            ("r", 1),
            (2 * HOUR, 4 * HOUR),
        ),
        (
            [row(level(After(HOUR)), acknowledged_by="all")],
            "all_of_nobody",
            ("r", None),
            "all",
        ),
        (
            [row(level(OnClock("resolution", "due")), repeat=2, repeat_after=HOUR)],
            "repeats_nothing",
            ("r", None),
            2,
        ),
        (
            [row(level(After(HOUR, since="resolved_at")))],
            "level_never_fires",
            ("r", 0),
            "resolved_at",
        ),
        (
            [row(level(After(HOUR, since="acknowledged_at")))],
            "silenced_at_once",
            ("r", 0),
            "acknowledged_at",
        ),
        ([row(level(HeldFor(LOW, HOUR)), when=NARROW)], "level_never_fires", ("r", 0), str(LOW)),
        ([row(level(HeldFor(~OPEN, HOUR)))], "level_never_fires", ("r", 0), str(~OPEN)),
        ([row(level(After(HOUR, calendar=PAST)))], "level_never_fires", ("r", 0), MONDAY),
        (
            [row(level(After(HOUR)), when=NARROW & LOW)],
            "row_never_applies",
            ("r", None),
            str(NARROW & LOW),
        ),
        (
            [row(level(After(HOUR)), when=field("escalation_count").equals(0))],
            "loop",
            ("r", None),
            str(field("escalation_count").equals(0)),
        ),
        (
            [row(level(After(HOUR), EscalationTarget.manager_of("assignee")))],
            "may_tell_nobody",
            ("r", 0),
            "assignee is empty",
        ),
        (
            [row(level(OnClock("resolution", SlaThreshold(name="early", before_due=4 * HOUR))))],
            "due_at_once",
            ("r", 0),
            4 * HOUR,
        ),
    ],
)
def test_a_broken_matrix_is_found_out(
    rows: list[EscalationRow], code: str, place: tuple[str, int | None], witness: object
) -> None:
    """The one finding names its row and level, and a witness."""
    (finding,) = lint_escalation(
        EscalationMatrix("m", rows), slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK
    )

    assert (finding.code, finding.subject, finding.witness) == (code, subject(*place), witness)
    assert str(finding) == f"{finding.subject}: {finding.message}"
    assert finding.texts  # which has a text of its own


ADA = EscalationTarget.person("ada")
NOTED = After(HOUR, since="acknowledged_at")


@pytest.mark.parametrize(
    "one",
    [
        row(level(After(HOUR), ADA), acknowledged_by="all"),
        row(level(After(HOUR)), level(After(2 * HOUR), ADA), acknowledged_by="all"),
        row(level(NOTED, ADA), acknowledged_by="all"),
        row(level(NOTED), ack_timeout=HOUR),
        row(level(NOTED, until="resolved")),
    ],
    ids=["all of one", "one level has people", "not answered yet", "it runs out", "it goes on"],
)
def test_what_may_be_meant_is_left_alone(one: EscalationRow) -> None:
    """Somebody can answer for all, and an acknowledgement does not silence every level."""
    rules = EscalationMatrix("m", [one])
    assert lint_escalation(rules, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK) == ()


def test_the_other_order_of_rows_is_clean() -> None:
    """The narrow row first leaves both something to do."""
    rows = [
        row(level(After(HOUR)), name="narrow", when=NARROW),
        row(level(After(HOUR)), name="wide", when=WIDE),
    ]

    assert lint_escalation(EscalationMatrix("m", rows), start=MONDAY, end=MONDAY) == ()


def test_rows_that_only_together_take_everything_leave_nothing() -> None:
    """High and not high: the third row never applies, though neither alone takes its records."""
    rules = EscalationMatrix(
        "m",
        [
            row(level(After(HOUR)), name="high", when=NARROW),
            row(level(After(HOUR)), name="not", when=~NARROW),
            row(level(After(HOUR)), name="rest"),
        ],
    )
    (finding,) = lint_escalation(rules, start=MONDAY, end=MONDAY)

    assert (finding.subject, finding.witness) == ("rest", "high, not")


def test_personal_steps_that_the_next_level_outruns_are_told() -> None:
    """A call 10 minutes after the page never comes where the chain goes on after 5 (oncall#934)."""
    ada = EscalationTarget.person("ada")
    chain = (level(After(0 * HOUR), ada), level(AfterPrevious(HOUR / 12), ada))
    rules = EscalationMatrix("m", [row(*chain)])
    personal = {"ada": [HOUR / 60, HOUR / 6]}
    (finding,) = lint_escalation(rules, start=MONDAY, end=MONDAY, personal=personal)

    assert (finding.code, place_of(finding)) == ("unreachable_step", 0)
    assert finding.witness == ("ada", HOUR / 6)
    assert finding.message == (
        "the step of 'ada' 0:10:00 after the page is not before the next level, 0:05:00 after it"
    )
    again = EscalationMatrix("m", [row(*chain, repeat=1, repeat_after=HOUR / 6)])
    findings = lint_escalation(again, start=MONDAY, end=MONDAY, personal=personal)
    assert [(place_of(one), one.witness) for one in findings] == [
        (0, ("ada", HOUR / 6)), (1, ("ada", HOUR / 6)),
    ]  # fmt: skip
    both = [level(After(HOUR / 6), ada), level(After(HOUR / 4), ada)]  # five minutes apart
    (finding,) = lint_escalation(
        EscalationMatrix("m", [row(*both)]), start=MONDAY, end=MONDAY, personal=personal
    )
    assert finding.message.endswith("before the next level, 0:05:00 after it")
    slow = EscalationMatrix("m", [row(chain[0], level(AfterPrevious(HOUR), ada))])
    assert lint_escalation(slow, start=MONDAY, end=MONDAY, personal=personal) == ()


def test_a_level_is_compared_with_clocks_of_its_kind_whose_target_is_a_span() -> None:
    """Two business days have no length of their own, and another kind's eight hours say nothing."""
    days = SlaDefinition.resolution(target=BusinessDays(2), calendar=OFFICE, name="days")
    other = SlaDefinition.first_response(hours=8, calendar=OFFICE)
    early = SlaThreshold(name="early", before_due=4 * HOUR)
    matrix = EscalationMatrix("m", [row(level(OnClock("resolution", early)))])

    def found(*slas: SlaDefinition) -> list[tuple[str, object]]:
        findings = lint_escalation(matrix, slas=slas, start=MONDAY, end=MONDAY + WEEK)
        return [(one.code, one.witness) for one in findings]

    assert found(days, other) == []
    assert found(days, other, CLOCK) == [("due_at_once", 4 * HOUR)]
    (finding,) = lint_escalation(matrix, slas=[other, CLOCK], start=MONDAY, end=MONDAY + WEEK)
    assert "4:00:00 before the due" in finding.message


def test_the_steps_of_who_stands_in_are_looked_at_too() -> None:
    """An override may put anybody on call."""
    stand_in = RotaOverride(Interval(MONDAY, MONDAY + HOUR), ["cat"])
    rota = attrs.evolve(ROUND_THE_CLOCK, overrides=(stand_in,))
    chain = (
        level(After(0 * HOUR), EscalationTarget.on_call(rota)),
        level(AfterPrevious(HOUR / 12), "x"),
    )
    personal = {name: [HOUR / 6] for name in ("ada", "bob", "cat", "eve")}
    found = lint_escalation(
        EscalationMatrix("m", [row(*chain)]), start=MONDAY, end=MONDAY, personal=personal
    )
    assert [one.witness for one in found] == [(name, HOUR / 6) for name in ("ada", "bob", "cat")]


def test_a_level_at_the_start_of_its_clock_is_due_at_once() -> None:
    """Nothing of four hours has elapsed at a fraction of zero."""
    start = SlaThreshold(name="start", fraction=0)
    matrix = EscalationMatrix("m", [row(level(OnClock("resolution", start)))])
    (finding,) = lint_escalation(matrix, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK)
    assert (finding.code, finding.witness) == ("due_at_once", 4 * HOUR)
    assert "the point" in finding.message


def test_a_spell_that_no_delivery_moves_is_clean() -> None:
    """On hold for an hour: noting a delivery does not change the state."""
    rules = EscalationMatrix("m", [row(level(HeldFor(field("state.pauses").is_true(), HOUR)))])
    assert lint_escalation(rules, start=MONDAY, end=MONDAY) == ()


def test_levels_at_one_instant_are_in_order() -> None:
    """Equal delays, equal points, points of two clocks, and a breach after the due time."""
    response = SlaDefinition.first_response(hours=1, calendar=OFFICE)
    late = SlaThreshold(name="late", after_due=HOUR)
    for first, second in (
        (After(HOUR), After(HOUR)),
        (OnClock("resolution", 0.5), OnClock("resolution", 0.5)),
        (OnClock("resolution", "due"), OnClock("response", 0.5)),
        (OnClock("resolution", "due"), OnClock("resolution", "breach")),
        (OnClock("resolution", "due"), OnClock("resolution", late)),
        (OnClock("resolution", 1), OnClock("resolution", "due")),
    ):
        rules = EscalationMatrix("m", [row(level(first), level(second))])
        clocks = [CLOCK, attrs.evolve(response, kind="response")]
        assert lint_escalation(rules, slas=clocks, start=MONDAY, end=MONDAY + WEEK) == ()
    breach = EscalationMatrix(
        "m", [row(level(OnClock("resolution", "breach")), level(OnClock("resolution", "due")))]
    )
    (found,) = lint_escalation(breach, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK)
    assert (found.code, found.witness) == (
        "out_of_order", (4 * HOUR, 4 * HOUR + timedelta(microseconds=1)),
    )  # fmt: skip
