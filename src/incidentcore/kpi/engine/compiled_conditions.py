"""Conditions on records, compiled for a loop over a million of them.

A condition can be evaluated on records, events and plain facts alike, which costs time on each.
Here it is only evaluated on records, so their fields are read in C, and the usual tests of plain
values are done directly. All other cases go to the condition itself: the results are the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeGuard

from incidentcore.conditions import AllOf, AnyOf, Condition
from incidentcore.conditions.condition import Not
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.kpi.moments import INSTANTS, SHARED, compile_path
from incidentcore.records import Record

Judge: TypeAlias = Callable[[Record], bool]

_PLAIN: Final = frozenset((int, bool, datetime))
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "above": operator.gt,
    "at_least": operator.ge,
    "below": operator.lt,
    "at_most": operator.le,
}


def compile_condition(condition: Condition, as_of: datetime) -> Judge:
    """Return a function that evaluates a condition on a record."""
    compile_fast = _FAST.get(type(condition))
    fast = None if compile_fast is None else compile_fast(condition, as_of)
    slow = condition.test
    return (lambda record: bool(slow(record, as_of))) if fast is None else fast


def _all_of(condition: AllOf, as_of: datetime) -> Judge:
    """Return the test of all parts; plain equalities alone are compared in one step."""
    conditions = condition.parts
    plain = [part for part in conditions if _is_plain_equality(part)]
    if len(plain) == len(conditions) > 1:
        read = attrgetter(*[part.path for part in plain])
        wanted = tuple([part.value for part in plain])
        return lambda record: read(record) == wanted
    parts = [compile_condition(part, as_of) for part in conditions]
    if len(parts) == 2:
        first, second = parts
        return lambda record: first(record) and second(record)

    def all_of(record: Record) -> bool:
        for part in parts:  # noqa: SIM110  a loop costs half of what all() with a generator does
            if not part(record):
                return False
        return True

    return all_of


def _is_plain_equality(condition: Condition) -> TypeGuard[FieldTest]:
    return (
        isinstance(condition, FieldTest)
        and condition.op == "equals"
        and type(condition.value) in _PLAIN
        and condition.path in SHARED
    )


def _any_of(condition: AnyOf, as_of: datetime) -> Judge:
    parts = [compile_condition(part, as_of) for part in condition.parts]

    def any_of(record: Record) -> bool:
        for part in parts:  # noqa: SIM110  the same
            if part(record):
                return True
        return False

    return any_of


def _not(condition: Not, as_of: datetime) -> Judge:
    inner = compile_condition(condition.part, as_of)
    return lambda record: not inner(record)


def _field_test(test: FieldTest, as_of: datetime) -> Judge | None:
    """Return the test of a field by its plain values, or None where it would not be faster."""
    if test.path.partition(".")[0] not in SHARED:  # absent in some records, or in all
        return None
    read = compile_path(test.path)
    wanted, slow = test.value, test.test
    if test.op == "present" and test.path in INSTANTS:
        return lambda record: read(record) is not None
    if test.op == "present":

        def present(record: Record) -> bool:
            seen = read(record)
            if seen is None:
                return False
            return True if seen.__class__ in _PLAIN else slow(record, as_of)

        return present
    if test.op == "equals" and type(wanted) in _PLAIN:
        return lambda record: bool(read(record) == wanted)
    if test.op == "equals" and type(wanted) is str:
        return lambda record: (
            seen == wanted
            if (seen := read(record)).__class__ is str
            else seen is not None and slow(record, as_of)
        )
    compare = _ORDER.get(test.op)
    if compare is not None and type(wanted) is int:
        return lambda record: (
            compare(seen, wanted)
            if (seen := read(record)).__class__ is int
            else seen is not None and slow(record, as_of)
        )
    return None


# The kinds that are worth a function of their own; the test of any other kind is called.
_FAST: Final[dict[type, Callable[[Any, datetime], Judge | None]]] = {
    AllOf: _all_of,
    AnyOf: _any_of,
    Not: _not,
    FieldTest: _field_test,
}
