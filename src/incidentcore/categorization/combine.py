"""Several categorizers as one: first match, fallback chain, threshold, vote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum, isfinite
from typing import Any, Protocol

import attrs

from incidentcore.categorization.categorizer import Categorization, Categorizer, Evidence, share
from incidentcore.categorization.taxonomy import Path, as_path
from incidentcore.errors import DefinitionError

__all__ = ["Combination", "Combined", "FallbackChain", "FirstMatch", "MinimumConfidence", "Vote"]


def _categorizers(given: Iterable[Categorizer]) -> tuple[Categorizer, ...]:
    kept = tuple(given)
    for categorizer in kept:
        if not callable(categorizer):
            raise DefinitionError("categorizers", categorizer, "callables that take a record")
    if not kept:
        raise DefinitionError("categorizers", kept, "at least one categorizer")
    return kept


def _fraction(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise DefinitionError(name, value, "a number from 0 to 1")


def _default(given: Any) -> Path:
    return () if given in ((), None) else as_path(given)


@attrs.frozen
class FirstMatch:
    """Asks one categorizer after the other and takes the first that does not abstain.

    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> by_name = KeywordCategorizer({"network": ["vpn"]})
    >>> by_guess = KeywordCategorizer({"hardware": ["broken", "vpn"]})
    >>> FirstMatch([by_name, by_guess])("vpn broken").category
    ('network',)
    """

    categorizers: tuple[Categorizer, ...] = attrs.field(converter=_categorizers)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the first answer; an abstention with all reasons where there is none."""
        reasons: list[Evidence] = []
        for categorizer in self.categorizers:
            answer = categorizer(record)
            if not answer.abstained:
                return answer
            reasons.extend(answer.evidence)
        return Categorization.abstain(reasons)


@attrs.frozen
class MinimumConfidence:
    """Abstains where another categorizer is not sure enough.

    Attributes:
        categorizer: The other categorizer.
        minimum: The least confidence that is an answer, a fraction from 0 to 1.

    Raises:
        DefinitionError: The minimum is no fraction.
    """

    categorizer: Categorizer
    minimum: float

    def __attrs_post_init__(self) -> None:
        _categorizers((self.categorizer,))
        _fraction("minimum", self.minimum)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the answer if it is sure enough; what else it would have been is evidence."""
        answer = self.categorizer(record)
        if answer.abstained or answer.confidence >= self.minimum:
            return answer
        text = f"confidence {answer.confidence:.3g} is below {self.minimum:g}"
        return Categorization.abstain((Evidence("note", text, 0.0), *answer.evidence))


@attrs.frozen
class FallbackChain:
    """Asks one categorizer after the other until one is sure enough, and ends with a default.

    Attributes:
        categorizers: From the most to the least trusted.
        minimum: The least confidence that is an answer, a fraction from 0 to 1.
        default: The category where none is sure enough; empty to abstain then.

    Raises:
        DefinitionError: There is no categorizer, or the minimum is no fraction.

    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> chain = FallbackChain([KeywordCategorizer({"network": ["vpn"]})], default="software")
    >>> print(chain("Mail is slow"))
    software (0.00): no keyword found; nothing else fits: the default
    """

    categorizers: tuple[Categorizer, ...] = attrs.field(converter=_categorizers)
    minimum: float = attrs.field(default=0.0, kw_only=True)
    default: Path = attrs.field(default=(), converter=_default, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _fraction("minimum", self.minimum)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the first answer that is sure enough, or the default with confidence 0."""
        answer = FirstMatch(
            [MinimumConfidence(categorizer, self.minimum) for categorizer in self.categorizers]
        )(record)
        if not answer.abstained or not self.default:
            return answer
        note = Evidence("note", "nothing else fits: the default", 0.0)
        return Categorization(self.default, 0.0, (*answer.evidence, note))


class Combination(Protocol):
    """Makes one answer of several: a plain function or a frozen object fits."""

    def __call__(self, answers: Sequence[Categorization], /) -> Categorization:
        """Return the one answer; ``answers`` are in the order of the categorizers."""
        ...


def _weights(given: Iterable[float]) -> tuple[float, ...]:
    weights = tuple(given)
    for weight in weights:
        if type(weight) not in (int, float) or not (isfinite(weight) and weight > 0):
            raise DefinitionError("weights", weights, "positive numbers")
    return weights


@attrs.frozen
class Vote:
    """Takes the category with the most votes; a tie is no answer.

    Abstentions do not vote. Confidence is the winner's share of the votes cast.

    Attributes:
        weights: How much each categorizer's vote counts; one each unless told.
        quorum: How many must vote, at the least.

    Raises:
        DefinitionError: A weight is not positive, or the quorum no whole number from 1.
    """

    weights: tuple[float, ...] = attrs.field(default=(), converter=_weights)
    quorum: int = attrs.field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if type(self.quorum) is not int or self.quorum < 1:
            raise DefinitionError("quorum", self.quorum, "a whole number from 1")

    def __call__(self, answers: Sequence[Categorization], /) -> Categorization:
        """Return the winner with each vote as evidence."""
        weights = self.weights or (1.0,) * len(answers)
        if len(weights) != len(answers):
            raise DefinitionError("weights", weights, f"one for each of {len(answers)} answers")
        votes: dict[Path, list[float]] = {}
        evidence: list[Evidence] = []
        for number, (answer, weight) in enumerate(zip(answers, weights, strict=True), 1):
            if not answer.abstained:
                votes.setdefault(answer.category, []).append(weight)
                evidence.append(Evidence("vote", f"of {number}", weight, answer.category))
        cast = len(evidence)
        if cast < self.quorum:
            note = Evidence("note", f"{cast} voted, {self.quorum} are needed", 0.0)
            return Categorization.abstain((note, *evidence))
        sums = {path: fsum(parts) for path, parts in votes.items()}
        best = max(sums.values())
        winners = [path for path, total in sums.items() if total == best]
        if len(winners) > 1:
            note = Evidence("note", f"a tie between {len(winners)} categories", 0.0)
            return Categorization.abstain((note, *evidence))
        evidence.sort(key=lambda vote: (vote.category != winners[0], -vote.weight))
        return Categorization(winners[0], share(best, fsum(sums.values())), evidence)


@attrs.frozen
class Combined:
    """Asks all of several categorizers and makes one answer of theirs.

    Attributes:
        categorizers: The categorizers.
        combination: How one answer is made; a vote unless told.

    Raises:
        DefinitionError: There is no categorizer, or the combination cannot be called.

    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> desk = [KeywordCategorizer({"network": ["vpn"]}), KeywordCategorizer({"network": ["slow"]})]
    >>> print(Combined(desk)("vpn is slow"))
    network (1.00): vote 'of 1' +1 for network; vote 'of 2' +1 for network
    """

    categorizers: tuple[Categorizer, ...] = attrs.field(converter=_categorizers)
    combination: Combination = Vote()

    def __attrs_post_init__(self) -> None:
        if not callable(self.combination):
            raise DefinitionError("combination", self.combination, "a callable, such as Vote()")
        if isinstance(self.combination, Vote) and self.combination.weights:
            wanted, given = len(self.categorizers), self.combination.weights
            if len(given) != wanted:
                raise DefinitionError("weights", given, f"one for each of {wanted} categorizers")

    def __call__(self, record: Any, /) -> Categorization:
        """Return the one answer."""
        return self.combination([categorizer(record) for categorizer in self.categorizers])
