"""``field("priority") >= Priority.HIGH``: how conditions are written."""

from __future__ import annotations

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.conditions.access import reader
from incidentcore.conditions.condition import Condition, Not
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.instants import LaterThan
from incidentcore.errors import DefinitionError


def _each(values: tuple[object, ...]) -> tuple[object, ...]:
    """Return the values; those of a single list, which is never the value of a field itself."""
    return tuple(values[0]) if len(values) == 1 and isinstance(values[0], list) else values


@attrs.frozen(order=False)  # said to the type checker too: comparisons build conditions
class Field(SharedRepr):
    """A field from which to build a test; see ``field``."""

    path: str = attrs.field(validator=lambda _, __, path: reader(path))  # refuses others

    def equals(self, value: object) -> Condition:
        """Return the condition that the field equals ``value``; None means that it has no value."""
        return FieldTest(self.path, "equals", value)

    def is_in(self, *values: object) -> Condition:
        """Return the condition that the field is one of the values, given singly or as a list."""
        return FieldTest(self.path, "is_in", _each(values))

    def is_true(self) -> Condition:
        """Return the condition that the field is True."""
        return FieldTest(self.path, "equals", True)

    def present(self) -> Condition:
        """Return the condition that the field has a value that is not empty."""
        return FieldTest(self.path, "present")

    def missing(self) -> Condition:
        """Return the condition that the field has no value, or an empty one."""
        return Not(FieldTest(self.path, "present"))

    def contains(self, value: object) -> Condition:
        """Return the condition that the field, a collection or text, contains a value."""
        return FieldTest(self.path, "contains", value)

    def intersects(self, *values: object) -> Condition:
        """Return the condition that the field contains any of the values."""
        return FieldTest(self.path, "intersects", _each(values))

    def starts_with(self, *prefix: str) -> Condition:
        """Return the condition that a path or text begins with a prefix.

        For a path, such as a category, the prefix itself and everything below it match.
        """
        return FieldTest(self.path, "starts_with", prefix[0] if len(prefix) == 1 else prefix)

    def has_text(self, text: str) -> Condition:
        """Return the condition that the field contains a given text, ignoring case."""
        return FieldTest(self.path, "has_text", text)

    def later_than(self, other: Field) -> Condition:
        """Return the condition that the field's instant is later than another field's.

        The condition does not match if the first instant is missing, and matches if only the second
        is missing. So ``field("last_public_update_at").later_than(field("reopened_at"))`` matches
        after a public update since the last reopening.
        """
        need_kind(f"{self.path} later_than", other, Field, DefinitionError)
        return LaterThan(self.path, other.path)

    def __ge__(self, value: object) -> Condition:
        return FieldTest(self.path, "at_least", value)

    def __gt__(self, value: object) -> Condition:
        return FieldTest(self.path, "above", value)

    def __le__(self, value: object) -> Condition:
        return FieldTest(self.path, "at_most", value)

    def __lt__(self, value: object) -> Condition:
        return FieldTest(self.path, "below", value)


def field(path: str) -> Field:
    """Return a field from which to build a condition.

    Args:
        path: A field of the record or event, or a dotted path below it: ``"priority"``,
            ``"state.name"``, ``"custom.customer"``, ``"by.role"``.

    >>> from incidentcore.conditions import field
    >>> from incidentcore.values import Impact
    >>> rule = (field("impact") >= Impact.MEDIUM) & field("custom.vip").is_true()
    >>> rule.matches({"impact": Impact.HIGH, "custom": {"vip": False}})
    False
    >>> print(rule.explain({"impact": Impact.HIGH, "custom": {"vip": False}}).failures[0])
    no: custom.vip is True, seen False
    """
    return Field(path)
