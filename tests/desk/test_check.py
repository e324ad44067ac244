"""What check finds: one planted mistake for each code, and nothing in a desk without one.

And what diff finds: rule B7.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from tests.desk.drawn import desks, incidents
from tests.desk.test_desk import DESK, TEXT

from incidentcore.desk import Desk, ServiceTarget, check_desk, diff_rules, dump_desk, load_desk
from incidentcore.escalation import (
    Candidate,
    EscalationLevel,
    EscalationRow,
    EscalationTarget,
    Trigger,
    TriggerContext,
    due_escalations,
    escalate_now,
)
from incidentcore.instants import Interval
from incidentcore.records import Incident
from incidentcore.schedule import AbstractCalendar, BusinessCalendar, Calendar, Holiday
from incidentcore.sla import evaluate_sla
from incidentcore.sla.crossings import ClockPoint
from incidentcore.values import Impact, LintFinding, Urgency

START = datetime(2026, 11, 28, tzinfo=UTC)


def codes(desk: Desk) -> set[str]:
    return {finding.code for finding in check_desk(desk, start=START)}


@pytest.mark.parametrize(
    ("zone", "stated", "count"),
    [
        ("", 'times = ["%d.%m.%Y %H:%M"]', 1),
        ("", 'times = ["%d.%m.%Y %H:%M %z"]', 0),
        ("", 'times = ["%d.%m.%Y %H:%M"]\nzone = "UTC"', 0),
        ('zone = "Europe/Berlin"', 'times = ["%d.%m.%Y %H:%M"]', 0),
        ('zone = "UTC"', 'times = ["%d.%m.%Y %H:%M"]', 0),
    ],
)
def test_times_of_an_import_have_a_zone(zone: str, stated: str, count: int) -> None:
    """Found where neither the format, nor [import], nor the desk states one."""
    desk = load_desk(f'desk = 1\nname = "x"\n{zone}\n[import]\n{stated}\n')
    found = [one for one in check_desk(desk, start=START) if one.code == "times_as_utc"]
    assert len(found) == count
    assert load_desk(dump_desk(desk)) == desk
    assert all("state zone in [import]" in str(one) for one in found)


def test_the_customer_s_policy_is_clean() -> None:
    """Which its how-to says."""
    assert check_desk(DESK, start=START) == ()


def test_without_a_start_what_depends_on_a_date_is_a_finding() -> None:
    """The library reads no clock, and says what it did not look at."""
    desk = load_desk(TEXT.replace('"resolution 80%"', '"repair 80%"'))
    assert [one.code for one in check_desk(DESK)] == ["no_start"]
    assert str(check_desk(DESK)[0]) == (
        "desk: nothing that depends on a date was checked; set start= to check it"
    )
    assert {"clock_missing", "no_start"} <= {one.code for one in check_desk(desk)}


def test_no_promise_comes_with_the_opening_that_shows_it() -> None:
    """A witness is a record: opened so, the desk promises nothing."""
    desk = load_desk(TEXT.replace(', else = "5 business days"', "").replace("30m", "30m"))
    (finding,) = [
        one for one in check_desk(desk, start=START) if one.subject == "services.silver.resolution"
    ]
    witness = finding.witness["priority"]  # type: ignore[index]
    low = {"impact": Impact.LOW, "urgency": Urgency.LOW}
    ticket = desk.open(Incident, id="INC-1", title="x", by="kim", at=START, **low)
    assert ticket.priority == witness
    kinds = [one.definition.kind for one in desk.evaluate(ticket, now=START) if one.definition]
    assert kinds == ["response"]


def test_the_same_rules_in_another_order_are_no_difference() -> None:
    """Escalations and updates may stand in any order; so may the parts of ``any``."""
    text = TEXT.replace(
        '{ any = [{ priority = "critical" }, { major = true }] }',
        '{ any = [{ major = true }, { priority = "critical" }] }',
    )
    assert diff_rules(DESK, load_desk(text)) == ()


@settings(max_examples=3)
@given(desks(small=True), desks(small=True), incidents())
def test_no_difference_means_that_every_record_is_judged_alike(
    before: Desk, after: Desk, record: Incident
) -> None:
    """Soundness: where diff finds nothing in a clock, its due is the same for any record."""
    judged_alike(before, after, record)


@pytest.mark.heavy
@given(desks(small=True), desks(small=True), incidents())
def test_no_difference_means_the_same_at_length(
    before: Desk, after: Desk, record: Incident
) -> None:
    """The same for more desks."""
    judged_alike(before, after, record)


def judged_alike(before: Desk, after: Desk, record: Incident) -> None:
    parts = {one.part for one in diff_rules(before, after)}
    now = max(event.at for event in record.history)
    sides = [
        {clock.name: status.due_at for clock, status in _clocks(desk, record, now)}
        for desk in (before, after)
    ]
    if before.priority != after.priority:
        return
    for name in sides[0].keys() | sides[1].keys():
        if name not in parts:
            assert sides[0].get(name) == sides[1].get(name)


def _clocks(desk: Desk, record: Incident, now: datetime) -> list[tuple[Any, Any]]:
    if desk.service_level is None:
        return []
    statuses = evaluate_sla(desk.service_level, record, now=now)
    return list(zip(desk.service_level.clocks, statuses, strict=True))


@given(desks(small=True))
def test_a_desk_does_not_differ_from_itself(desk: Desk) -> None:
    """Nothing is found between equal desks."""
    assert diff_rules(desk, desk) == ()


def test_a_witness_is_judged_by_the_rule_before_and_by_the_other_after() -> None:
    """Gold's high from eight hours to seven: a record like the witness has them."""
    other = load_desk(
        TEXT.replace('critical = "4h always", high = "8h"', 'critical = "4h always", high = "7h"')
    )
    differences = diff_rules(DESK, other)
    assert [one.part for one in differences] == ["resolution"]
    (one,) = differences
    assert (one.before.target, one.after.target) != (one.after.target, one.before.target)  # type: ignore[attr-defined]
    facts = dict(one.witness or {})
    assert facts["priority"].name == "high"
    assert facts["custom"]["contract"] == "gold"


