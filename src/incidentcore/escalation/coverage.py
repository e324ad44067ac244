"""Find levels that notify nobody, overrides in vain, and personal steps that come too late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore._checks import nearest_names
from incidentcore.conditions import field, implies
from incidentcore.escalation.matrix import EscalationLevel, EscalationRow
from incidentcore.escalation.oncall import OnCallSchedule, coverage_gaps, shifts
from incidentcore.escalation.targets import READING, EscalationTarget
from incidentcore.escalation.triggers.base import TriggerFinding
from incidentcore.instants import Interval

_YEAR: Final = timedelta(days=366)


def nobody_findings(row: EscalationRow, index: int, span: Interval) -> Iterator[TriggerFinding]:
    """Yield a finding if a level notifies nobody at some hour, or while a field is empty."""
    level = row.levels[index]
    if any(_is_certain(row, target) for target in level.targets):
        return
    fields = [target.name for target in level.targets if target.kind in READING]
    asked = [target for target in level.targets if target.schedule is not None]
    empty = " and ".join(f"{name} is empty" for name in dict.fromkeys(fields))
    if not asked:
        yield "may_tell_nobody", {"fields": empty}, empty
        return
    gaps = [_gaps(target, span) for target in asked]
    at = _first_common(level, gaps, span)
    if at is None:
        return
    if empty:
        yield "may_tell_nobody", {"because": "gap", "at": at.isoformat(), "fields": empty}, at
    elif any(target.kind == "on_call" for target in asked):
        yield "nobody_to_tell", {"at": at.isoformat()}, at
    else:
        yield "nobody_to_tell", {"because": "next", "at": at.isoformat()}, at


def missed_overrides(schedule: OnCallSchedule) -> Iterator[TriggerFinding]:
    """Yield a finding for each person whom an override replaces or removes in vain.

    An absence may be longer than any turn, so removing somebody is in vain only if the schedule
    does not know them. An override of more than a year is not compared with the turns.
    """
    known = {who for layer in schedule.layers for who in layer.people if who is not None}
    for place, override in enumerate(schedule.overrides):
        at = override.interval.start
        gone = override.people if override.mode == "remove" else ()
        missed = [who for who in (override.replaces, *gone) if who and who not in known]
        if override.replaces in known and override.interval.duration <= _YEAR:
            before = attrs.evolve(schedule, overrides=schedule.overrides[:place], combine="all")
            turns = shifts(before, start=at, end=override.interval.end)
            if not any(override.replaces in turn.people for turn in turns):
                missed.append(override.replaces)
        for who in missed:
            near = ", ".join(nearest_names(who, sorted(known - {who})))
            closest: dict[str, object] = {"because": "near", "near": near} if near else {}
            named = {"schedule": schedule.name, "at": at.isoformat(), "person": who}
            yield "override_misses", named | closest, at
        if override.mode != "remove":
            known.update(override.people)


def _gaps(target: EscalationTarget, span: Interval) -> Sequence[Interval]:
    """Return the intervals in which a target with a schedule notifies nobody."""
    assert target.schedule is not None  # noqa: S101  the caller asks for no other
    if target.kind == "on_call":
        return coverage_gaps(target.schedule, start=span.start, end=span.end)
    every = shifts(target.schedule, start=span.start, end=span.end)
    return [one.interval for one in every if not target.people(one.interval.start, {})]


def _is_certain(row: EscalationRow, target: EscalationTarget) -> bool:
    """Return whether a target names somebody at every hour, as far as can be known."""
    if target.kind in READING:
        return implies(row.when, field(target.name).present()).is_yes
    return target.schedule is None


def _first_common(
    level: EscalationLevel, gaps: Sequence[Sequence[Interval]], span: Interval
) -> datetime | None:
    """Return the first instant of a level's contact hours that lies in a gap of every schedule."""
    hours = (span,) if level.during is None else tuple(level.during.windows(span.start, span.end))
    starts = {max(gap.start, hour.start) for some in gaps for gap in some for hour in hours}
    return next(
        (
            at
            for at in sorted(starts)
            if any(at in hour for hour in hours)
            and all(any(at in gap for gap in some) for some in gaps)
        ),
        None,
    )


def unreachable_steps(
    row: EscalationRow, index: int, personal: Mapping[str, Sequence[timedelta]]
) -> Iterator[TriggerFinding]:
    """Yield a finding for each person with a notification step after the next level is due.

    ``personal`` holds, by person id, the delays of that person's notification steps after a page.
    """
    wait = _wait(row, index)
    if wait is None:
        return
    for person in sorted({who for one in row.levels[index].targets for who in _all_of(one)}):
        for step in personal.get(person, ()):
            if step >= wait:
                data = {"person": person, "step": step, "wait": wait}
                yield "unreachable_step", data, (person, step)
                break


def _wait(row: EscalationRow, index: int) -> timedelta | None:
    """Return how soon the next level follows a level; None if that is not known."""
    if index + 1 == len(row.levels):
        return row.repeat_after if row.repeat else None
    return row.levels[index + 1].trigger.behind(row.levels[index].trigger)


def _all_of(target: EscalationTarget) -> Iterator[str]:
    """Yield everybody whom a target may notify at some hour, as far as the ids are known."""
    if target.kind == "person":
        yield target.name
    yield from target.members
    if target.schedule is not None:
        for layer in target.schedule.layers:
            yield from filter(None, layer.people)
        for override in target.schedule.overrides:
            yield from override.people
