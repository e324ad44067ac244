"""The laws of clocks, for rules of your own: what the check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import combinations_with_replacement, count
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sla.desk import HOUR, MICRO, MINUTE, OFFICE, at, incident
from tests.sla.test_lint import CRITICAL, HIGH, STATES, VIP, resolution
from tests.testing.choices import examples

from incidentcore.conditions import ALWAYS, NEVER, field
from incidentcore.desk import load_desk
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.records import (
    Assigned,
    Classified,
    Event,
    FieldsChanged,
    Incident,
    Prioritized,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import (
    CalendarByField,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaStatus,
    evaluate_sla,
)
from incidentcore.testing import check_sla, checks_sla
from incidentcore.testing.checks_sla import (
    SLA_LAWS,
    Law,
    _check_rules,
    law_causality,
    law_crossings,
    law_elapsed,
    law_figures,
    law_order,
    law_trace,
    law_wakeup,
    moments_near,
)
from incidentcore.testing.strategies_sla import _conditions, change_of, words_of
from incidentcore.values import Impact, Priority


def test_check_sla_runs_the_lint_and_what_the_caller_states() -> None:
    """A shadowed rule, a dead stop, a record without a definition, a VIP who waits longer."""
    shadowed = SlaPolicy([(HIGH, resolution()), (CRITICAL, resolution(name="critical"))])
    with pytest.raises(AssertionError, match="shadowed"):
        check_sla(shadowed)
    with pytest.raises(AssertionError, match="never_stops"):
        check_sla(resolution(stop=field("state.name").equals("solved")), domains=STATES)
    gap = SlaPolicy([(HIGH, resolution())])
    with pytest.raises(AssertionError, match="no rule and no default"):
        check_sla(gap)
    slow = SlaPolicy(
        [(VIP, resolution(name="vip", target=timedelta(hours=9)))], default=resolution()
    )
    with pytest.raises(AssertionError, match="at least as good"):
        check_sla(slow, at_least_as_good=[(VIP, ALWAYS)])
    other = SlaPolicy(
        [(HIGH, resolution(name="high", target=timedelta(hours=2))), (VIP, resolution(name="vip"))],
        default=resolution(name="rest", target=timedelta(hours=9)),
    )
    check_sla(other, at_least_as_good=[(VIP, ALWAYS)])
    check_sla(gap, within=NEVER)


def test_records_without_a_clock_are_no_better_than_those_with_one() -> None:
    """Only those of high priority have one; a record that cannot be is compared with nobody."""
    high, low = (field("priority").equals(one) for one in (Priority.HIGH, Priority.LOW))
    policy = SlaPolicy([(high, resolution())])
    _check_rules(policy, None, high, ((high, low), (low, low), (NEVER, ALWAYS)))
    with pytest.raises(AssertionError, match="against none"):
        _check_rules(policy, None, high, ((low, high),))


RULE = SlaDefinition.resolution(hours=4, calendar=OFFICE)
SILENT = attrs.evolve(RULE, start=NEVER)
# Counts from 09:00 to 10:00 and from 11:00 on, so it is due at 14:00.
RECORD = incident(
    ("mon 09:00", "new"),
    ("mon 10:00", "on_hold"),
    ("mon 11:00", "in_progress"),
    ("tue 09:30", "resolved"),
)
CANCELED = incident(("mon 09:00", "new"), ("mon 10:00", "canceled"))


class Answer:
    """A status with some of its answers changed."""

    def __init__(self, status: SlaStatus, **changed: object) -> None:
        self.status, self.changed = status, changed

    def __getattr__(self, name: str) -> Any:
        return self.changed[name] if name in self.changed else getattr(self.status, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def with_gap(status: SlaStatus) -> dict[str, object]:
    return {"trace": [entry for entry in status.trace if entry.code != "paused"]}


def with_empty(status: SlaStatus) -> dict[str, object]:
    last = list(status.trace)[-1]
    end = last.interval.end
    empty = attrs.evolve(last, interval=Interval(end, end), counted=0 * HOUR)
    return {"trace": [*status.trace, empty]}


def with_longer(status: SlaStatus) -> dict[str, object]:
    first, *rest = status.trace
    return {"trace": [attrs.evolve(first, counted=first.counted + MINUTE), *rest]}


# What is changed in the answer, and the law that breaks, with the words it says: for a rule and a
# record, at two instants.
MISTAKES: dict[str, tuple[Callable[[SlaStatus], dict[str, object]], Law, str, str, str]] = {
    "a hole in the trace": (with_gap, law_trace, "S7: a gap before", "mon 09:30", "mon 13:00"),
    "an entry without length": (
        with_empty, law_trace, "S7: an empty entry", "mon 09:30", "mon 13:00",
    ),
    "more counted than the entry is long": (
        with_longer, law_trace, "counts otherwise", "mon 09:30", "mon 13:00",
    ),
    "a trace that ends early": (
        lambda s: {"trace": list(s.trace)[:-1]}, law_trace, "S7: the trace ends at",
        "mon 09:30", "mon 13:00",
    ),
    "no trace": (
        lambda _: {"trace": ()}, law_trace, "S7: the trace ends at None", "mon 09:30", "mon 13:00",
    ),
    "elapsed that is not in the trace": (
        lambda s: {"elapsed": s.elapsed + MINUTE}, law_trace,
        "S7: counting sums to 3:00:00, not 3:01:00", "mon 09:30", "mon 13:00",
    ),
    "remaining that is not what is left": (
        lambda s: {"remaining": s.remaining + MICRO}, law_figures, "remaining is not",
        "mon 09:30", "mon 13:00",
    ),
    "breached at the due time": (
        lambda s: {"breached": s.elapsed >= s.target, "breached_at": s.due_at}, law_figures,
        "S2: breached is elapsed > target", "mon 09:30", "mon 14:00",
    ),
    "a breach without an instant": (
        lambda _: {"breached_at": None}, law_figures, "breached_at goes with breached",
        "mon 09:30", "mon 15:00",
    ),
    "an instant without a breach": (
        lambda s: {"breached_at": s.now}, law_figures, "breached_at goes with breached",
        "mon 09:30", "mon 13:00",
    ),
    "a breach that is to come": (
        lambda s: {"breached_at": s.now + MICRO}, law_figures, "S2: breached only at",
        "mon 09:30", "mon 15:00",
    ),
    "a due time while paused": (
        lambda s: {"due_at": s.due_at_if_resumed}, law_figures, "S3: a due while paused before it",
        "mon 09:30", "mon 10:30",
    ),
    "a due time that has come with time left": (
        lambda s: {"due_at": s.now}, law_figures, "S3: due too early or late",
        "mon 09:30", "mon 13:00",
    ),
    "a due time that is to come with no time left": (
        lambda s: {"due_at": s.now + MICRO}, law_figures, "S3: due too early or late",
        "mon 09:30", "mon 15:00",
    ),
    "a wake-up at once, as it is opened": (
        lambda s: {"next_wakeup": s.now}, law_wakeup, "S9: a wake-up at .*, not after",
        "mon 09:00", "mon 09:00",
    ),
    "elapsed that counts down": (
        lambda s: {"elapsed": 8 * HOUR - s.elapsed}, law_elapsed, "elapsed falls from 6:30:00",
        "mon 11:30", "mon 13:00",
    ),
    "a pause that counts": (
        lambda s: {"elapsed": s.now - at("mon 09:00")}, law_elapsed, "elapsed grows while paused",
        "mon 10:15", "mon 10:45",
    ),
    "a wake-up at once": (
        lambda s: {"next_wakeup": s.now}, law_wakeup, "S9: a wake-up at .*, not after",
        "mon 11:30", "mon 13:00",
    ),
    "a wake-up for nothing": (
        lambda s: {"next_wakeup": s.now + MINUTE}, law_wakeup, "S9: nothing differs at",
        "mon 11:30", "mon 13:00",
    ),
    "no wake-up at the due time": (
        lambda _: {"next_wakeup": None}, law_wakeup, "S9: an answer differs at .*, before None",
        "mon 11:30", "mon 14:00",
    ),
    "a wake-up only at the breach": (
        lambda s: {"next_wakeup": at("mon 14:00") + MICRO}, law_wakeup, "S9: an answer differs at",
        "mon 11:30", "mon 15:00",
    ),
    "a due time that is forgotten": (
        lambda s: {"crossings": lambda p: s.crossings(p) if s.stage != "stopped" else ()},
        law_crossings, "E1: due was ", "mon 15:00", "tue 10:00",
    ),
    "a breach that is forgotten": (
        lambda s: {
            "crossings": lambda p: s.crossings(p) if p == "due" or s.now < at("tue 09:00") else ()
        },
        law_crossings, "E1: breach was ", "mon 15:00", "tue 10:00",
    ),
    "a breach that is found out later": (
        lambda s: {
            "crossings": lambda p: s.crossings(p) if p == "due" or s.now > at("tue 09:00") else ()
        },
        law_crossings, r"E1: breach was \(\) at ", "mon 15:00", "tue 10:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_each_law_finds_a_wrong_answer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same law passes on the answer before the change."""
    change, law, words, *moments = MISTAKES[name]
    now, later = map(at, moments)
    law(RULE, RECORD, now, later)

    def wrong(*given: Any, now: datetime) -> Answer:
        status = evaluate_sla(*given, now=now)
        return Answer(status, **change(status))

    monkeypatch.setattr(checks_sla, "evaluate_sla", wrong)
    with pytest.raises(AssertionError, match=words):
        law(RULE, RECORD, now, later)


