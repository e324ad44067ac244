"""Values beside those that a condition names."""

from __future__ import annotations

import pytest

from incidentcore.conditions import AllOf, Condition, field
from incidentcore.conditions.overlap import satisfiable


def test_strange_texts_do_not_stop_the_search():
    """Whatever texts a rule mentions, a text that is none of them is found."""
    rule = AllOf(~field("title").has_text(letter) for letter in "other~OTHER")

    assert satisfiable(rule).is_yes


N = field("custom.n")


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        *((one, "yes") for one in (N < 5, N <= 5, N > 5, N >= 5)),
        *((N.present() & ~one, "yes") for one in (N < 5, N <= 5, N > 5, N >= 5)),
        ((N <= 5) & (N >= 5), "yes"),
        ((N < 5) & (N > 3), "yes"),
        ((N <= 5) & (N > 5), "no"),
        ((N < 5) & (N >= 5), "no"),
        ((N <= 3) & (N >= 5), "no"),
        ((N <= 5) & N.equals(5), "yes"),
        ((N < 5) & N.equals(5), "no"),
    ],
    ids=str,
)
def test_bounds_include_their_number_or_do_not(condition: Condition, answer: str) -> None:
    """A witness, where there is one, is within them."""
    assert satisfiable(condition).answer == answer
