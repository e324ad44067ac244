"""Rules that decide a record's category, and the group that should work on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from incidentcore._checks import SharedRepr, each_of, need_each, need_kind, need_text, tuple_of
from incidentcore.categorization.categorizer import Categorization, Evidence
from incidentcore.categorization.taxonomy import Path, as_path, path_text
from incidentcore.conditions import Condition
from incidentcore.errors import DefinitionError


def _condition(name: str, when: object) -> None:
    need_kind(
        name, when, Condition, DefinitionError, "a condition, such as field(...).has_text(...)"
    )


@attrs.frozen
class CategoryRule(SharedRepr):
    """A condition and the category of the records that it matches.

    Attributes:
        when: The condition on the records that the rule applies to.
        category: The category of the records that match.
        name: The rule's name, shown in ``Evidence``; the condition as text by default.
        confidence: The confidence of the rule's results, greater than 0 and at most 1.

    Raises:
        DefinitionError: ``when`` is not a condition, or the confidence is out of range.
        InvalidValueError: The category is neither a name nor a path.
    """

    when: Condition
    category: Path = attrs.field(converter=as_path)
    name: str = attrs.field(default="", kw_only=True)
    confidence: float = attrs.field(default=1.0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _condition(path_text(self.category), self.when)
        if type(self.confidence) not in (int, float) or not 0 < self.confidence <= 1:
            raise DefinitionError("confidence", self.confidence, "a number above 0, at most 1")


def _rules(values: Iterable[CategoryRule]) -> tuple[CategoryRule, ...]:
    return tuple_of(values)


@attrs.frozen
class RuleCategorizer(SharedRepr):
    """A categorizer that applies the first rule whose condition matches; it abstains if none does.

    Attributes:
        rules: The rules, in order.

    Raises:
        DefinitionError: An item of ``rules`` is not a ``CategoryRule``.

    >>> from incidentcore.categorization import CategoryRule, RuleCategorizer
    >>> from incidentcore.conditions import field
    >>> by_rules = RuleCategorizer(
    ...     [
    ...         CategoryRule(field("title").has_text("vpn"), ("network", "vpn")),
    ...         CategoryRule(field("service").equals("mail"), ("software", "email")),
    ...     ]
    ... )
    >>> print(by_rules({"title": "VPN drops", "service": "mail"}))
    network / vpn (1.00): rule "title has the text 'vpn'" +1 for network / vpn
    """

    rules: tuple[CategoryRule, ...] = attrs.field(converter=_rules)

    def __attrs_post_init__(self) -> None:
        need_each("rules", self.rules, CategoryRule, DefinitionError)

    def __call__(self, record: Any, /) -> Categorization:
        """Return the category of the first rule that matches."""
        for rule in self.rules:
            if rule.when.matches(record):
                why = Evidence("rule", rule.name or str(rule.when), 1.0, rule.category)
                return Categorization(rule.category, rule.confidence, (why,))
        return Categorization.abstain("no rule matches")


@attrs.frozen
class RoutingRule(SharedRepr):
    """A condition, and the group that works on the records that it matches.

    Attributes:
        when: The condition on the records that the rule applies to.
        group: The group that works on the records that match.
        tier: The support tier, from 1; None if the rule does not set one.
        name: The name of the rule in reasons; the condition as text by default.

    Raises:
        DefinitionError: ``when`` is not a condition, the group is empty, or the tier is not a whole
            number of at least 1.
    """

    when: Condition
    group: str
    tier: int | None = attrs.field(default=None, kw_only=True)
    name: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_text("group", self.group, DefinitionError)
        _condition(self.group, self.when)
        if self.tier is not None and (type(self.tier) is not int or self.tier < 1):
            raise DefinitionError(f"{self.group}.tier", self.tier, "a support tier of at least 1")

    @property
    def reason(self) -> str:
        """Return the reason for the group: the rule's name, or the condition as text."""
        return self.name or str(self.when)


def route(rules: Iterable[RoutingRule], record: Any, /) -> RoutingRule | None:
    """Return the first rule that matches a record, with group, tier and reason; None without one.

    The record is not changed; use ``assign`` to change it.

    Args:
        rules: The rules, in order. For a default, end with a rule whose condition is ``ALWAYS``.
        record: The record, or a ``dict`` of its fields.

    >>> from incidentcore.categorization import RoutingRule, route
    >>> from incidentcore.conditions import ALWAYS, field
    >>> rules = [
    ...     RoutingRule(field("category").starts_with("network"), "network team", tier=2),
    ...     RoutingRule(ALWAYS, "service desk", tier=1),
    ... ]
    >>> rule = route(rules, {"category": ("network", "vpn")})
    >>> rule.group, rule.tier, rule.reason
    ('network team', 2, "category starts with 'network'")
    """
    several = each_of("rules", rules, RoutingRule)
    return next((rule for rule in several if rule.when.matches(record)), None)
