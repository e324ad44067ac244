"""Values next to, between and different from those that a rule mentions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, floor
from typing import Any, Final

import attrs

from incidentcore._checks import SharedRepr

LIMIT: Final = 100_000


class TooManyError(Exception):  # caught within the package, never shown
    """Raised if more combinations would have to be tried than the limit allows."""


class _Any:
    """The type of ``ANY``: some value other than those mentioned."""

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()


@attrs.frozen
class Candidate(SharedRepr):
    """A value that a field may have.

    Attributes:
        value: The value; ``ANY`` if it is unknown.
        certain: Whether it is certain to exist; a level between two known ones may not.
    """

    value: Any
    certain: bool = True


UNKNOWN: Final = Candidate(ANY, certain=False)

_EXACT: Final = 2**53
_EXACT_DIGITS: Final = 15
_NUMBERS: Final = (int, float, Decimal, Fraction)
ORDERED: Final = (*_NUMBERS, datetime, date, timedelta)


def of_type(values: Iterable[object], *kinds: type) -> list[Any]:
    """Return the values that have one of several types."""
    return [value for value in values if isinstance(value, kinds)]


def fresh_text(taken: Iterable[object]) -> str:
    """Return a text that neither equals nor contains, nor is contained in, any of those taken."""
    texts = [text.casefold() for text in of_type(taken, str) if text]
    if not any(text in "other" or "other" in text for text in texts):
        return "other"
    used = set("".join(texts))
    return next(chr(code) for code in range(0x4E00, 0x110000) if chr(code) not in used)


def is_stepped(value: object) -> bool:
    """Return whether adding one changes a number; it does not change a very large float."""
    if isinstance(value, Decimal):
        digits = len(value.as_tuple().digits)
        return value.is_finite() and digits <= _EXACT_DIGITS and abs(value) < _EXACT
    return not isinstance(value, float) or abs(value) < _EXACT


def numbers_beside(mentioned: list[Any], smallest: int | None) -> list[Candidate]:
    """Return the numbers next to those mentioned and between them."""
    numbers = [
        Fraction(value)
        for value in of_type(mentioned, *_NUMBERS)
        if not isinstance(value, bool) and is_stepped(value)
    ]
    found: set[Fraction] = set()
    for number in numbers:
        found |= {number - 1, number + 1, Fraction(floor(number)), Fraction(ceil(number))}
    for before, after in pairwise(sorted(numbers)):
        found.add((before + after) / 2)
    whole = smallest is not None or not all(number.denominator == 1 for number in numbers)
    return [
        # Between two whole numbers next to each other lies a fraction, if the field has those.
        Candidate(int(number), certain=True)
        if number.denominator == 1
        else Candidate(float(number), certain=whole)
        for number in sorted(found)
    ]


def moments_beside(mentioned: list[Any]) -> list[Candidate]:
    """Return the instants, dates and durations right before and after those mentioned."""
    found = []
    for value in mentioned:
        if isinstance(value, (datetime, timedelta)):
            tick = timedelta.resolution
        elif isinstance(value, date):
            tick = timedelta(days=1)
        else:
            continue
        for step in (tick, -tick):
            try:
                found.append(Candidate(value + step))
            except OverflowError:  # there is nothing beyond the end of the type
                continue
    return found


def paths_of(starts: Iterable[Any], mentioned: list[Any], parts: list[Any]) -> list[Candidate]:
    """Return sample category paths: each one mentioned, and another below each prefix."""
    prefixes = {start if isinstance(start, tuple) else (start,): None for start in starts}
    whole = of_type(mentioned, tuple)
    other = fresh_text([*parts, *(step for path in (*whole, *prefixes) for step in path)])
    found = [Candidate(path) for path in (*whole, *prefixes, (), (other,))]
    for prefix in ((), *prefixes):
        found += [Candidate((*prefix, other, *chosen)) for chosen in _subsets(parts)]
    return found


def sets_of(parts: list[Any], mentioned: list[Any]) -> list[Candidate]:
    """Return every subset of the values mentioned, with and without a value not mentioned."""
    other = fresh_text([*parts, *mentioned])
    whole = [item for value in of_type(mentioned, frozenset) for item in value]
    found = []
    for chosen in _subsets([*parts, *whole]):
        found += [Candidate(frozenset(chosen)), Candidate(frozenset((*chosen, other)))]
    return found


def _subsets(items: Iterable[Any]) -> list[tuple[Any, ...]]:
    distinct = list(dict.fromkeys(items))
    if 2 ** len(distinct) > LIMIT:
        raise TooManyError
    return [chosen for size in range(len(distinct) + 1) for chosen in combinations(distinct, size)]
