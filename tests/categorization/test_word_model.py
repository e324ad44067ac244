"""The base of word models: probabilities and evidence from sums of terms, worked by hand."""

from __future__ import annotations

from math import log
from typing import Any

import pytest

from incidentcore.categorization.word_model import Term, WordModel, shares

MAIL, NET = ("mail",), ("network",)


class Given(WordModel):
    """A model with the terms that it is given, for every record."""

    __slots__ = ("categories", "prior", "terms")

    def __init__(self, terms: list[Term], prior: list[float]) -> None:
        self.categories = (MAIL, NET)
        self.terms = terms
        self.prior = prior

    def _terms(self, record: Any) -> tuple[list[Term], list[float]]:
        return self.terms, self.prior


def test_scores_become_shares() -> None:
    """Odds of 3 to 1 are three quarters, however large the scores are."""
    assert shares([log(3), 0.0]) == pytest.approx([0.75, 0.25])
    assert shares([5_000.0, 5_000.0]) == [0.5, 0.5]


def test_words_multiply_the_odds_of_the_prior() -> None:
    """A prior of 1 to 2, "inbox" with 8 to 1 and "cable" with 1 to 2: together 2 to 1."""
    terms: list[Term] = [("cable", [0.0, log(2)]), ("inbox", [log(8), 0.0])]
    model = Given(terms, [0.0, log(2)])

    answer = model("any")

    assert model.probabilities("any") == pytest.approx({MAIL: 2 / 3, NET: 1 / 3})
    assert (answer.category, answer.confidence) == (MAIL, pytest.approx(2 / 3))
    assert [(one.kind, one.what) for one in answer.evidence] == [
        ("word", "inbox"),
        ("word", "cable"),
        ("prior", "mail"),
    ]
    weights = [one.weight for one in answer.evidence]
    assert weights == pytest.approx([log(8), -log(2), -log(2)])
    assert sum(weights) == pytest.approx(log(2))


def test_a_text_without_known_words_has_the_prior_and_no_answer() -> None:
    """The prior alone decides nothing."""
    model = Given([], [log(3), 0.0])

    assert model.probabilities("any") == pytest.approx({MAIL: 0.75, NET: 0.25})
    assert model("any").category == ()


def test_ten_words_are_shown() -> None:
    """The heaviest, and the prior."""
    terms: list[Term] = [(f"w{n:02}", [float(n), 0.0]) for n in range(12)]
    words = [one.what for one in Given(terms, [0.0, 0.0])("any").evidence]

    assert words == [*(f"w{n:02}" for n in range(11, 1, -1)), "mail"]
