"""Words of a text: what parts them, what is folded away, and hostile texts in bounded time."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.categorization import (
    CategoryRule,
    KeywordCategorizer,
    NaiveBayes,
    PatternCategorizer,
    PatternRule,
    RuleCategorizer,
    tokenize,
)
from incidentcore.categorization.tokens import fold_text, text_of
from incidentcore.conditions import field
from incidentcore.errors import DefinitionError, IncidentCoreError, InvalidValueError

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\n", []),
        ("VPN down", ["vpn", "down"]),
        ("e-mail/printer_2", ["e", "mail", "printer", "2"]),
        ("can't", ["can", "t"]),
        ("Stra\u00dfe", ["strasse"]),
        ("caf\u00e9 cafe\u0301", ["caf\u00e9", "caf\u00e9"]),
        ("\uff36\uff30\uff2e", ["vpn"]),  # full-width letters
        ("pass\u00adword pass\u200bword", ["password", "password"]),  # soft hyphen, zero width
        ("\u202evpn\u202c", ["vpn"]),  # bidirectional marks
        ("\u0939\u093f\u0928\u094d\u0926\u0940", ["\u0939\u093f\u0928\u094d\u0926\u0940"]),
        ("\u7f51\u7edc \u6545\u969c", ["\u7f51\u7edc", "\u6545\u969c"]),
        ("vpn\x00down\x1b[31m", ["vpn", "down", "31m"]),
        ("a\udc80b", ["a", "b"]),  # an unpaired surrogate parts words
        ("\u0661\u0662", ["\u0661\u0662"]),
    ],
)
def test_words_of_a_text(text, words):
    """Letters, digits and their marks make words in any script; invisible characters are none."""
    assert tokenize(text) == words


@given(st.text(alphabet=st.characters(), max_size=60))
@example("\ufdfa")
@example("\u0345\u0300")
@example("\u1e9e\u0130\ud800")
def test_words_are_folded_once(text):
    """The words of the words are the words: folding twice changes nothing more."""
    words = tokenize(text)

    assert tokenize(" ".join(words)) == words
    assert all(word and " " not in word for word in words)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_ascii_and_other_text_part_words_alike(text):
    """The short way for ASCII gives what the long way gives."""
    assert tokenize(f"{text} \u00e9") == [*tokenize(text), "\u00e9"]


def test_up_to_thirty_marks_are_kept_in_canonical_order():
    """Marks in a run of ordinary length are sorted, not dropped."""
    text = "a" + "\u0315\u0300" * 15

    assert fold_text(text) == unicodedata.normalize("NFC", text)


def test_texts_of_records_are_joined():
    """A record's text is its title and description, or the fields named; a text is itself."""
    facts = {"title": "No mail", "description": "", "service": "mail", "assignee": None}

    assert text_of(facts) == "No mail"
    assert text_of(facts, ("title", "service", "assignee")) == "No mail\nmail"
    assert text_of("as it is") == "as it is"


@pytest.mark.parametrize("subject", [{"title": "x"}, {"title": 1, "description": ""}, None, b"x"])
def test_what_has_no_text_is_refused(subject):
    """A record without its text fields is the caller's error."""
    with pytest.raises(InvalidValueError):
        text_of(subject)


@pytest.mark.parametrize("text", [None, b"vpn", 3])
def test_only_text_has_words(text):
    """Bytes and numbers are refused."""
    with pytest.raises(InvalidValueError):
        tokenize(text)


@pytest.mark.parametrize("fields", [(), "title", ("",), (1,)])
def test_fields_to_read_are_checked(fields):
    """A categorizer that reads no field is refused when it is built."""
    with pytest.raises(DefinitionError):
        KeywordCategorizer({"a": ["x"]}, fields=fields)


HOSTILE = {
    "one letter": "a" * MEGABYTE,
    "one letter apart": "a " * (MEGABYTE // 2),
    "one full-width letter": "\uff41" * MEGABYTE,
    "spaces": " " * MEGABYTE,
    "control characters": "".join(map(chr, range(32))) * (MEGABYTE // 32),
    "bidirectional marks": "\u202e\u2066vpn\u200f" * (MEGABYTE // 6),
    "unpaired surrogates": "\ud800\udc00\udc80" * (MEGABYTE // 3),
    "combining marks": "a" + "\u0315\u0300" * (MEGABYTE // 2),  # canonical order has to sort them
    "marks that decompose": "a" + "\u0344\u0315" * (MEGABYTE // 2),
    "many distinct marks": "a" + "".join(map(chr, range(0x300, 0x34F))) * (MEGABYTE // 79),
    "marks between invisibles": "a" + "\u0315\u200b\u0300" * (MEGABYTE // 3),
    "ligatures that expand": "\ufdfa" * (MEGABYTE // 18),
    "all of the basic plane": "".join(map(chr, range(0x10000))) * 2,
    "nested repetition": "a" * 29 + "!",
}

BY_WORDS = KeywordCategorizer({"network": ["vpn", "a a a b"], "data": ["\u0300"]})
BY_PATTERN = PatternCategorizer([PatternRule("aaaab", "data"), PatternRule("(a+)+$", "data")])
BY_RULE = RuleCategorizer([CategoryRule(field("title").has_text("aaaab"), "data")])
MODEL = NaiveBayes.train([("vpn a", "network"), ("lost rows", "data"), ("", "data")])


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "categorizer", [BY_WORDS, BY_PATTERN, BY_RULE, MODEL], ids=lambda each: type(each).__name__
)
def test_hostile_text_takes_bounded_time(name, categorizer):
    """A megabyte of anything is answered, in a time far below what backtracking would take."""
    facts = {"title": HOSTILE[name], "description": ""}
    began = time.perf_counter()

    answer = categorizer(facts)

    assert time.perf_counter() - began < 10
    assert 0 <= answer.confidence <= 1
    assert len(str(answer)) < 10_000


@given(st.text(alphabet=st.characters(), max_size=200))
def test_no_text_raises_outside_the_tree(text):
    """Any text gets an answer or an abstention, also one to learn from."""
    try:
        for categorizer in (BY_WORDS, BY_PATTERN, MODEL, NaiveBayes.train([(text, "a")])):
            categorizer(text)
        BY_RULE({"title": text})
    except IncidentCoreError as error:
        pytest.fail(f"a text is no error: {error}")
