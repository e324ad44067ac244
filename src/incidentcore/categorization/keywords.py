"""Categorize records by weighted keywords."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import log
from typing import Any, Self

import attrs

from incidentcore._checks import need_positive, need_several
from incidentcore.categorization.categorizer import Categorization, weigh
from incidentcore.categorization.taxonomy import Labeled, Path, as_path, labeled_pairs, path_text
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, text_of, tokenize
from incidentcore.errors import DefinitionError, InvalidValueError

Entry = tuple[Path, str, float]
_Phrase = tuple[tuple[str, ...], Path, str, float]


def _entries(keywords: Any) -> tuple[Entry, ...]:
    """Return (category, keyword, weight) triples in a fixed order, from any accepted form."""
    entries: dict[tuple[Path, str], float] = {}
    for path, word, weight in _flat(keywords):
        words = tokenize(word) if isinstance(word, str) else []
        if not words:
            raise DefinitionError(path_text(path), word, "a keyword with letters or digits")
        need_positive(f"{path_text(path)}: {word}", weight, DefinitionError)
        key = (path, " ".join(words))
        if entries.setdefault(key, weight) != weight:
            raise DefinitionError(f"{path_text(path)}: {word}", weight, "one weight per keyword")
    return tuple((path, word, entries[path, word]) for path, word in sorted(entries))


def _flat(keywords: Any) -> Iterator[tuple[Path, Any, Any]]:
    if not isinstance(keywords, Mapping):
        allowed = "a mapping from categories to keywords, or triples with a weight"
        for path, word, weight in need_several("keywords", keywords, allowed, DefinitionError):
            yield as_path(path), word, weight
        return
    for category, words in keywords.items():
        path = as_path(category)
        if isinstance(words, str):
            raise DefinitionError(path_text(path), words, "a collection of keywords")
        if isinstance(words, Mapping):
            yield from ((path, word, weight) for word, weight in words.items())
        else:
            yield from ((path, word, 1.0) for word in words)


@attrs.frozen
class KeywordCategorizer:
    """A categorizer that adds up the weights of the keywords in a record's text.

    A keyword is a word or a phrase and matches whole words only, ignoring case: ``printer`` does
    not match ``sprinter``. Each keyword counts once. The category with the greatest sum of weights
    wins; confidence is its share of the weights of all matches. The categorizer abstains if two
    categories have the same greatest sum, or if that sum is 0 or below ``minimum``.

    Attributes:
        keywords: Triples of (category, keyword, weight), sorted. You may pass a mapping from each
            category to its keywords, or to a mapping from keyword to weight.
        minimum: The lowest sum of weights that gives a category.
        fields: The record's fields to read.

    Raises:
        DefinitionError: A keyword has no letters or digits, or a weight is not positive.

    Units: weights have no unit; only their ratios to each other and to ``minimum`` matter.

    >>> from incidentcore.categorization import KeywordCategorizer
    >>> by_words = KeywordCategorizer(
    ...     {("network", "vpn"): {"vpn": 3, "remote access": 2}, "hardware": ["printer", "toner"]}
    ... )
    >>> answer = by_words("Remote access: VPN drops while the printer works")
    >>> answer.category, round(answer.confidence, 2)
    (('network', 'vpn'), 0.83)
    >>> for reason in answer.evidence:
    ...     print(reason)
    keyword 'vpn' +3 for network / vpn
    keyword 'remote access' +2 for network / vpn
    keyword 'printer' +1 for hardware
    """

    keywords: tuple[Entry, ...] = attrs.field(converter=_entries)
    minimum: float = attrs.field(default=0.0, kw_only=True)
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)
    _index: dict[str, list[_Phrase]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        index: dict[str, list[_Phrase]] = {}
        for path, word, weight in self.keywords:
            words = tuple(word.split(" "))
            index.setdefault(words[0], []).append((words, path, word, weight))
        object.__setattr__(self, "_index", index)

    @classmethod
    def train(
        cls, labeled: Labeled, *, words: int = 10, fields: Iterable[str] = TEXT_FIELDS
    ) -> Self:
        """Return a categorizer with the words that best distinguish each category.

        Use it as a baseline for better models, or as a list to edit.

        Args:
            labeled: Pairs of (record or text, category), in any order.
            words: The maximum number of words for each category.
            fields: The record's fields to read.

        Raises:
            InvalidValueError: ``labeled`` is empty, or a category is neither a name nor a path.

        Units: a weight is the logarithm of how much more frequent the category is among texts with
        the word than among all texts.
        """
        read = field_names(fields)
        texts = Counter[Path]()
        pairs = Counter[tuple[str, Path]]()
        for subject, path in labeled_pairs(labeled):
            texts.update([path])
            pairs.update((word, path) for word in set(tokenize(text_of(subject, read))))
        if not texts:
            raise InvalidValueError("labeled", [], "at least one labeled text")
        seen = Counter[str]()
        for (word, _), count in pairs.items():
            seen[word] += count
        ranked: dict[Path, list[tuple[float, str, float]]] = {}
        for (word, path), count in pairs.items():
            weight = round(log(count / seen[word] * texts.total() / texts[path]), 2)
            if weight > 0:
                ranked.setdefault(path, []).append((-count * weight, word, weight))
        best = {path: sorted(entries)[:words] for path, entries in ranked.items()}
        return cls(
            {path: {word: weight for _, word, weight in entries} for path, entries in best.items()},
            fields=read,
        )

    def __call__(self, record: Any, /) -> Categorization:
        """Return the category with the greatest weight, with each keyword's weight as evidence."""
        words = tokenize(text_of(record, self.fields))
        return weigh("keyword", self._matches(words), self.minimum)

    def _matches(self, words: list[str]) -> list[Entry]:
        matches: dict[tuple[Path, str], float] = {}
        index = self._index
        for place, first in enumerate(words):
            for phrase, path, word, weight in index.get(first, ()):
                if len(phrase) == 1 or tuple(words[place : place + len(phrase)]) == phrase:
                    matches[path, word] = weight
        return [(path, word, weight) for (path, word), weight in matches.items()]
