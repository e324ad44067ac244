"""The laws that every SLA clock must satisfy, for testing your own definitions and policies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from incidentcore._checks import need_kind
from incidentcore.conditions import ALWAYS, AnyOf, Condition
from incidentcore.conditions.overlap import satisfiable
from incidentcore.records import Event, Incident, Record, replay
from incidentcore.sla import (
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaStatus,
    evaluate_sla,
    lint_sla,
)
from incidentcore.sla.urgency import is_later, regions, with_facts
from incidentcore.testing.strategies_sla import calendars_of, histories
from incidentcore.values import LintFinding

_TICK: Final = timedelta.resolution
_ZERO: Final = timedelta()
PURE: Final = (
    "T6: the same input gives different results; a target, trigger, calendar, condition or guard "
    "of your own reads a clock, draws at random or remembers, and is not a pure function"
)

Clock: TypeAlias = SlaDefinition | SlaPolicy
Law = Callable[[Clock, Incident, datetime, datetime], None]


def check_sla(
    rules: SlaDefinition | SlaPolicy | ServiceLevel,
    *,
    domains: Mapping[str, Iterable[object]] | None = None,
    within: Condition = ALWAYS,
    at_least_as_good: Iterable[tuple[Condition, Condition]] = (),
) -> None:
    """Lint SLA definitions or policies, and check their clocks on generated histories.

    The lint finds likely mistakes: a shadowed rule, a stop condition that never holds, a field that
    does not exist, or a longer target for more urgent records. In a policy, every record must also
    have a definition, and ``at_least_as_good`` must hold. Clocks must obey all laws, which are
    properties that must always hold. The generated histories give the fields that your conditions
    read both the values that the conditions name and other values. Call this from your own test;
    hypothesis's settings determine the number of examples.

    Args:
        rules: A definition, a policy or a service level.
        domains: All possible values of fields, as for ``lint_sla``. A misspelt word in a condition
            is found only if its field is listed here, since other fields may contain any text.
        within: The condition on the records that must have a definition; ``NEVER`` if none must.
        at_least_as_good: Pairs of conditions. A record that meets the first must not be due later
            than it would be if it met only the second.

    Raises:
        AssertionError: The lint has a finding, or a law is broken; the message names it and lists a
            history that is as short as possible.
        InvalidValueError: ``rules`` is something else, such as a desk.

    Source: rules S1 to S10, and the laws in the rule book after rule S11.

    >>> from incidentcore import SlaDefinition
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.testing import check_sla
    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    >>> check_sla(SlaDefinition.resolution(hours=8, calendar=office))
    """
    allowed = "a definition, a policy, or a service level, such as desk.service_level"
    need_kind("rules", rules, (SlaDefinition, SlaPolicy, ServiceLevel), allowed=allowed)
    pairs = tuple(at_least_as_good)
    for clock in rules.clocks:
        _check_rules(clock, domains, within, pairs)
    check_clocks(rules)


def check_clocks(
    rules: SlaDefinition | SlaPolicy | ServiceLevel, examples: int | None = None
) -> None:
    """Check the clocks of generated histories against all laws, without linting the rules."""

    @one_law_at_a_time(examples)
    @given(histories(rules), st.data())
    def run(record: Incident, data: st.DataObject) -> None:
        now = data.draw(moments_near(rules, record), label="now")
        later = data.draw(moments_near(rules, record), label="later")
        with showing(record):
            for clock in rules.clocks:
                case = clock, record, min(now, later), max(now, later)
                for law in SLA_LAWS:
                    try:
                        law(*case)
                    except AssertionError:
                        for _ in range(100):  # what draws at random may agree with itself at first
                            law_repeat(*case)
                        raise

    run()


def _check_rules(
    clock: Clock,
    domains: Mapping[str, Iterable[object]] | None,
    within: Condition,
    pairs: tuple[tuple[Condition, Condition], ...],
) -> None:
    """Check the rules of one clock without records."""
    findings = lint_sla(clock, domains=domains)
    found = [f"{each.code}: {each}" for each in findings if each.code != "unknown"]
    assert not found, "S10: the lint finds\n" + "\n".join(found)
    if isinstance(clock, SlaDefinition):
        return
    if clock.default is None:
        left = ~AnyOf(tuple(rule.when for rule in clock.rules)) & within
        proof = satisfiable(left, domains=domains)
        assert not proof.is_yes, f"S10: no rule and no default for {dict(proof.witness or {})}"
    for better, worse in pairs:
        witness = satisfiable(better, domains=domains).witness
        for facts in regions(clock, within=worse, domains=domains):
            favored = with_facts(facts, witness or {})
            if witness is None or not better.matches(favored):
                continue
            first, second = clock.pick(favored), clock.pick(facts)
            words = f"{better} is to be at least as good as {worse}"
            assert first is not None or second is None, f"{words}: {second} against none"
            if first is not None and second is not None:
                assert not is_later(first, second, favored), (
                    f"{words}: {first.name} ({first.target}) is due later than "
                    f"{second.name} ({second.target}), for {dict(witness)}"
                )


def one_law_at_a_time(
    examples: int | None, **options: Any
) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Return a decorator by which a broken law raises one AssertionError, not a group of them."""
    number = examples or settings().max_examples
    chosen = settings(max_examples=number, deadline=None, report_multiple_bugs=False, **options)

    def check(run: Callable[[], None]) -> None:
        try:
            run()
        except Flaky as error:
            raise AssertionError(PURE) from error

    return lambda law: partial(check, chosen(law))


