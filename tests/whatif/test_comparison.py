"""A comparison counts, tests and reads as a page."""

from __future__ import annotations

import json

import pytest

from incidentcore.whatif import Change, Comparison, Compliance


def comparison(better: int, worse: int) -> Comparison:
    pairs = [("breached", "met")] * better + [("met", "breached")] * worse
    changes = [
        Change(record_id=f"I{n}", key="r", what="clock", before=a, after=b, why=f"from {a}")
        for n, (a, b) in enumerate(pairs)
    ]
    outcomes = [("r", "breached", "met", better), ("r", "met", "breached", worse)]
    return Comparison(records=better + worse, outcomes=tuple(outcomes), changes=changes)


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        (0, 0, None),
        (1, 0, 1.0),
        (3, 3, 1.0),
        (5, 0, 2 / 2**5),
        (5, 1, 2 * (1 + 6) / 2**6),
        (1, 5, 2 * (1 + 6) / 2**6),
        (8, 2, 2 * (1 + 10 + 45) / 2**10),
    ],
)
def test_the_sign_test_is_exact(better: int, worse: int, expected: float | None) -> None:
    """Worked by adding binomial coefficients."""
    assert comparison(better, worse).sign_test == expected


def test_a_large_sign_test_is_quick_and_tiny() -> None:
    """The demo desk under another calendar: 128 against 8."""
    assert comparison(128, 8).sign_test == pytest.approx(6e-29, rel=0.1)


def test_shares_have_their_interval() -> None:
    """Wilson's for 8 of 10 is 49.0 % to 94.3 %, as textbooks have it."""
    low, high = Compliance(met=8, n=10).interval or (0, 0)

    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert (Compliance(met=0, n=0).share, str(Compliance(met=0, n=0))) == (None, "-")


def test_witnesses_show_every_kind_of_change() -> None:
    """The rare one is not lost behind twenty of the usual."""
    shown = comparison(20, 1).witnesses(3)

    assert [(one.record_id, one.after) for one in shown] == [
        ("I0", "met"),
        ("I20", "breached"),
        ("I1", "met"),
    ]


def test_the_page_says_that_behavior_is_held_fixed() -> None:
    """In each form, and ten witnesses at most."""
    page = comparison(20, 1).page()

    assert "Behavior is held fixed" in str(page)
    assert "Witnesses: 10 of 21" in page.to_markdown()
    assert len(json.loads(json.dumps(page.to_plain()))["witnesses"]) == 10
    assert "sign test" in page.to_html()
