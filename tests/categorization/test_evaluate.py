"""The report on a categorizer: worked out, and beside scikit-learn's figures."""

from __future__ import annotations

from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    Categorization,
    FallbackChain,
    KeywordCategorizer,
    NaiveBayes,
    SoftmaxCategorizer,
    compare_categorizers,
    cross_validate,
    evaluate_categorizer,
)
from incidentcore.errors import InvalidValueError

# (actual, given, confidence): six records, of which one is abstained from.
ANSWERS = [
    ("a", "a", 0.9),
    ("a", "a", 0.6),
    ("a", "b", 0.6),
    ("b", "b", 0.8),
    ("b", None, 0.0),
    ("c", "a", 0.3),
]

PAIRS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abcd") | st.none(), st.floats(0, 1)),
    min_size=1,
    max_size=20,
)


def report(answers, **options):
    def answer(number):
        _, category, confidence = answers[number]
        return Categorization(category, confidence) if category else Categorization.abstain()

    labeled = [(number, actual) for number, (actual, _, _) in enumerate(answers)]
    return evaluate_categorizer(answer, labeled, **options)


def test_figures_worked_by_hand():
    """3 of 6 correct, 5 answered; F1 of a 2*2/(3+3), of b 2*1/(2+2), of c 0."""
    found = report(ANSWERS)

    assert (found.n, found.answered, found.correct) == (6, 5, 3)
    assert found.accuracy == 3 / 6
    assert found.coverage == 5 / 6
    assert found.accuracy_when_answered == 3 / 5
    assert [
        (score.category, score.support, score.predicted, score.correct)
        for score in found.categories
    ] == [(("a",), 3, 3, 2), (("b",), 2, 2, 1), (("c",), 1, 0, 0)]
    assert [score.precision for score in found.categories] == [2 / 3, 1 / 2, None]
    assert [score.recall for score in found.categories] == [2 / 3, 1 / 2, 0]
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_curve_trades_coverage_for_accuracy():
    """Answers at or above each threshold, and how many of them are right."""
    curve = attrs.evolve(report(ANSWERS), thresholds=(0, 0.6, 0.7, 0.95)).curve

    assert [(p.minimum, p.answered, p.correct) for p in curve] == [
        (0, 5, 3),
        (0.6, 4, 3),
        (0.7, 2, 2),
        (0.95, 0, 0),
    ]
    assert [p.accuracy for p in curve] == [3 / 5, 3 / 4, 1.0, None]
    assert [p.coverage for p in curve] == [5 / 6, 4 / 6, 2 / 6, 0]


def test_calibration_worked_by_hand():
    """Gaps of .3, .1 twice, .2 and .1 over five answers; squares .01 + .16 + .36 + .04 + .09."""
    measured = report(ANSWERS)

    assert measured.ece == pytest.approx((0.3 + 2 * 0.1 + 0.2 + 0.1) / 5)
    assert measured.brier == pytest.approx((0.01 + 0.16 + 0.36 + 0.04 + 0.09) / 5)
    assert measured.majority == 3 / 6
    assert [(b.low, b.high, b.n) for b in measured.reliability] == [
        (0.3, 0.4, 1),
        (0.6, 0.7, 2),
        (0.8, 0.9, 1),
        (0.9, 1.0, 1),
    ]


def test_without_answers_there_is_no_calibration():
    """A categorizer that always abstains has no confidence to be right about."""
    measured = report([("a", None, 0.0)])

    assert (measured.ece, measured.brier, measured.reliability) == (None, None, ())
    assert measured.threshold_for(precision=0) is None
    assert "ECE none" in str(measured)


@given(PAIRS, st.floats(0, 1))
def test_threshold_reaches_its_target_best(answers, target):
    """The threshold reaches its target, and no other confidence does so with more coverage."""
    measured = report(answers)
    confidences = [0.0, *(confidence for confidence, _ in measured.confidences)]
    curve = attrs.evolve(measured, thresholds=tuple(sorted(set(confidences)))).curve

    point = measured.threshold_for(precision=target)
    reached = [each for each in curve if each.answered and each.correct >= target * each.answered]
    assert (point is None) == (not reached)
    if point is not None:
        assert point.correct >= target * point.answered
        assert point.answered == max(each.answered for each in reached)
    point = measured.threshold_for(coverage=target)
    wide = [each for each in curve if each.answered >= target * each.n and each.minimum > 0]
    if point is not None and wide:
        assert point.minimum == max(each.minimum for each in wide)


