"""Rules that choose the definition that applies to a record, and groups of clocks (rule S10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Literal, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, as_pairs, as_tuple, need_each, need_kind, need_word
from incidentcore.conditions import Condition
from incidentcore.errors import SlaDefinitionError
from incidentcore.pages.table import Tabular
from incidentcore.sla.definition import SlaDefinition, with_fields
from incidentcore.sla.terms import calendars_in
from incidentcore.words.words import span_text

PolicyMatch: TypeAlias = Literal["first", "shortest"]
"""Which of the matching rules is chosen."""


@attrs.frozen
class SlaRule(SharedRepr):
    """A definition, and the condition under which it applies to a record.

    Attributes:
        when: The condition on the record.
        definition: The definition.
    """

    when: Condition
    definition: SlaDefinition

    def __attrs_post_init__(self) -> None:
        need_kind("when", self.when, Condition, SlaDefinitionError)
        need_kind("definition", self.definition, SlaDefinition, SlaDefinitionError)


def _rules(rules: Iterable[SlaRule | tuple[Condition, SlaDefinition]]) -> tuple[SlaRule, ...]:
    return tuple(map(_rule, as_pairs(rules)))


def _rule(rule: object) -> SlaRule:
    if isinstance(rule, SlaRule):
        return rule
    if isinstance(rule, (tuple, list)) and len(rule) == 2:
        return SlaRule(*rule)
    raise SlaDefinitionError("rules", rule, "an SlaRule, or a pair of condition and definition")


@attrs.frozen(repr=False)
class SlaPolicy(Tabular):
    """Ordered rules that decide which definition applies to a record at an instant.

    Attributes:
        rules: The rules, as ``SlaRule`` values or pairs of (condition, definition).
        default: The definition to use if no rule matches; None for no clock.
        match: ``first`` takes the first rule that matches; ``shortest`` takes the matching rule
            with the shortest target, as iTop does; each rule's target must then be a ``timedelta``.
        name: The policy's id.
        fields: Computed: the fields of a record that the rules read.
        reads: Computed: ``fields``; None if a result may depend on more than these.
        definitions: Computed: every definition that the policy may choose, each once.
        judges_answers: Computed: whether a definition has an ``answer_rule`` other than the
            default.
        timed: Computed: the tests in rules and definitions whose results can change with time.

    Raises:
        SlaDefinitionError: There are neither rules nor a default, or ``match`` is ``shortest`` and
            a rule's target is not a ``timedelta``.

    Source: rules S4 and S10.
    """

    rules: tuple[SlaRule, ...] = attrs.field(converter=_rules)
    default: SlaDefinition | None = attrs.field(default=None, kw_only=True)
    match: PolicyMatch = attrs.field(default="first", kw_only=True)
    name: str = attrs.field(default="", kw_only=True)
    fields: frozenset[str] = attrs.field(init=False, eq=False, repr=False)
    reads: frozenset[str] | None = attrs.field(init=False, eq=False, repr=False)
    timed: tuple[Condition, ...] = attrs.field(init=False, eq=False, repr=False)
    definitions: tuple[SlaDefinition, ...] = attrs.field(init=False, eq=False, repr=False)
    judges_answers: bool = attrs.field(init=False, eq=False, repr=False)
    _by_hour: bool = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.rules and self.default is None:
            raise SlaDefinitionError("rules", (), "at least one rule, or a default")
        need_kind("default", self.default, SlaDefinition | None, SlaDefinitionError)
        need_word("match", self.match, PolicyMatch, SlaDefinitionError)
        if self.match == "shortest":
            for rule in self.rules:
                where, allowed = f"{rule.definition.name}.target", "open time, to find the shortest"
                need_kind(where, rule.definition.target, timedelta, SlaDefinitionError, allowed)
        timed, paths, known = with_fields(rule.when for rule in self.rules)
        chosen = [rule.definition for rule in self.rules]
        chosen += [] if self.default is None else [self.default]
        object.__setattr__(self, "definitions", tuple(dict.fromkeys(chosen)))
        judges = any(definition.judges_answers for definition in self.definitions)
        object.__setattr__(self, "judges_answers", judges)
        object.__setattr__(self, "_by_hour", any(rule.when.reads_hours for rule in self.rules))
        fields = frozenset(path.split(".")[0] for path in paths)
        own = tuple(leaf for definition in self.definitions for leaf in definition.timed)
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "timed", (*timed, *own))
        object.__setattr__(self, "reads", fields if known and not self.timed else None)

    @property
    def clocks(self) -> tuple[SlaPolicy, ...]:
        """Return a tuple of only this policy, for code that also handles service levels."""
        return (self,)

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings, the rules and the default as rows, and which columns are numeric."""
        ways = [(str(rule.when), rule.definition) for rule in self.rules]
        ways += [] if self.default is None else [("any other", self.default)]
        rows = []
        for when, one in ways:
            target = span_text(one.target) if isinstance(one.target, timedelta) else str(one.target)
            chosen = (calendar for _, calendar in calendars_in(one.calendar))
            names = (getattr(each, "name", "") or each.zone.key for each in chosen)
            rows.append([when, one.name, target, ", ".join(names)])
        return ["records", "definition", "target", "calendar"], rows, [False] * 4

    def pick(self, facts: dict[str, Any], *, at: datetime | None = None) -> SlaDefinition | None:
        """Return the definition for a record at an instant; None if none applies.

        Args:
            facts: The record's fields by name. Tests of the time of day use ``opened_at``, so that
                a later event, such as a comment at night, does not change the definition.
            at: The instant; also used as ``opened_at`` if the facts lack that field.
        """
        rules = self.rules
        if self._by_hour:
            opened_at = facts.get("opened_at") or at
            rules = tuple(SlaRule(r.when.at_hours(opened_at), r.definition) for r in rules)
        if self.match == "first":
            for rule in rules:
                if rule.when.test(facts, at):
                    return rule.definition
            return self.default
        matching = [rule.definition for rule in rules if rule.when.test(facts, at)]
        return min(matching, key=attrgetter("target"), default=self.default)


def _clocks(clocks: Iterable[SlaDefinition | SlaPolicy]) -> tuple[SlaDefinition | SlaPolicy, ...]:
    return as_tuple(clocks, (SlaDefinition, SlaPolicy))


@attrs.frozen
class ServiceLevel(SharedRepr):
    """Several clocks that run on one record, such as response, resolution and an OLA (rule S6).

    Attributes:
        clocks: Definitions and policies. ``evaluate_sla`` returns a status for each.
        name: The service level's id.

    Raises:
        SlaDefinitionError: ``clocks`` is empty, or one of them is neither a definition nor a
            policy.
    """

    clocks: tuple[SlaDefinition | SlaPolicy, ...] = attrs.field(converter=_clocks)
    name: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.clocks:
            raise SlaDefinitionError("clocks", (), "at least one definition or policy")
        need_each("clocks", self.clocks, (SlaDefinition, SlaPolicy), SlaDefinitionError)