EDGES = ("mon 09:00", "mon 10:00", "mon 11:00", "mon 14:00", "tue 09:30")
NEAR = sorted(at(edge) + tick for edge in EDGES for tick in (-MICRO, 0 * MICRO, MICRO))


@pytest.mark.parametrize("law", SLA_LAWS, ids=lambda law: law.__name__)
def test_each_law_holds_at_and_beside_each_edge(law: Law) -> None:
    """At the opening, a pause, its end, the due time and the stop, and a microsecond beside."""
    for rule in (RULE, SILENT, SlaPolicy([], default=RULE)):
        for record in (RECORD, CANCELED):
            for now, later in combinations_with_replacement(NEAR, 2):
                law(rule, record, now, later)


@pytest.mark.parametrize(
    ("rule", "record", "changed", "words"),
    [
        (SILENT, RECORD, {"remaining": HOUR}, "S3: figures before a start"),
        (SILENT, RECORD, {"due_at": at("mon 14:00")}, "S3: figures before a start"),
        (RULE, CANCELED, {"due_at": at("mon 13:00")}, "S3: a due after cancel"),
        (RULE, CANCELED, {"due_at_if_resumed": at("mon 13:00")}, "S3: a due after cancel"),
    ],
)
def test_figures_before_a_start_and_after_a_cancellation_are_found(
    rule: SlaDefinition, record: Incident, changed: Any, words: str, monkeypatch: Any
) -> None:
    law_figures(rule, record, at("mon 12:00"), at("mon 12:00"))
    monkeypatch.setattr(
        checks_sla,
        "evaluate_sla",
        lambda *given, now: Answer(evaluate_sla(*given, now=now), **changed),
    )
    with pytest.raises(AssertionError, match=words):
        law_figures(rule, record, at("mon 12:00"), at("mon 12:00"))


