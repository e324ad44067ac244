"""Small parts of a desk: custom fields, auto-close, approvals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeVar, get_args

import attrs

from incidentcore._checks import (
    SharedRepr,
    is_number,
    misspelt,
    nearest,
    need_each,
    need_key_part,
    need_kind,
    need_word,
    of_type,
    tuple_of,
)
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.escalation import EscalationTarget
from incidentcore.lifecycle import auto_close_at
from incidentcore.records import ApprovalRule, Record
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.schedule.protocol import need_span_in

T = TypeVar("T")
FieldKind = Literal["bool", "text", "number", "instant", "word"]
FIELD_KINDS: Final[tuple[str, ...]] = get_args(FieldKind)
_KINDS: Final[dict[str, Any]] = {"bool": bool, "text": str, "instant": datetime}


def parts_of(kind: type[T], key: Callable[[T], str] | None = None) -> Any:
    """Return a field that holds a tuple of values of one type, unique by ``key``."""

    def check(_: object, attribute: attrs.Attribute[Any], values: tuple[T, ...]) -> None:
        need_each(attribute.name, values, kind, DefinitionError, f"{kind.__name__} values")
        names = [] if key is None else [key(value) for value in values]
        if len(set(names)) != len(names):
            raise DefinitionError(attribute.name, names, "each name once")

    return attrs.field(default=(), converter=tuple_of, validator=check)


@attrs.frozen
class DeskField(SharedRepr):
    """A custom field of the desk, stored in its records as ``custom.NAME``.

    Attributes:
        name: The field's name.
        kind: ``bool``, ``text``, ``number``, ``instant``, or ``word`` for one of ``words``.
        words: The possible values of a field of the kind ``word``.

    Raises:
        DefinitionError: The name contains a dot, the kind is unknown, a field of the kind ``word``
            has no ``words``, or a field of another kind has them.
    """

    name: str
    kind: str = "text"
    words: tuple[str, ...] = attrs.field(default=(), converter=tuple_of)

    def __attrs_post_init__(self) -> None:
        need_key_part("field", self.name, DefinitionError, ".")
        need_word(self.name, self.kind, FieldKind, DefinitionError)
        if bool(self.words) != (self.kind == "word"):
            raise DefinitionError(self.name, self.words, "words with the kind word, and only there")

    @property
    def path(self) -> str:
        """Return the field's path for use in conditions: ``custom.NAME``."""
        return f"custom.{self.name}"

    def check(self, value: object) -> None:
        """Raise ``InvalidValueError`` if a value is neither None nor valid for the field."""
        if value is None:
            return
        if self.kind == "word" and value not in self.words:
            allowed = f"one of {', '.join(self.words)}{nearest(value, self.words)}"
            raise InvalidValueError(self.path, value, allowed)
        if self.kind == "number" and not is_number(value):
            raise InvalidValueError(self.path, value, "a number")
        need_kind(self.path, value, _KINDS.get(self.kind, object))


def need_own_fields(
    fields: Iterable[DeskField], given: Mapping[str, object], known: Mapping[str, object]
) -> None:
    """Raise an error for a custom value that the desk's fields refuse, or a misspelt name.

    Other names are accepted unless they resemble a field that the record does not have; values
    ``known`` before are not checked again.
    """
    own = {field.name: field for field in fields}
    for name, value in given.items():
        if name in own:
            if name not in known or known[name] != value:
                own[name].check(value)
        elif name not in known:
            meant = misspelt(name, own.keys() - given.keys())
            if meant:
                allowed = f"a field that the desk declares: {', '.join(own)}; nearest: {meant}"
                raise InvalidValueError("custom", name, allowed)


@attrs.frozen(kw_only=True)
class AutoClose(SharedRepr):
    """A rule for when resolved records of a type may be closed automatically (rule L6).

    Attributes:
        after: How long after the instant in ``basis`` a record may be closed.
        calendar: The calendar by which ``after`` is measured; None for wall-clock time.
        basis: The field to count from: ``resolved_at`` or ``updated_at``.
        major: Whether major incidents are closed too.

    Raises:
        DefinitionError: ``after`` is negative, or is in business days without a calendar; or
            ``basis`` is neither of these fields.
    """

    after: timedelta | BusinessDays
    calendar: Calendar | None = None
    basis: str = "resolved_at"
    major: bool = attrs.field(default=False, validator=of_type(bool))

    def __attrs_post_init__(self) -> None:
        need_span_in("after", self.after, self.calendar, DefinitionError)
        if self.basis not in ("resolved_at", "updated_at"):
            raise DefinitionError("basis", self.basis, "resolved_at or updated_at")

    def at(self, record: Record) -> datetime | None:
        """Return when a record may be closed automatically; None if it may not be."""
        return auto_close_at(
            record, after=self.after, calendar=self.calendar, basis=self.basis, major=self.major
        )


@attrs.frozen(kw_only=True)
class ApprovalStage(SharedRepr):
    """One stage of an approval.

    Attributes:
        of: The escalation targets who are asked to approve, such as groups.
        need: How many of the people in these targets must approve: ``one``, ``all`` or a number.
        within: The time in which these people must decide; None for no limit.

    Raises:
        DefinitionError: ``of`` is empty, or ``need`` is not ``one``, ``all`` or a number from 1.
    """

    of: tuple[EscalationTarget, ...] = attrs.field(converter=tuple_of)
    need: str | int = "one"
    within: timedelta | BusinessDays | None = None

    def __attrs_post_init__(self) -> None:
        if not self.of:
            raise DefinitionError("of", (), "somebody to ask")
        number = type(self.need) is int and self.need >= 1
        if not number and self.need not in ("one", "all"):
            raise DefinitionError("need", self.need, "one, all, or a whole number from 1")


@attrs.frozen(kw_only=True)
class ApprovalPlan(SharedRepr):
    """The stages of the approval that certain requests need.

    Attributes:
        stages: The stages, in order.
        when: Which requests need this approval, as a condition; the first plan that matches
            applies.
    """

    stages: tuple[ApprovalStage, ...] = attrs.field(converter=tuple_of)
    when: Condition = ALWAYS

    def __attrs_post_init__(self) -> None:
        if not self.stages:
            raise DefinitionError("stages", (), "at least one stage")

    def rule(
        self,
        people: Callable[[EscalationTarget], Iterable[str]],
        *,
        calendar: Calendar | None = None,
    ) -> ApprovalRule:
        """Return the plan as a rule for ``request_approval``, with addressees replaced by people.

        Args:
            people: A function that takes an addressee, such as a group, and returns people's ids.
            calendar: The calendar by which time limits are measured; None for wall-clock time.

        Raises:
            InvalidValueError: A stage has fewer people than must approve, or none; or a limit in
                business days has no ``calendar``.
        """
        made = []
        for stage in self.stages:
            asked = tuple(dict.fromkeys(one for target in stage.of for one in people(target)))
            needed = {"one": 1, "all": max(len(asked), 1)}.get(str(stage.need), stage.need)
            rule = ApprovalRule(asked, needed=int(needed))
            made.append(rule if stage.within is None else rule.expiring(stage.within, calendar))
        return made[0] if len(made) == 1 else ApprovalRule.in_stages(*made)
