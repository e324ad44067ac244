"""Calibration: adjust a confidence to the share of results that were right."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from math import fsum
from typing import Any, Final, Self

import attrs

from incidentcore._checks import checked, tuple_of
from incidentcore.categorization.categorizer import (
    Categorization,
    Categorizer,
    answer_all,
    need_categorizers,
)
from incidentcore.categorization.taxonomy import Labeled, labeled_pairs
from incidentcore.errors import DefinitionError, InvalidValueError

_LEAST: Final = 10  # answers in a block; with fewer, a share is too uncertain
_BLOCKS: Final = 20
_HALVINGS: Final = 50

_Points = tuple[tuple[float, float], ...]


def _points(pairs: Iterable[Iterable[float]]) -> _Points:
    return tuple((confidence, right) for confidence, right in tuple_of(pairs))


@attrs.frozen
class Calibrated:
    """A categorizer whose confidence is adjusted to the share of its results that are right.

    The categories of the results do not change. Between two points the confidence is interpolated;
    beyond the outermost points it is constant. If the original confidence was the greatest of the
    probabilities, all probabilities are adjusted too: they keep their order and still add up to 1.
    For a ``HierarchicalCategorizer``, calibrate the model inside it.

    Attributes:
        categorizer: The categorizer to calibrate.
        points: Pairs of (original confidence, fraction of results that were right), both ascending.

    Raises:
        DefinitionError: ``categorizer`` cannot be called, or the points are not rising fractions.

    Source: rule G4; isotonic regression on blocks of equal size; the block size is our choice.
    """

    categorizer: Categorizer = attrs.field(validator=checked(need_categorizers))
    points: _Points = attrs.field(converter=_points)

    def __attrs_post_init__(self) -> None:
        for values in zip(*self.points, strict=True):
            if list(values) != sorted(values) or not 0 <= values[0] <= values[-1] <= 1:
                raise DefinitionError("points", self.points, "pairs of fractions that rise")
        if not self.points or len(dict(self.points)) != len(self.points):
            raise DefinitionError("points", self.points, "a pair for each of some confidences")

    @classmethod
    def train(cls, categorizer: Categorizer, labeled: Labeled, /) -> Self:
        """Return a categorizer whose confidence is calibrated on records with a known category.

        Use records other than those that the categorizer was trained on. Calibration helps with
        categorizers that are over- or underconfident, such as keyword categorizers, or naive Bayes
        models from other libraries; ``SoftmaxCategorizer`` needs no calibration.

        Args:
            categorizer: Any categorizer.
            labeled: Pairs of (record, category), in any order. A few hundred are enough.

        Raises:
            InvalidValueError: The categorizer gives a category for fewer than 10 of the records.

        >>> from incidentcore.categorization import Calibrated
        >>> from incidentcore.categorization.keywords import KeywordCategorizer
        >>> by_words = KeywordCategorizer({"network": ["vpn"]})
        >>> honest = Calibrated.train(
        ...     by_words, [("vpn down", "network"), ("vpn token", "security")] * 10
        ... )
        >>> by_words("vpn?").confidence, honest("vpn?").confidence
        (1.0, 0.5)
        """
        pairs = list(labeled_pairs(labeled))
        answers = answer_all(categorizer, [record for record, _ in pairs])
        tallies: dict[float, list[int]] = {}
        for answer, (_, actual) in zip(answers, pairs, strict=True):
            if not answer.abstained:
                tally = tallies.setdefault(answer.confidence, [0, 0])
                tally[0] += 1
                tally[1] += answer.category == actual
        count = sum(n for n, _ in tallies.values())
        if count < _LEAST:
            raise InvalidValueError("labeled", count, f"at least {_LEAST} records with an answer")
        return cls(categorizer, _isotonic(tallies, max(_LEAST, count // _BLOCKS)))

    def __call__(self, record: Any, /) -> Categorization:
        """Return the result of ``categorizer`` for a record, with calibrated confidence."""
        return self._calibrated(self.categorizer(record))

    def answers(self, records: Iterable[Any], /) -> list[Categorization]:
        """Return the results for many records; for some models, this is faster than many calls."""
        return [self._calibrated(answer) for answer in answer_all(self.categorizer, records)]

    def _calibrated(self, answer: Categorization) -> Categorization:
        if answer.abstained:
            return answer
        confidence = self._share(answer.confidence)
        probabilities = answer.probabilities
        if max((chance for _, chance in probabilities), default=None) != answer.confidence:
            probabilities = ()  # of leaves below the answer, or unknown
        if probabilities:
            chances = _sharpened([chance for _, chance in probabilities], confidence)
            confidence = max(chances)
            probabilities = tuple(
                (path, chance) for (path, _), chance in zip(probabilities, chances, strict=True)
            )
        return attrs.evolve(answer, confidence=confidence, probabilities=probabilities)

    def _share(self, confidence: float) -> float:
        place = bisect_left(self.points, (confidence, 0.0))
        if place == len(self.points):
            return self.points[-1][1]
        above, high = self.points[place]
        if place == 0 or above == confidence:
            return high
        below, low = self.points[place - 1]
        return low + (high - low) * (confidence - below) / (above - below)


def _sharpened(chances: list[float], wanted: float) -> list[float]:
    """Return probabilities raised to the power that gives the greatest of them the wanted value."""
    best = max(chances)
    ratios = [chance / best for chance in chances]
    low, high = 0.0, 1000.0
    for _ in range(_HALVINGS):
        power = (low + high) / 2
        if 1 / fsum(ratio**power for ratio in ratios) < wanted:
            low = power
        else:
            high = power
    parts = [ratio**high for ratio in ratios]
    whole = fsum(parts)
    return [part / whole for part in parts]


def _isotonic(tallies: dict[float, list[int]], least: int) -> list[tuple[float, float]]:
    """Return the mean confidence and accuracy of blocks, merged until accuracy increases."""
    blocks: list[list[float]] = []  # answers, right ones, sum of confidences
    for confidence, (n, right) in sorted(tallies.items()):
        block = [n, right, n * confidence]
        if blocks and blocks[-1][0] < least:
            block = _joined(blocks.pop(), block)
        blocks.append(block)
    if len(blocks) > 1 and blocks[-1][0] < least:
        last = blocks.pop()
        blocks.append(_joined(blocks.pop(), last))
    merged: list[list[float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-2][1] * merged[-1][0] >= merged[-1][1] * merged[-2][0]:
            last = merged.pop()
            merged.append(_joined(merged.pop(), last))
    return [(total / n, right / n) for n, right, total in merged]


def _joined(first: list[float], second: list[float]) -> list[float]:
    return [a + b for a, b in zip(first, second, strict=True)]
