"""Two sets of rules on the same records: what changes, since when and why (rule X2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sla.test_coverage import RESOLUTION, RESPONSE, table

from incidentcore import Incident, advance, assign
from incidentcore.conditions import field
from incidentcore.desk import Desk, diff_rules, load_desk
from incidentcore.errors import InvalidValueError
from incidentcore.instants import LATEST, Interval
from incidentcore.kpi import compute_kpis
from incidentcore.kpi.catalogue import sla_compliance
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import ServiceLevel, SlaDefinition, SlaPolicy, SlaStatus, evaluate_sla
from incidentcore.values import Actor, Impact, Priority, Urgency
from incidentcore.whatif import Comparison, compare_rules, first_difference
from incidentcore.whatif.compare import _matched

FRIDAY = datetime(2016, 5, 6, 9, tzinfo=UTC)
NOW = datetime(2016, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Actor("ada", "agent")
PLAIN = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-18:00"})
LUNCH = BusinessCalendar(zone="UTC", hours={"mon-fri": ["08:00-12:00", "13:00-18:00"]})


def clock(calendar: BusinessCalendar, hours: float = 4, name: str = "resolution") -> SlaDefinition:
    return SlaDefinition.resolution(hours=hours, calendar=calendar, name=name)


def incident(hours: float, number: int = 1, *, priority: object = None) -> Incident:
    record = Incident.open(
        id=f"INC-{number}", title="No mail", by="kim", at=FRIDAY, priority=priority
    )
    return advance(
        record,
        "resolve",
        at=FRIDAY + hours * HOUR,
        by=ADA,
        resolution_code="fixed",
        resolution_notes="restarted",
    )


def test_a_lunch_break_is_the_witness() -> None:
    """Opened at 9, resolved at 13:30: 4:30 of 4 h without the break, 3:30 with it."""
    comparison = compare_rules(clock(PLAIN), clock(LUNCH), [incident(4.5)], now=NOW)

    (change,) = comparison.changes
    assert str(change) == (
        "INC-1 resolution: breached -> met, since Fri  6 May 12:00 UTC: "
        "counting -> closed: out of hours"
    )
    assert comparison.counts == {("breached", "met"): 1}


def test_a_clock_that_starts_later_differs_from_the_start_of_the_first() -> None:
    """From 9 to 10 one counts and the other has not begun: 4:30 of 4 h, or 3:30."""
    record = advance(
        Incident.open(id="INC-1", title="No mail", by="kim", at=FRIDAY),
        "start",
        at=FRIDAY + HOUR,
        by=ADA,
    )
    notes = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    record = advance(record, "resolve", at=FRIDAY + 4.5 * HOUR, by=ADA, **notes)
    work = attrs.evolve(clock(PLAIN), start=field("state.name").equals("in_progress"))
    for sides, expected in (
        ((clock(PLAIN), work), ("breached", "met", "counting -> not started")),
        ((work, clock(PLAIN)), ("met", "breached", "not started -> counting")),
    ):
        (change,) = compare_rules(*sides, [record], now=NOW).changes
        assert (change.before, change.after, change.why) == expected
        assert change.since == FRIDAY


def test_where_no_instant_differs_the_target_does() -> None:
    """4 h and 5 h in one calendar."""
    (change,) = compare_rules(clock(PLAIN), clock(PLAIN, 5), [incident(4.5)], now=NOW).changes

    assert (change.since, change.why) == (None, "target 4:00 -> 5:00")


def test_clocks_are_matched_by_name_or_by_place() -> None:
    """A renamed clock is the same clock; one more is new."""
    two = ServiceLevel([clock(PLAIN, 4, "a"), clock(PLAIN, 8, "b")])
    renamed = ServiceLevel([clock(PLAIN, 4, "x"), clock(PLAIN, 8, "y")])
    three = ServiceLevel([*two.clocks, clock(PLAIN, 1, "c")])

    assert compare_rules(two, renamed, [incident(5)], now=NOW).changes == ()
    (change,) = compare_rules(two, three, [incident(5)], now=NOW).changes
    assert (change.key, change.before, change.after) == ("c", "none", "breached")


def test_clocks_of_one_name_are_all_compared() -> None:
    """As an SLA and its OLA may be; they are matched by position: 5 h meet 5:30, not 4 h."""
    before, after = (
        ServiceLevel([clock(PLAIN, hours) for hours in both]) for both in ((5.5, 6), (4, 6))
    )

    comparison = compare_rules(before, after, [incident(5)], now=NOW)
    assert comparison.outcomes == (
        ("resolution 1", "met", "breached", 1),
        ("resolution 2", "met", "met", 1),
    )


def test_exercises_and_what_was_not_opened_yet_are_left_out() -> None:
    """A drill says nothing of rules for real work; what is opened just now is there."""
    staged = Incident.open(id="X", title="T", by="kim", at=FRIDAY, exercise="drill")
    later, just = (Incident.open(id="Y", title="T", by="kim", at=at) for at in (NOW + HOUR, NOW))

    assert compare_rules(clock(PLAIN), clock(LUNCH), [staged, later], now=NOW).records == 0
    assert compare_rules(clock(PLAIN), clock(LUNCH), [just], now=NOW).records == 1


def test_a_group_is_that_of_the_instant_of_the_comparison() -> None:
    """Moved to the web group an hour later: at the instant the group was mail."""
    record = assign(incident(4.5), group="mail", at=FRIDAY + HOUR, by="ada")
    record = assign(record, group="web", at=NOW + HOUR, by="ada")
    how = {"now": NOW, "group_by": "assignment_group"}
    (change,) = compare_rules(clock(PLAIN), clock(LUNCH), [record], **how).changes
    assert change.group == ("mail",)


def test_changes_are_broken_down_and_priced() -> None:
    """By priority; a breach costs 100."""

    def penalty(status: SlaStatus) -> Decimal:
        return Decimal(100 * status.breached)

    records = [incident(4.5, 1, priority=Priority.HIGH), incident(4.5, 2), incident(9, 3)]
    comparison = compare_rules(
        clock(PLAIN), clock(LUNCH), records, now=NOW, group_by="priority.name", penalty=penalty
    )

    assert [change.group for change in comparison.changes] == [("high",), (None,)]
    assert comparison.penalties == (300, 100)
    (sides,) = comparison.compliance.values()
    assert [(side.met, side.n) for side in sides] == [(0, 3), (2, 3)]


DESK = """
desk = 1
name = "one"
[services.all]
calendar = "always"
resolution = { critical = "4h", else = "8h" }
[[agreements]]
service = "all"
[[escalation]]
name = "urgent"
when = { priority = ["critical", "high"] }
levels = [{ after = "60m", to = "group:lead" }, { after = "60m", to = "role:manager" }]
[[communication]]
name = "users"
to = "users"
updates = { first = "2h" }
"""


def opened(desk: Desk) -> Incident:
    return desk.open(
        Incident,
        id="INC-1",
        title="T",
        by="kim",
        at=FRIDAY,
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
    )


def test_of_desks_all_that_is_due_is_compared() -> None:
    """Half the delays: by 10:30 one level is earlier and one new; the desk's name is no matter."""
    before = load_desk(DESK)
    after = load_desk(DESK.replace('"60m"', '"30m"').replace('"one"', '"two"'))
    comparison = compare_rules(before, after, [opened(before)], now=FRIDAY + 1.5 * HOUR)

    found = [(one.what, one.before, one.after, one.since) for one in comparison.changes]
    assert found == [
        ("escalation", "later", "earlier", FRIDAY + 0.5 * HOUR),
        ("escalation", "not due", "due", FRIDAY + 1 * HOUR),
    ]