TWO_CHAINS = """
desk = 1
name = "two"
[[escalation]]
name = "desk"
levels = [{ after = "15m", to = "group:lead" }]
[[escalation]]
name = "board"
levels = [{ after = "1h", to = "role:cio" }, { after = "4h", to = "role:ceo" }]
"""


def test_a_manual_escalation_in_a_desk_with_several_names_its_matrix() -> None:
    """One that names a row moves that row alone; one that names none is asked for the name."""
    desk = load_desk(TWO_CHAINS)
    opened = desk.open(Incident, id="INC-1", title="x", by="kim", at=START)
    bare, named = (
        escalate_now(opened, "lead", at=START + timedelta(minutes=5), by="ada", matrix=matrix)
        for matrix in ("", "desk")
    )

    def paged(record: Incident) -> list[tuple[str, int]]:
        now = START + timedelta(minutes=20)
        return [
            (str(one.targets[0]), (one.due_at - START) // timedelta(minutes=1))
            for matrix in desk.matrices
            for one in due_escalations(matrix, record, now=now)
        ]

    assert paged(bare) == [("lead", 5), ("role cio", 5)]
    assert paged(named) == [("lead", 5)]
    (finding,) = check_desk(desk, start=START, records=[bare, named])
    assert (finding.code, finding.subject) == ("matrix_not_named", "record INC-1")
    assert "desk, board" in finding.message
    alone = load_desk(TWO_CHAINS[: TWO_CHAINS.rindex("[[")])
    assert "matrix_not_named" not in {
        one.code for one in check_desk(alone, start=START, records=[bare])
    }


@attrs.frozen
class ByContract:
    """A target of one's own: due at the instant in a field."""

    path: str
    follow = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the one field."""
        return (self.path,)

    def resolve(self, start: datetime, calendar: Calendar, facts: Any) -> datetime:
        """Return the instant in the field."""
        due: datetime = facts["custom"].get(self.path.removeprefix("custom."), start)
        return due


@attrs.frozen
class Beyond(Trigger):
    """A trigger of one's own that waits for the due time of a clock."""

    clock: str

    @property
    def why(self) -> tuple[str, dict[str, str]]:
        """Return a code of one's own."""
        return "beyond", {}

    @property
    def points(self) -> tuple[tuple[str, ClockPoint], ...]:
        """Return the one clock, when it is due."""
        return ((self.clock, "due"),)

    def candidates(self, context: TriggerContext) -> list[Candidate]:
        """Return each cycle in which the clock was due."""
        crossed = context.view.clocks.crossings(self.clock, "due")
        return [Candidate(one.cycle, None, one.at) for one in crossed]


class Shop(AbstractCalendar):
    """A calendar of one's own that is always open and finds a mistake in itself."""

    zone = ZoneInfo("UTC")
    holidays = ("2026-12-25",)  # no Holiday: an attribute that only its class knows

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the whole span."""
        yield Interval(start, end)

    def lint(self, *, years: Any) -> tuple[LintFinding, ...]:
        """Return one finding."""
        return (LintFinding("idle", "shop", {}, min(years), texts={"idle": "nobody comes"}),)


SMALL = """desk = 1
name = "small"
fields = { agreed = "text", other = "text" }
[services.all]
calendar = "always"
resolution = "4h"
[[agreements]]
service = "all"
[[escalation]]
levels = [{ at = "resolution due", to = "group:ops" }]
"""


def test_kinds_of_ones_own_are_checked_as_the_library_s_are() -> None:
    """What a target reads is read, what a trigger waits for must exist, a calendar is linted."""
    small = load_desk(SMALL)
    target = ServiceTarget(target=ByContract("custom.agreed"))
    shop = Shop()
    level = EscalationLevel(Beyond("repair"), EscalationTarget.group("ops"))
    desk = attrs.evolve(
        small,
        calendars={"shop": shop},
        services=[attrs.evolve(small.services[0], calendar=shop, resolution=[target])],
        escalation=[EscalationRow("own", [level])],
    )
    found = {(one.code, one.subject) for one in check_desk(desk, start=START)}
    assert {("clock_missing", "escalation.own"), ("idle", "calendars.shop")} <= found
    assert ("unused", "fields.other") in found
    assert ("unused", "fields.agreed") not in found
    assert ("unused", "calendars.shop") not in found


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (
            'service = "ovens"',
            (
                "fields.service: service in a condition means the field that every record has; "
                "write custom.service for your own field"
            ),
        ),
        ('"custom.service" = "ovens"', None),
        ('priority = "high"', "fields.service: no rule reads it"),
    ],
)
def test_a_field_of_ones_own_with_the_name_of_another_is_named(
    test: str, expected: str | None
) -> None:
    """A condition on the field of records would choose the wrong agreement in silence."""
    text = SMALL.replace('agreed = "text", other = "text"', 'service = ["ovens", "tills"]')
    ovens = f'[[agreements]]\nwhen = {{ {test} }}\nservice = "all"\n[[agreements]]'
    desk = load_desk(text.replace("[[agreements]]", ovens, 1))
    found = [str(one) for one in check_desk(desk, start=START) if one.subject == "fields.service"]
    assert found == ([] if expected is None else [expected])


def test_holidays_end_with_the_last_date_that_is_stated() -> None:
    """The day on which a rule begins is none of them; one date alone is no list that ends."""
    dates = [Holiday("2026-12-25"), Holiday(range="2026-12-26/2026-12-26")]
    may = Holiday("2028-05-01", rule="FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1")

    def ends(*holidays: Holiday) -> list[object]:
        office = BusinessCalendar(zone="UTC", hours={"mon": "09:00-17:00"}, holidays=holidays)
        found = check_desk(Desk(name="x", calendars={"office": office}), start=START)
        return [one.data["year"] for one in found if one.code == "holidays_end"]

    assert ends(*dates, may) == [2026]
    assert ends(dates[0], may) == []
    assert ends(*dates, Holiday("2027-12-25")) == []