def assert_clean(findings: Iterable[LintFinding], accepted: Collection[str]) -> None:
    """Raise ``AssertionError`` unless the codes of all lint findings are accepted."""
    wrong = [str(finding) for finding in findings if finding.code not in accepted]
    assert not wrong, "the lint finds\n" + "\n".join(wrong)


def seen_by(record: Record, now: datetime) -> Record:
    """Return a record from its opening and its events up to an instant."""
    return replay(e for e in record.history if e.at <= now or e.kind == "opened")


@contextmanager
def showing(record: Record) -> Iterator[None]:
    """Return a context that adds a record's history to the message of an ``AssertionError``."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{error}\n{history_lines(record)}") from None


def history_lines(record: Record) -> str:
    """Return a record's history as text, with a line for each event."""
    lines = [f"  {event.at.isoformat()}  {_words(event)}" for event in record.history]
    return "\n".join(["history, in the order of recording:", *lines])


def _words(event: Event) -> str:
    parts: list[Any] = [event.kind]
    for name in ("state", "fields", "visibility", "corrects", "category"):
        value = getattr(event, name, None)
        if value:
            parts.append(dict(value) if name == "fields" else str(value))
    return " ".join([*map(str, parts), f"by {event.by.role}"])


@st.composite
def moments_near(
    draw: st.DrawFn, rules: SlaDefinition | SlaPolicy | ServiceLevel, record: Incident
) -> datetime:
    """Generate instants at and near the events of a record, and after its last event."""
    at = draw(st.sampled_from([event.at for event in record.history]))
    minutes = draw(st.sampled_from((0, 1, -1, 60, 481, 1_441, 15_000)))
    at += timedelta(minutes=minutes) + draw(st.sampled_from((0, 1, -1))) * _TICK
    clock = draw(st.sampled_from((None, *calendars_of(rules))))
    if clock is not None:
        at = next((window.start for window in clock.windows(at, at + timedelta(days=3))), at)
    return at


def law_repeat(clock: Clock, record: Incident, _now: datetime, later: datetime) -> None:
    """A status is the same each time it is computed (rule T6)."""
    both = [evaluate_sla(clock, record, now=later) for _ in range(2)]
    assert len({(s.target, s.due_at, s.elapsed, _discrete(s)) for s in both}) == 1, PURE


def law_causality(clock: Clock, record: Incident, now: datetime, _later: datetime) -> None:
    """Events after an instant do not change a clock's status at that instant."""
    if now < record.opened_at:
        return
    whole = evaluate_sla(clock, record, now=now)
    part = evaluate_sla(clock, seen_by(record, now), now=now)
    assert whole == part, f"causality: events after {now} change the answer for it"


def law_order(clock: Clock, record: Incident, _now: datetime, later: datetime) -> None:
    """The order in which the events of a history are passed does not change a clock's status."""
    turned = Incident.from_history(reversed(record.history))
    one, other = (evaluate_sla(clock, each, now=later) for each in (record, turned))
    assert one == other, f"permuting the history changes the answer for {later}"


