"""Patterns: literal by default, RE2 for users' expressions, the standard library on trust."""

from __future__ import annotations

import builtins
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import PatternCategorizer, PatternRule
from incidentcore.errors import DefinitionError

NO_RE2 = "needs the extra 're2'"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("c++", "Install C++ again", True),
        ("c++", "ccc", False),
        ("(a+)+$", "what is (A+)+$?", True),
        ("(a+)+$", "aaaa", False),
        (".", "no dot", False),
        ("print", "sprinter", True),
        ("stra\u00dfe", "STRASSE", True),
    ],
)
def test_pattern_is_literal_unless_told(pattern, text, found):
    """A pattern is its own text, in any case, also within words."""
    answer = PatternCategorizer([PatternRule(pattern, "a")])(text)

    assert answer.abstained is not found


@given(st.text(min_size=1, max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_visible_literal_is_found_where_it_stands(pattern, before, after):
    """A literal of ASCII letters and signs is found in any text that holds it."""
    pattern = "".join(letter for letter in pattern if letter.isascii() and letter.isprintable())
    if not pattern:
        return

    answer = PatternCategorizer([PatternRule(pattern, "a")])(f"{before} {pattern} {after}")

    assert answer.category == ("a",)


def test_weights_sum_and_names_are_told():
    """2 against 1 + 0.5 is 2 of 3.5; evidence has the names, the winner's first."""
    desk = PatternCategorizer(
        [
            PatternRule("vpn", "network", name="the tunnel", weight=2),
            PatternRule("print", "hardware"),
            PatternRule("toner", "hardware", weight=0.5),
        ]
    )

    answer = desk("Print of toner by vpn")

    assert answer.category == ("network",)
    assert answer.confidence == 2 / 3.5
    assert [(each.what, each.weight) for each in answer.evidence] == [
        ("the tunnel", 2),
        ("print", 1),
        ("toner", 0.5),
    ]


def test_order_of_rules_is_no_matter():
    """The same patterns in another order answer alike."""
    rules = [PatternRule("a", "x"), PatternRule("b", "y", weight=0.3), PatternRule("c", "x")]

    assert PatternCategorizer(rules)("abc") == PatternCategorizer(rules[::-1])("abc")


def test_trusted_expression_is_the_standard_library():
    """With the explicit flag a pattern is a regular expression, and ignores case."""
    rule = PatternRule(r"err(or)?\s+\d{3}", "software", engine="trusted")

    assert PatternCategorizer([rule])("ERROR 809").category == ("software",)
    assert PatternCategorizer([rule])("error eight").abstained


def test_re2_answers_where_the_standard_library_backtracks(monkeypatch):
    """Nested repetition, 37 s on 29 characters, never reaches the standard library's engine."""
    pytest.importorskip("re2", reason=NO_RE2)
    compiled = []
    compile_standard = re.compile
    monkeypatch.setattr(re, "compile", lambda *a: compiled.append(a[0]) or compile_standard(*a))
    desk = PatternCategorizer([PatternRule("(a+)+$", "data", engine="re2")])

    assert desk("a" * 28 + "!").abstained
    assert desk("a" * 1_000_000).category == ("data",)
    assert "(a+)+$" not in compiled


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"err(or)?\s+\d{3}", "ERROR 809", True),
        (r"\bvpn\b", "vpns", False),
        ("stra\u00dfe", "Stra\u00dfe", True),
        ("b", "a\udc80b", True),
        ("^$", "", True),
    ],
)
def test_re2_reads_any_text(pattern, text, found):
    """RE2 ignores case, and an unpaired surrogate in the text is not an error."""
    pytest.importorskip("re2", reason=NO_RE2)
    desk = PatternCategorizer([PatternRule(pattern, "a", engine="re2")])

    assert desk(text).abstained is not found


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "missing ): ("),
        ("(?=a)b", "invalid perl operator: (?="),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("a\udc80", "'utf-8' codec can't encode"),
    ],
)
def test_re2_refuses_what_it_cannot_promise(pattern, reason):
    """What RE2 cannot run in linear time it refuses when the rule is built (rule G3)."""
    pytest.importorskip("re2", reason=NO_RE2)

    with pytest.raises(DefinitionError, match=re.escape(f"expression of RE2; {reason}")):
        PatternRule(pattern, "a", engine="re2")


def test_missing_re2_is_said(monkeypatch):
    """Without the extra, the error names it."""
    real = builtins.__import__

    def without_re2(name, *args, **kwargs):
        if name == "re2":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_re2)

    with pytest.raises(DefinitionError, match='extra "re2"'):
        PatternRule("a", "a", engine="re2")


@pytest.mark.parametrize(
    "build",
    [
        lambda: PatternRule("", "a"),
        lambda: PatternRule(None, "a"),
        lambda: PatternRule("\u200b", "a"),
        lambda: PatternRule("a", "a", weight=0),
        lambda: PatternRule("a", "a", weight=float("inf")),
        lambda: PatternRule("a", "a", engine="regex"),
        lambda: PatternRule("(", "a", engine="trusted"),
        lambda: PatternCategorizer(["a"]),
    ],
)
def test_rules_that_cannot_be_are_refused(build):
    """The integrator's errors show when the rule is built."""
    with pytest.raises(DefinitionError):
        build()


@pytest.mark.parametrize("engine", ["literal", "re2", "trusted"])
def test_rules_are_values(engine):
    """A rule of any engine hashes, pickles and answers the same afterwards."""
    if engine == "re2":
        pytest.importorskip("re2", reason=NO_RE2)
    desk = PatternCategorizer([PatternRule("ab+", "a", engine=engine, name="x")])

    again = pickle.loads(pickle.dumps(desk))  # noqa: S301  our own pickle

    assert again == desk
    assert hash(again) == hash(desk)
    assert again("abb ab+") == desk("abb ab+")
