"""Words of a text: what parts them, what is folded away, and hostile texts in bounded time."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable

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
)
from incidentcore.categorization.tokens import fold_text, text_of, tokenize
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
    with pytest.raises(InvalidValueError, match=r"; allowed: (text|a text, or a record with \w+)$"):
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


HOSTILE: dict[str, Callable[[int], str]] = {
    "one letter": lambda size: "a" * size,
    "one letter apart": lambda size: "a " * (size // 2),
    "one full-width letter": lambda size: "\uff41" * size,
    "spaces": lambda size: " " * size,
    "control characters": lambda size: "".join(map(chr, range(32))) * (size // 32),
    "bidirectional marks": lambda size: "\u202e\u2066vpn\u200f" * (size // 6),
    "unpaired surrogates": lambda size: "\ud800\udc00\udc80" * (size // 3),
    # canonical order has to sort them
    "combining marks": lambda size: "a" + "\u0315\u0300" * (size // 2),
    "marks that decompose": lambda size: "a" + "\u0344\u0315" * (size // 2),
    "many distinct marks": lambda size: "a" + "".join(map(chr, range(0x300, 0x34F))) * (size // 79),
    "marks between invisibles": lambda size: "a" + "\u0315\u200b\u0300" * (size // 3),
    "ligatures that expand": lambda size: "\ufdfa" * (size // 18),
    "all of the basic plane": lambda size: "".join(chr(n * 0x10000 // size) for n in range(size)),
    "nested repetition": lambda _: "a" * 29 + "!",
}

BY_WORDS = KeywordCategorizer({"network": ["vpn", "a a a b"], "data": ["\u0300"]})
BY_PATTERN = PatternCategorizer([PatternRule("aaaab", "data"), PatternRule("(a+)+$", "data")])
BY_RULE = RuleCategorizer([CategoryRule(field("title").has_text("aaaab"), "data")])
MODEL = NaiveBayes.train([("vpn a", "network"), ("lost rows", "data"), ("", "data")])


CATEGORIZERS = pytest.mark.parametrize(
    "categorizer", [BY_WORDS, BY_PATTERN, BY_RULE, MODEL], ids=lambda each: type(each).__name__
)


@pytest.mark.parametrize("name", HOSTILE)
@CATEGORIZERS
def test_work_on_a_hostile_text_grows_with_its_length_alone(name, categorizer, work_of):
    """Four times the text, at most about four times the work."""
    counted = []
    for size in (1_000, 4_000):
        facts = {"title": HOSTILE[name](size), "description": ""}
        counted.append(work_of(lambda facts=facts: categorizer(facts)))

    assert counted[1] <= 4.5 * counted[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_long_run_of_marks_is_sorted(name, monkeypatch):
    """Sorting is quadratic in the run, so at most thirty marks in a row are normalized.

    The second pass sees what the first decomposed: a mark may have become two.
    """
    longest = []
    normalize = unicodedata.normalize

    def watched(form, text):
        runs = itertools.groupby(text, key=lambda letter: unicodedata.category(letter)[0] == "M")
        longest.extend(len(list(run)) for is_mark, run in runs if is_mark)
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", watched)
    fold_text(HOSTILE[name](8_000))

    assert max(longest, default=0) <= 2 * 30


@pytest.mark.hostile
@pytest.mark.parametrize("name", HOSTILE)
@CATEGORIZERS
def test_a_hostile_text_is_answered(name, categorizer):
    """A megabyte of anything has an answer, with evidence that can be read."""
    answer = categorizer({"title": HOSTILE[name](MEGABYTE), "description": ""})

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
        pytest.fail(f"no text may raise: {error}")
