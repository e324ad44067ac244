"""The values that strategies choose from: all of these come, and no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from incidentcore.conditions import Condition
from incidentcore.instants import Interval
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
texts between bars. A word may be a range, ``0m..300m``: both ends come, and all lie between."""


def words(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each attribute of a value, to its depth, with what it holds as a word."""
    if isinstance(value, BusinessCalendar):
        hours = (",".join(dict(value.hours).get(day, ())) for day in ("mon", "fri", "sat", "sun"))
        yield name, f"{value.zone} {'/'.join(hours)}"
    elif isinstance(value, Condition) or value is None:
        yield name, str(value)
    elif isinstance(value, Record):
        yield from words(value.history)
        for event in value.history:
            yield "Event.at", minutes(event.at - value.history[0].at)
            yield "Event.delay", minutes(event.recorded_at - event.at)
    elif isinstance(value, Interval):
        yield f"{name}.start", value.start.strftime("%m-%dT%H:%M")
        yield f"{name}.length", minutes(value.duration)
    elif attrs.has(type(value)):
        kind = type(value).__name__
        before = f"{name}." if kind == "Actor" else ""
        for one in attrs.fields(type(value)):
            yield from words(getattr(value, one.name, None), f"{before}{kind}.{one.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from words(inner, f"{name}.{key}")
    elif isinstance(value, (list, tuple, frozenset)):
        yield f"{name}#", str(len(value))
        for inner in value:
            yield from words(inner, name)
    elif isinstance(value, timedelta):
        yield name, minutes(value)
        if value % MINUTE:
            yield f"{name}.odd", str(value // timedelta.resolution)
    elif isinstance(value, datetime):
        yield name, value.astimezone(UTC).strftime("%m-%dT%H:%M")
    elif isinstance(value, (str, int, float, Fraction, time)):
        yield name, f"{value:g}" if isinstance(value, float) else str(value)


def minutes(span: timedelta) -> str:
    """Return a length as a word."""
    return "odd" if span % MINUTE else f"{span // MINUTE}m"


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
    """Check that an attribute holds all of its words and both ends of its ranges, and no others."""
    wanted = {one: text.split("|" if "|" in text else " ") for one, text in expected.items()}
    seen: dict[str, set[str]] = defaultdict(set)
    for batch in batches(strategy, count):
        for example in batch:
            for attribute, word in set(words(example)):
                seen[attribute].add(word)
        absent = {
            one: missing
            for one, tokens in wanted.items()
            if (missing := {end for token in tokens for end in token.split("..")} - seen[one])
        }
        if not absent:
            break
    others = {
        one: found
        for one, tokens in wanted.items()
        if (found := {word for word in seen[one] if not any(is_in(word, t) for t in tokens)})
    }
    assert others == {}, others
    assert absent == {}, absent


def is_in(word: str, token: str) -> bool:
    """Return whether a word is a token, or lies in the range that it gives."""
    low, _, high = token.partition("..")
    return word == token or bool(high and order(low) <= order(word) <= order(high))


def order(word: str) -> tuple[int, str]:
    """Return what a range compares: the number of a word, or its text."""
    number = word.removesuffix("m")
    return (int(number), "") if number.lstrip("-").isdecimal() else (0, word)
