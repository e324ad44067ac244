"""A trained categorizer with calibrated confidence: softmax regression on TF-IDF.

How it works. A text is a vector with one entry for each word: its count times its rarity (inverse
document frequency), scaled to length one. Each category has a weight for each word and a bias; the
scores of a text are the dot products, its probabilities their softmax. Training is stochastic
gradient descent on the log loss: the texts are used ten times with a step that falls
linearly to zero, and all weights shrink a little at each step (L2 penalty). The texts are used in
the order of their hashes, so the order of the training texts does not matter. At the end all scores
are divided by one number, the temperature, which is chosen on texts set aside for it, so that the
confidence is neither too high nor too low.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from math import isfinite, log, sqrt
from typing import Any, Final, Self, TypeAlias

import attrs

from incidentcore._checks import need_each, need_positive, need_whole, of_type, tuple_of
from incidentcore.categorization.taxonomy import Labeled, Path, as_paths, labeled_pairs
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, text_of, tokenize
from incidentcore.categorization.word_model import Term, WordModel, shares
from incidentcore.errors import DefinitionError, InvalidValueError

_Words: TypeAlias = tuple[tuple[str, float, tuple[float, ...]], ...]
_Row: TypeAlias = tuple[list[tuple[str, int]], int]
_Learned: TypeAlias = tuple[dict[str, float], dict[str, list[float]], list[float]]

_PASSES: Final = 10
_PENALTY: Final = 0.05  # of large weights (L2), as 1 / C of scikit-learn
_STEP: Final = 2.0  # the first step; vectors have length one, so it suits every vocabulary
_BIAS_STEP: Final = 0.1  # the bias moves by this part of a step
_MOST_SHRINK: Final = 0.1  # with few texts, the part by which a step of length 1 shrinks weights
_FOLDS: Final = 5
_LEAST_HELD: Final = 50  # with fewer texts, a temperature is too uncertain
_HELD: Final = 500  # how many texts are held out, in as many folds as that takes
_HEATS: Final = tuple(number / 20 for number in range(6, 41))
_DIGITS: Final = 3  # weights are rounded to this, which moves a probability by less than 0.001


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple_of(values)


def _words(triples: Iterable[Any]) -> _Words:
    found = ((word, rarity, tuple(weights)) for word, rarity, weights in tuple_of(triples))
    return tuple(sorted(found))


@attrs.frozen
class SoftmaxCategorizer(WordModel):
    """A categorizer that has learned from labeled texts how strongly words suggest a category.

    Its confidence is calibrated: on texts like those it learned from, about 80 % of the results
    with confidence 0.8 are right. Use it if you have at least a few hundred labeled texts;
    ``NaiveBayes`` learns from fewer, and can learn from further texts later. The categorizer
    abstains on a text without a known word.

    Attributes:
        categories: The categories, sorted.
        bias: The score of each category before any words are considered.
        words: Triples of (word, inverse document frequency, weight for each category), sorted.
        fields: The record's fields to read.
        accents: False if accents were removed from all words.

    Raises:
        DefinitionError: The numbers do not match the categories or are not finite.

    Source: rule G4; multinomial logistic regression on TF-IDF; the defaults of
    ``train`` are our choice.

    >>> from incidentcore.categorization import SoftmaxCategorizer
    >>> model = SoftmaxCategorizer.train(
    ...     [
    ...         ("vpn drops every hour", "network"),
    ...         ("no wireless in the hall", "network"),
    ...         ("printer out of toner", "hardware"),
    ...     ]
    ... )
    >>> answer = model("toner for the printer, please")
    >>> answer.category, round(answer.confidence, 2)
    (('hardware',), 0.67)
    """

    categories: tuple[Path, ...] = attrs.field(converter=as_paths)
    bias: tuple[float, ...] = attrs.field(converter=_numbers)
    words: _Words = attrs.field(converter=_words, repr=lambda words: f"<{len(words)} words>")
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)
    accents: bool = attrs.field(default=True, kw_only=True, validator=of_type(bool))
    _index: dict[str, tuple[float, tuple[float, ...]]] = attrs.field(
        init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        if not self.categories or list(self.categories) != sorted(set(self.categories)):
            raise DefinitionError("categories", self.categories, "categories, sorted, each once")
        index = {word: (rarity, weights) for word, rarity, weights in self.words}
        if len(index) != len(self.words):
            raise DefinitionError("words", self.words, "each word once, as text")
        need_each("words", index, str, DefinitionError, "each word once, as text")
        for name, numbers in (("bias", self.bias), *((w, ws) for w, (_, ws) in index.items())):
            if len(numbers) != len(self.categories) or not all(map(_is_number, numbers)):
                wanted = f"{len(self.categories)} finite numbers, one for each category"
                raise DefinitionError(name, numbers, wanted)
        for word, rarity, _ in self.words:
            need_positive(f"rarity of {word}", rarity, DefinitionError)
        object.__setattr__(self, "_index", index)

    @classmethod
    def train(
        cls,
        labeled: Labeled,
        *,
        balanced: bool = False,
        least_texts: int = 1,
        fields: Iterable[str] = TEXT_FIELDS,
        accents: bool = True,
    ) -> Self:
        """Return a model trained on labeled texts.

        The order of the texts does not affect the model.

        Args:
            labeled: Pairs of (record or text, category), in any order.
            balanced: Whether all categories have the same total weight, so that rare ones are
                predicted more often; the confidence is then no longer calibrated.
            least_texts: Words that occur in fewer texts are ignored. With 2, the model does not
                contain names or numbers that occurred in one text only.
            fields: The record's fields to read.
            accents: Pass False to remove accents, so that ``conexao`` matches ``conexão``.

        Raises:
            InvalidValueError: ``labeled`` is empty, a category is neither a name nor a path, or
                ``least_texts`` is not a whole number of at least 1.
        """
        need_whole("least_texts", least_texts)
        read = field_names(fields)
        bags: list[tuple[list[tuple[str, int]], Path]] = []
        for subject, path in labeled_pairs(labeled):
            counts = Counter(tokenize(text_of(subject, read), accents=accents))
            bags.append((sorted(counts.items()), path))
        if not bags:
            raise InvalidValueError("labeled", [], "at least one labeled text")
        # an arbitrary order, but the same each time
        bags.sort(key=lambda entry: hashlib.sha256(repr(entry).encode()).digest())
        texts = Counter(path for _, path in bags)
        categories = sorted(texts)
        place = {path: number for number, path in enumerate(categories)}
        rows = [(bag, place[path]) for bag, path in bags]
        even = len(bags) / len(texts)
        class_weights = [even / texts[path] if balanced else 1.0 for path in categories]
        learn = partial(_learn, class_weights=class_weights, least_texts=least_texts)
        rarity, learned, bias = learn(rows)
        heat = _temperature(rows, learn)
        return cls(
            categories,
            [round(each / heat, _DIGITS) for each in bias],
            [
                (word, rarity[word], [round(weight / heat, _DIGITS) for weight in row])
                for word, row in learned.items()
            ],
            fields=read,
            accents=accents,
        )

    def _terms(self, record: Any) -> tuple[list[Term], list[float]]:
        index = self._index
        counts = Counter(tokenize(text_of(record, self.fields), accents=self.accents))
        known = [(word, count) for word, count in counts.items() if word in index]
        rarity = {word: index[word][0] for word, _ in known}
        return [
            (word, [value * weight for weight in index[word][1]])
            for word, value in _vector(known, rarity)
        ], list(self.bias)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and isfinite(value)  # type: ignore[arg-type]


def _vector(bag: list[tuple[str, int]], rarity: Mapping[str, float]) -> list[tuple[str, float]]:
    entries = [(word, count * rarity[word]) for word, count in bag if word in rarity]
    length = sqrt(sum(value * value for value in sorted(value for _, value in entries)))
    return [(word, value / length) for word, value in entries]


def _learn(rows: list[_Row], *, class_weights: list[float], least_texts: int) -> _Learned:
    """Return the rarity of each word, its weights and the biases."""
    seen = Counter(word for bag, _ in rows for word, _ in bag)
    rarity = {
        word: round(log((1 + len(rows)) / (1 + count)) + 1, _DIGITS)
        for word, count in sorted(seen.items())
        if count >= least_texts
    }
    weights = {word: [0.0] * len(class_weights) for word in rarity}
    bias = [0.0] * len(class_weights)
    # Each entry holds the word's own list of weights, so that a step looks nothing up.
    data = [
        ([(weights[word], value) for word, value in _vector(bag, rarity)], place)
        for bag, place in rows
    ]
    shrink = min(_PENALTY / len(data), _MOST_SHRINK)
    for left in range(_PASSES, 0, -1):
        rates = _STEP * left / _PASSES, _STEP * (left - 1) / _PASSES
        _pass(data, weights, bias, class_weights, shrink=shrink, rates=rates)
    return rarity, weights, bias


def _pass(
    data: list[tuple[list[tuple[list[float], float]], int]],
    weights: dict[str, list[float]],
    bias: list[float],
    class_weights: list[float],
    *,
    shrink: float,
    rates: tuple[float, float],
) -> None:
    """Visit each text once, with a learning rate that falls from the first to the second value."""
    places = range(len(bias))
    scale = 1.0  # the true weights are scale times the stored ones, so shrinking is one product
    first, last = rates
    for number, (entries, actual) in enumerate(data):
        rate = first + (last - first) * number / len(data)
        # A heavy text is visited several times in a row: one long step would overshoot.
        visits = max(1, round(class_weights[actual]))
        factor = rate * class_weights[actual] / visits
        for _ in range(visits):
            scores = [0.0] * len(bias)
            for row, value in entries:
                for place in places:
                    scores[place] += value * row[place]
            moves = shares([scale * s + b for s, b in zip(scores, bias, strict=True)])
            moves[actual] -= 1
            scale *= 1 - rate / visits * shrink
            amount = factor / scale
            for row, value in entries:
                step = value * amount
                for place in places:
                    row[place] -= moves[place] * step
            for place in places:
                bias[place] -= _BIAS_STEP * factor * moves[place]
    for row in weights.values():
        row[:] = [scale * weight for weight in row]


def _temperature(rows: list[_Row], learn: Callable[[list[_Row]], _Learned]) -> float:
    """Return the temperature that calibrates confidence on texts not learned from.

    Models trained on four fifths of the texts are evaluated on the others; the result has the least
    log loss there.
    """
    if len(rows) < _LEAST_HELD:
        return 1.0
    asked: list[tuple[list[float], int]] = []
    for fold in range(_FOLDS):
        if len(asked) < _HELD:
            rest = [row for number, row in enumerate(rows) if number % _FOLDS != fold]
            rarity, weights, bias = learn(rest)
            for bag, actual in rows[fold::_FOLDS]:
                parts = [[v * w for w in weights[word]] for word, v in _vector(bag, rarity)]
                if parts:
                    asked.append(
                        ([sum(column) for column in zip(bias, *parts, strict=True)], actual)
                    )

    def loss(heat: float) -> float:
        chances = (shares([score / heat for score in scores])[actual] for scores, actual in asked)
        return -sum(log(max(chance, 1e-300)) for chance in chances)

    return min(_HEATS, key=loss)
