"""Two levels: as deep as the confidence carries, with sums that hold on every level (rule G5)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    Categorization,
    HierarchicalCategorizer,
    KeywordCategorizer,
    NaiveBayes,
    SoftmaxCategorizer,
)
from incidentcore.categorization.hierarchy import roll_up
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.serialization import dumps, loads

CHANCES = {
    ("network", "vpn"): 0.45,
    ("network", "dns"): 0.30,
    ("hardware", "printer"): 0.15,
    ("hardware",): 0.05,
    ("data",): 0.05,
}
PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(tuple)


def model(chances):
    best = max(chances, key=chances.__getitem__)
    answer = Categorization(best, min(chances[best], 1.0), (), chances)
    return lambda _record: answer


@st.composite
def distributions(draw):
    parts = draw(st.dictionaries(PATHS, st.floats(0.01, 1), min_size=1, max_size=8))
    whole = math.fsum(parts.values())
    return {path: part / whole for path, part in parts.items()}


@pytest.mark.parametrize(
    ("minimum", "category", "confidence"),
    [
        (0.4, ("network", "vpn"), 0.45),
        (0.45, ("network", "vpn"), 0.45),
        (0.5, ("network",), 0.75),
        (0.75, ("network",), 0.75),
        (0.8, (), 0.0),
    ],
)
def test_answer_is_as_deep_as_the_minimum_allows(minimum, category, confidence):
    """The leaf at 0.45, its parent at 0.75, and no answer above that."""
    answer = HierarchicalCategorizer(model(CHANCES), minimum=minimum)("x")

    assert (answer.category, answer.confidence) == (category, pytest.approx(confidence))


def test_a_sum_reaches_a_decimal_minimum():
    """0.7 and 0.1 reach 0.8; the sum of the floats is 0.7999999999999999 (G2)."""
    chances = {("network", "vpn"): 0.7, ("network", "dns"): 0.1, ("hardware",): 0.2}

    assert HierarchicalCategorizer(model(chances), minimum=0.8)("x").category == ("network",)


def test_the_rest_is_evidence():
    """Evidence has what lies below the answer; without an answer, the top level."""
    parent = HierarchicalCategorizer(model(CHANCES), minimum=0.7)("x")
    nothing = HierarchicalCategorizer(model(CHANCES), minimum=0.8)("x")

    assert [(each.category, each.weight) for each in parent.evidence] == [
        (("network", "vpn"), 0.45),
        (("network", "dns"), 0.30),
    ]
    assert str(nothing.evidence[0]) == "no category reaches 0.8"
    assert [(each.category, pytest.approx(each.weight)) for each in nothing.evidence[1:]] == [
        (("network",), 0.75),
        (("hardware",), 0.2),
        (("data",), 0.05),
    ]


@given(distributions())
def test_a_parent_is_the_sum_of_its_children(chances):
    """A parent's probability is the sum of its children's and its own; the roots sum to one."""
    rolled = roll_up(chances)

    for path, chance in rolled.items():
        below = math.fsum(rolled[each] for each in rolled if each[:-1] == path)
        assert chance == pytest.approx(below + chances.get(path, 0.0))
    assert math.fsum(rolled[each] for each in rolled if len(each) == 1) == pytest.approx(1)


@given(distributions(), st.floats(0, 1), st.floats(0, 1))
def test_deeper_is_never_surer(chances, first, second):
    """A lower minimum answers at least as deep, below the same parent, and never surer."""
    low, high = sorted((first, second))
    deep = HierarchicalCategorizer(model(chances), minimum=low)("x")
    flat = HierarchicalCategorizer(model(chances), minimum=high)("x")
    rolled = roll_up(chances)

    assert deep.category[: len(flat.category)] == flat.category
    if not flat.abstained:
        assert deep.confidence <= flat.confidence
        assert flat.confidence == rolled[flat.category] >= high
    for length in range(1, len(deep.category)):
        assert rolled[deep.category[:length]] >= deep.confidence


def test_trained_models_answer_the_top_level():
    """Words that two leaves share suggest their parent."""
    labeled = [
        ("connection drops vpn", ("network", "vpn")),
        ("connection drops wireless", ("network", "wireless")),
        ("toner empty", ("hardware", "printer")),
    ] * 4
    for train in (SoftmaxCategorizer.train, NaiveBayes.train):
        desk = HierarchicalCategorizer(train(labeled), minimum=0.7)
        assert desk("connection drops").category == ("network",)
        assert desk("toner empty").category == ("hardware", "printer")
        assert desk("mystery").abstained
        assert desk.answers(["toner empty", "mystery"]) == [desk("toner empty"), desk("mystery")]


def test_saved_categorizer_answers_the_same():
    """Written and read again, it is equal."""
    desk = HierarchicalCategorizer(NaiveBayes.train([("x", ("a", "b")), ("y", "c")]), minimum=0.6)

    assert loads(dumps(desk), HierarchicalCategorizer) == desk


def test_a_categorizer_without_probabilities_is_refused():
    """Keywords have no probabilities to add up; the error says what has."""
    desk = HierarchicalCategorizer(KeywordCategorizer({"a": ["x"]}), minimum=0.6)

    assert desk("y").abstained
    with pytest.raises(InvalidValueError, match="probabilities of all categories"):
        desk("x")


@pytest.mark.parametrize("minimum", [-0.1, 1.1, True, "0.5"])
def test_minimum_is_a_fraction(minimum):
    """The minimum is a probability."""
    with pytest.raises(DefinitionError):
        HierarchicalCategorizer(model(CHANCES), minimum=minimum)
    with pytest.raises(DefinitionError):
        HierarchicalCategorizer("model", minimum=0.5)
