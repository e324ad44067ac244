"""Docstrings, comments, messages and pages are plain English: the words of a list are not.

Each of the words has a plain one: "told" is reported, given or known; "anew" is again; "whatever"
is any; "by hand" is manual; "is none" and "is no NOUN" are "is not a NOUN". ``KINDS`` lists
turns of phrase over which readers stumbled, with what to write instead.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import incidentcore

SOURCE = Path(incidentcore.__file__).parent
ROOMS = sorted(
    {path.relative_to(SOURCE).parts[0] for path in SOURCE.rglob("*.py")} - {"_version.py"}
)
# The pages of a checkout; an installed package has none of them.
ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for pattern in ("README.md", "CHANGELOG.md", ".github/**/*.md", "docs/**/*.rst", "docs/**/*.md")
    for path in ROOT.glob(pattern)
    if "_build" not in path.parts
)
KINDS = {
    r"Error:\s+There\s+is\s+no\s+(?!such\b)\w+[,.]?": "say that the argument is empty",
    r"\b(?:is|are|has|have)\s+(?:of\s+)?another\s+type\b": "say which types are allowed",
    r"\bthere\s+is\s+a\s+fault\b|\bhas\s+faults\b": "invalid, or an error",
    r"(?-i::\s+(?:On|By|Until|To)\s+(?:how|what|which|when|whom))\b": "begin with the noun",
    r"\bReturn\s+(?:on|by|until|to|for\s+each)\s+(?:how|what|which|whom)\b": "begin with the noun",
    r"\bfrom\s+(?:the|an?)\s+\w+\s+on(?=[,.;:])": "after it, or beginning with it",
    r"\bits\s+very\b": "exactly at it",
    r"\bpersons\b": "people",
    r"\bsingle\s+tests?\b": "a simple or an individual test",
    r"\bNone\s+for\s+none\b": "None if there is none, or None for no NOUN",
    r"\btime\s+zone\s+in\s+which\b": "the time zone of",
    r"(?<!state )\bchanges\s+of\s+incidents\b": "changes to incidents",
    r"\b(?:cancelation\w*|fulfil(?:s|ments?)?|behaviours?)\b": "the American spelling",
    r"\b(?:ageing|labelled|neighbours?|colours?|grey)\b": "the American spelling",
    r'(?-i:"""Whether)\b': "A test of whether, or Return whether",
    r"\band\s+as\s+many\s+with\b": "say the number of what",
    r"\b(?:neither|none|not\s+one)\s+of\s+the\s+(?:two|three|four)\b": "say of which",
    r"\bEmpty\s+if\s+it\s+(?:did|has|is|was)\s+not[.;]": "repeat the verb",
    r"\b(?:comes?|came)\s+to\s+(?:apply|hold)\b": "begins to apply",
    r"\bwhich\s+elapsed\s+(?:equal(?:s|ed)|exceed(?:s|ed))\b": "the elapsed time",
    r"\binstant\s+of\s+the\s+facts\b": "the instant of the test",
    r"\boccasions?\s+to\s+become\b": "a candidate, or an occasion on which",
    r"\b(?:nor|in)\s+any\s+order\s+of\s+(?:the\s+)?rows\b": "regardless of the order of",
    r"\bfor\s+ever\b": "endlessly",
}
ODD = re.compile(
    r"\b(told|anew|whatever|hangs?|hung|shall|by hand|for good|stands for|in his place"
    r"|a caller's own)\b"
    r"|(?<!there )\b(is|are|was)\s(?-i:none)\b(?! of)"
    r"|(?<!there )\b(is|are|be)\sno\s(?!longer|more|less|later|earlier|such|other|\d)[a-z]+"
    rf"|{'|'.join(KINDS)}",
    re.IGNORECASE,
)
# A code of older documents, which an upgrade still reads.
EXEMPT = re.compile(r"timed anew")
STRINGS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)}


def advice(word: str) -> str:
    """Return an odd word with what to write instead, if that is listed."""
    kinds = KINDS.items()
    plain = [text for kind, text in kinds if re.match(kind, f"{word}.", re.IGNORECASE)]
    return f"{word!r}: write {plain[0]!r}" if plain else repr(word)


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments and strings of a module, with the line on which each begins."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in STRINGS:
            yield token.start[0], token.string


