"""Conditions: tests on records that can be combined, explained and stored.

One condition language serves lifecycle guards, SLA clocks, escalation rows, categorizers and KPI
populations. A condition is a frozen value; ``matches`` calls a function that is compiled once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, need_each, tuple_of
from incidentcore.errors import DefinitionError
from incidentcore.values import Level

Test: TypeAlias = Callable[[object, datetime | None], bool]


@attrs.frozen
class Explanation(SharedRepr):
    """An explanation of why a condition matched or did not match.

    Attributes:
        condition: The condition as text.
        matched: Whether the condition matched.
        seen: The value that a simple test read; None for a combination of tests.
        parts: The explanations of the condition's parts; empty for a simple test.
    """

    condition: str
    matched: bool
    seen: object = None
    parts: tuple[Explanation, ...] = ()

    @property
    def failures(self) -> tuple[Explanation, ...]:
        """Return the simple tests that kept the condition from matching."""
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


class Condition(SharedRepr):
    """A test on the fields of a record at an instant (its facts); the base class of all conditions.

    Build simple tests with ``field(...)``, and combine them with ``&``, ``|`` and ``~``.

    To write your own type of condition, subclass it as a frozen attrs class with ``test`` and
    ``fields``. If it has ``candidates``, lint functions can examine it; if it has ``reads_time``
    and ``next_change``, clocks notice when time alone changes its result.

    Attributes:
        depth: How deeply the condition's parts are nested, at most 100; 1 for a simple test.
        test: The condition as a function, for inner loops: ``test(subject, at)``.

    >>> import attrs
    >>> from incidentcore.conditions import ALWAYS, Condition
    >>> @attrs.frozen
    ... class Even(Condition):
    ...     path: str
    ...
    ...     @property
    ...     def fields(self):
    ...         return frozenset((self.path,))
    ...
    ...     def test(self, subject, at):
    ...         return subject[self.path] % 2 == 0
    ...
    ...     def candidates(self, path):
    ...         return (0, 1)
    >>> (Even("reopen_count") & ALWAYS).matches({"reopen_count": 2})
    True
    """

    __slots__ = ()

    __attrs_attrs__: ClassVar[tuple[Any, ...]]  # read at run time: attrs.Attribute takes no [ ]
    depth: int = 1
    as_part: ClassVar[str] = "{}"  # how its text stands within another condition
    # What to write where a value of another type is given in place of a condition.
    _mistaken: ClassVar[Mapping[type, str]] = {
        bool: "; write field(...).equals(value), not ==",
        **dict.fromkeys((str, Level), "; write field(...).equals(value)"),
    }
    test: Test

    def matches(self, subject: object, *, at: datetime | None = None) -> bool:
        """Return whether the subject satisfies this condition.

        Args:
            subject: A record, an event, or a ``dict`` of a record's fields.
            at: The instant of the test, needed by conditions that depend on the current time.

        Raises:
            InvalidValueError: The subject lacks a field, or ``at`` is needed but not given.
        """
        return self.test(subject, at)

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the result with its reason."""
        return Explanation(str(self), self.test(subject, at))

    @property
    def _inner(self) -> tuple[Condition, ...] | None:
        """Return the conditions of which this one is composed; None for a simple test."""
        return None

    @property
    def fields(self) -> frozenset[str]:
        """Return the paths of the fields that this condition reads."""
        return frozenset().union(*(part.fields for part in self._inner or ()))

    @property
    def reads_time(self) -> bool:
        """Return whether the result may change with time alone."""
        return any(part.reads_time for part in self._inner or ())

    @property
    def reads_hours(self) -> bool:
        """Return whether this condition tests the time of day."""
        return any(part.reads_hours for part in self._inner or ())

    @property
    def reads_only_fields(self) -> bool:
        """Return whether the result can change only when a field that it depends on changes."""
        return all(leaf.fields and not leaf.reads_time for leaf in self.leaves())

    def next_change(self, facts: dict[str, Any], at: datetime) -> datetime | None:
        """Return the first instant after ``at`` at which time alone may change the result.

        The result is None if there is no such instant. Tests of the time of day are ignored; see
        ``reads_hours``.
        """
        return None

    def candidates(self, path: str) -> Iterable[object] | None:
        """Return values of a field that together produce every possible result; None if unknown.

        Lint functions evaluate the condition with every combination of its fields' candidates, and
        with 2000-01-01 00:00 UTC as the current time if it reads the time. Without candidates, lint
        functions answer ``unknown``.
        """
        return None

    def leaves(self) -> Iterator[Condition]:
        """Yield the simple tests of which this condition is composed."""
        if self._inner is None:
            yield self
        for part in self._inner or ():
            yield from part.leaves()

    def judge(self, answer: Callable[[Condition], bool | None]) -> bool | None:
        """Return the result, given a function that answers each simple test; None if unknown."""
        return answer(self)

    def at_hours(self, at: datetime | None) -> Condition:
        """Return the condition with tests of the time of day replaced by their result at ``at``."""
        return self

    def __and__(self, other: Condition) -> Condition:
        return _joined(AllOf, self, other)

    def __or__(self, other: Condition) -> Condition:
        return _joined(AnyOf, self, other)

    def __invert__(self) -> Condition:
        return Not(self)

    def __bool__(self) -> bool:
        raise TypeError("a condition has no truth value: combine with &, | and ~, or call matches")

    def __reduce__(self) -> tuple[object, ...]:
        arguments = [
            getattr(self, field.name) for field in type(self).__attrs_attrs__ if field.init
        ]
        return (type(self), tuple(arguments))


