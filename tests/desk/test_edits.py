"""Three hundred single edits of a valid file: none changes what it says unseen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from tests.desk.test_desk import DESK, TEXT

from incidentcore.desk import Desk, check_desk, diff_rules, load_desk
from incidentcore.errors import FormatError

START = datetime(2026, 11, 28, tzinfo=UTC)
KEY = re.compile(r"[A-Za-z_]{3,}(?=\s*=)")
WORD = re.compile(r'(?<=")[A-Za-z_]{3,}(?=")|(?<=:)[a-z_]{3,}(?=")')
NUMBER = re.compile(r"\b[1-9]\d?(?=[mhd]\b| business|%)|(?<= )[1-9](?=,)")
BLOCK = re.compile(r"(\[\[agreements\]\]\n(?:(?!\n\[\[|\n\n).)*\n)", re.DOTALL)


def edits(chance: Random) -> Iterator[tuple[str, str]]:
    """Yield a kind of edit and the edited text, of each kind in turn."""
    while True:
        yield "key misspelt", _changed(chance, KEY, lambda word: _swapped(chance, word))
        yield "reference cut", _changed(chance, WORD, lambda word: word[:-1])
        yield "number times ten", _changed(chance, NUMBER, lambda word: f"{word}0")
        yield "rule moved up", _moved(chance)


def _changed(chance: Random, pattern: re.Pattern[str], change: object) -> str:
    found = chance.choice(list(pattern.finditer(TEXT)))
    new = change(found[0])  # type: ignore[operator]
    return TEXT[: found.start()] + new + TEXT[found.end() :]


def _swapped(chance: Random, word: str) -> str:
    place = chance.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _moved(chance: Random) -> str:
    """Move an agreement, a stage, a level or a layer before its predecessor."""
    blocks = BLOCK.findall(TEXT)
    lists = re.findall(r"(?:levels|stages|any) *= \[(.*)\]", TEXT)
    if chance.random() < 0.5:
        place = chance.randrange(1, len(blocks))
        pair = blocks[place - 1] + blocks[place]
        return TEXT.replace(pair, blocks[place] + blocks[place - 1])
    items = re.findall(r"\{[^{}]*\}", chance.choice(lists))
    place = chance.randrange(1, len(items))
    pair = f"{items[place - 1]}, {items[place]}"
    return TEXT.replace(pair, f"{items[place]}, {items[place - 1]}")


def outcome(text: str) -> str:
    """Return what becomes of an edit before it goes live."""
    try:
        desk: Desk = load_desk(text)
    except FormatError:
        return "refused"
    if check_desk(desk, start=START):
        return "found by check"
    differences = diff_rules(DESK, desk)
    if not differences:
        return "harmless"
    assert all(one.witness is not None or one.answer != "yes" or one.before for one in differences)
    return "shown by diff"


def test_the_file_itself_is_clean() -> None:
    """What check finds in an edit is the edit's."""
    assert check_desk(DESK, start=START) == ()


@pytest.mark.heavy
def test_three_hundred_edits() -> None:
    """Each is refused, named by check, proved harmless, or shown by diff with a witness.

    What diff alone shows are choices that are valid as they stand: another name of a person, a
    group or a rule (16), another order of approvers (9), another valid length (6). No check can
    know that 5 days were meant and not 50, but none of them goes live unseen.
    """
    counts = run(300, Random(17))  # noqa: S311  reproducible edits
    assert counts == {
        ("key misspelt", "refused"): 75,
        ("reference cut", "refused"): 55,
        ("reference cut", "harmless"): 4,
        ("reference cut", "shown by diff"): 16,
        ("number times ten", "found by check"): 69,
        ("number times ten", "shown by diff"): 6,
        ("rule moved up", "found by check"): 47,
        ("rule moved up", "harmless"): 19,
        ("rule moved up", "shown by diff"): 9,
    }


def test_eight_edits() -> None:
    """The same, few enough for every run."""
    counts = run(8, Random(1))  # noqa: S311  reproducible edits
    assert counts["key misspelt", "refused"] == 2


def run(number: int, chance: Random) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for _, (kind, text) in zip(range(number), edits(chance), strict=False):
        if text != TEXT:
            counts[kind, outcome(text)] += 1
        else:  # two letters alike were swapped
            counts[kind, "harmless"] += 1
    return counts
