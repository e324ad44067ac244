"""One deliberately broken matrix for each kind of finding, with its witness."""

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    Held,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    lint_escalation,
    pagerduty_row,
    servicenow_sla_row,
)
from incidentcore.schedule import BusinessCalendar, Holiday, Rotation
from incidentcore.sla import SlaDefinition, Threshold
from incidentcore.values import Impact

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


WIDE = field("impact") >= Impact.MEDIUM
NARROW = field("impact").equals(Impact.HIGH)


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
            [row(level(Held(field("escalation_count") >= 1, HOUR)))],
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
            [row(level(OnClock("resolution", Threshold(name="early", before_due=4 * HOUR))))],
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

    assert (finding.code, (finding.row, finding.level), finding.witness) == (code, place, witness)
    assert finding.row in str(finding)


def test_the_other_order_of_rows_is_clean() -> None:
    """The narrow row first leaves both something to do."""
    rows = [
        row(level(After(HOUR)), name="narrow", when=NARROW),
        row(level(After(HOUR)), name="wide", when=WIDE),
    ]

    assert lint_escalation(EscalationMatrix("m", rows), start=MONDAY, end=MONDAY) == ()


def test_schedules_that_fill_each_others_gaps_are_clean() -> None:
    """By day one schedule, the other always: somebody is told at every hour."""
    both = (EscalationTarget.on_call(BY_DAY), EscalationTarget.on_call(ROUND_THE_CLOCK))
    rules = EscalationMatrix("m", [row(level(After(HOUR), both))])

    assert lint_escalation(rules, start=MONDAY, end=MONDAY + WEEK) == ()


def test_the_shipped_shapes_are_clean() -> None:
    """What the library offers as data has no finding of its own."""
    rules = EscalationMatrix(
        "m",
        [
            pagerduty_row("p", [("a", 5), ("b", 10)], num_loops=2, when=NARROW),
            servicenow_sla_row("s"),
        ],
    )

    assert lint_escalation(rules, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK) == ()


def test_a_holiday_without_anybody_is_a_witness() -> None:
    """Covered by shifts that skip Christmas Day: nobody at its first instant."""
    calendar = BusinessCalendar(
        zone="UTC", hours={"mon-sun": "00:00-24:00"}, holidays=[Holiday("2026-12-25")]
    )
    target = EscalationTarget.on_call(
        OnCallSchedule("s", [OnCallLayer(DAILY, "ada", during=calendar)])
    )
    rules = EscalationMatrix("m", [row(level(After(HOUR), target))])
    (finding,) = lint_escalation(rules, start=MONDAY, end=datetime(2027, 1, 1, tzinfo=UTC))

    assert finding.witness == datetime(2026, 12, 25, tzinfo=UTC)
