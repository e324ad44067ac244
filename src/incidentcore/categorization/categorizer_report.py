"""The quality of a categorizer: accuracy, coverage, and the calibration of its confidence."""

from __future__ import annotations

from itertools import groupby
from math import fsum
from operator import itemgetter
from typing import Final

import attrs

from incidentcore._checks import exact_fraction
from incidentcore.categorization.categorizer import reaches
from incidentcore.categorization.taxonomy import Path, path_text
from incidentcore.errors import InvalidValueError

THRESHOLDS: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_BINS: Final = 10
_SHOWN: Final = 10


def _ratio(part: float, whole: int) -> float | None:
    return part / whole if whole else None


@attrs.frozen(kw_only=True)
class CategoryScore:
    """The quality of a categorizer for one category.

    Attributes:
        category: The category.
        support: The number of records that belong to the category.
        predicted: The number of records for which the categorizer predicted it.
        correct: The number of these predictions that are right.
    """

    category: Path
    support: int
    predicted: int
    correct: int

    @property
    def precision(self) -> float | None:
        """Return ``correct`` as a fraction of ``predicted``; None if ``predicted`` is 0."""
        return _ratio(self.correct, self.predicted)

    @property
    def recall(self) -> float | None:
        """Return ``correct`` as a fraction of ``support``; None if ``support`` is 0."""
        return _ratio(self.correct, self.support)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall; 0 if nothing was correct."""
        return 2 * self.correct / (self.support + self.predicted)


@attrs.frozen(kw_only=True)
class Confusion:
    """The number of records of one category that got a given prediction, right or wrong.

    Attributes:
        actual: The category of the records.
        predicted: The predicted category; empty for an abstention.
        count: The number of records.
    """

    actual: Path
    predicted: Path
    count: int


@attrs.frozen(kw_only=True)
class ReliabilityBin:
    """Predictions with about the same confidence, and how many of them were right.

    Attributes:
        low: The lowest confidence of the bin.
        high: The confidence at which the next bin starts; the last bin includes 1.
        n: The number of predictions in the bin.
        confidence: The mean confidence of the predictions.
        accuracy: The fraction of the predictions that are right.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@attrs.frozen(kw_only=True)
class ThresholdPoint:
    """The effect of accepting only results with a minimum confidence.

    Attributes:
        minimum: The lowest confidence that is accepted.
        answered: The number of records that would get a category.
        correct: The number of these categories that would be right.
        n: The number of records.
    """

    minimum: float
    answered: int
    correct: int
    n: int

    @property
    def coverage(self) -> float:
        """Return the fraction of all records that would get a category."""
        return self.answered / self.n

    @property
    def accuracy(self) -> float | None:
        """Return ``correct`` as a fraction of ``answered``; None if ``answered`` is 0."""
        return _ratio(self.correct, self.answered)