def law_trace(clock: Clock, record: Incident, _now: datetime, later: datetime) -> None:
    """The trace has no gaps, and its counting intervals add up to the elapsed time (rule S7)."""
    status = evaluate_sla(clock, record, now=later)
    edge: datetime | None = None
    total = _ZERO
    for entry in status.trace:
        assert edge in (None, entry.interval.start), f"S7: a gap before {entry}"
        assert entry.interval or entry.code.startswith("swapped"), f"S7: an empty entry {entry}"
        edge = entry.interval.end
        if entry.code == "counting":
            assert entry.counted == entry.interval.duration, f"S7: {entry} counts otherwise"
            if status.cycles and entry.cycle == status.cycles[-1].number:
                total += entry.counted
    if later > record.opened_at:
        assert edge == later, f"S7: the trace ends at {edge}, not at {later}"
    if status.cycles and status.cycles[-1].result != "replaced":
        assert total == status.elapsed, f"S7: counting sums to {total}, not {status.elapsed}"


def law_figures(clock: Clock, record: Incident, _now: datetime, later: datetime) -> None:
    """Elapsed and remaining time, due time and breach agree with one another (rules S2 and S3)."""
    status = evaluate_sla(clock, record, now=later)
    if not status.cycles:
        assert status.remaining is None is status.due_at, "S3: figures before a start"
        return
    target = status.target
    assert target is not None
    assert status.remaining == target - status.elapsed, "remaining is not target minus elapsed"
    assert status.breached is (status.elapsed > target), "S2: breached is elapsed > target"
    assert (status.breached_at is not None) is status.breached, "S2: breached_at goes with breached"
    if status.breached_at is not None:
        assert status.breached_at <= later, f"S2: breached only at {status.breached_at}"
    if status.stage == "paused":
        assert status.due_at is None or status.due_at <= later, "S3: a due while paused before it"
    if status.stage == "running" and status.due_at is not None and status.remaining:
        assert (status.due_at > later) is (status.remaining > _ZERO), "S3: due too early or late"
    if status.stage == "canceled":
        assert status.due_at is None is status.due_at_if_resumed, "S3: a due after cancel"


def law_elapsed(clock: Clock, record: Incident, now: datetime, later: datetime) -> None:
    """Without events in between, elapsed never decreases, and grows only while the clock runs."""
    before, after = evaluate_sla(clock, record, now=now), evaluate_sla(clock, record, now=later)
    if not before.cycles or not after.cycles or any(now < e.at <= later for e in record.history):
        return
    assert before.elapsed <= after.elapsed, f"elapsed falls from {before.elapsed}"
    if before.stage != "running":
        assert before.elapsed == after.elapsed, f"elapsed grows while {before.stage}"


def law_wakeup(clock: Clock, record: Incident, now: datetime, later: datetime) -> None:
    """Without events, the status changes at ``next_wakeup`` and not before it (rule S9)."""
    quiet = seen_by(record, now)
    if now < quiet.opened_at:
        return
    status = evaluate_sla(clock, quiet, now=now)
    wakeup = status.next_wakeup
    if wakeup is not None:
        assert wakeup > now, f"S9: a wake-up at {wakeup}, not after {now}"
        assert _discrete(status) != _discrete(evaluate_sla(clock, quiet, now=wakeup)), (
            f"S9: nothing differs at {wakeup}"
        )
        later = min(later, wakeup - _TICK)
    if later > now:
        assert _discrete(status) == _discrete(evaluate_sla(clock, quiet, now=later)), (
            f"S9: an answer differs at {later}, before {wakeup}"
        )


def _discrete(status: SlaStatus) -> tuple[object, ...]:
    passed = tuple(threshold.name for threshold in status.thresholds)
    return status.stage, passed, len(status.crossings("due")), status.breached


def law_crossings(clock: Clock, record: Incident, now: datetime, later: datetime) -> None:
    """A due time or breach that was reported remains reported at every later instant (rule E1)."""
    for point in ("due", "breach"):
        before = evaluate_sla(clock, record, now=now).crossings(point)
        after = evaluate_sla(clock, record, now=later).crossings(point)
        kept = tuple(crossing for crossing in after if crossing.at <= now)
        assert before == kept, f"E1: {point} was {before} at {now} and is {kept} at {later}"


SLA_LAWS: tuple[Law, ...] = (
    law_repeat,
    law_causality,
    law_order,
    law_trace,
    law_figures,
    law_elapsed,
    law_wakeup,
    law_crossings,
)
"""Every law, as functions of a clock, a record and two instants in ascending order."""