@pytest.mark.parametrize("now", ["mon 09:00", "mon 13:00"])
def test_an_engine_that_reads_the_future_is_found(now: str, monkeypatch: Any) -> None:
    """From the instant of the opening on."""
    law_causality(RULE, RECORD, at(now), at("mon 15:00"))
    monkeypatch.setattr(
        checks_sla,
        "evaluate_sla",
        lambda rule, record, now: evaluate_sla(rule, record, now=max(now, record.updated_at)),
    )
    with pytest.raises(AssertionError, match=r"causality: events after .* change the answer"):
        law_causality(RULE, RECORD, at(now), at("mon 15:00"))


class NoLateEvents:
    """Makes records as a reader would that takes no event from before the last one it took."""

    @staticmethod
    def from_history(events: Iterable[Event]) -> Incident:
        """Return the record of what is taken."""
        taken: list[Event] = []
        for event in events:
            if event.sequence == 1 or not taken or event.at >= taken[-1].at:
                taken.append(event)
        return Incident.from_history(taken)


def test_a_record_that_depends_on_the_order_of_arrival_is_found(monkeypatch: Any) -> None:
    law_order(RULE, RECORD, at("mon 13:00"), at("tue 10:00"))
    monkeypatch.setattr(checks_sla, "Incident", NoLateEvents)
    with pytest.raises(AssertionError, match="permuting the history changes the answer"):
        law_order(RULE, RECORD, at("mon 13:00"), at("tue 10:00"))


