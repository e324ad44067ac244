"""The tree of categories."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    STANDARD_TAXONOMY,
    Calibrated,
    KeywordCategorizer,
    ModelCategorizer,
    NaiveBayes,
    SoftmaxCategorizer,
    Taxonomy,
    compare_categorizers,
    cross_validate,
    evaluate_categorizer,
)
from incidentcore.errors import DefinitionError, InvalidValueError

TREE = Taxonomy(
    {"network": ["vpn", "wireless"], "hardware": {"printer": {"paper": {}}}, "data": []}
)
PATHS = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple), min_size=1, max_size=6
)


def test_starter_has_the_seven_types():
    """The starter taxonomy begins with the field's seven types of incident."""
    assert {path[0] for path in STANDARD_TAXONOMY.roots} == {
        "hardware",
        "software",
        "network",
        "security",
        "data",
        "user error",
        "system crash",
    }
    assert len(STANDARD_TAXONOMY.roots) == 7
    assert {
        root[0]: [path[1] for path in STANDARD_TAXONOMY.children(root)]
        for root in STANDARD_TAXONOMY.roots
    } == {
        "hardware": ["computer", "mobile device", "peripheral", "printer", "server", "storage"],
        "software": [
            *("business application", "email", "installation", "license", "operating system"),
        ],
        "network": ["connectivity", "dns", "firewall", "performance", "vpn", "wireless"],
        "security": ["account lockout", "data leak", "malware", "phishing", "unauthorized access"],
        "data": ["backup and restore", "corruption", "loss", "quality"],
        "user error": ["forgotten password", "misconfiguration", "training need"],
        "system crash": ["application crash", "database outage", "host outage", "service outage"],
    }


def test_tree_answers_by_path():
    """Roots, children and leaves are those written."""
    assert TREE.roots == (("data",), ("hardware",), ("network",))
    assert TREE.children(("network",)) == (("network", "vpn"), ("network", "wireless"))
    assert TREE.leaves == (
        ("data",),
        ("hardware", "printer", "paper"),
        ("network", "vpn"),
        ("network", "wireless"),
    )
    assert len(TREE) == 7
    assert list(TREE) == sorted(TREE.paths)
    assert ("hardware", "printer") in TREE
    assert ("printer",) not in TREE


@given(PATHS)
def test_ancestors_come_along(paths):
    """Every path of the tree has its ancestors, and nothing else comes with what was written."""
    tree = Taxonomy(paths)

    expected = {path[:length] for path in paths for length in range(1, len(path) + 1)}
    assert set(tree) == expected
    assert set(tree.leaves) == {
        path for path in expected if not any(o[:-1] == path for o in expected)
    }
    assert Taxonomy(reversed(tree.paths)) == tree


def test_check_names_what_stands_there():
    """A category outside the tree is refused with what stands where it leaves it."""
    assert TREE.check("data") == ("data",)
    with pytest.raises(InvalidValueError, match=r"below network: vpn, wireless"):
        TREE.check(("network", "lan", "cable"))
    with pytest.raises(InvalidValueError, match=r"at the top: data, hardware, network"):
        TREE.check("printer")
    with pytest.raises(InvalidValueError, match=r"below data: nothing"):
        TREE.check(("data", "rows"))


@pytest.mark.parametrize("paths", [[], {}, [()], [("a", "")], [("a", 1)], {"a": ["", "b"]}, [None]])
def test_trees_that_cannot_be_are_refused(paths):
    """A tree has at least one category, and every step is a text."""
    with pytest.raises(DefinitionError):
        Taxonomy(paths)


def test_tree_is_a_value():
    """A tree hashes and pickles."""
    again = pickle.loads(pickle.dumps(TREE))  # noqa: S301  our own pickle

    assert again == TREE
    assert hash(again) == hash(TREE)


def test_the_shipped_tree_is_in_words():
    """Seven types, each with kinds below it that are its own, in small words without signs."""
    assert [path for path in STANDARD_TAXONOMY if len(path) == 1] == [
        ("data",),
        ("hardware",),
        ("network",),
        ("security",),
        ("software",),
        ("system crash",),
        ("user error",),
    ]
    below = [path[1] for path in STANDARD_TAXONOMY if len(path) == 2]
    assert len(set(below)) == len(below) == 33
    assert all(re.fullmatch("[a-z]+( [a-z]+)*", name) for name in below)


WORDS = KeywordCategorizer({"network": ["vpn"]})


@pytest.mark.parametrize(
    "use",
    [
        NaiveBayes.train,
        NaiveBayes.train([("vpn", "network")]).learn,
        SoftmaxCategorizer.train,
        KeywordCategorizer.train,
        lambda pairs: ModelCategorizer.train(None, pairs, id="m"),
        lambda pairs: Calibrated.train(WORDS, pairs),
        lambda pairs: evaluate_categorizer(WORDS, pairs),
        lambda pairs: compare_categorizers({"words": WORDS}, pairs),
        lambda pairs: cross_validate(NaiveBayes.train, pairs),
    ],
)
@pytest.mark.parametrize(
    ("labeled", "where"),
    [
        ([("vpn", "network"), 2], "labeled[1]: got 2"),
        (["ab"], "labeled[0]: got 'ab'"),  # a text of two characters is no pair
        ([("vpn",)], "labeled[0]: got ('vpn',)"),
        ({"vpn": "network"}, "labeled: got {'vpn': 'network'}"),
        (5, "labeled: got 5"),
    ],
)
def test_labeled_texts_are_pairs(use: Any, labeled: Any, where: str) -> None:
    """Whatever learns from them or is judged by them says which one is not."""
    with pytest.raises(InvalidValueError, match=re.escape(f"{where}; allowed: pairs of (record")):
        use(labeled)
