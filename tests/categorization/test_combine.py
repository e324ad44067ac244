"""Several categorizers as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    Categorization,
    Combined,
    FallbackChain,
    FirstMatch,
    KeywordCategorizer,
    MinimumConfidence,
    Vote,
)
from incidentcore.errors import DefinitionError

NO = Categorization.abstain("do not know")


def says(category, confidence=1.0):
    """Return a categorizer that always says the same."""
    answer = Categorization(category, confidence) if category else NO
    return lambda _record: answer


def never(_record):
    raise AssertionError("must not be asked")


def test_first_match_asks_no_further():
    """The first that does not abstain answers, and the others are not asked."""
    assert FirstMatch([says(None), says("a", 0.1), never])("x") == Categorization("a", 0.1)


def test_first_match_without_an_answer_has_all_reasons():
    """Where all abstain, each reason is told."""
    answer = FirstMatch([says(None), KeywordCategorizer({"a": ["q"]})])("x")

    assert answer.abstained
    assert [str(each) for each in answer.evidence] == ["do not know", "no keyword found"]


@given(
    st.lists(st.sampled_from([None, "a", "b"]), min_size=1, max_size=6),
    st.integers(0, 6),
)
def test_one_that_abstains_changes_nothing(categories, place):
    """An irrelevant categorizer changes neither a first match nor a vote, wherever it stands.

    Rule G2.
    """
    few = [says(category) for category in categories]
    more = [*few[:place], says(None), *few[place:]]

    for build in (FirstMatch, Combined):
        before, after = build(few)("x"), build(more)("x")
        assert (before.category, before.confidence) == (after.category, after.confidence)


@pytest.mark.parametrize(
    ("confidence", "minimum", "answered"),
    [(0.5, 0.5, True), (0.5, 0.51, False), (1, 1, True), (0, 0, True)],
)
def test_threshold_abstains_below_its_minimum(confidence, minimum, answered):
    """A confidence equal to the minimum is an answer."""
    answer = MinimumConfidence(says("a", confidence), minimum)("x")

    assert answer.abstained is not answered


def test_threshold_says_what_it_held_back():
    """The evidence of an answer that was not sure enough is kept."""
    desk = KeywordCategorizer({"a": {"x": 3}, "b": {"y": 2}})

    answer = MinimumConfidence(desk, 0.9)("x y")

    assert [str(each) for each in answer.evidence] == [
        "confidence 0.6 is below 0.9",
        "keyword 'x' +3 for a",
        "keyword 'y' +2 for b",
    ]


def test_chain_takes_the_first_that_is_sure_enough():
    """A chain passes over answers that are not sure enough."""
    chain = FallbackChain([says("a", 0.4), says(None), says("b", 0.6), never], minimum=0.5)

    assert chain("x") == Categorization("b", 0.6)


def test_chain_ends_with_its_default():
    """The default has no confidence and tells what was tried; without one the chain abstains."""
    parts = [says("a", 0.4), says(None)]

    with_default = FallbackChain(parts, minimum=0.5, default="other")("x")
    without = FallbackChain(parts, minimum=0.5)("x")

    assert (with_default.category, with_default.confidence) == (("other",), 0.0)
    assert [str(each) for each in with_default.evidence] == [
        "confidence 0.4 is below 0.5",
        "do not know",
        "nothing else fits: the default",
    ]
    assert without.abstained


@pytest.mark.parametrize(
    ("categories", "weights", "expected", "confidence"),
    [
        (["a", "a", "b"], (), ("a",), 2 / 3),
        (["a", "b"], (), (), 0.0),
        (["a", "b", None], (1, 2, 5), ("b",), 2 / 3),
        ([None, None], (), (), 0.0),
        (["a"], (), ("a",), 1.0),
        (["a", "b", "b"], (0.2, 0.1, 0.1), (), 0.0),
    ],
)
def test_vote_counts_weights_of_those_who_vote(categories, weights, expected, confidence):
    """Votes worked by hand; a tie, to the last bit, is no answer."""
    answer = Combined([says(category) for category in categories], Vote(weights))("x")

    assert (answer.category, answer.confidence) == (expected, pytest.approx(confidence))


def test_vote_needs_its_quorum():
    """With fewer votes than the quorum there is no answer."""
    answer = Combined([says("a"), says(None)], Vote(quorum=2))("x")

    assert answer.abstained
    assert str(answer.evidence[0]) == "1 voted, 2 are needed"


@given(st.permutations(["a", "a", "b", None, "c"]))
def test_order_of_voters_is_no_matter(categories):
    """Voters of equal weight in any order give one category and confidence."""
    answer = Combined([says(category) for category in categories])("x")

    assert (answer.category, answer.confidence) == (("a",), 0.5)


def test_combination_may_be_a_function():
    """A plain function over the answers fits."""
    most_sure = Combined(
        [says("a", 0.2), says("b", 0.7)],
        lambda answers: max(answers, key=lambda answer: answer.confidence),
    )

    assert most_sure("x").category == ("b",)


@pytest.mark.parametrize(
    "build",
    [
        lambda: FirstMatch([]),
        lambda: FirstMatch(["a"]),
        lambda: Combined([says("a")], "vote"),
        lambda: Combined([says("a")], Vote((1, 2))),
        lambda: Vote((0,)),
        lambda: Vote(("1",)),
        lambda: Vote(quorum=0),
        lambda: MinimumConfidence(says("a"), 1.1),
        lambda: MinimumConfidence("a", 0.5),
        lambda: FallbackChain([says("a")], minimum=-0.1),
        lambda: Vote((1, 2))([NO]),
    ],
)
def test_combinations_that_cannot_be_are_refused(build):
    """The integrator's errors show when the combination is built."""
    with pytest.raises(DefinitionError):
        build()
