"""The rules that the rule book states, and the citations of rules in a text.

A rule's name is a letter and a number. It is cited after the word, as in ``rule S4`` or
``rules S1, S5 and S7 to S9``; in parentheses of its own, ``(S4)`` or ``(S4, T5)``; or at the
beginning of a text, ``S4: ...``. Since ``(P1)`` is a priority in many tools, the rules of priority
are cited after the word only.
"""

import re
from pathlib import Path

BOOK = Path(__file__).resolve().parent / "explanation" / "rules"

NAME = re.compile(r"\b([A-Z])([1-9]\d?)\b")
LABEL = re.compile(r"^\.\. _rule-([a-z]\d+):\n\n([A-Z]\d+): ", re.MULTILINE)

_AFTER_THE_WORD = r"[A-Z][1-9]\d?\b(?:\s\([^)]*\))?"  # rules T5 (deadlines) and S1 (conditions)
_ALONE = r"[ACDEGHIKLSTU][1-9]\d?\b"
_MORE = r"(?:(?:,\s(?:and\s)?|\s(?:and|or|to)\s){name})*"
CITATION = re.compile(
    rf"\b[Rr]ules?\s(?:as\sin\s)?{_AFTER_THE_WORD}{_MORE.format(name=_AFTER_THE_WORD)}"
    rf"|\({_ALONE}{_MORE.format(name=_ALONE)}\)"
    rf"|\A{_ALONE}(?=:\s)"
)


def stated():
    """Return the names of the rules that the book states, in its order."""
    names = []
    for page in sorted(BOOK.glob("*.rst")):
        for label, name in LABEL.findall(page.read_text(encoding="utf-8")):
            if label.upper() != name:
                raise ValueError(f"{page.name}: rule {name} has the label rule-{label}")
            names.append(name)
    return names


def cited(text):
    """Return the names that a text cites, with those between the ends of a range."""
    names = []
    text = re.sub(r"\s+", " ", text)
    for citation in CITATION.finditer(text):
        end = None
        for name in NAME.finditer(text, citation.start(), citation.end()):
            number = int(name[2])
            first = number
            if end is not None and text[end : name.start()] == " to ":
                first = int(names.pop()[1:])
            names.extend(f"{name[1]}{number}" for number in range(first, number + 1))
            end = name.end()
    return names