def test_a_broken_law_shows_the_history() -> None:
    """The message lists the events in the order of recording."""
    with pytest.raises(AssertionError) as caught, checks_sla.showing(CANCELED):
        raise AssertionError("S7: a gap")
    assert str(caught.value).splitlines() == [
        "S7: a gap",
        "history, in the order of recording:",
        "  2026-06-01T09:00:00+00:00  opened new {'title': 'Mail is down'} by agent",
        "  2026-06-01T10:00:00+00:00  state_changed canceled by agent",
    ]


def test_every_law_is_checked_on_every_clock(monkeypatch: Any) -> None:
    """A definition, a policy, and each clock of a service level, at two instants in order."""
    laws = {law for name, law in vars(checks_sla).items() if name.startswith("law_")}
    assert set(SLA_LAWS) == laws
    seen: list[object] = []

    def law(clock: object, record: Incident, now: datetime, later: datetime) -> None:
        assert now <= later
        seen.append(clock)

    policy = SlaPolicy([], default=RULE)
    monkeypatch.setattr(checks_sla, "SLA_LAWS", (law, law))
    for rules in (RULE, policy, ServiceLevel([SILENT, policy])):
        seen.clear()
        checks_sla.check_clocks(rules, examples=1)
        assert seen == [each for each in getattr(rules, "clocks", (rules,)) for _ in range(2)]


@pytest.mark.parametrize(
    ("path", "value", "event", "fields"),
    [
        ("custom.wait", True, FieldsChanged, {"fields": {"custom": {"wait": True}}}),
        ("custom.a.b", True, None, {}),
        ("priority", Priority.HIGH, Prioritized, {"fields": {"priority_override": Priority.HIGH}}),
        ("priority.name", "high", Prioritized, {"fields": {"priority_override": Priority.HIGH}}),
        ("state.name", "new", None, {}),
        ("assignment_group", "mail", Assigned, {"fields": {"assignment_group": "mail"}}),
        ("impact", Impact.HIGH, Prioritized, {"fields": {"impact": Impact.HIGH}}),
        ("impact", None, Prioritized, {"fields": {"impact": None}}),
        ("impact", "high", None, {}),
        ("category", "mail", Classified, {"category": ("mail",)}),
        ("category", ("mail", "smtp"), Classified, {"category": ("mail", "smtp")}),
        ("service", "shop", FieldsChanged, {"fields": {"service": "shop"}}),
        ("opened_at", None, None, {}),
    ],
)
def test_a_field_is_set_by_the_event_that_may_set_it(
    path: str, value: object, event: type | None, fields: dict[str, object]
) -> None:
    """What follows from the history cannot be set at all."""
    assert change_of(path, value) == (None if event is None else (event, fields))


def test_a_calendar_that_a_field_chooses_is_among_what_is_tried() -> None:
    """Each value of its table, for a clock alone, in a policy and in a service level."""
    by_site = CalendarByField(
        "custom.site", {"north": BusinessCalendar.always()}, BusinessCalendar.always()
    )
    clock = resolution(calendar=by_site)
    policy = SlaPolicy([(VIP, clock)])
    for rules in (clock, policy, ServiceLevel([policy])):
        asked = [*_conditions(rules)]
        assert field("custom.site").equals("north") in asked
        assert (VIP in asked) == (rules is not clock)
        assert ("custom.site", "north") in words_of(asked)