def addressees(before: str, after: str) -> list[tuple[str, str, str, datetime | None]]:
    """Return the changes of a record opened on Friday at 9, seen four hours later."""
    sides = [load_desk(text) for text in (before, after)]
    found = compare_rules(*sides, [opened(sides[0])], now=FRIDAY + 4 * HOUR).changes
    return [(one.what, one.before, one.after, one.since) for one in found]


def test_an_escalation_to_somebody_else_is_a_change() -> None:
    """The second level is due at 11:00 on both sides, to a role and to a person."""
    other = DESK.replace("role:manager", "person:deputy")
    eleven = FRIDAY + 2 * HOUR

    assert addressees(DESK, other) == [("addressees", "role manager", "person deputy", eleven)]
    assert addressees(other, DESK) == [("addressees", "person deputy", "role manager", eleven)]
    assert addressees(other, other) == []
    comparison = compare_rules(
        load_desk(DESK), load_desk(other), [opened(load_desk(DESK))], now=FRIDAY + 4 * HOUR
    )
    assert comparison.counts["role manager", "person deputy"] == 1
    assert "INC-1 one/urgent" not in str(comparison)
    assert "role manager -> person deputy, since Fri  6 May 11:00 UTC" in str(comparison)


ROTA = f"""{DESK.replace("group:lead", "oncall:night")}
[oncall.night]
layers = [{{ people = ["ada", "ben"], change = "weekly mon 08:00", from = 2016-05-02 }}]
"""


