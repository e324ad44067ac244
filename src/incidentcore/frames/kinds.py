"""Read one of several rows that are alike as a record, and store the results of KPIs for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import attrs
import narwhals.stable.v2 as nw
import numpy as np

from incidentcore.frames.alike import OddRowError, Probe, Rows, Span, place_in
from incidentcore.frames.native import MISSING, Ints, as_instants, as_series, codes_of
from incidentcore.frames.plan import Plan, refuse
from incidentcore.kpi import AtLeast, Duration, Kpi, Partial, SameDay, SlaClocks
from incidentcore.kpi.engine.accumulators import at_instant, instant, microseconds
from incidentcore.kpi.engine.compile import compile_kpi
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.groups import compile_groups
from incidentcore.kpi.measures.base import Extract
from incidentcore.kpi.moments import compile_moment, compile_path
from incidentcore.kpi.record_tests import exact_limit
from incidentcore.records import Record
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaStatus, evaluate_sla
from incidentcore.sla.cycles import COUNTING
from incidentcore.vendors import read_table
from incidentcore.vendors.cells import TIMES
from incidentcore.vendors.kit import ImportFinding
from incidentcore.vendors.kit.findings import OF_WORDS

_ROW: Final = " row "
_REPORTED: Final = frozenset({*OF_WORDS, "missing_time", "malformed_record", "before_opening"})


class Timed(NamedTuple):
    """The spans between instants of a row from whose sum its duration is computed."""

    spans: tuple[Span, ...]
    less: int = 0  # microseconds that are taken off
    bit: int | None = None  # of survival: whether the stop was seen


def _over(rows: Rows, mask: Any, spans: tuple[Span, ...], limit: int) -> Any:
    return rows.times(spans, mask, int(mask.sum())) > limit


def _open(rows: Rows, mask: Any, place: int, calendar: Calendar) -> Any:
    return rows.clock(calendar).is_open(rows.at(place, mask))


def _on_one_day(rows: Rows, mask: Any, first: int, second: int, zone: ZoneInfo) -> Any:
    days = rows.days(zone)
    return days.of(rows.at(first, mask)) == days.of(rows.at(second, mask))


@attrs.define
class Kind:
    """The results for all rows that are alike and therefore have the same number."""

    known: Record | None
    group: int = -1
    outcomes: list[Any] = attrs.field(factory=list)  # a code, a value, or None
    # What the moments of each row decide, by the outcome's place, the basis, or the check.
    by_row: dict[Any, Any] = attrs.field(factory=dict)
    notes: list[ImportFinding] = attrs.field(factory=list)
    is_odd: bool = False


class Kinds:
    """The groups of rows that are alike, which are found while the parts of a frame are read."""

    def __init__(self, plan: Plan, frame: nw.DataFrame[Any], fields: Mapping[str, str]) -> None:
        self.plan = plan
        self.fields = fields
        self.part: Partial = plan.part.empty()
        self.names: list[str] = []
        self.words: dict[str, tuple[Any, list[Any]]] = {}
        moments: list[Ints] = []
        has_id = not plan.texts.isdisjoint({"id", "title"})
        for name, column in self.fields.items():
            series = as_series(frame[column].to_native(), column, "a column")
            if name in TIMES or (name.startswith("custom.") and series.dtype == nw.Datetime):
                self.names.append(name)
                moments.append(as_instants(series.to_native(), f"mapping[{name}]: {column}"))
            elif name != "id" or has_id:
                self.words[name] = codes_of(series)
        self.moments = moments
        self.size: int = len(moments[0])
        self.now: int = instant(plan.as_of)
        self.group_ids: dict[tuple[object, ...], int] = {}
        self.group_of: Callable[[Record], tuple[object, ...]] = compile_groups(
            plan.groups, plan.as_of
        )
        self.is_windowed: bool = plan.window is not None or any(
            kpi.measure.spreads for kpi in self.part.firsts
        )
        self.extracts: dict[frozenset[str] | None, list[Extract]] = {}
        self.notes: dict[int, list[ImportFinding]] = {}

    def learn(self, kinds: list[Kind], numbers: Ints, count: int, place: int) -> None:
        """Read one row of each new number as a record, and evaluate it."""
        new = range(len(kinds), count)
        rows = [place + int(np.argmax(numbers == number)) for number in new]
        for row, known in zip(rows, self.records(rows), strict=True):
            kind = Kind(known, notes=self.notes.pop(row, []))
            kinds.append(kind)
            if known is not None:
                moments = [*(int(column[row]) for column in self.moments), self.now]
                try:
                    self._ask(kind, known, moments)
                except OddRowError:
                    kind.is_odd = True
                    kind.by_row.clear()

    def records(self, rows: Sequence[int]) -> list[Record | None]:
        """Return rows as records, as known at the instant of the computation; None if left out."""
        entries = list(map(self._entry, rows))
        mapping = {name: column for name, column in self.fields.items() if "." not in name}
        found: dict[str, Record] = {}
        if entries and "id" in self.words:  # one by one, since ids may be missing
            for row, entry in zip(rows, entries, strict=True):
                for record in self._read([row], [entry], mapping):
                    found[str(row)] = record
        elif entries:
            numbered = {**mapping, "id": _ROW}
            found = {each.id: each for each in self._read(rows, entries, numbered)}
        records = [found.get(str(row)) for row in rows]
        return [None if each is None else as_known(each, self.plan.as_of) for each in records]

    def _read(
        self, rows: Sequence[int], entries: list[dict[str, Any]], mapping: Mapping[str, str]
    ) -> Iterator[Record]:
        reading = read_table(entries, mapping, **self.plan.reading)
        yield from reading
        if _REPORTED.isdisjoint(reading.findings.counts):
            return
        for row, entry in zip(rows, entries, strict=True):  # which rows have which findings
            alone = read_table([entry], mapping, **self.plan.reading)
            deque(alone, maxlen=0)
            self.notes[row] = [one for one in alone.findings if one.code in _REPORTED]

    def report(self, kinds: list[Kind], numbers: Ints) -> None:
        """Add the findings of each group of rows, once for each of its rows."""
        counts = np.bincount(numbers, minlength=len(kinds)).tolist()
        for kind, count in zip(kinds, counts, strict=True):
            for one in kind.notes if count else ():
                self.plan.findings.add(
                    one.code,
                    one.action,
                    field=one.field,
                    value=one.value if one.code in OF_WORDS else "",  # times differ by row
                    count=count * one.count,
                )

    def _entry(self, row: int) -> dict[str, Any]:
        entry: dict[str, Any] = {_ROW: str(row)} if "id" not in self.words else {}
        for name, column in zip(self.names, self.moments, strict=True):
            at = int(column[row])
            entry[self.fields[name]] = None if at == MISSING else at_instant(at)
        for name, (codes, seen) in self.words.items():
            entry[self.fields[name]] = seen[codes[row]]
        return entry

    def _ask(self, kind: Kind, known: Record, moments: list[int]) -> None:
        """Store the results of the definitions for a record; durations as bounding moments."""
        group = self.group_of(known)
        kind.group = self.group_ids.setdefault(group, len(self.group_ids))
        kind.by_row["opened"] = self.names.index("opened")
        for number, (asking, test) in enumerate(self.plan.checks):
            kind.by_row["check", number] = self._check(asking, test, known, moments)
        firsts, now, covers = self.part.firsts, self.plan.as_of, known.covers
        if covers not in self.extracts:
            self.extracts[covers] = [compile_kpi(kpi, now, covers=covers) for kpi in firsts]
        for place, (kpi, extract) in enumerate(zip(firsts, self.extracts[covers], strict=True)):
            outcome = extract(known)
            measure = kpi.measure
            if isinstance(outcome, str) or outcome is None:
                pass
            elif measure.spreads:
                kind.by_row[place], outcome = _moves(outcome, moments), None
            elif measure.has_statistic:
                timed = self._timed(measure, kpi, known, moments)
                if timed is not None:
                    kind.by_row[place], outcome = timed, None
            kind.outcomes.append(outcome)
            basis = kpi.window_basis
            if self.is_windowed and not measure.spreads and basis != "snapshot":
                at = getattr(known, f"{basis}_at")
                if at is not None:
                    kind.by_row[basis] = place_in(moments, at)
                if basis in ("resolved", "closed") and known.reopen_count and self.plan.window:
                    raise OddRowError

    def _timed(self, measure: Any, kpi: Kpi, known: Record, moments: list[int]) -> Timed | None:
        """Return the parts of a duration: its spans, the time taken off, and the survival bit."""
        if isinstance(measure, SlaClocks):
            return self._of_clock(measure, kpi, known, moments)
        if isinstance(measure, Duration):
            return self._of_duration(measure, kpi, known, moments)
        return None

    def _of_clock(
        self, measure: SlaClocks, kpi: Kpi, known: Record, moments: list[int]
    ) -> Timed | None:
        status: SlaStatus = evaluate_sla(measure.rules, known, now=self.plan.as_of)
        cycles = status._cycles  # noqa: SLF001  the spans before their time is computed
        if not cycles:
            return None
        if len(cycles) > 1:
            raise OddRowError
        if status._figures.fixed_due is not None:  # noqa: SLF001  the same
            refuse(kpi, "its target is not open time alone")
        places = tuple(
            (place_in(moments, span.start), place_in(moments, span.end), span.calendar)
            for span in cycles[0].spans
            if span.kind == COUNTING
        )
        return Timed(places, microseconds(status._figures.target))  # noqa: SLF001  the same

    def _of_duration(
        self, measure: Duration, kpi: Kpi, known: Record, moments: list[int]
    ) -> Timed | None:
        probe = Probe()
        answer = measure.reader(kpi.replace(clock=probe), self.plan.as_of)(known)
        if isinstance(answer, str):
            return None
        places = tuple(
            (place_in(moments, start), place_in(moments, stop), kpi.clock)
            for start, stop in probe.asked
        )
        return Timed(places, bit=answer & 1 if kpi.unfinished == "censor" else None)

    def _check(self, kpi: Kpi | None, test: Any, known: Record, moments: list[int]) -> Any:
        """Return a function that decides one yes or no in each row, and its further arguments.

        The result is None if the whole kind has the same.
        """
        if kpi is None:  # a band of hours
            at = compile_path(test[0])(known)
            return None if at is None else (_open, place_in(moments, at), test[1])
        if isinstance(test, SameDay):
            first, second = (
                compile_moment(one, self.plan.as_of)(known) for one in (test.first, test.second)
            )
            if first is None or second is None:
                return None
            return _on_one_day, place_in(moments, first), place_in(moments, second), test.zone
        timed = self._timed(getattr(test, "measure", test), kpi, known, moments)
        if timed is None:
            return None
        spans, target, bit = timed
        if bit is not None:
            raise OddRowError
        if hasattr(test, "limit"):
            target = exact_limit(test) - isinstance(test, AtLeast)
        return _over, spans, target


def _moves(steps: list[tuple[Any, int]], moments: list[int]) -> list[int]:
    """Return the positions of the moments at which a record came, went, or was only seen.

    A record that came or went more than once is odd.
    """
    places = [-1, -1, -1]
    for at, step in steps:
        turn = (1, -1, 0).index(step)
        if places[turn] >= 0:
            raise OddRowError
        places[turn] = -1 if at is None else place_in(moments, at)
    return places
