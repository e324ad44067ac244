"""Read records once and gather their contribution to KPIs, in parts that merge (rule K4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import product
from typing import Any, Final, TypeAlias

from incidentcore._checks import each_of, need_kind, with_article
from incidentcore.errors import InvalidValueError
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.engine.accumulators import Accumulator
from incidentcore.kpi.engine.compile import compile_kpi
from incidentcore.kpi.engine.partial import Partial, as_kpis
from incidentcore.kpi.groups import (
    EventGroups,
    GroupBy,
    Grouping,
    as_groups,
    compile_groups,
    group_names,
    groups_events,
    need_hash,
    raise_field_error,
)
from incidentcore.kpi.measures.base import Extract, PartialMode
from incidentcore.kpi.periods import Window, Windows
from incidentcore.records import Record
from incidentcore.records.fold import fold_steps
from incidentcore.records.replay import as_it_was

Plan: TypeAlias = list[tuple[Any, dict[Any, int]]]
"""For each family the accumulator's ``add`` and its reasons."""

Source: TypeAlias = tuple[frozenset[str] | None, bool]
"""The facts that a source of records supplies, and whether the records belong to exercises."""

_NEAR: Final = 1_024  # groups that are found by identity
_AT_ONCE: Final = 512  # records that are read by one function after another
_UNDONE: Final = ("resolved", "closed")  # bases that a reopening undoes


def as_known(record: Record, /, as_of: datetime) -> Record | None:
    """Return a record as it was known at an instant, or None if it was not known yet.

    Only events that had happened and had been recorded by then count (rule K6). If that is the
    whole history, the record is returned unchanged.
    """
    if not isinstance(record, Record):  # a call for each record would take a tenth of a table
        need_kind("record", record, Record)
    known = as_it_was(record, as_of, as_of)
    return None if known is None or as_of < known.opened_at else known


def gather_kpis(
    kpis: Iterable[Kpi] | Kpi,
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    group_by: Iterable[GroupBy] | GroupBy = (),
    window: Window = None,
    mode: PartialMode = "exact",
) -> Partial:
    """Return a partial result: what some of the records contribute to KPIs.

    Args:
        kpis: The definitions; the arguments and errors are those of ``compute_kpis``.
        records: The records of this part, read once.
        as_of: Only what had happened and been recorded by then counts (rule K6).
        group_by: What to group by.
        window: An ``Interval``, ``Periods``, or None.
        mode: ``exact`` stores every value, ``sketch`` only a histogram of them (rule K4).

    Source: rule K4. ``merge_partials`` merges the results; ``finish_partial`` makes the table.
    """
    groups = as_groups(group_by)
    several = as_kpis(kpis)
    part = Partial(several, as_of=as_of, groups=group_names(groups), window=window, mode=mode)
    _check_records(records)
    spreads = any(kpi.measure.spreads for kpi in part.firsts)
    by_event = groups_events(groups, part.firsts)
    try:
        if window is None and not spreads:
            _gather(part, records, groups)
        else:
            _gather_by_window(part, records, groups, by_event)
    except AttributeError as error:
        if error.name in {"opened_at", "updated_at"}:  # the first ones read from a record
            raise InvalidValueError("records", error.obj, "records, such as incidents") from None
        raise_field_error("field", error)
    declare_groups(part, groups)
    return part


def _check_records(records: object) -> None:
    if hasattr(records, "columns") and hasattr(records, "shape"):  # a data frame iterates headings
        raise InvalidValueError(
            "records",
            with_article(type(records).__name__),
            'records: make them of its rows by vendors.read_table, from to_dict("records")',
        )
    need_kind("records", records, Iterable, allowed="several records, such as a list")


def declare_groups(part: Partial, groups: Sequence[Grouping]) -> None:
    """Add the rows of declared values, beside what occurs of groups that declare none.

    With periods, these are rows of the first one; ``finish_partial`` adds the others.
    """
    declared = [tuple(getattr(group, "values", ())) for group in groups]
    if not any(declared):
        return
    period: str | None = None
    periods = part.windows.periods
    if periods is not None:
        period = next(iter(periods.labels(part.as_of)), None)
        if period is None:
            return
    found = {(None,) * len(groups)} if all(declared) else {group for group, _ in part.cells}
    for others in {
        tuple(None if values else value for values, value in zip(declared, group, strict=True))
        for group in found
    }:
        for group in product(*(v or (one,) for v, one in zip(declared, others, strict=True))):
            need_hash("group", group)
            part.row((group, period))


def _compiled(part: Partial, source: Source) -> list[Extract]:
    covers, exercise = source
    return [compile_kpi(k, part.as_of, covers=covers, exercise=exercise) for k in part.firsts]


def _plan_finder(part: Partial, groups: Sequence[Grouping]) -> Callable[[Record], Plan]:
    """Return a function that finds the totals for a record, by its group."""
    plans: dict[tuple[object, ...], Plan] = {}
    group_of = compile_groups(groups, part.as_of)

    def find(group: tuple[object, ...]) -> Plan:
        try:
            plan = plans.get(group)
        except TypeError:
            raise InvalidValueError("group", group, "values that can be hashed") from None
        if plan is None:
            plan = plans[group] = [
                (None if total.counts_inline else total.add, total.excluded)
                for total in part.row((group, None))
            ]
        return plan

    if not groups:
        return lambda _: plans.get(()) or find(())
    if len(groups) > 1:
        return lambda record: find(group_of(record))
    read = groups[0].compile(part.as_of)
    near: dict[int, tuple[object, Plan]] = {}

    def find_one(record: Record) -> Plan:
        """Find by identity first: hashing a level costs more than the rest of the search."""
        value = read(record)
        known = near.get(id(value))
        if known is not None:  # it holds the value, so that no other can have its identity
            return known[1]
        plan = find((value,))
        if len(near) < _NEAR:
            near[id(value)] = (value, plan)
        return plan

    return find_one


