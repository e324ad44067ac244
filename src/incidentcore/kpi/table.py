"""Results with their definitions, and the table that holds them (rule K2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import InvalidValueError, MissingExtraError
from incidentcore.instants import Interval, plain_interval
from incidentcore.kpi.engine.results import Value
from incidentcore.kpi.group_keys import label, row_text
from incidentcore.kpi.objective import Objective
from incidentcore.kpi.periods import Periods, Windows
from incidentcore.kpi.reasons import reason_text
from incidentcore.pages.table import (
    Tabular,
    to_csv,
    to_html,
    to_markdown,
    to_text,
    translated_cells,
)
from incidentcore.values import FrozenMap
from incidentcore.words import Phrase, Words

ALL: Final = "(all)"


def hours(span: timedelta) -> float:
    """Return a duration in hours, for presentation only."""
    return span / timedelta(hours=1)


@attrs.frozen(kw_only=True)
class KpiResult(SharedRepr):
    """The value of one KPI for one group and period, with the numbers behind it.

    Attributes:
        kpi: The KPI's id.
        definition: The id made from the content of the KPI's definition (``Kpi.definition``).
        group: The values of the groups, in the order of the headings; ``"(all)"`` in a total.
        period: The period's name; None if the table has no periods.
        value: A ``timedelta`` where the unit is ``duration``, rounded half to even to the
            microsecond; a whole number for counts; a float otherwise; None if there is no value: no
            records, or a denominator of zero. A missing value is never shown as 0, 100 or NaN.
        unit: ``duration``, ``fraction`` (0 to 1), ``records``, or the unit of the measure.
        n: The number of records from which the value is computed.
        excluded: The number of records left out for each reason.
        numerator: For rates and ratios, the number that is divided; hours for availability.
        denominator: For rates and ratios, the number by which the numerator is divided.
        of: For rates and ratios, the denominator in words.
        low: The lower bound of the confidence interval, if one was requested; or the minimum
            of a value that is not known, such as the uptime of a window without failure.
        high: The upper bound of the confidence interval.
        enough: Whether ``n`` reaches the definition's ``min_n``. If ``min_n`` is 1, a value without
            records is enough too, such as a volume of zero in a week without records.
        approximate: Whether the value comes from a histogram (mode ``sketch``) and is not exact.
        objective: The definition's objective, if it has one.
        budget: The error budget of an objective on a share: how much may miss the objective, as a
            duration for shares of time, otherwise as a number of items. None for other KPIs.
        budget_left: How much of the budget is left; negative if it is overspent.
    """

    kpi: str
    definition: str
    group: tuple[object, ...] = ()
    period: str | None = None
    value: Value
    unit: str
    n: int
    excluded: FrozenMap[int] = FrozenMap()
    numerator: int | float | None = None
    denominator: int | float | None = None
    of: str = ""
    low: Value = None
    high: Value = None
    enough: bool = True
    approximate: bool = False
    objective: Objective | None = None
    budget: Value = None
    budget_left: Value = None

    @property
    def met(self) -> bool | None:
        """Return whether the objective is met; None without an objective or a value."""
        if self.objective is None or self.value is None:
            return None
        return self.objective.is_met_by(self.value)

    @property
    def hours(self) -> float | None:
        """Return the value in hours if it is a duration, for presentation; otherwise None."""
        return hours(self.value) if isinstance(self.value, timedelta) else None

    def is_of(self, group: Sequence[object]) -> bool:
        """Return whether the result is that of a group; a level or state may be given by name."""
        return len(self.group) == len(group) and all(
            seen == wanted or (isinstance(wanted, str) and label(seen) == wanted)
            for seen, wanted in zip(self.group, group, strict=True)
        )

    def text(self) -> str:
        """Return the value as readable text, such as ``"22.10 h"`` or ``"51.12 %"``."""
        if self.value is None and self.low is not None:
            return f">= {_text(self.low, self.unit)}"
        shown = _text(self.value, self.unit)
        if self.low is not None and self.high is not None:
            bounds = (_text(bound, self.unit) for bound in (self.low, self.high))
            shown += f" [{', '.join(bounds)}]"
        return f"~{shown}" if self.approximate and self.value is not None else shown

    def counted(self, *, among: bool = False) -> str:
        """Return the counts behind a rate, such as ``"12 of 40"``; empty for other figures.

        With ``among``, the denominator is named: ``"12 of 40 resolved records"``.
        """
        if self.unit != "fraction" or self.numerator is None or self.denominator is None:
            return ""
        text = "{part} of {whole} {of}" if among and self.of else "{part} of {whole}"
        part, whole = (
            number if isinstance(number, int) else Decimal(f"{number:.2f}")
            for number in (self.numerator, self.denominator)
        )
        return Phrase(text, part=part, whole=whole, of=Phrase(self.of))


def _text(value: Value, unit: str) -> str:
    if value is None:
        return "-"
    if isinstance(value, timedelta):
        # Exactly, half to even: as a float, 93.405 h would be rounded by its last binary digit.
        hundredths = round(Fraction(value // timedelta(microseconds=1), 36_000_000))
        return f"{hundredths / 100:,.2f} h"
    if unit == "fraction":
        return _percent(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}"


def _percent(value: float) -> str:
    """Return a share as text: 0 or 100 per cent only if nothing or everything counts (rule T4)."""
    text = f"{100 * value:.2f} %"
    if text == "100.00 %" and value < 1:
        return "> 99.99 %"
    return "< 0.01 %" if text == "0.00 %" and value > 0 else text


def plain_value(value: object) -> Any:
    """Return a value as a number, text or None; durations in hours."""
    if isinstance(value, timedelta):
        return hours(value)
    if value is None or isinstance(value, (int, float, str)):
        return value
    return label(value)


@attrs.frozen(kw_only=True, repr=False)
class KpiTable(Tabular):
    """The results of one computation, available as text, Markdown, HTML, CSV or plain rows.

    Iteration yields plain rows for data frame libraries: mappings from column to number, text or
    None. Durations in them are in hours.

    Attributes:
        results: The results, ordered by KPI as they were given, then by group, then by period.
        groups: The headings of the groups.
        as_of: The instant of the computation, in the zone in which it was given.
        window: The window or periods, if any.
        mode: ``exact`` or ``sketch``.
        zone_data: The version and source of the time zone data (rule T7).
    """

    results: tuple[KpiResult, ...]
    groups: tuple[str, ...] = ()
    as_of: datetime
    window: Interval | Periods | None = None
    mode: str = "exact"
    zone_data: tuple[str, str] = attrs.field(default=("", ""), eq=False)

    def result(self, kpi: str, *group: object, period: str | None = None) -> KpiResult:
        """Return the result of a KPI, by its id, for a group and a period.

        The group's values are in the order of ``groups``; a level or state may be given by name.

        Raises:
            InvalidValueError: The table has no such row.
        """
        for row in self.results:
            if row.kpi == kpi and row.period == period and row.is_of(group):
                return row
        such = [f", such as {row_text(row)}" for row in self.results if row.kpi == kpi]
        such.append("; KPIs: " + ", ".join(dict.fromkeys(row.kpi for row in self.results)))
        raise InvalidValueError("row", (kpi, *group, period), f"a row of this table{such[0]}")

    def __getitem__(self, kpi: str) -> KpiResult:
        """Return the only result of a KPI in a table without groups and periods."""
        return self.result(kpi)

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each result as a plain row."""
        has_objective = any(row.objective is not None for row in self.results)
        left_out = () if has_objective else ("met", "budget", "budget_left")
        names = [name for name in FIGURES if name not in left_out]
        for row in self.results:
            yield {
                "kpi": row.kpi,
                **{
                    name: plain_value(value)
                    for name, value in zip(self.groups, row.group, strict=True)
                },
                **({} if row.period is None else {"period": row.period}),
                **{name: plain_value(_cell(row, name)) for name in names},
            }

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the plain rows to data frame libraries that accept Arrow tables, such as polars.

        Raises:
            MissingExtraError: The extra ``arrow`` is not installed.
        """
        try:
            import pyarrow as pa  # noqa: PLC0415
        except ModuleNotFoundError:
            raise MissingExtraError("arrow", "a KpiTable as an Arrow table") from None
        rows = list(self)
        kinds = {name: pa.type_for_alias(alias) for name, alias in FIGURES.items()}
        columns = list(rows[0]) if rows else ["kpi", *kinds]
        arrays = [
            pa.array(
                [row[c] if c in kinds or row[c] is None else str(row[c]) for row in rows],
                kinds.get(c, pa.string()),
            )
            for c in columns
        ]
        return pa.table(arrays, names=columns).__arrow_c_stream__(requested_schema)

    def to_plain(self) -> dict[str, Any]:
        """Return the table as plain data for JSON, with counts of omitted records per reason."""
        rows = []
        for row, result in zip(self, self.results, strict=True):
            row["excluded_by_reason"] = dict(result.excluded)
            rows.append(row)
        windows = Windows(self.window, self.as_of)
        periods = windows.periods
        window = windows.within if periods is None else None
        return {
            "as_of": self.as_of.astimezone(UTC).isoformat(),
            "mode": self.mode,
            "groups": list(self.groups),
            "window": plain_interval(window),
            "periods": periods and periods.unit,
            "zone": periods and periods.zone.key,
            "zone_data": list(self.zone_data),
            "rows": rows,
        }

    def cells(self, *, among: bool = False) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return headings, rows, and which columns are numeric.

        With ``among``, rates name their denominators: ``"12 of 40 resolved records"``.
        """
        columns: list[tuple[str, bool, Callable[[KpiResult], str]]] = [
            ("kpi", False, lambda row: row.kpi),
            *(
                (name, False, lambda row, place=place: group_cell(row.group[place]))
                for place, name in enumerate(self.groups)
            ),
        ]
        if any(row.period is not None for row in self.results):
            columns.append(("period", False, lambda row: row.period or ""))
        columns += [("value", True, KpiResult.text), ("n", True, lambda row: f"{row.n:,}")]
        if any(_few(row) for row in self.results):
            columns.append(("note", False, _few))
        if any(row.counted() for row in self.results):
            columns.append(("counted", not among, lambda row: row.counted(among=among)))
        if any(row.objective is not None for row in self.results):
            columns.append(("objective", False, _standing))
        columns.append(("left out", False, _reasons))
        headings, numeric, reads = zip(*columns, strict=True)
        rows = [[read(row) for read in reads] for row in self.results]
        return list(headings), rows, list(numeric)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the table as text in the language of ``words``; ``zone`` is ignored."""
        return to_text(*translated_cells(self.cells(), words))

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        return to_markdown(*self.cells(among=True))

    def to_html(self) -> str:
        """Return the table as HTML; everything in it is escaped.

        The caption states ``as_of``, the window and the mode of the computation.
        """
        return to_html(*self.cells(among=True), caption=self._caption())

    def _caption(self) -> str:
        windows, zone, by = Windows(self.window, self.as_of), self.as_of.tzinfo, ""
        window = windows.within
        if windows.periods is not None:
            by, zone = f", by {windows.periods.unit}", windows.periods.zone
        text = f"As of {_wall(self.as_of, zone)} ({zone}){by}"
        if window is not None:
            text += f", from {_wall(window.start, zone)} to before {_wall(window.end, zone)}"
        return text if self.mode == "exact" else f"{text}; {self.mode}, quantiles within 1 %"

    def to_csv(self) -> str:
        """Return the plain rows as CSV, with an apostrophe before text that resembles a formula."""
        rows = list(self)
        headings = list(rows[0]) if rows else ["kpi"]
        return to_csv(headings, ([row[name] for name in headings] for row in rows))


def _wall(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def group_cell(value: object) -> str:
    """Return a group as a table cell; the total and a missing value become translatable text."""
    text = label(value)
    return Phrase(text) if value == ALL or text == label(None) else text


def _standing(row: KpiResult) -> str:
    if row.objective is None or row.met is None:
        return ""
    standing, left = Phrase("met" if row.met else "missed"), row.budget_left
    if left is None:
        return standing
    if isinstance(left, timedelta):
        minutes = Decimal(f"{left / timedelta(minutes=1):.1f}")
        return Phrase("{standing}, {minutes} min left", standing=standing, minutes=minutes)
    return Phrase("{standing}, {count} left", standing=standing, count=Decimal(f"{left:.1f}"))


def _few(row: KpiResult) -> str:
    return "" if row.enough or not row.n else Phrase("few")


@attrs.frozen
class _Reason(SharedRepr):
    """Why records were left out: the code, or its text in a language that has a translation."""

    code: str

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        english = reason_text(self.code)
        said = words.template(english)
        return self.code if said == english else said


def _reasons(row: KpiResult) -> str:
    counts = row.excluded.items()
    shown = tuple(Phrase("{reason} {n}", reason=_Reason(code), n=n) for code, n in counts)
    return Phrase("{reasons}", reasons=shown)


# The columns of a plain row below its KPI, groups and period, each with its type in Arrow.
FIGURES: Final = {
    "value": "double",
    "unit": "string",
    "n": "int64",
    "excluded": "int64",
    "excluded_by_reason": "string",
    "numerator": "double",
    "denominator": "double",
    "of": "string",
    "low": "double",
    "high": "double",
    "enough": "bool",
    "approximate": "bool",
    "met": "bool",
    "budget": "double",
    "budget_left": "double",
    "definition": "string",
}
"""The figures of a plain row, with the names of their Arrow types."""
COLUMNS: Final = frozenset(("kpi", "period", *FIGURES))
"""The columns of a plain row; their names are not allowed for groups."""


def _cell(row: KpiResult, name: str) -> object:
    if name == "unit":
        return "hours" if row.unit == "duration" else row.unit
    if name == "excluded":
        return sum(row.excluded.values())
    return _reasons(row) if name == "excluded_by_reason" else getattr(row, name)
