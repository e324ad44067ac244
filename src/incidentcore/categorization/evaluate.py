"""How good a categorizer is on records whose category is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import fsum
from typing import Any, Final

import attrs

from incidentcore.categorization.categorizer import Categorizer
from incidentcore.categorization.taxonomy import Path, as_path, path_text
from incidentcore.errors import InvalidValueError

__all__ = [
    "CategorizerReport",
    "CategoryScore",
    "Confusion",
    "ThresholdPoint",
    "evaluate_categorizer",
]

_THRESHOLDS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@attrs.frozen(kw_only=True)
class CategoryScore:
    """How well one category is told.

    Attributes:
        category: The category.
        support: How many records have it.
        predicted: How many were given it.
        correct: How many of these have it.
    """

    category: Path
    support: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float | None:
        """Return the fraction of the records given it that have it; None where none was."""
        return _ratio(self.correct, self.predicted)

    @property
    def recall(self) -> float | None:
        """Return the fraction of the records with it that were given it; None where none has."""
        return _ratio(self.correct, self.support)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall; 0 where nothing was correct."""
        return 2 * self.correct / (self.support + self.predicted)


@attrs.frozen(kw_only=True)
class Confusion:
    """How often one category was taken for another; an empty ``predicted`` is an abstention."""

    actual: Path
    predicted: Path
    count: int


@attrs.frozen(kw_only=True)
class ThresholdPoint:
    """What a threshold on confidence would give.

    Attributes:
        minimum: The least confidence that is an answer.
        answered: How many records would get one.
        correct: How many of these correctly.
        n: How many records there are.
    """

    minimum: float
    answered: int
    correct: int
    n: int

    @property
    def coverage(self) -> float:
        """Return the fraction of all records that would get an answer."""
        return self.answered / self.n

    @property
    def accuracy(self) -> float | None:
        """Return the fraction of the answers that would be correct; None without any."""
        return _ratio(self.correct, self.answered)


@attrs.frozen(kw_only=True)
class CategorizerReport:
    """How good a categorizer is.

    Attributes:
        n: How many records were tried.
        answered: How many got an answer; the others were abstained from.
        correct: How many got the right one.
        categories: One score for each category that a record has or was given, sorted.
        confusion: How often what was taken for what, sorted; right answers included.
        curve: Coverage against accuracy as the threshold on confidence moves.
    """

    n: int
    answered: int
    correct: int
    categories: tuple[CategoryScore, ...]
    confusion: tuple[Confusion, ...]
    curve: tuple[ThresholdPoint, ...]

    @property
    def accuracy(self) -> float:
        """Return the fraction of all records that got the right category."""
        return self.correct / self.n

    @property
    def coverage(self) -> float:
        """Return the fraction of all records that got an answer."""
        return self.answered / self.n

    @property
    def accuracy_when_answered(self) -> float | None:
        """Return the fraction of the answers that are right; None without any."""
        return _ratio(self.correct, self.answered)

    @property
    def macro_f1(self) -> float:
        """Return the plain mean of the categories' F1, so that rare ones count as much."""
        return fsum(score.f1 for score in self.categories) / len(self.categories)

    def __str__(self) -> str:
        answered = f"{self.n} records, {self.answered} answered ({self.coverage:.1%})"
        correct = f"{self.correct} correct: accuracy {self.accuracy:.1%}"
        lines = [f"{answered}, {correct}, macro-F1 {self.macro_f1:.3f}"]
        wide = max(len("category"), *(len(path_text(each.category)) for each in self.categories))
        lines.append(f"  {'category':<{wide}}  support  precision  recall     F1")
        lines += [
            f"  {path_text(score.category):<{wide}}  {score.support:>7}  "
            f"{_shown(score.precision):>9}  {_shown(score.recall):>6}  {score.f1:>5.3f}"
            for score in self.categories
        ]
        lines.append("  confidence  coverage  accuracy")
        lines += [
            f"  {point.minimum:>10g}  {point.coverage:>8.1%}  {_percent(point.accuracy):>8}"
            for point in self.curve
        ]
        return "\n".join(lines)


def _shown(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"


def evaluate_categorizer(
    categorizer: Categorizer,
    labelled: Iterable[tuple[Any, Iterable[str] | str]],
    *,
    thresholds: Iterable[float] = _THRESHOLDS,
) -> CategorizerReport:
    """Try a categorizer on records whose category is known.

    Use other records than it was trained on. An abstention is not correct, but it is no answer for
    a wrong category either: it lowers recall, never precision.

    Args:
        categorizer: The categorizer.
        labelled: Pairs of (record, category), in any order.
        thresholds: The confidences at which the curve is read, fractions from 0 to 1.

    Raises:
        InvalidValueError: There is no pair, or a category is no path.

    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> by_words = KeywordCategorizer({"network": ["vpn"], "hardware": ["printer"]})
    >>> report = evaluate_categorizer(
    ...     by_words, [("vpn down", "network"), ("printer", "hardware"), ("slow", "network")]
    ... )
    >>> report.correct, report.answered, report.n, round(report.macro_f1, 3)
    (2, 2, 3, 0.833)
    """
    pairs: Counter[tuple[Path, Path]] = Counter()
    sure: list[tuple[float, bool]] = []
    for record, category in labelled:
        actual = as_path(category)
        answer = categorizer(record)
        pairs[actual, answer.category] += 1
        if not answer.abstained:
            sure.append((answer.confidence, answer.category == actual))
    n = sum(pairs.values())
    if not n:
        raise InvalidValueError("labelled", [], "at least one labelled record")
    support: Counter[Path] = Counter()
    predicted: Counter[Path] = Counter()
    for (actual, given), count in pairs.items():
        support[actual] += count
        predicted[given] += count
    paths = sorted((set(support) | set(predicted)) - {()})
    scores = tuple(
        CategoryScore(
            category=path,
            support=support[path],
            predicted=predicted[path],
            correct=pairs[path, path],
        )
        for path in paths
    )
    curve = tuple(
        ThresholdPoint(
            minimum=minimum,
            answered=sum(1 for confidence, _ in sure if confidence >= minimum),
            correct=sum(1 for confidence, right in sure if right and confidence >= minimum),
            n=n,
        )
        for minimum in sorted(set(thresholds))
    )
    return CategorizerReport(
        n=n,
        answered=len(sure),
        correct=sum(score.correct for score in scores),
        categories=scores,
        confusion=tuple(
            Confusion(actual=actual, predicted=given, count=pairs[actual, given])
            for actual, given in sorted(pairs)
        ),
        curve=curve,
    )
