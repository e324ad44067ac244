"""Back-test: compare past forecasts with what happened, and with a simple guess."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import fsum
from typing import Final, Protocol, runtime_checkable

import attrs

from incidentcore._checks import as_tuple, is_number
from incidentcore.errors import InvalidValueError
from incidentcore.forecast.visits import standing
from incidentcore.instants import as_utc
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises
from incidentcore.sla.life import OneClock, need_clock

_TENTHS: Final = tuple(place / 10 for place in range(1, 10))


@runtime_checkable
class Chance(Protocol):
    """The protocol for models that forecast the probability of a breach.

    ``BreachModel`` implements it, and so does any function with the same arguments.
    """

    def __call__(self, record: Record, /, *, now: datetime) -> float | None:
        """Return the probability that the record's clock will breach; None if it is unknown.

        The record has its whole history; the model must not use events after ``now``.
        """


@attrs.frozen(kw_only=True)
class ForecastScore:
    """A score of how well forecast probabilities of a breach matched what happened.

    Attributes:
        questions: How many forecasts were compared with a known outcome.
        records: How many different records the forecasts were for.
        unanswered: How often the model gave no probability.
        undecided: How many forecasts were for clocks whose outcome is not known yet.
        rate: The share of forecasts for clocks that then breached.
        brier: The mean squared error of the probabilities (Brier score); 0 is perfect.
        base_brier: The Brier score of a model that always forecasts ``rate``.
        ece: The expected calibration error: the mean difference between forecast probability and
            observed share, in ten bins.
        auc: How often a clock that breached had a higher forecast than one that met its target,
            from 0 to 1; 0.5 is what guessing gives. None if all had the same outcome.
        tenths: For probabilities from 0 to 0.1, from 0.1 to 0.2 and so on: the number and mean of
            the probabilities, and the share of their clocks that breached.

    Source: Brier 1950.
    """

    questions: int
    records: int
    unanswered: int
    undecided: int
    rate: float
    brier: float
    base_brier: float
    ece: float
    auc: float | None
    tenths: tuple[tuple[int, float, float], ...] = attrs.field(repr=False)

    @property
    def skill(self) -> float:
        """Return the fraction by which ``brier`` is less than ``base_brier``; 1 is perfect."""
        return 1 - self.brier / self.base_brier if self.base_brier else 0.0

    def __str__(self) -> str:
        auc = "-" if self.auc is None else f"{self.auc:.3f}"
        rows = [f"{n:>5}  {said:>4.0%}  {came:>4.0%}" for n, said, came in self.tenths if n]
        head = (
            f"{self.questions} questions on {self.records} records, {self.unanswered} unanswered, "
            f"{self.undecided} undecided\n"
            f"Brier {self.brier:.3f} (base rate {self.base_brier:.3f}, skill {self.skill:.0%}), "
            f"ECE {self.ece:.3f}, AUC {auc}"
        )
        return "\n".join([head, "    n  said  came", *rows])


def backtest_breach(
    definition: OneClock,
    records: Iterable[Record],
    /,
    *,
    chance: Chance,
    at: Iterable[datetime] | datetime,
    until: datetime | None = None,
) -> ForecastScore:
    """Return how well forecast probabilities of a breach matched what happened.

    At each instant in ``at``, a forecast is made for every record whose clock is running or
    paused and has not breached. Fit the model to what was known at the first of these instants, so
    that it has not seen what it forecasts.

    ``chance`` is a model, as ``breach_model`` returns it, or any function with the same arguments.
    Pass the records with their whole history: what happened is checked at ``until``, by default the
    time of their last event. Records of exercises are excluded.

    Raises:
        InvalidValueError: ``at`` is empty, no record was open at any of the instants, or the
            model never gave a probability.

    Source: our choice; the measures are named in ``ForecastScore``.
    """
    need_clock(definition)
    if not callable(chance):
        raise InvalidValueError("chance", chance, "a BreachModel, or a function")
    asked_at = sorted(as_utc(one, "at") for one in as_tuple(at, datetime))
    rows = list(without_exercises(records))
    if not asked_at or not rows:
        raise InvalidValueError("at", asked_at, "at least one instant and one record")
    horizon = max(row.updated_at for row in rows) if until is None else as_utc(until, "until")
    pairs: list[tuple[float, bool]] = []
    asked: set[str] = set()
    unanswered = undecided = 0
    for record in rows:
        if record.opened_at > asked_at[-1]:
            continue
        ends: dict[int, bool | None] = {}  # how each cycle ended
        for now in asked_at:
            if not record.state.open and record.updated_at <= now:
                break
            stands = standing(definition, record, now=now)
            if stands is None or not stands.goes_on or stands.elapsed > stands.target:
                continue
            number = stands.cycle.number
            if number not in ends:
                ends[number] = _came(definition, record, number, horizon)
            came = ends[number]
            if came is None:
                undecided += 1
                continue
            said = chance(record, now=now)
            if said is None:
                unanswered += 1
                continue
            if not is_number(said) or not 0 <= said <= 1:
                raise InvalidValueError("chance", said, "a probability from 0 to 1, or None")
            pairs.append((said, came))
            asked.add(record.id)
    if not pairs:
        raise InvalidValueError("at", len(asked_at), "instants at which a clock was open")
    return _score(pairs, len(asked), unanswered, undecided)


def _came(definition: OneClock, record: Record, cycle: int, horizon: datetime) -> bool | None:
    """Return whether a cycle breached in the end; None if it has not ended."""
    end = standing(definition, record, now=horizon, cycle=cycle)
    if end is None or end.cycle.outcome in ("canceled", "replaced"):
        return None
    if end.elapsed > end.target:
        return True
    return None if end.goes_on else False


def _score(
    pairs: Sequence[tuple[float, bool]], records: int, unanswered: int, undecided: int
) -> ForecastScore:
    n = len(pairs)
    rate = sum(came for _, came in pairs) / n
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(10)]
    for said, came in pairs:
        bins[bisect_right(_TENTHS, said)].append((said, came))
    tenths = tuple(
        (
            len(one),
            fsum(said for said, _ in one) / max(len(one), 1),
            sum(came for _, came in one) / max(len(one), 1),
        )
        for one in bins
    )
    return ForecastScore(
        questions=n,
        records=records,
        unanswered=unanswered,
        undecided=undecided,
        rate=rate,
        brier=fsum((said - came) ** 2 for said, came in pairs) / n,
        base_brier=rate * (1 - rate),
        ece=fsum(size * abs(said - came) for size, said, came in tenths) / n,
        auc=_auc(pairs),
        tenths=tenths,
    )


def _auc(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """Return the chance that a breach ranks above a non-breach; ties count half (Mann-Whitney)."""
    came = sorted(said for said, hit in pairs if hit)
    spared = sorted(said for said, hit in pairs if not hit)
    if not came or not spared:
        return None
    halves = sum(bisect_left(spared, said) + bisect_right(spared, said) for said in came)
    return halves / (2 * len(came) * len(spared))
