"""Conditions: tests on facts that compose, explain themselves and can be written down.

One condition language serves lifecycle guards, SLA clocks, escalation rows, categorizers and KPI
populations. A condition is a frozen value; ``matches`` runs a function compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

import attrs

from incidentcore.conditions.access import reader
from incidentcore.conditions.operators import OPERATORS
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.schedule import Calendar
from incidentcore.values import Actor, Level, State, freeze

__all__ = [
    "ALWAYS",
    "NEVER",
    "AllOf",
    "AnyOf",
    "Condition",
    "Explanation",
    "FieldTest",
    "Not",
    "Opaque",
    "OpenHours",
    "during",
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
        return AllOf((self, other)) if isinstance(other, Condition) else NotImplemented

    def __or__(self, other: Condition) -> Condition:
        return AnyOf((self, other)) if isinstance(other, Condition) else NotImplemented

    def __invert__(self) -> Condition:
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError("a condition has no truth value: combine with &, | and ~, or call matches")

    def __reduce__(self) -> tuple[object, ...]:
        arguments = [
            getattr(self, field.name) for field in type(self).__attrs_attrs__ if field.init
        ]
        return (type(self), tuple(arguments))


def _compiled(condition: Condition, test: Test) -> None:
    object.__setattr__(condition, "test", test)


@attrs.frozen
class FieldTest(Condition):
    """One test of one field.

    Attributes:
        path: The field, such as ``"priority"`` or ``"custom.customer"``.
        op: The test: equals, is_in, above, at_least, below, at_most, contains, starts_with,
            has_text, intersects or present.
        value: What the field is compared with.

    An absent field fails every test but ``equals(None)``. Comparing a state, level or actor with
    text is refused when it happens: test ``state.name``, so that no rule is silently never true.

    Raises:
        DefinitionError: There is no such test or field path, or the value does not fit the test.
    """

    path: str
    op: str
    value: object = attrs.field(default=None, converter=freeze)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise DefinitionError("op", self.op, f"one of {', '.join(OPERATORS)}")
        if self.op in ("is_in", "intersects") and not isinstance(self.value, (tuple, frozenset)):
            raise DefinitionError(f"{self.path} {self.op}", self.value, "a collection of values")
        read = reader(self.path)
        wanted = self.value
        if self.op == "equals" and not isinstance(wanted, str):
            _compiled(self, lambda subject, _: read(subject) == wanted)
            return
        compare = OPERATORS[self.op][1]
        by_name = isinstance(wanted, str) or (
            isinstance(wanted, (tuple, frozenset)) and any(isinstance(item, str) for item in wanted)
        )

        def test(subject: object, _: datetime | None) -> bool:
            seen = read(subject)
            if by_name and isinstance(seen, (State, Level, Actor)):
                raise InvalidValueError(
                    self.path,
                    wanted,
                    f"a {type(seen).__name__}, or a test of its name or id as a path below it",
                )
            try:
                return compare(seen, wanted)
            except (TypeError, AttributeError):
                raise InvalidValueError(
                    self.path, seen, f"a value that can be tested with {self.op} {wanted!r}"
                ) from None

        _compiled(self, test)

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the answer with the value that was seen."""
        return Explanation(str(self), self.test(subject, at), reader(self.path)(subject))

    @property
    def fields(self) -> frozenset[str]:
        """Return the path."""
        return frozenset((self.path,))

    def __str__(self) -> str:
        words = OPERATORS[self.op][0]
        if self.op == "present":
            return f"{self.path} {words}"
        if isinstance(self.value, (tuple, frozenset)):
            listed = sorted(_word(item) for item in self.value)
            return f"{self.path} {words} {', '.join(listed)}"
        return f"{self.path} {words} {_word(self.value)}"


def _word(value: object) -> str:
    return str(value) if isinstance(value, (State, Level)) else repr(value)


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
        _compiled(self, _all_test(self.parts))


@attrs.frozen
class AnyOf(_Composition):
    """Matches when at least one part does; without parts, never."""

    joint: ClassVar[str] = " or "
    empty: ClassVar[str] = "never"
    parts: tuple[Condition, ...] = attrs.field(converter=_conditions)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        _compiled(self, _any_test(self.parts))


@attrs.frozen
class Not(Condition):
    """Matches when its part does not."""

    part: Condition
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        (part,) = _conditions((self.part,))
        inner = part.test
        _compiled(self, lambda subject, at: not inner(subject, at))

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the answer with the value that the part saw."""
        return Explanation(
            str(self), self.test(subject, at), self.part.explain(subject, at=at).seen
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


@attrs.frozen
class OpenHours(Condition):
    """Matches when a calendar is open at the instant of the facts.

    A time of day is a calendar that is open then: a clock's pause, stop and cancel conditions
    refuse it (rule S1), since opening hours belong to the calendar of the clock.
    """

    calendar: Calendar
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        is_open = self.calendar.is_open

        def test(_subject: object, at: datetime | None) -> bool:
            if at is None:
                raise InvalidValueError("at", at, "the instant of the facts, for a time of day")
            return bool(is_open(at))

        _compiled(self, test)

    @property
    def reads_time(self) -> bool:
        """Return True."""
        return True

    def __str__(self) -> str:
        return f"during {getattr(self.calendar, 'name', '') or 'open hours'}"


@attrs.frozen
class Opaque(Condition):
    """A caller's own function as a condition.

    It cannot be written down or reasoned about: linting answers "unknown" for it, and serializing
    it is refused. Its id stands for its content.

    Attributes:
        id: A name for it that changes whenever its meaning does.
        function: Called with the subject; its answer's truth counts.
    """

    id: str
    function: Callable[[object], object] = attrs.field(eq=False)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise DefinitionError("id", self.id, "a non-empty text")
        function = self.function
        if not callable(function):
            raise DefinitionError("function", function, "a callable that takes the subject")
        _compiled(self, lambda subject, _: bool(function(subject)))

    def __str__(self) -> str:
        return self.id


def during(calendar: Calendar) -> Condition:
    """Return the condition that a calendar is open at the instant of the facts."""
    return OpenHours(calendar)


ALWAYS: Condition = AllOf(())
NEVER: Condition = AnyOf(())