def odd_words(text: str) -> list[tuple[int, str]]:
    """Return the odd words of a module with their lines."""
    if not ODD.search(text):
        return []  # tokenizing is slow
    return [
        (line + part.count("\n", 0, match.start()), match[0])
        for line, part in prose(text)
        for match in ODD.finditer(EXEMPT.sub("", part))
    ]


def without_code(text: str) -> str:
    """Return a page with its code emptied: fences, directives of code, doctests and literals."""
    fence = re.compile(r"^( *)(```|~~~).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
    text = fence.sub(lambda code: "\n" * code[0].count("\n"), text)
    block = re.compile(r"^ *\.\. (code-block|testcode|testsetup|code)::|^(?! *\.\. ).*::$")
    lines: list[str] = []
    indent: int | None = None  # of the directive or doctest whose lines are left out
    doctest = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip())
        if indent is not None and line.strip() and depth <= indent:
            indent = None
        if not line.strip():
            doctest = False
        elif line.lstrip().startswith(">>>"):
            doctest = True
        is_code = doctest or indent is not None
        if indent is None and block.search(line):
            indent = depth
        lines.append("" if is_code else re.sub(r"``[^`]*``|`[^`]*`", "x", line))
    return "\n".join(lines)


def odd_lines(text: str) -> list[tuple[int, str]]:
    """Return the odd words of a page with their lines."""
    page = without_code(text)
    return [(page.count("\n", 0, match.start()) + 1, match[0]) for match in ODD.finditer(page)]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_in_plain_words(room: str) -> None:
    """No word of the list stands in a comment, docstring or message."""
    paths = [SOURCE / room] if room.endswith(".py") else sorted((SOURCE / room).rglob("*.py"))
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {advice(word)}"
        for path in paths
        for line, word in odd_words(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"""Defaults to now unless told."""', ["told"]),
        ("x = 1  # set\n# anew", ["anew"]),
        ('f"{x} is no number"', ["is no number"]),
        ('"""It is none."""', ["is none"]),
        ('"""It is no longer open, and no more."""', []),
        ("if told is None: pass", []),
        ('"""X: There is no\n    row, or two."""', []),
        ('"""ValueError: There is no\n    row, or two."""', ["Error: There is no\n    row,"]),
        ('"""Error: There is no such row."""', []),
        ('"""weeks: On how many weeks it is based."""', [": On how"]),
        ('"""At which instant: on how many weeks."""', []),
        ('"""From the source on demand."""', []),
        ('"""It counts from the start on."""', ["from the start on"]),
        ('"""Several persons with its very name."""', ["persons", "its very"]),
        ('"""Whether it is open, or not."""', ['"""Whether']),
        ('"""Return whether it is open."""', []),
        ('"""A row that\n    comes to apply."""', ["comes to apply"]),
        ('"""limit: So many of one, and as many with two."""', ["and as many with"]),
        ('"""It is neither of the two, for ever."""', ["neither of the two", "for ever"]),
    ],
)
def test_the_words_are_found(text: str, expected: list[str]) -> None:
    """In docstrings, comments and messages; not in code."""
    assert expected == [word for _, word in odd_words(text)]


def test_the_advice_is_shown() -> None:
    """A turn of phrase that is listed comes with a plain one."""
    assert advice("persons") == "'persons': write 'people'"
    assert advice("told") == "'told'"


def test_the_pages_are_in_plain_words() -> None:
    """No word of the list stands in a page, code aside."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {advice(word)}"
        for path in PAGES
        for line, word in odd_lines(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nobody\nis told.", [(2, "told")]),
        ("It is\nnone.", [(1, "is\nnone")]),
        (">>> told = 1\n>>> told\n1\n\nAnew.", [(5, "Anew")]),
        (".. code-block:: python\n\n   told = 1\n\nAnew.", [(5, "Anew")]),
        ("```python\ntold = 1\n```\nanew", [(4, "anew")]),
        ("The field ``told``, `anew`: the stage is ``none``.", []),
        ("For example::\n\n   told\n\nAnew.", [(5, "Anew")]),
        (".. note:: It is told.", [(1, "told")]),
        (".. note::\n\n   It is told.", [(3, "told")]),
    ],
)
def test_the_words_of_a_page_are_found(text: str, expected: list[tuple[int, str]]) -> None:
    """In running text and notes; not in code."""
    assert expected == odd_lines(text)
