"""The values that strategies choose from: no others come, and most of these do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from incidentcore.conditions import Condition
from incidentcore.records import Record
from incidentcore.schedule import BusinessCalendar

MINUTE = timedelta(minutes=1)
OPEN, PAUSES = "state.open is True", "state.pauses is True"
RESOLVED, WAIT = "state.resolved is True", "custom.wait is True"
USUAL = "1m 15m 30m 60m 240m 1440m 10080m odd"
STATES = "new in_progress on_hold resolved closed canceled"
NAMES = "ada bo cy dee"

Choices = dict[str, tuple[st.SearchStrategy[Any], int, dict[str, str]]]
"""By strategy, how many examples to draw, and what each attribute holds over all of them: words, or
texts between bars."""


def words(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each attribute of a value, to its depth, with what it holds as a word."""
    if isinstance(value, BusinessCalendar):
        return
    if isinstance(value, Condition) or value is None:
        yield name, str(value)
    elif isinstance(value, Record):
        yield from words(value.history)
    elif attrs.has(type(value)):
        kind = type(value).__name__
        before = f"{name}." if kind == "Actor" else ""
        for one in attrs.fields(type(value)):
            yield from words(getattr(value, one.name, None), f"{before}{kind}.{one.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from words(inner, f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        yield f"{name}#", str(len(value))
        for inner in value:
            yield from words(inner, name)
    elif isinstance(value, timedelta):
        yield name, "odd" if value % MINUTE else f"{value // MINUTE}m"
    elif isinstance(value, (str, int, float)):
        yield name, f"{value:g}" if isinstance(value, float) else str(value)


def batches(strategy: st.SearchStrategy[Any], count: int) -> Iterator[list[Any]]:
    """Yield at most ten lists of so many examples, for as long as one looks.

    What is rare comes in one of them, whatever the seed.
    """
    return (examples(strategy, count, number) for number in range(1, 11))


def examples(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """Return examples from a seed; without, they would follow from the text of the function."""
    taken: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take(example: Any) -> None:
        taken.append(example)

    take()
    return taken


def check_choices(
    strategy: st.SearchStrategy[Any], count: int, expected: Mapping[str, str]
) -> None:
    """Check that an attribute holds only its words, and at least half of them."""
    seen: dict[str, set[str]] = defaultdict(set)
    wanted = {
        attribute: set(text.split("|") if "|" in text else text.split(" "))
        for attribute, text in expected.items()
    }
    for batch in batches(strategy, count):
        for example in batch:
            for attribute, word in set(words(example)):
                seen[attribute].add(word)
        rare = [one for one, all_of in wanted.items() if 2 * len(seen[one]) < len(all_of)]
        if not rare:
            break
    assert {one: seen[one] - all_of for one, all_of in wanted.items() if seen[one] - all_of} == {}
    assert rare == []
