"""The probability that a clock will breach its target, from the outcomes of similar records.

It is the share of visits to the same cell that needed more time than is left, among those that had
lasted as long. Only time that the clock counted is used: no closed hours, and no pauses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import attrs

from incidentcore._checks import as_tuple, each_of, need_kind, need_several, need_whole
from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.forecast.visits import (
    CellHistory,
    Cells,
    Row,
    Standing,
    cell_values,
    rows_of,
    since_of,
    standing,
    whole_minutes,
)
from incidentcore.instants import as_utc
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises
from incidentcore.records.replay import timeline_by
from incidentcore.sla.coverage import not_covered
from incidentcore.sla.cycles import MICRO
from incidentcore.sla.evaluate import clock_cycles
from incidentcore.sla.life import OneClock, need_clock
from incidentcore.values import LintFinding

STANDARD_CELLS: Final[Cells] = (
    ("priority", "state", "assignment_group", "assignee"),
    ("priority", "state", "assignment_group"),
    ("state", "assignment_group"),
    ("priority",),
    (),
)
"""The kinds of cell that a model uses by default, most specific first, each given by its fields."""

_TEXTS: Final[Mapping[str, str]] = {
    "completed_only": "all {n} records have ended, so long ones may be missing; export open "
    "records too",
    "mostly_censored": "{censored} of {n} visits have no known end: too few show how long it takes",
    "no_clock": "no clock counts",
    "not_covered": "cannot be judged: the source does not cover {fields}",
    "too_few": "{n} visits, fewer than {enough}",
}


@attrs.frozen(kw_only=True)
class BreachChance:
    """The probability, from 0 to 1, that a clock will breach its target, with the reason.

    ``low`` and ``high`` are the ends of its 95 % interval. ``n`` is the number of earlier visits to
    the record's ``cell``, and 0 if the outcome is certain; ``BreachModel`` says what these are.
    """

    probability: float
    low: float
    high: float
    n: int
    cell: str
    why: str


@attrs.frozen(kw_only=True, slots=False)
class BreachModel:
    """A model that forecasts the probability of a breach from earlier records.

    A *cell* is a combination of field values, such as a priority, state and group; a *visit* to it
    begins when a record gets these values. Models can be written as documents, and ``merge_models``
    merges models of different records. Called with a record, a model returns only the probability,
    as ``backtest_breach`` expects. The attributes that are not listed are the arguments of
    ``breach_model``.

    Attributes:
        records: How many records had the clock.
        running: How many of the clocks were running or paused at ``as_of``.
        histories: The earlier visits, grouped by cell.
    """

    definition: OneClock
    as_of: datetime
    recent: timedelta | None = None
    cells: Cells = STANDARD_CELLS
    enough: int = 30
    records: int = 0
    running: int = 0
    histories: tuple[CellHistory, ...] = attrs.field(default=(), repr=False)

    @cached_property
    def _histories(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], CellHistory]:
        return {(one.fields, one.values): one for one in self.histories}

    def comparable(self, stands: Standing) -> Iterator[tuple[CellHistory, int, timedelta]]:
        """Yield the visits with which a record's clock is compared, the most specific cell first.

        ``stands`` is the state of the clock at an instant. Each item has the visits to one of the
        record's cells, the length in microseconds that a visit must exceed to be comparable, and
        the time that the clock counted since the record entered the cell. Cells without visits are
        left out.
        """
        for fields, since in zip(self.cells, stands.entered, strict=True):
            history = self._histories.get((fields, cell_values(fields, stands.facts)))
            if history is not None:
                yield history, stands.age(since), since

    @cached_property
    def findings(self) -> tuple[LintFinding, ...]:
        """Return the reasons why the model gives no probability for certain field values."""
        if self._completed_only:
            return (LintFinding("completed_only", "", {"n": self.records}, texts=_TEXTS),)
        return tuple(
            finding
            for one in self.histories
            if (finding := self._unfit(str(one), len(one.left), one.ended.count(False))) is not None
        )

    @property
    def _completed_only(self) -> bool:
        return not self.running and self.records >= self.enough

    def _unfit(self, cell: str, n: int, censored: int) -> LintFinding | None:
        if n < self.enough:
            return LintFinding("too_few", cell, {"n": n, "enough": self.enough}, texts=_TEXTS)
        if 2 * censored > n:
            data = {"n": n, "censored": censored}
            return LintFinding("mostly_censored", cell, data, texts=_TEXTS)
        return None

    def __call__(self, record: Record, /, *, now: datetime) -> float | None:
        """Return the probability that the clock will breach; None if it is unknown."""
        chance = self.chance(record, now=now)
        return None if chance is None else chance.probability

    def chance(
        self, record: Record, /, *, now: datetime, known_at: datetime | None = None
    ) -> BreachChance | None:
        """Return the probability that a record's clock will breach its target, with the reason.

        It is 1 once the clock has breached, 0 once it has ended in time. None if there is no clock,
        or the history does not allow a forecast; ``why_not`` returns the reason. Events after
        ``now`` are ignored, and with ``known_at`` also what was recorded after that instant.

        Source: rule X4; the conditional Kaplan-Meier estimate; comparing records with equal fields
        is our choice.
        """
        return self._answer(record, now, known_at)[0]

    def why_not(
        self, record: Record, /, *, now: datetime, known_at: datetime | None = None
    ) -> LintFinding | None:
        """Return why ``chance`` has no answer for the same arguments; None if it has one."""
        return self._answer(record, now, known_at)[1]

    def _answer(
        self, record: Record, now: datetime, known_at: datetime | None
    ) -> tuple[BreachChance | None, LintFinding | None]:
        stands = standing(self.definition, record, now=now, known_at=known_at, cells=self.cells)
        if stands is None or stands.cycle.outcome in ("canceled", "replaced"):
            if lacking := () if stands else not_covered(self.definition, record.covers):
                named = {"fields": ", ".join(lacking)}
                return None, LintFinding("not_covered", record.id, named, texts=_TEXTS)
            return None, LintFinding("no_clock", record.id, texts=_TEXTS)
        left = stands.target - stands.elapsed
        if left < timedelta(0) or not stands.goes_on:
            share = float(left < timedelta(0))
            why = "it breached already" if share else "it ended in time"
            certain = BreachChance(probability=share, low=share, high=share, n=0, cell="", why=why)
            return certain, None
        if self._completed_only:
            return None, self.findings[0]
        unanswered = LintFinding("too_few", "any", {"n": 0, "enough": self.enough}, texts=_TEXTS)
        for history, age, since in self.comparable(stands):
            cell = str(history)
            unfit = self._unfit(cell, *history.curve.at_risk(age))
            if unfit is not None:
                unanswered = unfit
                continue
            share, low, high, n = history.curve.tail(age, (since + left) // MICRO)
            why = (
                f"of {n} with {cell} that had taken {whole_minutes(since)} there, {share:.0%} "
                f"took more than the {whole_minutes(left)} that are left"
            )
            found = BreachChance(probability=share, low=low, high=high, n=n, cell=cell, why=why)
            return found, None
        return None, unanswered


def breach_model(
    definition: OneClock,
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    recent: timedelta | None = None,
    cells: Iterable[Iterable[str]] = STANDARD_CELLS,
    enough: int = 30,
) -> BreachModel:
    """Return a model of the probability that a clock breaches its target, fitted to records.

    The ``findings`` of the model list the field values for which it gives no probability.

    Args:
        definition: The clock: a definition or a policy.
        records: The records, including open ones; read once. Those of exercises are excluded.
        as_of: Only events that had happened and been recorded by then are used.
        recent: Use only what happened in this span before ``as_of``, so that the model follows
            changes at the desk; None for everything. To choose a value, compare scores of
            ``backtest_breach``.
        cells: Combinations of fields, the most specific first. A record is compared with earlier
            records that had the same values in these fields (its cell).
        enough: The minimum number of earlier records of a cell that stayed in it at least as long
            as the record has so far; with fewer, the next combination is used.

    Raises:
        InvalidValueError: ``definition`` is not a clock, a field does not exist, or ``recent`` or
            ``enough`` is not positive.

    Source: Kaplan and Meier 1958, with delayed entry; the comparison by cells is our choice.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import BusinessCalendar, Incident, SlaDefinition, advance
    >>> from incidentcore.forecast import breach_model
    >>> nine, hour = datetime(2026, 6, 1, 9, tzinfo=UTC), timedelta(hours=1)
    >>> agreed = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    >>> def ticket(number, hours):
    ...     one = Incident.open(id=f"INC-{number}", title="No mail", by="kim", at=nine)
    ...     if not hours:
    ...         return one
    ...     done = {"resolution_code": "advice", "resolution_notes": "Done."}
    ...     return advance(one, "resolve", at=nine + hours * hour, by="ada", **done)
    >>> history = [ticket(number, hours) for number, hours in enumerate((1, 2, 3, 5, 6, 0))]
    >>> model = breach_model(agreed, history, as_of=nine + 8 * hour, enough=3)
    >>> chance = model.chance(ticket(9, 0), now=nine + 2 * hour)
    >>> chance.probability, chance.n
    (0.75, 4)
    >>> print(chance.why)
    of 4 with priority (none), state new, assignment_group (none), assignee (none) that had taken \