def test_another_order_of_a_rota_is_a_change_of_whoever_was_on_call() -> None:
    """In the first week the first of the rota is on call; whoever never was is no difference."""
    ten = FRIDAY + HOUR
    ada, ben = (f"on call for night ({who})" for who in ("ada", "ben"))

    swapped = ROTA.replace('"ada", "ben"', '"ben", "ada"')
    assert addressees(ROTA, swapped) == [("addressees", ada, ben, ten)]
    assert addressees(ROTA, ROTA.replace('"ben"', '"cy"')) == []
    sides = [
        one.replace('"oncall:night"', '["oncall:night", "person:zoe"]') for one in (ROTA, swapped)
    ]
    ada, ben = (f"on call for night, person zoe ({who})" for who in ("ada", "ben"))
    assert addressees(*sides) == [("addressees", ada, ben, ten)]


def test_one_that_is_earlier_and_for_somebody_else_is_two_changes() -> None:
    """Due at 9:30 instead of 10:00 to another group; the second level moves along."""
    other = DESK.replace('"60m", to = "group:lead"', '"30m", to = "group:night"')
    half, half_past_ten = FRIDAY + 0.5 * HOUR, FRIDAY + 1.5 * HOUR

    assert addressees(DESK, other) == [
        ("escalation", "later", "earlier", half),
        ("addressees", "lead", "night", half),
        ("escalation", "later", "earlier", half_past_ten),
    ]


def test_an_update_over_another_channel_is_a_change() -> None:
    """Due at 11:00 on both sides."""
    mail, sms = (
        DESK.replace('to = "users"', f'to = "users"\nvia = "{by}"') for by in ("mail", "sms")
    )

    assert addressees(mail, sms) == [("addressees", "mail", "sms", FRIDAY + 2 * HOUR)]
    assert addressees(DESK, sms) == [("addressees", "no channel", "sms", FRIDAY + 2 * HOUR)]


def test_met_counts_a_breached_clock_that_runs_and_the_kpi_leaves_it_out() -> None:
    """One was met in 2 of 4 h, one still runs: 1 of 2 here, 1 of 1 there; the page says so."""
    running = Incident.open(id="INC-2", title="No mail", by="kim", at=FRIDAY)
    records = [incident(2), running]
    comparison = compare_rules(clock(PLAIN), clock(LUNCH), records, now=NOW)

    (sides,) = comparison.compliance.values()
    assert [(side.met, side.n) for side in sides] == [(1, 2), (1, 2)]
    result = compute_kpis(sla_compliance(clock(PLAIN)), records, as_of=NOW)["sla_compliance"]
    assert (result.value, result.n, dict(result.excluded)) == (1, 1, {"running_breached": 1})
    assert "leaves it out of its compliance as running_breached" in " ".join(
        str(comparison).split()
    )


def test_a_desk_without_a_difference_changes_nothing() -> None:
    """Where ``diff_rules`` finds nothing, no record is judged otherwise."""
    before = load_desk(DESK)
    after = load_desk(DESK.replace('name = "one"', 'name = "two"').replace("all", "every"))

    assert diff_rules(before, after) == ()
    comparison = compare_rules(before, after, [opened(before)], now=NOW)
    assert comparison.changes == ()
    assert len(comparison.counts) > 0


