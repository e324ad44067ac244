"""Combine categorizers: try them in turn until one is confident enough, or let them vote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from incidentcore._checks import need_positive, need_share, need_whole, tuple_of
from incidentcore.categorization.categorizer import (
    Categorization,
    Categorizer,
    Evidence,
    answer_all,
    need_categorizers,
    path_or_none,
    reaches,
    share,
    tally,
    total,
)
from incidentcore.categorization.taxonomy import Path
from incidentcore.errors import DefinitionError


def _categorizers(values: Iterable[Categorizer]) -> tuple[Categorizer, ...]:
    categorizers = tuple_of(values)
    need_categorizers("categorizers", *categorizers)
    return categorizers


@attrs.frozen
class FallbackChain:
    """A categorizer that tries others in turn until one is confident enough, or uses a default.

    With a minimum of 0, the first categorizer that does not abstain decides. Use a chain of one
    categorizer to require a minimum confidence, and nest chains to require different ones.

    Attributes:
        categorizers: The categorizers, from the most to the least trusted.
        minimum: The lowest confidence that is accepted, a fraction from 0 to 1.
        default: The category if no categorizer is confident enough; empty to abstain.

    Raises:
        DefinitionError: ``categorizers`` is empty, or the minimum is not a fraction.

    >>> from incidentcore.categorization import FallbackChain
    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> chain = FallbackChain([KeywordCategorizer({"network": ["vpn"]})], default="software")
    >>> print(chain("Mail is slow"))
    software (0.00): no keyword found; nothing else fits: the default
    """

    categorizers: tuple[Categorizer, ...] = attrs.field(converter=_categorizers)
    minimum: float = attrs.field(default=0.0, kw_only=True)
    default: Path = attrs.field(default=(), converter=path_or_none, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.categorizers:
            raise DefinitionError("categorizers", self.categorizers, "at least one categorizer")
        need_share("minimum", self.minimum, DefinitionError)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the first result that is confident enough, or the default with confidence 0."""
        return self.answers((record,))[0]

    def answers(self, records: Iterable[Any], /) -> list[Categorization]:
        """Return the results for many records; each categorizer gets only the undecided ones."""
        waiting = dict(enumerate(records))
        answers: dict[int, Categorization] = {}
        reasons: dict[int, list[Evidence]] = {place: [] for place in waiting}
        for categorizer in self.categorizers:
            if not waiting:
                break
            replies = answer_all(categorizer, waiting.values())
            for place, answer in zip(tuple(waiting), replies, strict=True):
                if not answer.abstained and reaches(answer.confidence, self.minimum):
                    answers[place] = answer
                    del waiting[place]
                    continue
                if not answer.abstained:
                    text = f"confidence {answer.confidence:.3g} is below {self.minimum:g}"
                    reasons[place].append(Evidence("note", text, 0.0))
                reasons[place].extend(answer.evidence)
        for place in waiting:
            answers[place] = self._last(reasons[place])
        return [answers[place] for place in sorted(answers)]

    def _last(self, reasons: list[Evidence]) -> Categorization:
        if not self.default:
            return Categorization.abstain(reasons)
        note = Evidence("note", "nothing else fits: the default", 0.0)
        return Categorization(self.default, 0.0, (*reasons, note))


def _weights(values: Iterable[float]) -> tuple[float, ...]:
    weights = tuple_of(values)
    for weight in weights:
        need_positive("weights", weight, DefinitionError)
    return weights


@attrs.frozen
class Vote:
    """A categorizer that calls several others and returns the category with the most votes.

    A categorizer that abstains does not vote, and a tie gives an abstention. Votes may have
    weights; confidence is the winner's share of the weights of all votes. To combine results in
    another way, write your own function as a categorizer.

    Attributes:
        categorizers: The categorizers; without any, the result is always an abstention.
        weights: The weight of each categorizer's vote; 1 by default.
        quorum: The minimum number of categorizers that must vote.

    Raises:
        DefinitionError: A weight is not positive, the weights do not match the categorizers, or the
            quorum is not a whole number of at least 1.

    >>> from incidentcore.categorization import Vote
    >>> from incidentcore.categorization.keywords import KeywordCategorizer
    >>> desk = [KeywordCategorizer({"network": ["vpn"]}), KeywordCategorizer({"network": ["slow"]})]
    >>> answer = Vote(desk)("vpn is slow")
    >>> answer.category, answer.confidence
    (('network',), 1.0)
    """

    categorizers: tuple[Categorizer, ...] = attrs.field(converter=_categorizers)
    weights: tuple[float, ...] = attrs.field(default=(), converter=_weights)
    quorum: int = attrs.field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_whole("quorum", self.quorum, DefinitionError)
        count = len(self.categorizers)
        if count and self.weights and len(self.weights) != count:
            raise DefinitionError("weights", self.weights, f"one for each of {count} categorizers")

    def __call__(self, record: Any, /) -> Categorization:
        """Return the category with the greatest weight of votes, with each vote as evidence."""
        evidence: list[Evidence] = []
        for number, categorizer in enumerate(self.categorizers, 1):
            answer = categorizer(record)
            if not answer.abstained:
                weight = self.weights[number - 1] if self.weights else 1.0
                evidence.append(Evidence("vote", f"of {number}", weight, answer.category))
        cast = len(evidence)
        if cast < self.quorum:
            note = Evidence("note", f"{cast} voted, {self.quorum} are needed", 0.0)
            return Categorization.abstain((note, *evidence))
        sums, winners = tally((vote.category, vote.weight) for vote in evidence)
        if len(winners) > 1:
            note = Evidence("note", f"a tie between {len(winners)} categories", 0.0)
            return Categorization.abstain((note, *evidence))
        evidence.sort(key=lambda vote: (vote.category != winners[0], -vote.weight))
        return Categorization(winners[0], share(sums[winners[0]], total(sums.values())), evidence)
