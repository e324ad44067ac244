"""Calibrated confidence: shares of right answers, by the confidence given (rule G4)."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    Calibrated,
    Categorization,
    KeywordCategorizer,
    NaiveBayes,
    evaluate_categorizer,
)
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.serialization import dumps, loads

CLAIMS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=10, max_size=80
)


def claim(number):
    """Answer a number as ``a`` with the confidence of its fraction; 0 is an abstention."""
    return Categorization("a", number % 1 or 1.0) if number else Categorization.abstain()


def labeled(claims):
    return [(1 + confidence % 1, "a" if right else "b") for confidence, right in claims]


def test_confidence_becomes_the_share_that_was_right():
    """Of 20 answers at 0.9 half were right, of 20 at 0.25 a tenth; between them a straight line."""
    seen = [(0.9, n % 2 == 0) for n in range(20)] + [(0.25, n < 2) for n in range(20)]

    honest = Calibrated.train(claim, labeled(seen))

    assert honest.points == ((0.25, 0.1), (pytest.approx(0.9), 0.5))
    assert honest(1.9).confidence == pytest.approx(0.5)
    assert honest(1.25).confidence == pytest.approx(0.1)
    assert honest(1.575).confidence == pytest.approx(0.3)
    assert (honest(1.1).confidence, honest(1.0).confidence) == (0.1, 0.5)
    assert honest(0).abstained


def test_a_block_of_ten_answers_stands_alone() -> None:
    """However few of them were right; one answer fewer is joined to the block beside it."""
    seen = [(0.25, n < 2) for n in range(10)] + [(0.75, n < 8) for n in range(10)]
    assert Calibrated.train(claim, labeled(seen)).points == ((0.25, 0.2), (0.75, 0.8))
    fewer = Calibrated.train(claim, labeled(seen[:-1])).points
    assert fewer == ((pytest.approx((10 * 0.25 + 9 * 0.75) / 19), 10 / 19),)
    assert Calibrated.train(claim, labeled(seen[1:])).points == (
        (pytest.approx((9 * 0.25 + 10 * 0.75) / 19), 9 / 19),
    )


def test_blocks_that_fall_are_merged():
    """More confidence never means less: 1 of 10 above 5 of 10 become 6 of 20 for both."""
    seen = [(0.25, n < 5) for n in range(10)] + [(0.5, n < 1) for n in range(10)]

    assert Calibrated.train(claim, labeled(seen)).points == ((0.375, 0.3),)


@given(CLAIMS, st.randoms(use_true_random=False))
def test_order_of_records_changes_nothing(claims, shuffler):
    """The same records in any order give equal points."""
    shuffled = list(claims)
    shuffler.shuffle(shuffled)

    points = Calibrated.train(claim, labeled(claims)).points

    assert [each for point in points for each in point] == pytest.approx(
        [each for point in Calibrated.train(claim, labeled(shuffled)).points for each in point]
    )


@given(CLAIMS)
def test_points_rise_and_keep_the_mean(claims):
    """Points rise in both parts; the mean calibrated confidence is about the share right."""
    honest = Calibrated.train(claim, labeled(claims))

    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(honest.points))
    shares = [honest(record).confidence for record, _ in labeled(claims)]
    if len(honest.points) == 1:
        right = sum(right for _, right in claims) / len(claims)
        assert math.fsum(shares) / len(shares) == pytest.approx(right)


@given(
    st.lists(st.floats(0.01, 1), min_size=2, max_size=6),
    st.floats(0, 1),
)
def test_probabilities_keep_their_order_and_sum(parts, share):
    """All probabilities move with the answer's: they sum to one and keep their order."""
    whole = math.fsum(parts)
    chances = {(f"c{n}",): part / whole for n, part in enumerate(parts)}
    best = max(chances, key=chances.__getitem__)
    answer = Categorization(best, chances[best], (), chances)

    moved = Calibrated(lambda _: answer, [(0.5, share)])("x")

    after = dict(moved.probabilities)
    assert moved.category == best
    assert math.fsum(after.values()) == pytest.approx(1)
    assert moved.confidence == after[best] == max(after.values())
    order = sorted(chances, key=chances.__getitem__)
    assert all(after[a] <= after[b] * (1 + 1e-12) for a, b in pairwise(order))
    ahead = chances[best] > 1.1 * max(each for path, each in chances.items() if path != best)
    if ahead and share >= 1 / len(parts):
        assert moved.confidence == pytest.approx(share, abs=1e-6)


def test_a_parent_keeps_its_own_confidence():
    """Probabilities of leaves below the answer are not its confidence and are left out."""
    leaves = {("a", "x"): 0.5, ("a", "y"): 0.4, ("b",): 0.1}
    parent = Categorization("a", 0.9, (), leaves)

    moved = Calibrated(lambda _: parent, [(0.9, 0.75)])("x")

    assert (moved.category, moved.confidence, moved.probabilities) == (("a",), 0.75, ())


def test_words_that_claim_too_much_are_corrected():
    """Keywords that are always sure and right in half of all cases are calibrated to that."""
    words = KeywordCategorizer({"a": ["x"]})
    tried = [(f"x {n}", "a" if n % 2 else "b") for n in range(100)]

    assert evaluate_categorizer(words, tried).ece == 0.5
    assert evaluate_categorizer(Calibrated.train(words, tried), tried).ece == pytest.approx(0)


def test_calibrated_model_is_saved():
    """Written and read again, it is equal and answers the same."""
    model = NaiveBayes.train([("x y", "a"), ("y z", "b")])
    honest = Calibrated.train(model, [("x y", "a"), ("z", "b"), ("y", "a")] * 5)
    again = loads(dumps(honest), Calibrated)

    assert again == honest
    assert again("x z") == honest("x z")
    assert honest.answers(["x", "q"]) == [honest("x"), honest("q")]


def test_too_few_answers_are_refused():
    """A share of fewer than ten answers says nothing."""
    with pytest.raises(InvalidValueError, match="at least 10"):
        Calibrated.train(claim, [(1.5, "a")] * 9 + [(0, "a")] * 20)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Calibrated("words", [(0.5, 0.5)]),
        lambda: Calibrated(claim, []),
        lambda: Calibrated(claim, [(0.5, 0.5), (0.4, 0.6)]),
        lambda: Calibrated(claim, [(0.5, 0.5), (0.6, 0.4)]),
        lambda: Calibrated(claim, [(0.5, 0.5), (0.5, 0.6)]),
        lambda: Calibrated(claim, [(0.5, 1.5)]),
    ],
)
def test_points_that_do_not_rise_are_refused(build):
    """Points are fractions that rise in both parts."""
    with pytest.raises(DefinitionError):
        build()
