"""Find the rules that differ between two desks, each with an example of a record affected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product, zip_longest
from typing import Any, Final, TypeAlias

import attrs

from incidentcore.categorization import CategoryRule, RoutingRule
from incidentcore.conditions import ALWAYS, AnyOf, Condition, Proof, implies, overlap
from incidentcore.conditions.condition import Not
from incidentcore.conditions.overlap import satisfiable
from incidentcore.desk.desk import Desk
from incidentcore.desk.findings import desk_domains
from incidentcore.lifecycle import STANDARD
from incidentcore.priority import Adjustment, PriorityMatrix
from incidentcore.sla import SlaDefinition
from incidentcore.values import FrozenMap

Rules: TypeAlias = Sequence[tuple[Condition, Any]]
_NAMED: Final = (SlaDefinition, Adjustment, CategoryRule, RoutingRule)  # with words for people


@attrs.frozen(kw_only=True)
class RuleDifference:
    """A difference between the rules of two desks.

    Attributes:
        part: The part of the desk: a clock, or a part such as ``intake`` or ``escalation.night``.
        witness: An example: the field values of a record that the two desks treat differently. None
            if no example was found, or if the difference does not depend on a record.
        before: The rule or value in the first desk; None if there is none.
        after: The rule or value in the second desk; None if there is none.
        attributes: The names of the attributes in which ``before`` and ``after`` differ.
        answer: ``unknown`` if it could not be decided whether a record is affected, else ``yes``.
    """

    part: str
    witness: FrozenMap[object] | None = None
    before: object = attrs.field(default=None, repr=False)
    after: object = attrs.field(default=None, repr=False)
    attributes: tuple[str, ...] = ()
    answer: str = "yes"

    def __str__(self) -> str:
        shown = "" if self.witness is None else f" for {facts_text(self.witness)}"
        sides = (_name(self.before), _name(self.after))
        if sides[0] == sides[1]:
            sides = (", ".join(self.attributes) or "differs", "")
        return f"{self.part}{shown}: {' -> '.join(filter(None, sides))}"


def facts_text(facts: Mapping[str, object]) -> str:
    """Return facts of a record as text, in which custom fields are named without ``custom.``."""
    shown = []
    for name, value in facts.items():
        if isinstance(value, Mapping):
            own = {f"{name}.{key}".removeprefix("custom."): one for key, one in value.items()}
            shown.append(facts_text(own))
        else:
            shown.append(f"{name} {getattr(value, 'name', value)}")
    return ", ".join(filter(None, shown))


def _name(value: object) -> str:
    if value is None:
        return "nothing"
    return str(getattr(value, "name", "") or getattr(value, "id", "") or type(value).__name__)


def diff_rules(before: Desk, after: Desk, /) -> tuple[RuleDifference, ...]:
    """Return the differences between the rules of two desks, each with an example if possible.

    The following do not count as differences: a different order of rules that never apply to the
    same record; a new name for a service, adjustment, category rule or routing rule; and an unused
    calendar. If the result is empty, both desks treat every record in the same way.

    Args:
        before: The first desk.
        after: The second desk.

    Returns:
        The differences in the order of the desk's parts, one for each pair of rules that differ and
        apply to the same records.

    >>> from incidentcore.desk import diff_rules, load_desk
    >>> text = '''
    ... desk = 1
    ... name = "small"
    ... [services.all]
    ... calendar = "always"
    ... resolution = { critical = "4h", else = "8h" }
    ... [[agreements]]
    ... service = "all"
    ... '''
    >>> changed = load_desk(text.replace("4h", "5h"))
    >>> for difference in diff_rules(load_desk(text), changed):
    ...     print(difference.part, difference.witness["priority"].name, difference.attributes)
    resolution critical ('target',)
    """
    domains = {**desk_domains(before), **desk_domains(after)}
    found: list[RuleDifference] = []
    clocks = [_clocks(desk) for desk in (before, after)]
    for name in dict.fromkeys((*clocks[0], *clocks[1])):
        found.extend(_regions(name, clocks[0].get(name, ()), clocks[1].get(name, ()), domains))
    for part in ("categories", "routing", "approvals"):
        rules = [[(one.when, one) for one in getattr(desk, part)] for desk in (before, after)]
        found.extend(_regions(part, rules[0], rules[1], domains))
    for part in ("escalation", "communication"):
        found.extend(_named(part, getattr(before, part), getattr(after, part), domains))
    found.extend(_priority(before, after, domains))
    for name in STANDARD:
        sides = (before.lifecycle(name), after.lifecycle(name))
        found.extend(_whole(f"lifecycle.{name}", *sides))
        closes = (before.auto_close.get(name), after.auto_close.get(name))
        found.extend(_whole(f"auto_close.{name}", *closes))
    for part in ("intake", "cascades", "categorizer"):
        found.extend(_whole(part, getattr(before, part), getattr(after, part)))
    return tuple(found)


def _clocks(desk: Desk) -> dict[str, Rules]:
    policies: Any = () if desk.service_level is None else desk.service_level.clocks
    return {one.name: [(rule.when, rule.definition) for rule in one.rules] for one in policies}


def _differing(before: Any, after: Any) -> tuple[str, ...]:
    """Return the attributes in which two values differ, except names and conditions."""
    if type(before) is not type(after) or before is None or not attrs.has(type(before)):
        return () if before == after else ("rule",)
    skipped = ("when", "name") if isinstance(before, _NAMED) else ("when",)
    return tuple(
        one.name
        for one in attrs.fields(type(before))
        if one.init
        and one.eq
        and one.name not in skipped
        and getattr(before, one.name) != getattr(after, one.name)
    )


def _regions(
    part: str, before: Rules, after: Rules, domains: dict[str, Any]
) -> Iterator[RuleDifference]:
    """Yield the places where regions of two lists of rules overlap and their values differ.

    The region of a rule is what its condition matches and no earlier one does; a last region
    without a rule covers the rest.
    """
    aligned = [when for when, _ in before] == [when for when, _ in after]
    lists = [[*rules, (ALWAYS, None)] for rules in (before, after)]
    for i, (when, mine) in enumerate(lists[0]):
        for j, (condition, other) in enumerate(lists[1]):
            if aligned and i != j:  # regions of the same conditions meet only themselves
                continue
            names = _differing(mine, other)
            if not names or (not aligned and overlap(when, condition, domains=domains).is_no):
                continue
            taken = (*(one for one, _ in lists[0][:i]), *(one for one, _ in lists[1][:j]))
            both = when if condition in (ALWAYS, when) else when & condition
            met = satisfiable(both & Not(AnyOf(tuple(dict.fromkeys(taken)))), domains=domains)
            yield from _met(part, mine, other, names, met)


def _met(
    part: str, before: object, after: object, names: tuple[str, ...], met: Proof
) -> Iterator[RuleDifference]:
    """Yield a difference unless it is proved that no record can show it."""
    if not met.is_no:
        yield RuleDifference(
            part=part,
            witness=met.witness,
            before=before,
            after=after,
            attributes=names,
            answer=met.answer,
        )


def _alike(a: Condition, b: Condition, domains: dict[str, Any]) -> bool:
    """Return whether two conditions can be proved to match the same records."""
    return a == b or (
        implies(a, b, domains=domains).is_yes and implies(b, a, domains=domains).is_yes
    )


def _named(
    part: str, before: Sequence[Any], after: Sequence[Any], domains: dict[str, Any]
) -> Iterator[RuleDifference]:
    """Yield rules that share a name and differ; every rule that matches counts, in any order."""
    sides = [{one.name: one for one in rules} for rules in (before, after)]
    for name in dict.fromkeys((*sides[0], *sides[1])):
        mine, other = sides[0].get(name), sides[1].get(name)
        if mine == other:
            continue
        names = _differing(mine, other)
        if mine is not None and other is not None and not _alike(mine.when, other.when, domains):
            names = ("when", *names)
        if not names:
            continue
        rule: Any = other if mine is None else mine
        met = satisfiable(rule.when, domains=domains)
        yield from _met(f"{part}.{name}", mine, other, names, met)


def _priority(before: Desk, after: Desk, domains: dict[str, Any]) -> Iterator[RuleDifference]:
    mine, other = before.priority, after.priority
    a, b = mine.calculator, other.calculator
    part = "priority.matrix"
    if not (isinstance(a, PriorityMatrix) and isinstance(b, PriorityMatrix)):
        yield from _whole(part, a, b)
    elif (a.rows, a.columns) != (b.rows, b.columns):
        yield RuleDifference(part=part, before=a, after=b, attributes=("scales",))
    else:
        for row, column in product(a.rows, a.columns):
            was, is_now = a.level(row, column), b.level(row, column)
            if was != is_now:
                facts = FrozenMap({a.row_field: row, a.column_field: column})
                yield RuleDifference(
                    part=part, witness=facts, before=was, after=is_now, attributes=("cells",)
                )
    for one, two in zip_longest(mine.adjustments, other.adjustments):
        conditions = [getattr(side, "when", ALWAYS) for side in (one, two)]
        names = _differing(one, two)
        if names or not _alike(conditions[0], conditions[1], domains):
            met = satisfiable(conditions[one is None], domains=domains)
            yield from _met("priority.adjust", one, two, names or ("when",), met)


def _whole(part: str, before: object, after: object) -> Iterator[RuleDifference]:
    if before != after:
        yield RuleDifference(
            part=part, before=before, after=after, attributes=_differing(before, after)
        )