@attrs.frozen(kw_only=True)
class CategorizerReport:
    """The measured quality of a categorizer.

    Attributes:
        n: The number of records.
        categories: The score of each category that occurs in the records or predictions, sorted.
        confusion: How often each category was predicted for each actual category, sorted.
        confidences: The confidence of each prediction and whether it was right, sorted.
        thresholds: The confidences at which ``curve`` is evaluated, ascending.
    """

    n: int
    categories: tuple[CategoryScore, ...]
    confusion: tuple[Confusion, ...]
    confidences: tuple[tuple[float, bool], ...] = attrs.field(repr=False)
    thresholds: tuple[float, ...] = THRESHOLDS

    @property
    def answered(self) -> int:
        """Return the number of records that got a category; the rest are abstentions."""
        return len(self.confidences)

    @property
    def correct(self) -> int:
        """Return the number of records that got the right category."""
        return sum(right for _, right in self.confidences)

    @property
    def accuracy(self) -> float:
        """Return the fraction of all records that got the right category."""
        return self.correct / self.n

    @property
    def majority(self) -> float:
        """Return the baseline: the accuracy of always predicting the most frequent category."""
        return max(score.support for score in self.categories) / self.n

    @property
    def coverage(self) -> float:
        """Return the fraction of all records that got a category."""
        return self.answered / self.n

    @property
    def accuracy_when_answered(self) -> float | None:
        """Return the fraction of predictions that are right; None if there are no predictions."""
        return _ratio(self.correct, self.answered)

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 score of all categories; rare ones count as much as frequent ones."""
        return fsum(score.f1 for score in self.categories) / len(self.categories)

    @property
    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """Return mean confidence and accuracy in ten bins of equal width, omitting empty bins."""
        bins: dict[int, list[tuple[float, bool]]] = {}
        for confidence, right in self.confidences:
            bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, right))
        return tuple(
            ReliabilityBin(
                low=place / _BINS,
                high=(place + 1) / _BINS,
                n=len(entries),
                confidence=fsum(confidence for confidence, _ in entries) / len(entries),
                accuracy=sum(right for _, right in entries) / len(entries),
            )
            for place, entries in sorted(bins.items())
        )

    @property
    def ece(self) -> float | None:
        """Return the expected calibration error; None if there are no predictions.

        It is the mean difference between confidence and accuracy over the bins of ``reliability``,
        weighted by their size: 0 if the confidence is perfectly calibrated.
        """
        gaps = (each.n * abs(each.confidence - each.accuracy) for each in self.reliability)
        return _ratio(fsum(gaps), self.answered)

    @property
    def brier(self) -> float | None:
        """Return the Brier score; None if there are no predictions.

        It is the mean squared difference between the confidence and 1 for a right prediction, or 0
        for a wrong one. The more accurate the categorizer, and the better calibrated its
        confidence, the lower the score.
        """
        squares = ((confidence - right) ** 2 for confidence, right in self.confidences)
        return _ratio(fsum(squares), self.answered)

    @property
    def curve(self) -> tuple[ThresholdPoint, ...]:
        """Return coverage and accuracy for each minimum confidence in ``thresholds``."""
        return tuple(map(self._point, self.thresholds))

    def _point(self, minimum: float) -> ThresholdPoint:
        rights = [right for confidence, right in self.confidences if reaches(confidence, minimum)]
        return ThresholdPoint(minimum=minimum, answered=len(rights), correct=sum(rights), n=self.n)

    def threshold_for(
        self, *, precision: float | None = None, coverage: float | None = None
    ) -> ThresholdPoint | None:
        """Return the threshold that best meets a target, with its effect; None if none does.

        Args:
            precision: The fraction of predictions that must be right. Of the thresholds that
                achieve this, the one with the greatest coverage is used.
            coverage: The fraction of records that must get a category. Of the thresholds that
                achieve this, the highest is used.

        Raises:
            InvalidValueError: Both ``precision`` and ``coverage`` are given, or neither is.
        """
        if (precision is None) == (coverage is None):
            targets = {"precision": precision, "coverage": coverage}
            raise InvalidValueError("target", targets, "one of precision and coverage")
        target = precision if coverage is None else coverage
        allowed = "a number from 0 to 1"
        wanted = exact_fraction("target", target, allowed)  # 0.56 of 25 is 14
        if not 0 <= wanted <= 1:
            raise InvalidValueError("target", target, allowed)
        answered = correct = 0
        best: ThresholdPoint | None = None
        for minimum, alike in groupby(reversed(self.confidences), key=itemgetter(0)):
            rights = [right for _, right in alike]
            answered += len(rights)
            correct += sum(rights)
            point = ThresholdPoint(minimum=minimum, answered=answered, correct=correct, n=self.n)
            if coverage is None:
                best = point if correct >= wanted * answered else best
            elif answered >= wanted * self.n:
                return point
        return best

    def __str__(self) -> str:
        answered = f"{self.n} records, {self.answered} answered ({self.coverage:.1%})"
        correct = f"{self.correct} correct: accuracy {self.accuracy:.1%}"
        lines = [
            f"{answered}, {correct}, macro-F1 {self.macro_f1:.3f}",
            f"ECE {number_text(self.ece)}, Brier {number_text(self.brier)}",
            f"always the most frequent category: accuracy {self.majority:.1%}",
        ]
        wide = max(len("category"), *(len(path_text(each.category)) for each in self.categories))
        lines.append(f"  {'category':<{wide}}  support  precision  recall     F1")
        lines += [
            f"  {path_text(score.category):<{wide}}  {score.support:>7}  "
            f"{number_text(score.precision):>9}  {number_text(score.recall):>6}  {score.f1:>5.3f}"
            for score in self.categories
        ]
        lines.append("  confidence  coverage  accuracy")
        lines += [
            f"  {point.minimum:>10g}  {point.coverage:>8.1%}  {_percent(point.accuracy):>8}"
            for point in self.curve
        ]
        lines.append("  reliability  answers  confidence  accuracy")
        lines += [
            f"  {f'{each.low:g} to {each.high:g}':>11}  {each.n:>7}  {each.confidence:>10.1%}  "
            f"{each.accuracy:>8.1%}"
            for each in self.reliability
        ]
        errors = [pair for pair in self.confusion if pair.actual != pair.predicted]
        errors.sort(key=lambda pair: -pair.count)
        lines += ["  most frequent errors"] if errors else []
        lines += [
            f"  {pair.count:>5}  {path_text(pair.actual)} -> "
            f"{path_text(pair.predicted) or 'no answer'}"
            for pair in errors[:_SHOWN]
        ]
        return "\n".join(lines)


def number_text(value: float | None) -> str:
    """Return a number with three decimals, or ``none``."""
    return "none" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"