2:00 there, 75% took more than the 2:00 that are left
    """
    as_of = as_utc(as_of, "as_of")
    need_clock(definition)
    since = since_of(recent, as_of)
    need_whole("enough", enough)
    allowed = 'combinations of fields, such as [["priority", "state"], []]'
    kinds = tuple(as_tuple(fields, str) for fields in need_several("cells", cells, allowed))
    tables: list[dict[tuple[str, ...], list[Row]]] = [{} for _ in kinds]
    counted = running = 0
    for record in without_exercises(records):
        if since is not None and record.updated_at < since and not record.state.open:
            continue
        timeline = timeline_by(record, as_of, as_of)
        cycles = [] if timeline is None else clock_cycles(definition, timeline, now=as_of)
        if timeline is None or not cycles:
            continue
        counted += 1
        running += cycles[-1].ended_at is None
        for fields, table in zip(kinds, tables, strict=True):
            for values, row in rows_of(fields, timeline, cycles, as_of, since):
                table.setdefault(values, []).append(row)
    return BreachModel(
        definition=definition,
        as_of=as_of,
        recent=recent,
        cells=kinds,
        enough=enough,
        records=counted,
        running=running,
        histories=_histories(kinds, tables),
    )


def _histories(
    kinds: Cells, tables: Sequence[Mapping[tuple[str, ...], list[Row]]]
) -> tuple[CellHistory, ...]:
    histories = []
    for fields, table in zip(kinds, tables, strict=True):
        for values in sorted(table):
            entered, left, ended = zip(*sorted(table[values]), strict=True)
            histories.append(CellHistory(fields, values, entered, left, ended))
    return tuple(histories)


def merge_models(models: Iterable[BreachModel], /) -> BreachModel:
    """Merge models, each fitted to some of the records, into one model of all records.

    No record may be in two of them.

    Raises:
        InvalidValueError: ``models`` is empty, or the models differ in more than their records.
    """
    parts = list(each_of("models", models, BreachModel))
    bare = [attrs.evolve(part, records=0, running=0, histories=()) for part in parts]
    if not parts or any(one != bare[0] for one in bare):
        raise InvalidValueError("models", parts, "models that differ in nothing but their records")
    kinds = parts[0].cells
    tables: list[dict[tuple[str, ...], list[Row]]] = [{} for _ in kinds]
    for one in (history for part in parts for history in part.histories):
        rows = zip(one.entered, one.left, one.ended, strict=True)
        tables[kinds.index(one.fields)].setdefault(one.values, []).extend(rows)
    return attrs.evolve(
        parts[0],
        records=sum(part.records for part in parts),
        running=sum(part.running for part in parts),
        histories=_histories(kinds, tables),
    )


def expected_resolution(
    model: BreachModel, record: Record, /, *, now: datetime, share: float = 0.5
) -> datetime | None:
    """Return the instant by which a clock will have ended, with the probability ``share``.

    It is counted in the clock's calendar from ``now`` on without pauses, even if the clock is
    paused. None if the clock is neither running nor paused, or the model cannot tell.

    Raises:
        InvalidValueError: The share is not between 0 and 1.
    """
    need_kind("model", model, BreachModel)
    if not 0 < share < 1:
        raise InvalidValueError("share", share, "a number between 0 and 1, both exclusive")
    now = as_utc(now, "now")
    stands = standing(model.definition, record, now=now, cells=model.cells)
    if stands is None or not stands.goes_on:
        return None
    for history, age, since in model.comparable(stands):
        if model._unfit("", *history.curve.at_risk(age)) is not None:  # noqa: SLF001
            continue
        if (time := history.curve.quantile(age, share)) is not None:
            try:
                calendar = stands.cycle.calendar
                return calendar.deadline(calendar.next_open(now), time * MICRO - since)
            except UnreachableDeadlineError:
                return None
    return None
