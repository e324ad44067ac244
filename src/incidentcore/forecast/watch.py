"""List the open records that are most likely to breach their targets, each with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from incidentcore._checks import each_of, is_number, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.forecast.backtest import ForecastScore
from incidentcore.forecast.breach import BreachChance, BreachModel, expected_resolution
from incidentcore.forecast.visits import standing, whole_minutes
from incidentcore.instants import as_utc
from incidentcore.pages.table import Tabular
from incidentcore.records import Record
from incidentcore.sla.coverage import not_covered


@attrs.frozen(kw_only=True)
class WatchItem:
    """An open record that may breach its target.

    Attributes:
        record: The record.
        chance: The probability of a breach, with the reason.
        left: The time left before the breach, as text.
        expected_at: When the clock is expected to end (median), computed in its calendar; None if
            unknown. While the clock is paused, this assumes that it is resumed now.
        paused: Whether the clock is paused.
    """

    record: Record
    chance: BreachChance
    left: str
    expected_at: datetime | None
    paused: bool = False


@attrs.frozen(kw_only=True)
class WatchList(Tabular):
    """Open records that have not breached their targets, the most likely to breach first.

    ``unanswered`` open records are not listed because there is no forecast for them; ``score`` is
    the accuracy of earlier forecasts, from ``backtest_breach``, if it was passed.
    """

    now: datetime
    items: tuple[WatchItem, ...]
    unanswered: int
    score: ForecastScore | None = None

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings of the table, its rows, and which columns are numeric."""
        rows = [
            [
                item.record.id,
                f"{item.chance.probability:.0%}",
                f"{item.chance.low:.0%}-{item.chance.high:.0%}",
                item.left,
                _expected(item),
                item.chance.why,
            ]
            for item in self.items
        ]
        headings = ["record", "chance", "95%", "left", "expected (UTC)", "why"]
        return headings, rows, [False, True, True, True, False, False]

    def notes(self) -> list[str]:
        """Return the number of records not listed and the forecasts' accuracy, as text."""
        tested = "not tested: no score was given" if self.score is None else str(self.score)
        return [f"without an answer: {self.unanswered}", *tested.splitlines()[:2]]


def _expected(item: WatchItem) -> str:
    """Return when a clock is expected to end, as text; of a paused one, under which condition."""
    if item.expected_at is None:
        return "paused" * item.paused
    return f"{item.expected_at:%a %d %b %H:%M}{', if resumed now' * item.paused}"


def watch_list(
    model: BreachModel,
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    at_least: float = 0.0,
    score: ForecastScore | None = None,
) -> WatchList:
    """Return the open records that have not breached their targets, most likely to breach first.

    A record is left out if its clock has breached, if its clock is neither running nor paused, or
    if the probability of a breach is below ``at_least``. The ``score``, a result of
    ``backtest_breach``, is shown with the list.

    Source: rule X4.
    """
    need_kind("model", model, BreachModel)
    now = as_utc(now, "now")
    if not is_number(at_least) or not 0 <= at_least <= 1:
        raise InvalidValueError("at_least", at_least, "a probability from 0 to 1, such as 0.7")
    items: list[WatchItem] = []
    unanswered = 0
    for record in each_of("records", records, Record):
        stands = standing(model.definition, record, now=now)
        if stands is None and not_covered(model.definition, record.covers):
            unanswered += record.opened_at <= now and record.timeline().facts_at(now)["state"].open
        if stands is None or not stands.goes_on or stands.elapsed > stands.target:
            continue
        chance = model.chance(record, now=now)
        if chance is None:
            unanswered += 1
        elif chance.probability >= at_least:
            items.append(
                WatchItem(
                    record=record,
                    chance=chance,
                    left=whole_minutes(stands.target - stands.elapsed),
                    expected_at=expected_resolution(model, record, now=now),
                    paused=stands.cycle.outcome == "paused",
                )
            )
    items.sort(key=lambda item: (-item.chance.probability, item.record.opened_at, item.record.id))
    return WatchList(now=now, items=tuple(items), unanswered=unanswered, score=score)
