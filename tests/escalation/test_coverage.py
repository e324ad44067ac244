"""Gaps: levels that tell nobody, and levels that never fire."""

from datetime import UTC, datetime

import attrs
from tests.escalation.test_lint import (
    BY_DAY,
    CLOCK,
    DAILY,
    HOUR,
    MONDAY,
    OFFICE,
    ROUND_THE_CLOCK,
    WEEK,
    level,
    place_of,
    row,
)

from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationMatrix,
    EscalationTarget,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    RotaOverride,
    lint_escalation,
)
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, Holiday


def test_schedules_that_fill_each_others_gaps_are_clean() -> None:
    """By day one schedule, the other always: somebody is told at every hour."""
    both = (EscalationTarget.on_call(BY_DAY), EscalationTarget.on_call(ROUND_THE_CLOCK))
    rules = EscalationMatrix("m", [row(level(After(HOUR), both))])

    assert lint_escalation(rules, start=MONDAY, end=MONDAY + WEEK) == ()


def test_a_gap_outside_the_contact_hours_tells_nobody_of_nothing() -> None:
    """On call by day, and told by day only: clean. Told until 18:00: nobody at 17:00."""
    target = EscalationTarget.on_call(BY_DAY)
    late = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-18:00"})
    clean = EscalationMatrix("m", [row(level(After(HOUR), target, during=OFFICE))])
    gap = EscalationMatrix("m", [row(level(After(HOUR), target, during=late))])

    assert lint_escalation(clean, start=MONDAY, end=MONDAY + WEEK) == ()
    (finding,) = lint_escalation(gap, start=MONDAY, end=MONDAY + WEEK)
    assert finding.witness == MONDAY + 17 * HOUR


def test_a_field_fills_a_gap_only_while_it_is_filled_itself() -> None:
    """By day the schedule, otherwise the assignee: nobody at night while that is empty."""
    both = (EscalationTarget.on_call(BY_DAY), EscalationTarget.field("assignee"))
    rules = EscalationMatrix("m", [row(level(After(HOUR), both))])
    (finding,) = lint_escalation(rules, start=MONDAY, end=MONDAY + WEEK)

    assert (finding.code, finding.witness) == ("may_tell_nobody", MONDAY)


def test_a_chain_behind_a_level_that_never_fires_never_fires() -> None:
    """Each of the three says so; the one that stands by itself does not."""
    rules = EscalationMatrix(
        "m",
        [
            row(
                level(OnClock("ola", "due")),
                level(AfterPrevious(HOUR)),
                level(AfterPrevious(HOUR)),
                level(After(HOUR)),
            )
        ],
    )
    findings = lint_escalation(rules, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK)

    assert [(one.code, place_of(one)) for one in findings] == [
        ("level_never_fires", n) for n in (0, 1, 2)
    ]


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


def test_a_gap_of_a_rota_beside_a_field_that_may_be_empty() -> None:
    """By night nobody is on call, and there may be no assignee either; the words say both."""
    targets = (EscalationTarget.on_call(BY_DAY), EscalationTarget.field("assignee"))
    matrix = EscalationMatrix("m", [row(level(After(HOUR), targets))])
    (finding,) = lint_escalation(matrix, start=MONDAY, end=MONDAY + WEEK)
    assert (finding.code, finding.witness) == ("may_tell_nobody", MONDAY)
    assert MONDAY.isoformat() in finding.message
    assert "assignee" in finding.message


def found_of(*overrides: RotaOverride) -> list[tuple[str, str]]:
    """Return the subject and message of each finding on a daily turn of ada and bob."""
    rota = attrs.evolve(ROUND_THE_CLOCK, overrides=overrides)
    rules = EscalationMatrix("m", [row(level(After(HOUR), EscalationTarget.on_call(rota)))])
    findings = lint_escalation(rules, start=MONDAY, end=MONDAY + WEEK)
    return [(one.subject, one.message) for one in findings]


def test_an_override_in_vain_is_found() -> None:
    """A misspelled name, a swap on another's day, an absence of somebody unknown."""
    monday = Interval(MONDAY, MONDAY + 24 * HOUR)  # ada's day

    assert found_of(
        RotaOverride(monday, "eve", replaces="adaa"),
        RotaOverride(monday, "eve", replaces="bob"),
        RotaOverride(monday, ["zoe", "bob"], "remove"),
    ) == [
        (
            "on call for all",
            f"the override from 2026-06-01T00:00:00+00:00 names {who}, who is not on call then"
            + near,
        )
        for who, near in (("'adaa'", "; nearest: ada"), ("'bob'", ""), ("'zoe'", ""))
    ]


def test_each_removal_of_somebody_unknown_is_found() -> None:
    """Two absences under the same misspelled name: naming it once does not make it known."""
    days = [Interval(MONDAY + n * 24 * HOUR, MONDAY + (n + 1) * 24 * HOUR) for n in (0, 1)]
    found = found_of(*(RotaOverride(day, "adaa", "remove") for day in days))
    assert all(
        day.start.isoformat() in message for day, (_, message) in zip(days, found, strict=True)
    )


def test_an_override_that_changes_somebody_is_clean() -> None:
    """A swap, a swap of the substitute, an absence on another's day, and ten years."""
    monday = Interval(MONDAY, MONDAY + 24 * HOUR)
    noon = Interval(MONDAY + 12 * HOUR, MONDAY + 24 * HOUR)

    assert not found_of(
        RotaOverride(monday, "eve", replaces="ada"),
        RotaOverride(noon, "fay", replaces="eve"),
        RotaOverride(monday, "bob", "remove"),
        RotaOverride(Interval(MONDAY, MONDAY + 520 * WEEK), "eve", replaces="bob"),
        RotaOverride(monday, "gil"),
    )
