"""Conditions: tests on facts that compose, explain themselves and can be written down.

One condition language serves lifecycle guards, SLA clocks, escalation rows, categorizers and KPI
populations. A condition is a frozen value; ``matches`` runs a function compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

import attrs

from incidentcore.errors import DefinitionError

__all__ = [
    "ALWAYS",
    "AllOf",
    "AnyOf",
    "Condition",
    "Explanation",
    "NEVER",
    "Not",
    "Test",
    "set_test",
]

Test: TypeAlias = Callable[[object, datetime | None], bool]


@attrs.frozen
class Explanation:
    """Why a condition matched or not.

    Attributes:
        condition: The condition in words.
        matched: Its answer.
        seen: The value a single test looked at; None for a composition.
        parts: The explanations of what it is composed of, as far as they were needed.
    """

    condition: str
    matched: bool
    seen: object = None
    parts: tuple[Explanation, ...] = ()

    @property
    def failures(self) -> tuple[Explanation, ...]:
        """Return the single tests that kept the condition from matching."""
        if self.matched:
            return ()
        below = tuple(failure for part in self.parts for failure in part.failures)
        return below or (self,)

    def __str__(self) -> str:
        answer = "yes" if self.matched else "no"
        if self.parts:
            inner = "; ".join(str(part) for part in self.parts)
            return f"{answer}: {self.condition} ({inner})"
        return f"{answer}: {self.condition}, seen {self.seen!r}"


class Condition:
    """A test on the facts of a record at an instant; the base of all the kinds below.

    Compose with ``&``, ``|`` and ``~``; build the single tests with ``field(...)``.

    Attributes:
        test: The compiled form, for inner loops: ``test(subject, at)``.
    """

    __slots__ = ()

    __attrs_attrs__: ClassVar[tuple[Any, ...]]  # read at run time: attrs.Attribute takes no [ ]
    test: Test

    def matches(self, subject: object, *, at: datetime | None = None) -> bool:
        """Return whether the subject satisfies this condition.

        Args:
            subject: A record, an event, or a ``dict`` of facts.
            at: The instant of the facts, for conditions on time of day.

        Raises:
            InvalidValueError: The subject lacks a field, or a time is needed and not given.
        """
        return self.test(subject, at)

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the answer with the reason for it."""
        return Explanation(str(self), self.test(subject, at))

    @property
    def fields(self) -> frozenset[str]:
        """Return the paths that this condition reads."""
        return frozenset()

    @property
    def reads_time(self) -> bool:
        """Return whether the answer may change with the instant alone."""
        return False

    def __and__(self, other: Condition) -> Condition:
        return _joined(AllOf, self, other) if isinstance(other, Condition) else NotImplemented

    def __or__(self, other: Condition) -> Condition:
        return _joined(AnyOf, self, other) if isinstance(other, Condition) else NotImplemented

    def __invert__(self) -> Condition:
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError("a condition has no truth value: combine with &, | and ~, or call matches")

    def __reduce__(self) -> tuple[object, ...]:
        arguments = [
            getattr(self, field.name) for field in type(self).__attrs_attrs__ if field.init
        ]
        return (type(self), tuple(arguments))


def set_test(condition: Condition, test: Test) -> None:
    """Set a condition's compiled form."""
    object.__setattr__(condition, "test", test)


def _joined(kind: type[AllOf | AnyOf], left: Condition, right: Condition) -> Condition:
    """Compose two conditions; a chain of one kind is one composition, however it was bracketed."""
    parts: list[Condition] = []
    for side in (left, right):
        parts.extend(side.parts if isinstance(side, kind) else (side,))
    return kind(tuple(parts))


def _conditions(parts: Iterable[Condition]) -> tuple[Condition, ...]:
    given = tuple(parts)
    for part in given:
        if not isinstance(part, Condition):
            raise DefinitionError("parts", part, "conditions")
    return given


def _all_test(parts: tuple[Condition, ...]) -> Test:
    if not parts:
        return lambda _subject, _at: True
    if len(parts) == 2:
        first, second = parts[0].test, parts[1].test
        return lambda subject, at: first(subject, at) and second(subject, at)
    tests = [part.test for part in parts]
    return lambda subject, at: all(test(subject, at) for test in tests)


def _any_test(parts: tuple[Condition, ...]) -> Test:
    if not parts:
        return lambda _subject, _at: False
    if len(parts) == 2:
        first, second = parts[0].test, parts[1].test
        return lambda subject, at: first(subject, at) or second(subject, at)
    tests = [part.test for part in parts]
    return lambda subject, at: any(test(subject, at) for test in tests)


class _Composition(Condition):
    """What all compositions share: parts, their fields, their words."""

    __slots__ = ()

    joint: ClassVar[str]
    empty: ClassVar[str]
    parts: tuple[Condition, ...]

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the answer with the answers of the parts."""
        parts = tuple(part.explain(subject, at=at) for part in self.parts)
        return Explanation(str(self), self.test(subject, at), parts=parts)

    @property
    def fields(self) -> frozenset[str]:
        """Return the paths of all parts."""
        return frozenset().union(*(part.fields for part in self.parts))

    @property
    def reads_time(self) -> bool:
        """Return whether any part reads the time of day."""
        return any(part.reads_time for part in self.parts)

    def __str__(self) -> str:
        if not self.parts:
            return self.empty
        return self.joint.join(
            f"({part})" if isinstance(part, _Composition) else str(part) for part in self.parts
        )


@attrs.frozen
class AllOf(_Composition):
    """Matches when every part does; without parts, always."""

    joint: ClassVar[str] = " and "
    empty: ClassVar[str] = "always"
    parts: tuple[Condition, ...] = attrs.field(converter=_conditions)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        set_test(self, _all_test(self.parts))


@attrs.frozen
class AnyOf(_Composition):
    """Matches when at least one part does; without parts, never."""

    joint: ClassVar[str] = " or "
    empty: ClassVar[str] = "never"
    parts: tuple[Condition, ...] = attrs.field(converter=_conditions)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        set_test(self, _any_test(self.parts))


@attrs.frozen
class Not(Condition):
    """Matches when its part does not."""

    part: Condition
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        (part,) = _conditions((self.part,))
        inner = part.test
        set_test(self, lambda subject, at: not inner(subject, at))

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the answer with what the part saw."""
        inner = self.part.explain(subject, at=at)
        return Explanation(
            str(self), self.test(subject, at), inner.seen, (inner,) if inner.parts else ()
        )

    @property
    def fields(self) -> frozenset[str]:
        """Return the paths of the part."""
        return self.part.fields

    @property
    def reads_time(self) -> bool:
        """Return whether the part reads the time of day."""
        return self.part.reads_time

    def __invert__(self) -> Condition:
        return self.part

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, _Composition) else f"not {self.part}"


ALWAYS: Condition = AllOf(())
NEVER: Condition = AnyOf(())
