"""Conditions on fields that hold instants: reached or not, and one later than another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal, TypeAlias

import attrs

from incidentcore._checks import need_word
from incidentcore.conditions.access import reader
from incidentcore.conditions.condition import Condition, Test, set_test
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.instants import as_utc

InstantSide: TypeAlias = Literal["reached", "before"]
"""The side of an instant on which a condition holds."""

SAMPLE: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The instant at which the lints evaluate conditions on time."""

_TICK: Final = timedelta.resolution


def _instant(path: str, seen: object) -> datetime | None:
    if seen is None:
        return None
    if not isinstance(seen, datetime):
        raise InvalidValueError(path, seen, "an aware datetime, or no value")
    return as_utc(seen, path)


@attrs.frozen
class AtInstant(Condition):
    """A condition that matches at and after the instant stored in a field, or only before it.

    Its result changes at exactly that instant, without an event. If the field has no value, the
    condition never matches. See ``reached`` and ``before``.

    Attributes:
        path: The field that holds the instant, such as ``"custom.starts"``.
        side: ``reached`` to match at and after the instant, ``before`` to match only before it.

    Raises:
        DefinitionError: ``path`` is not a field path, or ``side`` is neither of these words.
    """

    reads_time: ClassVar[bool] = True

    path: str
    side: InstantSide = "reached"
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_word("side", self.side, InstantSide, DefinitionError)
        path, read, wanted = self.path, reader(self.path), self.side == "reached"

        def test(subject: object, at: datetime | None) -> bool:
            instant = _instant(path, read(subject))
            if instant is None:
                return False
            if at is None:
                raise InvalidValueError("at", at, f"the instant at which to ask for {path}")
            return (instant <= at) is wanted

        set_test(self, test)

    @property
    def fields(self) -> frozenset[str]:
        """Return the path of the field that this condition reads."""
        return frozenset((self.path,))

    def next_change(self, facts: dict[str, Any], at: datetime) -> datetime | None:
        """Return the instant that the field holds if it is after ``at``, otherwise None."""
        instant = _instant(self.path, reader(self.path)(facts))
        return instant if instant is not None and instant > at else None

    def candidates(self, path: str) -> Iterable[object]:
        """Return sample values for lint functions: None, a past instant and a future one."""
        return (None, SAMPLE, SAMPLE + _TICK)

    def __str__(self) -> str:
        return f"{self.path} is reached" if self.side == "reached" else f"before {self.path}"


@attrs.frozen
class LaterThan(Condition):
    """A condition that one field's instant is later than another's; see ``Field.later_than``.

    Attributes:
        path: The field whose instant must be later.
        other: The field whose instant must be earlier.
    """

    path: str
    other: str
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        path, other, read, read_other = self.path, self.other, reader(self.path), reader(self.other)

        def test(subject: object, _: datetime | None) -> bool:
            first, second = _instant(path, read(subject)), _instant(other, read_other(subject))
            return first is not None and (second is None or first > second)

        set_test(self, test)

    @property
    def fields(self) -> frozenset[str]:
        """Return the paths of the two fields that this condition compares."""
        return frozenset((self.path, self.other))

    def candidates(self, path: str) -> Iterable[object]:
        """Return sample values for lint functions: None, an earlier instant and a later one."""
        return (None, SAMPLE, SAMPLE + _TICK)

    def __str__(self) -> str:
        return f"{self.path} is later than {self.other}"


def reached(path: str) -> Condition:
    """Return the condition that the instant in a field has been reached.

    Source: rule S1.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.conditions import reached
    >>> maintenance_over = reached("custom.until")
    >>> facts = {"custom": {"until": datetime(2026, 6, 1, 9, tzinfo=UTC)}}
    >>> maintenance_over.matches(facts, at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    True
    """
    return AtInstant(path)


def before(path: str) -> Condition:
    """Return the condition that the instant in a field has not been reached yet.

    Source: rule S1.
    """
    return AtInstant(path, "before")


def timed_tests(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return those simple tests of the conditions that can change with time alone."""
    leaves = (leaf for condition in conditions for leaf in condition.leaves())
    return tuple(leaf for leaf in leaves if leaf.reads_time and not leaf.reads_hours)
