"""Choose a category as deep in the tree as the confidence allows: a leaf, or one of its parents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from incidentcore._checks import as_pairs, checked, need_share
from incidentcore.categorization.categorizer import (
    Categorization,
    Categorizer,
    Evidence,
    answer_all,
    need_categorizers,
    total,
)
from incidentcore.categorization.taxonomy import Path
from incidentcore.errors import DefinitionError, InvalidValueError

_SHOWN: Final = 3


def roll_up(
    probabilities: Mapping[Path, float] | Iterable[tuple[Path, float]],
) -> dict[Path, float]:
    """Return the probability of every category and of all categories above it.

    A parent's probability is the sum of its children's, plus its own if it is in ``probabilities``.
    """
    parts: dict[Path, list[float]] = {}
    for path, chance in as_pairs(probabilities):
        for length in range(1, len(path) + 1):
            parts.setdefault(path[:length], []).append(chance)
    return {path: min(total(chances), 1.0) for path, chances in sorted(parts.items())}


@attrs.frozen
class HierarchicalCategorizer:
    """A categorizer that returns the deepest category whose probability reaches a minimum.

    If two leaves of one parent are about equally probable, the result is the parent, so the record
    still reaches the right team. The search starts at the top level and goes down to the most
    probable child as long as that child reaches the minimum; if no top category does, the result is
    an abstention.

    Attributes:
        categorizer: A categorizer whose results have ``probabilities``: ``SoftmaxCategorizer``,
            ``NaiveBayes``, ``ModelCategorizer``, or one of these, ``Calibrated``.
        minimum: The lowest probability that is accepted, a fraction from 0 to 1.

    Raises:
        DefinitionError: ``categorizer`` cannot be called, or the minimum is not a fraction.

    Source: rule G5.

    >>> from incidentcore.categorization import Categorization, HierarchicalCategorizer
    >>> def hesitates(record):
    ...     chances = {("network", "vpn"): 0.5, ("network", "dns"): 0.4, ("hardware",): 0.1}
    ...     return Categorization(("network", "vpn"), 0.5, (), chances)
    >>> answer = HierarchicalCategorizer(hesitates, minimum=0.8)("It does not connect")
    >>> answer.category, answer.confidence
    (('network',), 0.9)
    """

    categorizer: Categorizer = attrs.field(validator=checked(need_categorizers))
    minimum: float = attrs.field(kw_only=True, validator=checked(need_share, DefinitionError))

    def __call__(self, record: Any, /) -> Categorization:
        """Return the deepest category that reaches the minimum, with others as evidence."""
        return self._deepest(self.categorizer(record))

    def answers(self, records: Iterable[Any], /) -> list[Categorization]:
        """Return the results for many records; for some models, this is faster than many calls."""
        return [self._deepest(answer) for answer in answer_all(self.categorizer, records)]

    def _deepest(self, answer: Categorization) -> Categorization:
        if answer.abstained:
            return answer
        if not answer.probabilities:
            raise InvalidValueError(
                "categorizer",
                self.categorizer,
                "one whose answers have the probabilities of all categories, such as "
                "SoftmaxCategorizer",
            )
        chances = roll_up(answer.probabilities)
        path: Path = ()
        while True:
            below = [each for each in chances if each[:-1] == path]
            below.sort(key=lambda each: (-chances[each], each))
            if not below or chances[below[0]] < self.minimum:
                break
            path = below[0]
        evidence = [
            Evidence("path", f"{chances[each]:.3g}", chances[each], each) for each in below[:_SHOWN]
        ]
        if not path:
            note = Evidence("note", f"no category reaches {self.minimum:g}", 0.0)
            return Categorization.abstain((note, *evidence, *answer.evidence))
        evidence += answer.evidence
        return attrs.evolve(answer, category=path, confidence=chances[path], evidence=evidence)
