"""What a report on a categorizer says."""

from __future__ import annotations

import attrs
import pytest
from tests.categorization.test_evaluate import ANSWERS, report

from incidentcore.categorization import (
    Categorization,
    evaluate_categorizer,
)
from incidentcore.errors import InvalidValueError


def test_confusion_has_abstentions_too():
    """What was taken for what; an abstention is the empty category."""
    assert [
        ("".join(row.actual), "".join(row.predicted), row.count)
        for row in report(ANSWERS).confusion
    ] == [("a", "a", 2), ("a", "b", 1), ("b", "", 1), ("b", "b", 1), ("c", "a", 1)]


def test_report_reads_as_a_page():
    """Printed, the report is the head line, the table and the curve."""
    lines = str(attrs.evolve(report(ANSWERS), thresholds=(0, 0.95))).splitlines()

    assert lines == [
        "6 records, 5 answered (83.3%), 3 correct: accuracy 50.0%, macro-F1 0.389",
        "ECE 0.160, Brier 0.132",
        "always the most frequent category: accuracy 50.0%",
        "  category  support  precision  recall     F1",
        "  a               3      0.667   0.667  0.667",
        "  b               2      0.500   0.500  0.500",
        "  c               1       none   0.000  0.000",
        "  confidence  coverage  accuracy",
        "           0     83.3%     60.0%",
        "        0.95      0.0%      none",
        "  reliability  answers  confidence  accuracy",
        "   0.3 to 0.4        1       30.0%      0.0%",
        "   0.6 to 0.7        2       60.0%     50.0%",
        "   0.8 to 0.9        1       80.0%    100.0%",
        "     0.9 to 1        1       90.0%    100.0%",
        "  most frequent errors",
        "      1  a -> b",
        "      1  b -> no answer",
        "      1  c -> a",
    ]
    twice = str(report([*ANSWERS, ("c", "a", 0.3)])).splitlines()
    assert twice[-4:-2] == ["  most frequent errors", "      2  c -> a"]


def test_ten_kinds_of_errors_are_shown() -> None:
    """Of eleven wrong answers to eleven categories, the last one is not on the page."""
    lines = str(report([(actual, "z", 0.3) for actual in "abcdefghijk"])).splitlines()
    assert lines[lines.index("  most frequent errors") + 1 :] == [
        f"      1  {actual} -> z" for actual in "abcdefghij"
    ]


def test_threshold_for_a_target_by_hand():
    """From 0.8 on two of two are right, from 0.6 on three of four, from 0.3 on three of five."""
    measured = report(ANSWERS)

    def points(**target):
        point = measured.threshold_for(**target)
        return point and (point.minimum, point.answered, point.correct)

    assert points(precision=1) == (0.8, 2, 2)
    assert points(precision=0.75) == (0.6, 4, 3)
    assert points(precision=0.76) == (0.8, 2, 2)
    assert points(precision=0.5) == (0.3, 5, 3)
    assert points(coverage=0.3) == (0.8, 2, 2)
    assert points(coverage=4 / 6) == (0.6, 4, 3)
    assert points(coverage=0.9) is None


def test_threshold_for_a_decimal_target():
    """14 of 25 right is 0.56, though 0.56 * 25 is more than 14 in floating point."""
    measured = report([("a", "a" if place < 14 else "b", 0.5) for place in range(25)])
    point = measured.threshold_for(precision=0.56)
    assert point is not None
    assert (point.answered, point.correct) == (25, 14)
    half = report([("a", "a" if place < 14 else None, 0.5) for place in range(25)])
    assert half.threshold_for(coverage=0.56) == half.threshold_for(coverage=0.5)


@pytest.mark.parametrize("target", [{}, {"precision": 0.9, "coverage": 0.5}])
def test_threshold_needs_one_target(target):
    """Two targets or none are refused."""
    with pytest.raises(InvalidValueError, match="one of precision and coverage") as raised:
        report(ANSWERS).threshold_for(**target)
    assert raised.value.given == {"precision": None, "coverage": None, **target}


@pytest.mark.parametrize("wrong", [2, -0.1, 95, "x"])
def test_a_target_is_a_share(wrong):
    """95 for 95 % had no threshold, as if no answer were good enough."""
    with pytest.raises(InvalidValueError, match="a number from 0 to 1"):
        report(ANSWERS).threshold_for(precision=wrong)


def test_depth_counts_the_top_level_only():
    """With depth 1 a parent, or another leaf of it, is a right answer."""
    answers = {
        "leaf": Categorization(("network", "vpn"), 0.9),
        "parent": Categorization("network", 0.8),
        "sibling": Categorization(("network", "dns"), 0.7),
        "wrong": Categorization("data", 0.6),
        "none": Categorization.abstain(),
    }
    labeled = [(name, ("network", "vpn")) for name in answers]

    whole = evaluate_categorizer(answers.__getitem__, labeled)
    top = evaluate_categorizer(answers.__getitem__, labeled, depth=1)

    assert (whole.correct, top.correct, top.answered, top.n) == (1, 3, 4, 5)
    assert [score.category for score in top.categories] == [("data",), ("network",)]
