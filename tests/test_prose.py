"""Docstrings, comments and messages of the package are plain English: the words of a list are not.

Each of the words has a plain one: "told" is reported, given or known; "anew" is again; "whatever"
is any; "by hand" is manual; "is none" and "is no NOUN" are "is not a NOUN".
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
# Rooms that are still to be rewritten.
PENDING: frozenset[str] = frozenset({"communication"})
ODD = re.compile(
    r"\b(told|anew|whatever|hangs?|hung|shall|by hand|for good|stands for|in his place"
    r"|a caller's own)\b"
    r"|(?<!there )\b(is|are|was) (?-i:none)\b(?! of)"
    r"|(?<!there )\b(is|are|be) no (?!longer|more|less|later|earlier|such|other|\d)[a-z]+",
    re.IGNORECASE,
)
# A code of older documents, which an upgrade still reads.
EXEMPT = re.compile(r"timed anew")
STRINGS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)}


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments and strings of a module, with the line on which each begins."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in STRINGS:
            yield token.start[0], token.string


def odd_words(text: str) -> list[tuple[int, str]]:
    """Return the odd words of a module with their lines."""
    return [
        (line + part.count("\n", 0, match.start()), match[0])
        for line, part in prose(text)
        for match in ODD.finditer(EXEMPT.sub("", part))
    ]


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in PENDING])
def test_a_room_is_in_plain_words(room: str) -> None:
    """No word of the list stands in a comment, docstring or message."""
    paths = [SOURCE / room] if room.endswith(".py") else sorted((SOURCE / room).rglob("*.py"))
    found = [
        f"{path.relative_to(SOURCE)}:{line}: {word}"
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
    ],
)
def test_the_words_are_found(text: str, expected: list[str]) -> None:
    """In docstrings, comments and messages; not in code."""
    assert expected == [word for _, word in odd_words(text)]
