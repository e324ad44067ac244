"""Split a text into words, always in time proportional to its length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from incidentcore._checks import are_texts, need_kind, tuple_of
from incidentcore.errors import DefinitionError, InvalidValueError

TEXT_FIELDS: Final = ("title", "description")

_ASCII_WORDS: Final = re.compile(r"[a-z0-9]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]")

# Sorting a run of combining marks is quadratic in its length. UAX #15 (stream-safe text) holds 30
# to be more than any language needs; marks beyond that are dropped.
_MARKS_KEPT: Final = 30


def field_names(fields: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the fields to read; raise ``DefinitionError`` unless they are names."""
    if isinstance(fields, str) or not are_texts(names := tuple_of(fields)):
        raise DefinitionError("fields", fields, "a sequence of field names")
    return names


def text_of(subject: Any, fields: tuple[str, ...] = TEXT_FIELDS) -> str:
    """Return the text of a record or of a ``dict`` of its fields, which are joined by line ends.

    A text is returned unchanged.
    """
    if isinstance(subject, str):
        return subject
    texts = []
    for name in fields:
        try:
            text = subject[name] if isinstance(subject, dict) else getattr(subject, name)
        except (KeyError, AttributeError):
            raise InvalidValueError(
                "subject", subject, f"a text, or a record with {name}"
            ) from None
        need_kind(name, text, str | None, allowed="text")
        if text:
            texts.append(text)
    return "\n".join(texts)


def fold_text(text: str) -> str:
    """Return a text in a form for comparison, without differences that readers ignore.

    Upper case, compatibility forms such as full-width letters, and invisible characters such as
    bidi marks and soft hyphens are replaced or removed.
    """
    if text.isascii():
        return text.lower()
    kinds = {letter: unicodedata.category(letter) for letter in set(text)}
    invisible = {ord(letter): None for letter, kind in kinds.items() if kind == "Cf"}
    if invisible:
        text = text.translate(invisible)
    marks = {letter for letter, kind in kinds.items() if kind[0] == "M"}
    if marks:
        text = "".join(_without_long_runs(text, marks))
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", folded)


def _without_long_runs(text: str, marks: set[str]) -> Iterator[str]:
    run = 0
    for letter in text:
        run = run + 1 if letter in marks else 0
        if run <= _MARKS_KEPT:
            yield letter


def tokenize(text: str, *, accents: bool = True) -> list[str]:
    """Return the words of a text in order, as they are after ``fold_text``.

    A word is a sequence of letters, digits and their combining marks, in any script. Everything
    else separates words, so ``e-mail`` is two words. Without ``accents``, those of Latin, Greek and
    Cyrillic letters are removed.
    """
    need_kind("text", text, str)
    folded = fold_text(text)
    if not accents and not folded.isascii():
        bare = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
        folded = unicodedata.normalize("NFC", bare)
    if folded.isascii():
        return _ASCII_WORDS.findall(folded)
    others = (one for one in set(folded) if not one.isalnum())
    between = {ord(one): " " for one in others if unicodedata.category(one)[0] != "M"}
    return folded.translate(between).split()