def test_a_witness_of_a_difference_is_judged_so() -> None:
    """The record that ``diff_rules`` names meets the two targets that it names."""
    before = load_desk(DESK)
    after = load_desk(DESK.replace('"8h"', '"9h"'))
    (difference,) = diff_rules(before, after)
    assert difference.witness is not None
    record = incident(8.5, priority=difference.witness["priority"])

    (change,) = compare_rules(before, after, [record], now=NOW).changes
    assert (change.before, change.after) == ("breached", "met")
    assert change.why == "target 8:00 -> 9:00"


def test_other_rules_are_refused() -> None:
    """A desk with a desk, clocks with clocks."""
    with pytest.raises(InvalidValueError, match="a desk only if the other rules are a desk too"):
        compare_rules(load_desk(DESK), clock(PLAIN), [], now=NOW)  # type: ignore[arg-type]


HOURS = st.lists(st.floats(0, 60), min_size=1, max_size=6)


def compared(one: SlaDefinition, two: SlaDefinition, hours: list[float]) -> Comparison:
    records = [incident(length, number) for number, length in enumerate(hours)]
    return compare_rules(one, two, records, now=NOW)


@given(HOURS, st.floats(0.5, 12), st.floats(0.5, 12))
def test_swapping_the_sides_mirrors_every_change(
    hours: list[float], one: float, two: float
) -> None:
    """And counts add up to the records; a comparison with itself is empty."""
    there = compared(clock(PLAIN, one), clock(LUNCH, two), hours)
    back = compared(clock(LUNCH, two), clock(PLAIN, one), hours)

    assert [(c.record_id, c.after, c.before, c.since) for c in there.changes] == [
        (c.record_id, c.before, c.after, c.since) for c in back.changes
    ]
    assert there.sign_test == back.sign_test
    assert sum(there.counts.values()) == there.records == len(hours)
    assert compared(clock(PLAIN, one), clock(PLAIN, one), hours).changes == ()


@given(HOURS, st.floats(0.5, 12))
def test_a_wider_calendar_never_turns_breached_into_met(hours: list[float], target: float) -> None:
    """The same target in open time passes sooner."""
    comparison = compared(clock(LUNCH, target), clock(PLAIN, target), hours)

    assert ("breached", "met") not in comparison.counts


@given(HOURS)
def test_both_traces_agree_before_a_change_and_differ_at_it(hours: list[float]) -> None:
    """Each witness can be checked by hand of the traces alone."""
    for change in compared(clock(PLAIN), clock(LUNCH), hours).changes:
        assert change.since is not None
        record = incident(hours[int(change.record_id[4:])])

        def said(definition: SlaDefinition, at: datetime, of: Incident = record) -> str:
            trace = evaluate_sla(definition, of, now=NOW).trace
            return next(one.text for one in trace if at in one.interval)

        a_moment_before = change.since - timedelta(microseconds=1)
        assert said(clock(PLAIN), a_moment_before) == said(clock(LUNCH), a_moment_before)
        assert said(clock(PLAIN), change.since) != said(clock(LUNCH), change.since)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PLAIN, LUNCH, Interval(FRIDAY + 3 * HOUR, FRIDAY + 4 * HOUR)),
        (LUNCH, PLAIN, Interval(FRIDAY + 3 * HOUR, FRIDAY + 4 * HOUR)),
        (PLAIN, PLAIN, None),
        (
            BusinessCalendar.always(),
            BusinessCalendar.always() - BusinessCalendar.always(),
            Interval(FRIDAY, LATEST - timedelta(microseconds=1)),
        ),
    ],
)
def test_calendars_first_differ_at_lunch(
    before: BusinessCalendar, after: BusinessCalendar, expected: Interval | None
) -> None:
    """Friday, 12:00 to 13:00, from either side."""
    assert first_difference(before, after, at=FRIDAY) == expected


