"""A trainable categorizer: multinomial naive Bayes over the words of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import exp, fsum, isfinite, log
from typing import Any, Final, Self

import attrs

from incidentcore.categorization.categorizer import Categorization, Evidence, share
from incidentcore.categorization.taxonomy import Path, as_path, path_text
from incidentcore.categorization.tokens import TEXT_FIELDS, field_names, text_of, tokenize
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError

__all__ = ["NaiveBayes"]

_FORMAT: Final = "incidentcore-naive-bayes-1"
_WORDS_TOLD: Final = 10

_Words = tuple[tuple[str, tuple[int, ...]], ...]


def _categories(given: Iterable[Any]) -> tuple[Path, ...]:
    return tuple(as_path(category) for category in given)


def _counts(given: Iterable[int]) -> tuple[int, ...]:
    return tuple(given)


def _words(given: Any) -> _Words:
    entries = given.items() if isinstance(given, Mapping) else given
    return tuple(sorted((word, tuple(counts)) for word, counts in entries))


@attrs.frozen
class NaiveBayes:
    """A categorizer that has learnt from labelled texts which words speak for which category.

    The model is what was counted, so it is a value: equal texts in any order give an equal model,
    and a model trained on some texts that learns others equals one trained on all. Words that it
    never saw say nothing; a text without a word that it knows is an abstention.

    Confidence is the model's own probability. It treats words as independent, so it is too sure of
    itself on long texts: choose a threshold by ``evaluate_categorizer``, not by its face value.

    Attributes:
        categories: The categories, sorted.
        texts: How many texts of each category were learnt.
        words: Each word with how often it occurred in each category's texts, sorted. Written as
            pairs or a mapping.
        smoothing: What is added to every count (Laplace: 1), so that no word rules a category out.
        fields: The record's fields that are read.

    Raises:
        DefinitionError: The counts do not fit the categories, or the smoothing is not positive.

    Source: multinomial naive Bayes with additive smoothing; priors are the categories' shares.

    >>> model = NaiveBayes.train(
    ...     [
    ...         ("vpn drops every hour", "network"),
    ...         ("no wireless in the hall", "network"),
    ...         ("printer out of toner", "hardware"),
    ...     ]
    ... )
    >>> answer = model("toner for the printer, please")
    >>> answer.category, round(answer.confidence, 3)
    (('hardware',), 0.684)
    """

    categories: tuple[Path, ...] = attrs.field(converter=_categories)
    texts: tuple[int, ...] = attrs.field(converter=_counts)
    words: _Words = attrs.field(converter=_words, repr=lambda words: f"<{len(words)} words>")
    smoothing: float = attrs.field(default=1.0, kw_only=True)
    fields: tuple[str, ...] = attrs.field(default=TEXT_FIELDS, converter=field_names, kw_only=True)
    _priors: tuple[float, ...] = attrs.field(init=False, eq=False, repr=False)
    _logs: dict[str, tuple[float, ...]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.categories or list(self.categories) != sorted(set(self.categories)):
            raise DefinitionError("categories", self.categories, "categories, sorted, each once")
        if type(self.smoothing) not in (int, float) or not (
            isfinite(self.smoothing) and self.smoothing > 0
        ):
            raise DefinitionError("smoothing", self.smoothing, "a positive number, as a rule 1")
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
        labelled: Iterable[tuple[Any, Iterable[str] | str]],
        *,
        smoothing: float = 1.0,
        fields: Iterable[str] = TEXT_FIELDS,
    ) -> Self:
        """Return the model of labelled texts.

        Args:
            labelled: Pairs of (record or text, category), in any order.
            smoothing: What is added to every count.
            fields: The record's fields that are read.

        Raises:
            InvalidValueError: There is no pair, or a category is no path.
        """
        return cls._counted({}, {}, labelled, smoothing, field_names(fields))

    def learn(self, labelled: Iterable[tuple[Any, Iterable[str] | str]]) -> Self:
        """Return the model that has learnt these texts too."""
        texts = dict(zip(self.categories, self.texts, strict=True))
        words = {path: Counter[str]() for path in self.categories}
        for word, counts in self.words:
            for path, count in zip(self.categories, counts, strict=True):
                if count:
                    words[path][word] = count
        return self._counted(texts, words, labelled, self.smoothing, self.fields)

    @classmethod
    def _counted(
        cls,
        texts: dict[Path, int],
        words: dict[Path, Counter[str]],
        labelled: Iterable[tuple[Any, Iterable[str] | str]],
        smoothing: float,
        fields: tuple[str, ...],
    ) -> Self:
        for subject, category in labelled:
            path = as_path(category)
            texts[path] = texts.get(path, 0) + 1
            words.setdefault(path, Counter()).update(tokenize(text_of(subject, fields)))
        if not texts:
            raise InvalidValueError("labelled", [], "at least one labelled text")
        categories = sorted(texts)
        table: dict[str, list[int]] = {}
        for place, path in enumerate(categories):
            for word, count in words[path].items():
                table.setdefault(word, [0] * len(categories))[place] = count
        return cls(
            categories,
            [texts[path] for path in categories],
            table,
            smoothing=smoothing,
            fields=fields,
        )

    def log_probabilities(self, subject: Any) -> dict[Path, float]:
        """Return the natural logarithm of each category's probability, given a text's words.

        Args:
            subject: A record or a text. Without a word that the model knows, the answer is the
                categories' shares of the texts learnt.
        """
        known = self._known(subject)
        joint = self._joint(known)
        worst = max(joint)
        whole = worst + log(fsum(exp(value - worst) for value in joint))
        return {path: value - whole for path, value in zip(self.categories, joint, strict=True)}

    def _known(self, subject: Any) -> list[tuple[str, int]]:
        logs = self._logs
        counts = Counter(tokenize(text_of(subject, self.fields)))
        return [(word, count) for word, count in counts.items() if word in logs]

    def _joint(self, known: list[tuple[str, int]]) -> list[float]:
        logs = self._logs
        rows = [
            logs[word] if count == 1 else [count * value for value in logs[word]]
            for word, count in known
        ]
        # fsum is exact before its one rounding, so the order of the words is no matter.
        return [fsum(column) for column in zip(self._priors, *rows, strict=True)]

    def __call__(self, record: Any, /) -> Categorization:
        """Return the most probable category, with the words that set it apart from the next one.

        Each word's weight is how far it moves the logarithm of the odds of the answer against the
        next probable category; the weight of ``prior`` is what was known before any word.
        """
        known = self._known(record)
        if not known:
            return Categorization.abstain("no word that the model knows")
        joint = self._joint(known)
        places = sorted(range(len(joint)), key=lambda place: (-joint[place], place))
        best, following = places[0], places[min(1, len(places) - 1)]
        path = self.categories[best]
        confidence = share(1.0, fsum(exp(value - joint[best]) for value in joint))
        weights = [
            (word, count * (self._logs[word][best] - self._logs[word][following]))
            for word, count in known
        ]
        weights.sort(key=lambda entry: (-abs(entry[1]), entry[0]))
        evidence = [Evidence("word", word, weight, path) for word, weight in weights[:_WORDS_TOLD]]
        prior = self._priors[best] - self._priors[following]
        evidence.append(Evidence("prior", path_text(path), prior, path))
        return Categorization(path, confidence, evidence)

    def to_data(self) -> dict[str, Any]:
        """Return the model as plain data, ready for any writer of numbers, texts and lists.

        >>> model = NaiveBayes.train([("vpn", "network"), ("toner", "hardware")])
        >>> NaiveBayes.from_data(model.to_data()) == model
        True
        """
        return {
            "format": _FORMAT,
            "smoothing": self.smoothing,
            "fields": list(self.fields),
            "categories": [list(path) for path in self.categories],
            "texts": list(self.texts),
            "words": {word: list(counts) for word, counts in self.words},
        }

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """Return the model that plain data describes.

        Raises:
            FormatError: The data is not what ``to_data`` gives.
        """
        wanted = {"smoothing": (int, float), "fields": list, "categories": list, "texts": list}
        kinds: dict[str, Any] = {"format": str, **wanted, "words": dict}
        if not isinstance(data, Mapping):
            raise FormatError("a mapping is wanted @ $")
        problems = [
            f"missing @ $.{name}" if name not in data else f"a wrong kind of value @ $.{name}"
            for name, kind in kinds.items()
            if not isinstance(data.get(name), kind)
        ]
        if not problems and data["format"] != _FORMAT:
            problems.append(f"{_FORMAT!r} is wanted @ $.format")
        if problems:
            raise FormatError(problems)
        try:
            return cls(
                data["categories"],
                data["texts"],
                data["words"],
                smoothing=data["smoothing"],
                fields=data["fields"],
            )
        except (DefinitionError, InvalidValueError, TypeError) as error:
            raise FormatError(f"{error} @ $") from None


def _check_counts(name: str, counts: tuple[int, ...], places: int, *, least: int) -> None:
    if len(counts) != places or any(type(n) is not int or n < least for n in counts):
        raise DefinitionError(name, counts, f"{places} whole numbers of at least {least}")