@given(PAIRS)
def test_calibration_figures_are_fractions(answers):
    """ECE and Brier lie from 0 to 1, and the bins hold every answer once."""
    measured = report(answers)

    assert sum(each.n for each in measured.reliability) == measured.answered
    assert all(each.low <= each.confidence <= each.high for each in measured.reliability)
    if measured.answered:
        assert 0 <= measured.ece <= 1
        assert 0 <= measured.brier <= 1


WORDS = {"network": ["vpn", "wireless"], "hardware": ["printer", "toner"]}
TEXTS = [
    (f"{word} trouble {number}", category)
    for number in range(6)
    for category, words in WORDS.items()
    for word in words
]


def test_cross_validation_answers_each_record_once_by_another_model():
    """Every record is held out in one fold, and the folds share out each category."""
    trained = []

    def train(pairs):
        trained.append(pairs)
        return NaiveBayes.train(pairs)

    measured = cross_validate(train, TEXTS, folds=4)

    assert measured.n == len(TEXTS)
    assert measured.accuracy == 1.0
    assert [len(pairs) for pairs in trained] == [18] * 4
    assert all(sum(path == ("network",) for _, path in pairs) == 9 for pairs in trained)


def test_cross_validation_does_not_look_at_what_it_tries():
    """A model that only remembers its texts knows none of those left out."""

    def remember(pairs):
        texts = dict(pairs)
        return lambda text: (
            Categorization(texts[text]) if text in texts else Categorization.abstain()
        )

    assert cross_validate(remember, TEXTS, folds=3).answered == 0


@pytest.mark.parametrize("folds", [1, 0, 25, 2.0])
def test_folds_are_two_or_more(folds):
    """There are at least two folds and no more than records."""
    with pytest.raises(InvalidValueError, match="folds"):
        cross_validate(NaiveBayes.train, TEXTS, folds=folds)


def test_keywords_in_front_of_a_model_show_what_they_cost():
    """A keyword that was guessed wrong costs exactly the records it takes from the model."""
    model = SoftmaxCategorizer.train(TEXTS)
    guessed = KeywordCategorizer({"hardware": ["wireless"]})
    desk = {"model": model, "keywords first": FallbackChain([guessed, model])}

    assert evaluate_categorizer(desk["keywords first"], TEXTS).accuracy == 18 / 24
    table = compare_categorizers(desk, TEXTS)
    assert [line.split()[-6:-4] for line in table.splitlines()[1:3]] == [
        ["100.0%", "+0.0"],
        ["75.0%", "-25.0"],
    ]


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_of_records_changes_nothing(answers, shuffler):
    """The same records in any order give one report."""
    shuffled = list(answers)
    shuffler.shuffle(shuffled)

    assert report(answers) == report(shuffled)


@given(PAIRS)
def test_curve_only_falls(answers):
    """A higher threshold never answers more."""
    curve = report(answers).curve

    assert all(a.answered >= b.answered for a, b in pairwise(curve))
    assert curve[0].answered == report(answers).answered


@given(PAIRS)
def test_figures_are_scikit_learns(answers):
    """Precision, recall, F1 and their mean are scikit-learn's over the same labels."""
    metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra 'check'")
    actual = [each[0] for each in answers]
    given_ = [each[1] or "-" for each in answers]
    found = report(answers)
    labels = [score.category[0] for score in found.categories]

    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        actual, given_, labels=labels, zero_division=0
    )

    assert [score.precision or 0 for score in found.categories] == pytest.approx(list(precision))
    assert [score.recall or 0 for score in found.categories] == pytest.approx(list(recall))
    assert [score.f1 for score in found.categories] == pytest.approx(list(f1))
    assert [score.support for score in found.categories] == list(support)
    assert found.macro_f1 == pytest.approx(sum(f1) / len(f1))
    assert found.accuracy == pytest.approx(metrics.accuracy_score(actual, given_))


def test_nothing_to_try_is_refused():
    """A report needs a record."""
    with pytest.raises(InvalidValueError):
        evaluate_categorizer(lambda _: Categorization.abstain(), [])
