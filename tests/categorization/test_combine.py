"""Several categorizers as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    Categorization,
    Evidence,
    FallbackChain,
    KeywordCategorizer,
    ModelCategorizer,
    Vote,
    evaluate_categorizer,
)
from incidentcore.errors import DefinitionError

NO = Categorization.abstain("do not know")


def says(category, confidence=1.0):
    """Return a categorizer that always says the same."""
    answer = Categorization(category, confidence) if category else NO
    return lambda _record: answer


def never(_record):
    raise AssertionError("must not be asked")


def test_chain_without_a_minimum_asks_no_further():
    """The first that does not abstain answers, and the others are not asked."""
    assert FallbackChain([says(None), says("a", 0.1), never])("x") == Categorization("a", 0.1)


def test_chain_without_a_minimum_without_an_answer_has_all_reasons():
    """Where all abstain, the answer has every reason."""
    answer = FallbackChain([says(None), KeywordCategorizer({"a": ["q"]})])("x")

    assert answer.abstained
    assert [str(each) for each in answer.evidence] == ["do not know", "no keyword found"]


@given(
    st.lists(st.sampled_from([None, "a", "b"]), min_size=1, max_size=6),
    st.integers(0, 6),
)
def test_one_that_abstains_changes_nothing(categories, place):
    """An irrelevant categorizer changes neither a first match nor a vote, wherever it stands."""
    few = [says(category) for category in categories]
    more = [*few[:place], says(None), *few[place:]]

    for build in (FallbackChain, Vote):
        before, after = build(few)("x"), build(more)("x")
        assert (before.category, before.confidence) == (after.category, after.confidence)


@pytest.mark.parametrize(
    ("confidence", "minimum", "answered"),
    [(0.5, 0.5, True), (0.5, 0.51, False), (1, 1, True), (0, 0, True)],
)
def test_threshold_abstains_below_its_minimum(confidence, minimum, answered):
    """A confidence equal to the minimum is an answer."""
    answer = FallbackChain([says("a", confidence)], minimum=minimum)("x")

    assert answer.abstained is not answered


def test_a_share_of_votes_reaches_what_it_reads():
    """0.6 of 1.5 votes are 0.4, though their quotient as a float is less (rule G2)."""
    said = [says("a"), says("b"), says("c")]
    vote = Vote(said, weights=[0.6, 0.5, 0.4])
    answer = vote("x")
    assert answer.category == ("a",)
    assert answer.confidence < 0.4
    assert FallbackChain([vote], minimum=0.4)("x") == answer


def test_threshold_says_what_it_held_back():
    """The abstention has the evidence of the answer that was not sure enough."""
    desk = KeywordCategorizer({"a": {"x": 3}, "b": {"y": 2}})

    answer = FallbackChain([desk], minimum=0.9)("x y")

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
    """The default has no confidence and says what was tried; without one the chain abstains."""
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
        (["a", "b", "b"], (0.3, 0.2, 0.1), (), 0.0),  # was b: 0.1 + 0.2 is 0.30000000000000004
    ],
)
def test_vote_counts_weights_of_those_who_vote(categories, weights, expected, confidence):
    """Votes worked out; a tie of the weights as written is an abstention (G2)."""
    answer = Vote([says(category) for category in categories], weights)("x")

    assert (answer.category, answer.confidence) == (expected, pytest.approx(confidence))


def test_vote_needs_its_quorum():
    """With fewer votes than the quorum it abstains."""
    answer = Vote([says("a"), says(None)], quorum=2)("x")

    assert answer.abstained
    assert str(answer.evidence[0]) == "1 voted, 2 are needed"


def test_a_tie_is_noted_before_the_votes():
    """With the number of categories that weigh the same."""
    answer = Vote([says("a"), says("b"), says(None)])("x")
    assert answer.evidence == (
        Evidence("note", "a tie between 2 categories", 0.0),
        Evidence("vote", "of 1", 1.0, ("a",)),
        Evidence("vote", "of 2", 1.0, ("b",)),
    )


@given(st.permutations(["a", "a", "b", None, "c"]))
def test_order_of_voters_changes_nothing(categories):
    """Voters of equal weight in any order give one category and confidence."""
    answer = Vote([says(category) for category in categories])("x")

    assert (answer.category, answer.confidence) == (("a",), 0.5)


def test_vote_without_categorizers_abstains():
    """Nobody voted."""
    assert Vote([])("x").abstained


@given(
    st.lists(st.sampled_from([None, "a", "b"]), max_size=5),
    st.sampled_from([None, "a"]),
    st.floats(0, 1),
)
def test_chain_answers_many_as_one_by_one(texts, default, minimum):
    """The answers on many records are the answers on each, with one call of each part."""
    calls = []

    class Echo:
        def __call__(self, text):
            return Categorization(text, 0.6) if text else NO

        def answers(self, texts):
            texts = list(texts)
            calls.append(len(texts))
            return [self(text) for text in texts]

    chain = FallbackChain([Echo(), says("c", 0.3)], minimum=minimum, default=default or ())

    assert chain.answers(texts) == [chain(text) for text in texts]
    assert calls[:1] == ([len(texts)] if texts else [])


def test_a_batch_reaches_the_model_in_one_call():
    """A model behind keywords is asked once about all that the keywords left open."""
    asked = []

    class Model:
        classes_ = ("a", "b")

        def fit(self, texts, labels): ...

        def predict_proba(self, texts):
            asked.append(len(texts))
            return [[0.9, 0.1] for _ in texts]

    chain = FallbackChain([KeywordCategorizer({"b": ["q"]}), ModelCategorizer("m", Model())])
    report = evaluate_categorizer(chain, [("q", "b"), ("x", "a"), ("y", "a")])

    assert (report.accuracy, asked) == (1.0, [2])


@pytest.mark.parametrize(
    "build",
    [
        lambda: FallbackChain([]),
        lambda: FallbackChain(["a"]),
        lambda: Vote(["a"]),
        lambda: Vote([says("a")], (1, 2)),
        lambda: Vote([says("a")], (0,)),
        lambda: Vote([says("a")], ("1",)),
        lambda: Vote([says("a")], quorum=0),
        lambda: FallbackChain([says("a")], minimum=1.1),
        lambda: FallbackChain([says("a")], minimum=True),
        lambda: FallbackChain([says("a")], minimum=-0.1),
    ],
)
def test_combinations_that_cannot_be_are_refused(build):
    """The integrator's errors show when the combination is built."""
    with pytest.raises(DefinitionError):
        build()