def test_a_policy_is_compared_as_one_clock() -> None:
    """Whichever of its definitions applies."""
    high = field("priority.name").equals("high")
    one, two = (SlaPolicy([(high, clock(PLAIN, hours))], name="p") for hours in (4, 5))
    records = [incident(4.5, 1, priority=Priority.HIGH), incident(4.5, 2)]

    comparison = compare_rules(one, two, records, now=NOW)
    assert comparison.counts == {("breached", "met"): 1, ("none", "none"): 1}


def test_a_misspelt_field_to_break_down_by_is_refused() -> None:
    """It would else look as if no record had a value."""
    with pytest.raises(InvalidValueError, match=r"'grup'.*assignment_group"):
        compare_rules(clock(PLAIN), clock(LUNCH), [incident(4.5, 1)], now=NOW, group_by="grup")


def test_a_desk_that_promises_nothing_has_no_clock() -> None:
    """Beside one that does, each record goes from none to an outcome."""
    bare = load_desk('desk = 1\nname = "x"\n')
    full = load_desk(
        'desk = 1\nname = "x"\n[services.all]\ncalendar = "always"\nresolution = "4h"\n'
        '[[agreements]]\nservice = "all"\n'
    )
    records = [incident(1), incident(9, 2)]
    assert compare_rules(bare, bare, records, now=NOW).changes == ()
    found = compare_rules(bare, full, records, now=NOW)
    clocks = {(one.before, one.after) for one in found.changes if one.what == "clock"}
    assert clocks == {("none", "met"), ("none", "breached")}


def test_clocks_of_one_name_are_matched_by_place() -> None:
    """Two policies of one name are the first and the second on each side."""
    two = ServiceLevel([clock(PLAIN, name="fix"), clock(PLAIN, 8, name="fix")])
    other = ServiceLevel([clock(PLAIN, name="fix"), clock(PLAIN, 2, name="fix")])
    found = compare_rules(two, other, [incident(4)], now=NOW)
    assert [(one.key, one.before, one.after) for one in found.changes] == [
        ("fix 2", "met", "breached")
    ]


def test_a_clock_that_was_canceled_or_did_not_start_is_neither() -> None:
    go, done = field("custom.go").is_true(), field("custom.done").is_true()
    never = SlaDefinition(name="x", target=HOUR, start=go, stop=done)
    over = field("resolved_at").present()
    ended = attrs.evolve(never, start=field("state.open").is_true(), cancel=over)
    found = compare_rules(never, ended, [incident(4)], now=NOW)
    assert found.counts == {("not started", "canceled"): 1}


def test_what_the_source_does_not_cover_is_not_compared() -> None:
    """A took three hours of one, then of four; C ended nobody knows when (rule H2)."""
    records = table("A,2026-06-01 12:00,Resolved", "C,,Resolved")
    longer = [attrs.evolve(one, target=4 * HOUR) for one in (RESPONSE, RESOLUTION)]
    levels = ServiceLevel([RESPONSE, RESOLUTION]), ServiceLevel(longer)
    found = compare_rules(*levels, records, now=datetime(2026, 6, 2, tzinfo=UTC))
    assert found.outcomes == (
        ("first_response", "not covered", "not covered", 2),
        ("resolution", "breached", "met", 1),
        ("resolution", "not covered", "not covered", 1),
    )
    assert [str(one.met) for both in found.compliance.values() for one in both] == ["0", "1"]
    other = attrs.evolve(RESPONSE, stop=field("state.resolved").is_true())
    (change,) = compare_rules(other, RESPONSE, records[:1], now=FRIDAY.replace(year=2027)).changes
    assert (change.before, change.after, change.since) == ("breached", "not covered", None)
    assert change.why == "cannot be judged: the source does not cover first_response_at"


def test_clocks_that_both_sides_have_are_computed_together() -> None:
    """A clock that one side alone has is computed by itself."""
    one, two = clock(PLAIN, 4, "a"), clock(PLAIN, 8, "a")
    ((key, mine, its, both),) = _matched({"a": one}, {"a": two})
    assert (key, mine, its) == ("a", one, two)
    assert both is not None
    assert [pair[3] for pair in _matched({}, {"a": two})] == [None]
    assert [pair[3] for pair in _matched({"a": one}, {})] == [None]
