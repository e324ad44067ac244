"""A trainable categorizer: multinomial naive Bayes over the words of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import exp, fsum, log, sqrt
from typing import Any, Self

import attrs

from incidentcore._checks import as_pairs, need_positive, of_type, tuple_of
from incidentcore.categorization.taxonomy import Labeled, Path, as_paths, labeled_pairs
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, text_of, tokenize
from incidentcore.categorization.word_model import Term, WordModel
from incidentcore.errors import DefinitionError, InvalidValueError

_Words = tuple[tuple[str, tuple[int, ...]], ...]


def _counts(values: Iterable[int]) -> tuple[int, ...]:
    return tuple_of(values)


def _words(values: Any) -> _Words:
    return tuple(sorted((word, tuple(counts)) for word, counts in as_pairs(values)))


@attrs.frozen
class NaiveBayes(WordModel):
    """A categorizer that has learned from labeled texts which words suggest which category.

    The model consists of word counts, so the order of the texts does not matter, and learning some
    of the texts later gives the same model as training on all of them at once. Unknown words are
    ignored; the model abstains on a text without a known word.

    Confidence is computed from the joint log probability, divided by the square root of the number
    of different known words in the text. Without the division, every word would count as
    independent evidence, and confidence would be near 1 on most long texts. The ranking of the
    categories is not affected.

    Attributes:
        categories: The categories, sorted.
        texts: For each category, the number of its texts that the model has learned from.
        words: Each word with its number of occurrences in the texts of each category, sorted. You
            may pass a mapping instead.
        smoothing: The number added to each count, so that no word rules out a category.
        fields: The record's fields to read.
        accents: False if accents were removed from all words.

    Raises:
        DefinitionError: The counts do not fit the categories, or the smoothing is not positive.

    Source: rule G4; multinomial naive Bayes with additive smoothing; the priors are the shares of
    the categories; the square root is our choice.

    >>> from incidentcore.categorization import NaiveBayes
    >>> model = NaiveBayes.train(
    ...     [
    ...         ("vpn drops every hour", "network"),
    ...         ("no wireless in the hall", "network"),
    ...         ("printer out of toner", "hardware"),
    ...     ]
    ... )
    >>> answer = model("toner for the printer, please")
    >>> answer.category, round(answer.confidence, 3)
    (('hardware',), 0.61)
    """

    categories: tuple[Path, ...] = attrs.field(converter=as_paths)
    texts: tuple[int, ...] = attrs.field(converter=_counts)
    words: _Words = attrs.field(converter=_words, repr=lambda words: f"<{len(words)} words>")
    smoothing: float = attrs.field(default=1.0, kw_only=True)
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)
    accents: bool = attrs.field(default=True, kw_only=True, validator=of_type(bool))
    _priors: tuple[float, ...] = attrs.field(init=False, eq=False, repr=False)
    _logs: dict[str, tuple[float, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.categories or list(self.categories) != sorted(set(self.categories)):
            raise DefinitionError("categories", self.categories, "categories, sorted, each once")
        need_positive("smoothing", self.smoothing, DefinitionError)
        places = len(self.categories)
        _check_counts("texts", self.texts, places, least=1)
        for place, (word, counts) in enumerate(self.words):
            if not isinstance(word, str) or (place and word == self.words[place - 1][0]):
                raise DefinitionError("words", word, "texts, each once")
            _check_counts(f"word {word}", counts, places, least=0)
        totals = [sum(column) for column in zip(*(counts for _, counts in self.words), strict=True)]
        mass = self.smoothing * len(self.words)
        whole = [log(total + mass) for total in totals] if totals else [0.0] * places
        logs = {
            word: tuple(
                log(count + self.smoothing) - below
                for count, below in zip(counts, whole, strict=True)
            )
            for word, counts in self.words
        }
        all_texts = log(sum(self.texts))
        object.__setattr__(self, "_logs", logs)
        object.__setattr__(self, "_priors", tuple(log(n) - all_texts for n in self.texts))

    @classmethod
    def train(
        cls,
        labeled: Labeled,
        *,
        smoothing: float = 1.0,
        fields: Iterable[str] = TEXT_FIELDS,
        accents: bool = True,
    ) -> Self:
        """Return a model trained on labeled texts.

        Args:
            labeled: Pairs of (record or text, category), in any order.
            smoothing: The number added to every word count, so that no word rules out a category.
            fields: The record's fields to read.
            accents: Pass False to remove accents, so that ``conexao`` matches ``conexão``.

        Raises:
            InvalidValueError: ``labeled`` is empty, or a category is neither a name nor a path.
        """
        return cls._counted({}, {}, labeled, smoothing, field_names(fields), accents=accents)

    def learn(self, labeled: Labeled) -> Self:
        """Return a model that has also learned from further texts.

        Args:
            labeled: Pairs of (record or text, category), in any order.
        """
        texts = dict(zip(self.categories, self.texts, strict=True))
        words = {
            word: dict(zip(self.categories, counts, strict=True))
            for word, counts in self.words
            if any(counts)  # a word that no text has says nothing
        }
        return self._counted(
            texts, words, labeled, self.smoothing, self.fields, accents=self.accents
        )

    @classmethod
    def _counted(
        cls,
        texts: dict[Path, int],
        words: dict[str, dict[Path, int]],
        labeled: Labeled,
        smoothing: float,
        fields: tuple[str, ...],
        *,
        accents: bool,
    ) -> Self:
        for subject, path in labeled_pairs(labeled):
            texts[path] = texts.get(path, 0) + 1
            for word in tokenize(text_of(subject, fields), accents=accents):
                counts = words.setdefault(word, {})
                counts[path] = counts.get(path, 0) + 1
        if not texts:
            raise InvalidValueError("labeled", [], "at least one labeled text")
        categories = sorted(texts)
        return cls(
            categories,
            [texts[path] for path in categories],
            {word: [counts.get(path, 0) for path in categories] for word, counts in words.items()},
            smoothing=smoothing,
            fields=fields,
            accents=accents,
        )

    def log_probabilities(self, subject: Any) -> dict[Path, float]:
        """Return the natural logarithm of the plain naive Bayes probability of each category.

        Naive Bayes treats every word as independent evidence, so the probabilities of long texts
        are close to 0 or 1, unlike the ``probabilities`` of a categorization.

        Args:
            subject: A record or a text. If it has no known word, the result is based on the
                categories' shares of the training texts.
        """
        rows, prior = self._rows(subject)
        joint = [fsum(column) for column in zip(prior, *(row for _, row in rows), strict=True)]
        most = max(joint)
        whole = most + log(fsum(exp(value - most) for value in joint))
        return {path: value - whole for path, value in zip(self.categories, joint, strict=True)}

    def _rows(self, subject: Any) -> tuple[list[Term], tuple[float, ...]]:
        logs = self._logs
        counts = Counter(tokenize(text_of(subject, self.fields), accents=self.accents))
        return [
            (word, [count * value for value in logs[word]])
            for word, count in counts.items()
            if word in logs
        ], self._priors

    def _terms(self, record: Any) -> tuple[list[Term], list[float]]:
        rows, prior = self._rows(record)
        root = sqrt(len(rows)) or 1.0
        terms = [(word, [value / root for value in row]) for word, row in rows]
        return terms, [value / root for value in prior]


def _check_counts(name: str, counts: tuple[int, ...], places: int, *, least: int) -> None:
    if len(counts) != places or any(type(n) is not int or n < least for n in counts):
        raise DefinitionError(name, counts, f"{places} whole numbers of at least {least}")
