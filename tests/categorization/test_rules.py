"""Rules over conditions: the first that matches answers; the same for groups."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.categorization import (
    Categorization,
    CategoryRule,
    RoutingRule,
    RuleCategorizer,
    route,
)
from incidentcore.conditions import ALWAYS, NEVER, field
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.records import Incident, assign

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MAIL = CategoryRule(field("service").equals("mail"), ("software", "email"), name="mail service")
TEXT = CategoryRule(field("title").has_text("VPN"), ("network", "vpn"), confidence=0.7)
DESK = RuleCategorizer([MAIL, TEXT])


@pytest.mark.parametrize(
    ("title", "service", "category", "confidence", "reason"),
    [
        ("vpn", "mail", ("software", "email"), 1.0, "mail service"),
        ("my vpn is slow", None, ("network", "vpn"), 0.7, "title has the text 'VPN'"),
        ("slow", None, (), 0.0, "no rule matches"),
    ],
)
def test_first_rule_that_matches_answers(title, service, category, confidence, reason):
    """Order decides; the evidence names the rule."""
    answer = DESK({"title": title, "service": service})

    assert (answer.category, answer.confidence) == (category, confidence)
    assert answer.evidence[0].what == reason


@given(
    st.lists(st.sampled_from([MAIL, TEXT]), max_size=4),
    st.integers(0, 4),
    st.sampled_from(["vpn", "x"]),
    st.sampled_from(["mail", None]),
)
def test_irrelevant_rule_changes_nothing(rules, place, title, service):
    """A rule that matches no record changes no answer, wherever it stands."""
    more = [*rules[:place], CategoryRule(NEVER, "data"), *rules[place:]]
    facts = {"title": title, "service": service}

    assert RuleCategorizer(rules)(facts) == RuleCategorizer(more)(facts)


def test_rules_read_records():
    """A record is read as its facts are."""
    incident = Incident.open(id="INC-1", title="VPN", by="kim", at=NINE)

    assert DESK(incident).category == ("network", "vpn")


def test_misspelt_field_is_an_error():
    """A rule on a field that records do not have cannot pass for one that never matches."""
    rules = RuleCategorizer([CategoryRule(field("titel").present(), "data")])

    with pytest.raises(InvalidValueError, match="titel"):
        rules(Incident.open(id="INC-1", title="VPN", by="kim", at=NINE))


@pytest.mark.parametrize(
    "build",
    [
        lambda: CategoryRule("vpn", "network"),
        lambda: CategoryRule(ALWAYS, "network", confidence=0),
        lambda: CategoryRule(ALWAYS, "network", confidence=1.1),
        lambda: CategoryRule(ALWAYS, "network", confidence=True),
        lambda: RuleCategorizer([ALWAYS]),
        lambda: RoutingRule(ALWAYS, ""),
        lambda: RoutingRule("vpn", "desk"),
        lambda: RoutingRule(ALWAYS, "desk", tier=0),
        lambda: RoutingRule(ALWAYS, "desk", tier="1"),
    ],
)
def test_rules_that_cannot_be_are_refused(build):
    """The integrator's errors show when the rule is built."""
    with pytest.raises(DefinitionError):
        build()


@pytest.mark.parametrize("category", ["", (), None, ("a", ""), ("a", 1), 3])
def test_rule_needs_a_category(category):
    """A rule's category is a path of at least one step."""
    with pytest.raises(InvalidValueError):
        CategoryRule(ALWAYS, category)


def test_rules_are_values():
    """Rules hash and pickle with their conditions."""
    again = pickle.loads(pickle.dumps(DESK))  # noqa: S301  our own pickle

    assert again == DESK
    assert hash(again) == hash(DESK)
    assert again({"title": "vpn", "service": None}) == DESK({"title": "vpn", "service": None})


ROUTES = [
    RoutingRule(field("category").starts_with("network"), "network team", tier=2, name="network"),
    RoutingRule(field("service").equals("mail"), "mail team"),
]


@pytest.mark.parametrize(
    ("category", "service", "expected"),
    [
        (("network", "vpn"), "mail", ("network team", 2, "network")),
        (("data",), "mail", ("mail team", None, "service is 'mail'")),
        ((), None, None),
    ],
)
def test_route_gives_group_and_tier_with_the_reason(category, service, expected):
    """The first routing rule that matches names group, tier and reason."""
    rule = route(ROUTES, {"category": category, "service": service})
    assert (None if rule is None else (rule.group, rule.tier, rule.reason)) == expected


def test_route_fits_assign():
    """What route says is what assign takes."""
    incident = Incident.open(id="INC-1", title="VPN", by="kim", at=NINE, category="network")
    where = route(ROUTES, incident)

    incident = assign(incident, group=where.group, tier=where.tier, at=NINE, by="ada")

    assert (incident.assignment_group, incident.support_tier) == ("network team", 2)


def test_answer_abstains_or_has_a_path():
    """An abstention is the empty category; anything else is a path (rule G1)."""
    assert Categorization.abstain() == Categorization((), 0.0)
    assert Categorization("network").category == ("network",)
