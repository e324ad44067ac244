"""The test of a single field, from which every condition is composed."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any

import attrs

from incidentcore._checks import are_texts, need_word
from incidentcore.conditions.access import reader
from incidentcore.conditions.condition import Condition, Explanation, Test, set_test
from incidentcore.conditions.operators import OPERATORS
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.values import Actor, Level, State
from incidentcore.values.frozen import FrozenMap, as_written, freeze

_NAMED = (State, Level, Actor)
_FLAGS = {f"state.{name}": attrgetter(name) for name in ("open", "pauses", "resolved", "final")}
_COLLECTED = ("is_in", "intersects")  # tests whose value is a collection of values, in any order


def _stored(value: object) -> object:
    """Freeze a value; instants are kept in UTC, since they compare by the wall clock (rule T2)."""
    frozen = as_utc(value, "value") if isinstance(value, datetime) else freeze(value)
    if isinstance(frozen, FrozenMap):
        return FrozenMap({key: _stored(item) for key, item in frozen.items()})
    kind = next((kind for kind in (tuple, frozenset) if isinstance(frozen, kind)), None)
    return frozen if kind is None else kind(map(_stored, frozen))  # type: ignore[call-overload]  # a collection


def items_of(op: str, value: Any) -> tuple[object, ...]:
    """Return the values that a test looks for: those of a collection, or the one."""
    return tuple(value) if op in _COLLECTED else (value,)


@attrs.frozen
class FieldTest(Condition):
    """One test of one field.

    Attributes:
        path: The path of the field, such as ``"priority"`` or ``"custom.customer"``.
        op: The test: equals, is_in, above, at_least, below, at_most, contains, starts_with,
            has_text, intersects or present.
        value: The value that the field is compared with.

    A field without a value passes only ``equals(None)`` and ``is_in`` with None. Comparing a
    state, level or actor with text is an error, as it never matches; test ``state.name`` instead.

    Raises:
        DefinitionError: The test is unknown, or the path or the value does not suit the test.
        NaiveDatetimeError: The value is an instant without an offset.
    """

    path: str
    op: str
    value: object = attrs.field(default=None, converter=_stored, eq=as_written)
    test: Test = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_word("op", self.op, OPERATORS, DefinitionError)
        self._check_value()
        read = reader(self.path)
        compare = OPERATORS[self.op][1]
        wanted = self.value
        items = items_of(self.op, wanted)
        by_name = any(isinstance(item, str) for item in items)
        by_value = any(isinstance(item, _NAMED) for item in items)
        refused: tuple[type, ...] = ()
        if by_name != by_value and self.op != "present":
            refused = _NAMED if by_name else (str,)

        def test(subject: object, _: datetime | None) -> bool:
            seen = read(subject)
            if refused and isinstance(seen, refused):
                raise InvalidValueError(self.path, seen, _like(self.op, wanted, by_name=by_name))
            try:
                return compare(seen, wanted)
            except (TypeError, AttributeError, ArithmeticError):  # the last for a Decimal NaN
                raise InvalidValueError(
                    self.path, seen, f"a value that can be tested with {self.op} {wanted!r}"
                ) from None

        def has_flag(subject: object, _: datetime | None) -> bool:
            state = subject.get("state") if type(subject) is dict else None
            return bool((flag(state) if type(state) is State else read(subject)) == wanted)

        def equals(subject: object, _: datetime | None) -> bool:
            seen = read(subject)
            return test(subject, None) if isinstance(seen, refused) else seen == wanted

        # The most frequent tests by far, in every clock and population: worth a form of their own.
        if self.op != "equals":
            set_test(self, test)
        elif refused:
            set_test(self, equals)
        elif self.path in _FLAGS:
            flag = _FLAGS[self.path]
            set_test(self, has_flag)
        else:
            set_test(self, lambda subject, _: read(subject) == wanted)

    def _check_value(self) -> None:
        op, value = self.op, self.value
        path = value if isinstance(value, tuple) else (value,)
        several = isinstance(value, (tuple, frozenset)), "a collection of values"
        fits, allowed = {
            "is_in": several,
            "intersects": several,
            "has_text": (are_texts((value,)), "non-empty text"),
            "starts_with": (are_texts(path), "non-empty text, or a path of non-empty texts"),
            "present": (value is None, "no value"),
        }.get(op, (True, ""))
        if not fits:
            raise DefinitionError(f"{self.path} {op}", value, allowed)
        try:
            hash(value)
        except TypeError:
            raise DefinitionError(
                f"{self.path} {op}", value, "a value that never changes and hashes"
            ) from None

    def explain(self, subject: object, *, at: datetime | None = None) -> Explanation:
        """Return the result with the value that was read."""
        return Explanation(str(self), self.test(subject, at), reader(self.path)(subject))

    @property
    def fields(self) -> frozenset[str]:
        """Return the path of the field that this test reads."""
        return frozenset((self.path,))

    def __str__(self) -> str:
        words = OPERATORS[self.op][0]
        if self.op == "present":
            return f"{self.path} {words}"
        if self.op in _COLLECTED:
            listed = sorted(_word(item) for item in items_of(self.op, self.value))
            return f"{self.path} {words} {', '.join(listed) or 'none'}"
        if isinstance(self.value, tuple):
            return f"{self.path} {words} {' / '.join(_word(item) for item in self.value)}"
        return f"{self.path} {words} {_word(self.value)}"


def _like(op: str, wanted: object, *, by_name: bool) -> str:
    if by_name:
        return f"text for {op} {wanted!r}; test a field below it, such as its name or id"
    return f"a value of the same type as {wanted!r}, not its name"


def _word(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return str(value) if isinstance(value, (State, Level)) else repr(value)