@pytest.mark.table
def test_laws_are_asked_near_each_event_and_at_the_next_opening() -> None:
    """A minute, an hour, a shift, a day and ten days on, with a microsecond to either side.

    Some are moved to the next opening within three days: from Sunday noon to Wednesday.
    """
    minutes, ticks = (0, 1, -1, 60, 481, 1_441, 15_000), (0, 1, -1)
    always = resolution(calendar=BusinessCalendar.always())
    opened = Incident.open(id="INC-1", title="x", by="kim", at=at("sun 12:00"))
    seen = {one - opened.opened_at for one in examples(moments_near(always, opened), 500, 1)}
    assert seen == {minute * MINUTE + tick * MICRO for minute in minutes for tick in ticks}
    wednesday = resolution(calendar=BusinessCalendar(zone="UTC", hours={"wed": "00:00-24:00"}))
    found = {}
    for day in ("sun", "fri"):
        record = Incident.open(id="INC-1", title="x", by="kim", at=at(f"{day} 12:00"))
        found[day] = {*examples(moments_near(wednesday, record), 300, 1)}
    assert at("sun 12:00") + 60 * HOUR in found["sun"]
    # From Saturday 12:01, a day and a minute on, it is three days and a half.
    assert at("fri 12:00") + 108 * HOUR not in found["fri"]


def test_a_cycle_that_another_definition_replaced_counts_no_more() -> None:
    """Of three hours the trace shows none as counting, since gold replaced the clock and waits."""
    gold = field("custom.tier").equals("gold")
    waits = resolution(name="gold", swap="restart", start=field("custom.ready").present())
    policy = SlaPolicy([(gold, waits)], default=resolution(name="iron"))
    record = incident(("mon 09:00", "new"), ("mon 12:00", {"tier": "gold"}))
    status = evaluate_sla(policy, record, now=at("mon 15:00"))
    assert [(one.result, status.elapsed) for one in status.cycles] == [("replaced", 3 * HOUR)]
    assert not [entry for entry in status.trace if entry.code == "counting"]
    law_trace(policy, record, at("mon 09:00"), at("mon 15:00"))


def test_a_desk_is_no_rules_of_clocks() -> None:
    """It is refused by name, with the way to its clocks."""
    rules: Any = load_desk("desk = 1\nname = 'd'")
    with pytest.raises(InvalidValueError, match=r"such as desk\.service_level"):
        check_sla(rules)


@attrs.frozen
class Impure:
    """A target of a caller's own that is due a number of minutes after the start."""

    minutes: Callable[[datetime], int]
    fields = ()
    follow = False

    def resolve(self, start: datetime, _calendar: object, _facts: object) -> datetime:
        """Return the due time."""
        return start + timedelta(minutes=self.minutes(start))


def _impure() -> dict[str, Callable[[datetime], int]]:
    counter, known = count(1), set[datetime]()
    chance = Random(7)  # noqa: S311  test data

    def remembers(start: datetime) -> int:
        seen = start in known
        known.add(start)
        return 120 if seen else 60

    return {
        "counts": lambda _: next(counter),
        "draws": lambda _: 60 * chance.randrange(2),
        "remembers": remembers,
    }


@pytest.mark.parametrize("name", _impure())
def test_a_target_that_is_no_function_of_its_input_is_named_as_that(name: str) -> None:
    """Not as a broken law of wake-ups, and not as a failure of hypothesis."""
    target = Impure(_impure()[name])
    clock = SlaDefinition.resolution(target=target, calendar=BusinessCalendar.always())
    with pytest.raises(
        AssertionError, match=r"^T6: the same input gives different results"
    ) as seen:
        checks_sla.check_clocks(clock)
    assert type(seen.value) is AssertionError
    checks_sla.check_clocks(
        attrs.evolve(clock, target=Impure(lambda start: start.hour)), examples=5
    )


def test_a_law_that_is_broken_once_only_is_no_failure_of_hypothesis() -> None:
    """What fails for a history and then does not is not a function of it."""
    once = count()

    @checks_sla.one_law_at_a_time(10)
    @given(st.integers())
    def law(_: int) -> None:
        assert next(once) != 3

    with pytest.raises(AssertionError, match=r"^T6: the same input gives different results"):
        law()
