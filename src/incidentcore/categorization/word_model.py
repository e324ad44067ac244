"""The base class of models that score a category by the words of a text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import exp, fsum
from typing import Any, Final

from incidentcore.categorization.categorizer import Categorization, Evidence
from incidentcore.categorization.taxonomy import Path, path_text

Term = tuple[str, list[float]]
_SHOWN: Final = 10


def shares(scores: list[float]) -> list[float]:
    """Return the softmax of a list of scores: positive numbers that sum to one."""
    worst = max(scores)
    parts = [exp(score - worst) for score in scores]
    whole = fsum(parts)
    return [part / whole for part in parts]


class WordModel(ABC):
    """The base class of trained categorizers whose scores are sums over the words of a text.

    A score is the sum of a prior and a term for each word. Sums are exact until they are rounded at
    the end, so the order of the words does not matter. A subclass defines ``categories`` and
    ``_terms``.
    """

    __slots__ = ()
    categories: tuple[Path, ...]

    @abstractmethod
    def _terms(self, record: Any) -> tuple[list[Term], list[float]]:
        """Return each known word with its terms in the categories' scores, and the prior."""
        ...

    def probabilities(self, record: Any, /) -> dict[Path, float]:
        """Return the probability of each category, given the words of a text.

        If the text has no known word, these are the probabilities before any words are considered.

        Args:
            record: A record or a text.
        """
        chances = _chances(*self._terms(record))
        return dict(zip(self.categories, chances, strict=True))

    def __call__(self, record: Any, /) -> Categorization:
        """Return the most probable category, with the words that distinguish it from the second.

        The weight of a word is its effect on the log odds of the chosen category against the second
        most probable one; that of ``prior`` is the log odds without any words. For a text without a
        known word the result is an abstention.
        """
        terms, prior = self._terms(record)
        if not terms:
            return Categorization.abstain("no word that the model knows")
        chances = _chances(terms, prior)
        order = sorted(range(len(chances)), key=lambda place: (-chances[place], place))
        best, second = order[0], order[min(1, len(order) - 1)]
        path = self.categories[best]
        weights = [(word, row[best] - row[second]) for word, row in terms]
        weights.sort(key=lambda entry: (-abs(entry[1]), entry[0]))
        evidence = [Evidence("word", word, weight, path) for word, weight in weights[:_SHOWN]]
        evidence.append(Evidence("prior", path_text(path), prior[best] - prior[second], path))
        probabilities = zip(self.categories, chances, strict=True)
        return Categorization(path, chances[best], evidence, probabilities)


def _chances(terms: list[Term], prior: list[float]) -> list[float]:
    rows = [row for _, row in terms]
    return shares([fsum(column) for column in zip(prior, *rows, strict=True)])
