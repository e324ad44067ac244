"""Keywords: whole words, weights that sum, honest ties."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import KeywordCategorizer
from incidentcore.errors import DefinitionError, InvalidValueError

VPN = ("network", "vpn")
DESK = KeywordCategorizer(
    {VPN: {"vpn": 3, "remote access": 2}, "hardware": ["printer", "toner"], "data": ["übermaß"]}
)


@pytest.mark.parametrize(
    ("text", "category", "confidence"),
    [
        ("VPN down", VPN, 1.0),
        ("vpn: printer", VPN, 3 / 4),
        ("printer, TONER, vpn", VPN, 3 / 5),
        ("no toner in the printer for remote access", (), 0.0),  # 2 against 2
        ("remote-access", VPN, 1.0),
        ("remote\naccess", VPN, 1.0),
        ("access remote", (), 0.0),
        ("sprinter printers vpns", (), 0.0),
        ("vpn vpn vpn printer toner", VPN, 3 / 5),
        ("\u00dcBERMASS", ("data",), 1.0),
        ("U\u0308berma\u00df", ("data",), 1.0),
        ("vp\u200bn", VPN, 1.0),
        ("", (), 0.0),
    ],
)
def test_keywords_match_whole_words_and_sum(text, category, confidence):
    """Sums worked out: each keyword counts once; it abstains on a tie and without a match."""
    answer = DESK(text)

    assert (answer.category, answer.confidence) == (category, confidence)


def test_evidence_names_each_keyword_with_its_weight():
    """Evidence has every match, the winner's first, the weightiest first."""
    answer = DESK("remote access by vpn printer")

    assert [(each.what, each.weight, each.category) for each in answer.evidence] == [
        ("vpn", 3, VPN),
        ("remote access", 2, VPN),
        ("printer", 1, ("hardware",)),
    ]


def test_tie_tells_both_sides():
    """An abstention for a tie carries the keywords of all sides."""
    answer = DESK("toner and printer for remote access")

    assert answer.abstained
    assert str(answer.evidence[0]) == "2 categories weigh the same"
    assert {each.what for each in answer.evidence[1:]} == {"toner", "printer", "remote access"}


def test_minimum_is_the_least_sum_that_is_an_answer():
    """A sum below the minimum is an abstention; equal to it an answer."""
    words = {"a": {"x": 2}}

    assert KeywordCategorizer(words, minimum=2)("x").category == ("a",)
    assert KeywordCategorizer(words, minimum=2.1)("x").abstained


def test_decimal_weights_tie_as_written():
    """0.1 and 0.2 weigh as much as 0.3; the first category won by a rounding error (G2)."""
    words = {"a": {"x": 0.1, "y": 0.2}, "b": {"z": 0.3}}

    assert KeywordCategorizer(words)("x y z").abstained
    assert KeywordCategorizer(words, minimum=0.3)("x y").category == ("a",)


@given(st.permutations([("a", "x", 1.0), ("b", "y z", 2.0), ("a", "y", 0.5), ("c", "z", 2.0)]))
def test_order_of_keywords_is_no_matter(entries):
    """The same keywords in any order are one categorizer (rule G2)."""
    assert KeywordCategorizer(entries) == KeywordCategorizer(
        {"a": {"x": 1.0, "Y": 0.5}, ("b",): {"Y-z": 2.0}, "c": {"Z": 2.0}}
    )


@given(st.text(alphabet="xyz w", max_size=30))
def test_irrelevant_keyword_changes_nothing(text):
    """A keyword that does not occur in the text changes neither answer nor evidence."""
    few = KeywordCategorizer({"a": {"x": 2, "x y": 1}, "b": ["y", "z w"]})
    more = KeywordCategorizer({"a": {"x": 2, "x y": 1}, "b": ["y", "z w"], "c": {"q": 9, "x q": 9}})

    assert few(text) == more(text)


@pytest.mark.parametrize(
    "keywords",
    [
        {"a": ["--"]},
        {"a": "printer"},
        {"a": {"x": 0}},
        {"a": {"x": -1}},
        {"a": {"x": float("nan")}},
        {"a": {"x": "2"}},
        {"a": {"x": True}},
        {"a": {"x": 1, "X": 2}},
        {"a": [None]},
    ],
)
def test_keywords_that_cannot_count_are_refused(keywords):
    """Keywords without letters and weights that are not positive are the integrator's error."""
    with pytest.raises(DefinitionError):
        KeywordCategorizer(keywords)


def test_categorizer_is_a_value():
    """It hashes, pickles and answers the same afterwards."""
    again = pickle.loads(pickle.dumps(DESK))  # noqa: S301  our own pickle

    assert again == DESK
    assert hash(again) == hash(DESK)
    assert again("vpn: printer") == DESK("vpn: printer")


def test_trained_keywords_set_categories_apart():
    """Weights are logarithms of shares: vpn 3 of 3 against 3 of 5 texts, slow 1 of 2."""
    desk = KeywordCategorizer.train(
        [
            ("vpn down", "network"),
            ("vpn slow", "network"),
            ("vpn", "network"),
            ("toner", "hardware"),
            ("slow toner", "hardware"),
        ],
        words=2,
    )

    assert desk.keywords == (
        (("hardware",), "slow", 0.22),
        (("hardware",), "toner", 0.92),
        (("network",), "down", 0.51),
        (("network",), "vpn", 0.51),
    )


def test_nothing_to_learn_keywords_from_is_refused():
    """Without texts there are no keywords."""
    with pytest.raises(InvalidValueError, match="labeled"):
        KeywordCategorizer.train([])
