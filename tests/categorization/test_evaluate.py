"""The report on a categorizer: by hand, and beside scikit-learn's figures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import Categorization, evaluate_categorizer
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
    def told(number):
        _, category, confidence = answers[number]
        return Categorization(category, confidence) if category else Categorization.abstain()

    labelled = [(number, actual) for number, (actual, _, _) in enumerate(answers)]
    return evaluate_categorizer(told, labelled, **options)


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


def test_confusion_has_abstentions_too():
    """What was taken for what; an abstention is the empty category."""
    assert [
        ("".join(row.actual), "".join(row.predicted), row.count)
        for row in report(ANSWERS).confusion
    ] == [("a", "a", 2), ("a", "b", 1), ("b", "", 1), ("b", "b", 1), ("c", "a", 1)]


def test_curve_trades_coverage_for_accuracy():
    """Answers at or above each threshold, and how many of them are right."""
    curve = report(ANSWERS, thresholds=[0.95, 0, 0.6, 0.7]).curve

    assert [(p.minimum, p.answered, p.correct) for p in curve] == [
        (0, 5, 3),
        (0.6, 4, 3),
        (0.7, 2, 2),
        (0.95, 0, 0),
    ]
    assert [p.accuracy for p in curve] == [3 / 5, 3 / 4, 1.0, None]
    assert [p.coverage for p in curve] == [5 / 6, 4 / 6, 2 / 6, 0]


def test_report_reads_as_a_page():
    """Printed, the report is the head line, the table and the curve."""
    lines = str(report(ANSWERS, thresholds=[0, 0.95])).splitlines()

    assert lines == [
        "6 records, 5 answered (83.3%), 3 correct: accuracy 50.0%, macro-F1 0.389",
        "  category  support  precision  recall     F1",
        "  a               3      0.667   0.667  0.667",
        "  b               2      0.500   0.500  0.500",
        "  c               1       none   0.000  0.000",
        "  confidence  coverage  accuracy",
        "           0     83.3%     60.0%",
        "        0.95      0.0%      none",
    ]


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_of_records_is_no_matter(answers, shuffler):
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
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
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
    """There is no report on no record."""
    with pytest.raises(InvalidValueError):
        evaluate_categorizer(lambda _: Categorization.abstain(), [])