def _gather(part: Partial, records: Iterable[Record], groups: Sequence[Grouping]) -> None:
    """Count every record: the plain case, in which the work for each record must be small.

    To save calls, two things are done inline: the check of ``as_known`` whether the whole history
    is known, and the counting of True and False together with the reasons. Calls of one function
    after another cost half of calls of several by turns.
    """
    as_of = part.as_of
    plan_of = _plan_finder(part, groups)
    batches: dict[Source, tuple[list[Extract], list[tuple[Plan, Record]]]] = {}
    usual = batches[None, False] = _compiled(part, (None, False)), []
    for record in records:
        known: Record | None = record
        if record.updated_at > as_of:
            known = as_known(record, as_of)
        else:
            for event in record.history:
                if event.recorded_at > as_of:
                    known = as_known(record, as_of)
                    break
        if known is None:
            continue
        covers, exercise = known.covers, known.exercise
        if covers is None and exercise is None:
            extracts, batch = usual
        else:
            source = covers, exercise is not None
            if source not in batches:
                batches[source] = _compiled(part, source), []
            extracts, batch = batches[source]
        batch.append((plan_of(known), known))
        if len(batch) == _AT_ONCE:
            _count_batch(extracts, batch)
    for extracts, batch in batches.values():
        _count_batch(extracts, batch)
    for row in part.cells.values():
        for total in row:
            total.settle()


def _count_batch(extracts: list[Extract], batch: list[tuple[Plan, Record]]) -> None:
    """Count some records, and empty the batch."""
    for place, extract in enumerate(extracts):
        for plan, record in batch:
            outcome = extract(record)
            if outcome is None:
                continue
            add, counts = plan[place]
            if add is None or outcome.__class__ is str:
                try:
                    counts[outcome] += 1
                except KeyError:
                    counts[outcome] = 1
            else:
                add(outcome)
    batch.clear()


def _gather_by_window(
    part: Partial,
    records: Iterable[Record],
    groups: Sequence[Grouping],
    by_event: EventGroups | None,
) -> None:
    """Count the records whose moment lies in the window, or each record in its period."""
    as_of = part.as_of
    windows = part.windows
    group_of = compile_groups(groups, as_of)
    by_basis: dict[str, list[int]] = {}
    spread: list[int] = []
    for place, kpi in enumerate(part.firsts):
        if kpi.measure.spreads:
            spread.append(place)
        else:
            by_basis.setdefault(kpi.window_basis, []).append(place)
    compiled: dict[Source, list[Extract]] = {}
    for record in records:
        known = as_known(record, as_of)
        if known is None:
            continue
        source = known.covers, known.exercise is not None
        extracts = compiled.get(source) or compiled.setdefault(source, _compiled(part, source))
        group = group_of(known)
        need_hash("group", group)
        for basis, places in by_basis.items():
            for label, undone in _periods(known, basis, windows):
                for place in places:
                    outcome = extracts[place](known)
                    if outcome is None:
                        continue
                    if undone and outcome not in ("canceled", "exercise"):
                        outcome = undone
                    _count(part.row((group, label))[place], outcome)
        for place in spread:
            outcome = extracts[place](known)
            if outcome.__class__ is str:
                for label, _ in _periods(known, "opened", windows):
                    _count(part.row((group, label))[place], outcome)
            elif outcome is not None:
                measure = part.firsts[place].measure
                for key, some in by_event(known, outcome) if by_event else [(group, outcome)]:
                    for label, placed in measure.placed(some, windows):
                        _count(part.row((key, label))[place], placed)


def _periods(record: Record, basis: str, windows: Windows) -> Iterator[tuple[str | None, str]]:
    """Yield the periods in which a record is considered, each with a code if it is left out there.

    A reopening undoes a resolution: its period lists the record as left out, and only the period of
    the last resolution counts it.
    """
    if basis == "snapshot" or windows.window is None:
        yield None, ""
        return
    name = f"{basis}_at"
    at = getattr(record, name)
    last = windows.period(at)
    if last is not None:
        yield last[0], ""
    if basis not in _UNDONE or not record.reopen_count:
        return
    code = "reopened" if at is None else f"{basis}_again"
    before = {
        period[0]
        for _, facts, _ in fold_steps(record.history, record.default_facts())
        if (period := windows.period(facts[name])) is not None
    }
    for label in sorted(before, key=str):
        if last is None or label != last[0]:
            yield label, code


def _count(total: Accumulator, outcome: Any) -> None:
    if outcome.__class__ is str:
        total.excluded[outcome] = total.excluded.get(outcome, 0) + 1
    else:
        total.add(outcome)


def merge_partials(parts: Iterable[Partial], /) -> Partial:
    """Merge several partial results into one; their order does not matter.

    Args:
        parts: At least one partial result. All must have the same definitions, instant, groups,
            window and mode.

    Raises:
        InvalidValueError: ``parts`` is empty, or two partial results differ in one of these.

    Source: rule K4.
    """
    whole: Partial | None = None
    for part in each_of("parts", parts, Partial):
        if whole is None:
            whole, identity = part.empty(), part.identity
        elif part.identity != identity:
            raise InvalidValueError(
                "parts", part, f"partials of the same definitions, window, as_of and mode: {whole}"
            )
        for key, row in part.cells.items():
            whole.add(key, row)
    if whole is None:
        raise InvalidValueError("parts", (), "at least one partial")
    return whole