_DEEPEST = 100  # levels; each takes some of Python's stack


def set_test(condition: Condition, test: Test) -> None:
    """Set the compiled function ``test`` of a condition."""
    object.__setattr__(condition, "test", test)


def _joined(kind: type[AllOf | AnyOf], left: Condition, right: Condition) -> Condition:
    """Compose two conditions; a chain of one type is one composition, however it was grouped."""
    if not isinstance(right, Condition):
        return NotImplemented
    parts: list[Condition] = []
    for side in (left, right):
        parts.extend(side.parts if isinstance(side, kind) else (side,))
    return kind(tuple(parts))


def _conditions(parts: Iterable[Condition]) -> tuple[Condition, ...]:
    given = tuple_of(parts)
    need_each("parts", given, Condition, DefinitionError)
    return given


def _set_depth(condition: Condition, parts: tuple[Condition, ...]) -> None:
    """Set how deep a condition is nested, and refuse one that is too deep."""
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > _DEEPEST:
        raise DefinitionError("parts", depth, f"conditions nested at most {_DEEPEST} deep")
    object.__setattr__(condition, "depth", depth)


def _composed(parts: tuple[Condition, ...], *, decisive: bool) -> Test:
    tests = [part.test for part in parts]
    if not tests:
        return lambda _subject, _at: not decisive
    if len(tests) == 2:  # most compositions: worth a form of their own
        first, second = tests
        if decisive:
            return lambda subject, at: first(subject, at) or second(subject, at)
        return lambda subject, at: first(subject, at) and second(subject, at)
    combine = any if decisive else all
    return lambda subject, at: combine(test(subject, at) for test in tests)


@attrs.frozen
class _Composition(Condition):
    """The base class of all compositions: their parts and words."""

    as_part: ClassVar[str] = "({})"
    joint: ClassVar[str]
    empty: ClassVar[str]
    decisive: ClassVar[bool]
    parts: tuple[Condition, ...] = attrs.field(converter=_conditions)
    depth: int = attrs.field(init=False, eq=False, repr=False)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        _set_depth(self, self.parts)
        set_test(self, _composed(self.parts, decisive=self.decisive))

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        parts = tuple(part.explain(subject, at=at) for part in self.parts)
        return Explanation(str(self), self.test(subject, at), parts=parts)

    @property
    def _inner(self) -> tuple[Condition, ...]:
        return self.parts

    def judge(self, answer: Callable[[Condition], bool | None]) -> bool | None:
        unknown = False
        for part in self.parts:
            judged = part.judge(answer)
            if judged is self.decisive:
                return judged
            unknown = unknown or judged is None
        return None if unknown else not self.decisive

    def at_hours(self, at: datetime | None) -> Condition:
        return attrs.evolve(self, parts=tuple(part.at_hours(at) for part in self.parts))

    def __str__(self) -> str:
        return self.joint.join(part.as_part.format(part) for part in self.parts) or self.empty


@attrs.frozen
class AllOf(_Composition):
    """A condition that matches when all of its parts match; without parts, it always matches."""

    joint: ClassVar[str] = " and "
    empty: ClassVar[str] = "always"
    decisive: ClassVar[bool] = False


@attrs.frozen
class AnyOf(_Composition):
    """A condition that matches when any of its parts matches; without parts, it never matches."""

    joint: ClassVar[str] = " or "
    empty: ClassVar[str] = "never"
    decisive: ClassVar[bool] = True


@attrs.frozen
class Not(Condition):
    """A condition that matches when the negated condition, ``part``, does not match."""

    part: Condition
    depth: int = attrs.field(init=False, eq=False, repr=False)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        (part,) = _conditions((self.part,))
        _set_depth(self, (part,))
        inner = part.test
        set_test(self, lambda subject, at: not inner(subject, at))

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the result, with what ``part`` read or, if it has parts, its explanation."""
        inner = self.part.explain(subject, at=at)
        return Explanation(
            str(self), self.test(subject, at), inner.seen, (inner,) if inner.parts else ()
        )

    @property
    def _inner(self) -> tuple[Condition, ...]:
        return (self.part,)

    def judge(self, answer: Callable[[Condition], bool | None]) -> bool | None:
        """Return the opposite of the negated condition's ``judge``; None if that is unknown."""
        judged = self.part.judge(answer)
        return None if judged is None else not judged

    def at_hours(self, at: datetime | None) -> Condition:
        """Return the condition with tests of the time of day replaced by their result at ``at``."""
        return Not(self.part.at_hours(at))

    def __invert__(self) -> Condition:
        return self.part

    def __str__(self) -> str:
        return f"not {self.part.as_part.format(self.part)}"


ALWAYS: Condition = AllOf(())
NEVER: Condition = AnyOf(())
