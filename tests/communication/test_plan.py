"""What a plan, a rule and a template refuse, and what they make of what they are given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.communication import (
    PUBLIC_REPLY,
    CommunicationPlan,
    UpdateRule,
    UpdateTemplate,
    due_updates,
    next_update_wakeup,
)
from incidentcore.conditions import ALWAYS, Condition, reached
from incidentcore.conditions.access import reader
from incidentcore.errors import DefinitionError
from incidentcore.records import Incident, set_fields

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEMPLATE = UpdateTemplate("news", "{title}")


def rule(**parts: Any) -> UpdateRule:
    return UpdateRule(**{"name": "all", "audiences": "customers", "every": 30 * MINUTE, **parts})


@pytest.mark.parametrize(
    "parts",
    [
        {"name": ""},
        {"name": "a/b"},
        {"audiences": ()},
        {"audiences": ["customers", "customers"]},
        {"audiences": ["a/b"]},
        {"when": "always"},
        {"stop": None},
        {"ends": True},
        {"every": 30},
        {"first": -MINUTE},
        {"every": timedelta(0)},
        {"every": MINUTE, "notice": MINUTE},
        {"notice": None},
        {"on_hold": MINUTE, "every": None, "first": MINUTE},
        {"on_hold": MINUTE, "notice": MINUTE},
        {"every": None},
        {"channel": None},
        {"templates": {"last": TEMPLATE}},
        {"templates": {"final": "text"}},
    ],
    ids=repr,
)
def test_a_rule_that_contradicts_itself_is_refused(parts: dict[str, Any]) -> None:
    """When it is made, naming what is wrong."""
    with pytest.raises(DefinitionError):
        rule(**parts)


@pytest.mark.parametrize(
    ("rules", "also"),
    [
        ([], {}),
        ([rule(), rule()], {}),
        (["rule"], {}),
        ([rule()], {"executives": PUBLIC_REPLY}),
        ([rule()], {"customers": "comments"}),
        ([rule()], [("customers", PUBLIC_REPLY), ("customers", PUBLIC_REPLY)]),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(rules: Any, also: Any) -> None:
    """No rules, two of one name, or events that count for nobody."""
    with pytest.raises(DefinitionError):
        CommunicationPlan("status", rules, also=also)


def test_templates_by_kind() -> None:
    """One for all, or one for each; a kind without one has none."""
    assert rule(templates=TEMPLATE).template("final") == TEMPLATE
    some = rule(templates={"final": TEMPLATE})
    assert (some.template("first"), some.template("final")) == (None, TEMPLATE)
    usual = rule(templates={"next": TEMPLATE})
    kinds = ("next", "change", "first", "final")
    assert [usual.template(kind) for kind in kinds] == [TEMPLATE, TEMPLATE, None, None]


def test_a_field_that_is_watched_is_a_path() -> None:
    """Nothing is not a field."""
    with pytest.raises(DefinitionError, match="the path of a field"):
        UpdateRule(name="all", audiences="customers", every=timedelta(hours=1), on_change=("",))


@attrs.frozen
class Loud(Condition):
    """A condition of your own: whether the title is in capitals."""

    named: frozenset[str]

    @property
    def fields(self) -> frozenset[str]:  # noqa: D102
        return self.named

    def test(self, subject: Any, at: Any) -> bool:  # noqa: D102
        return str(reader("title")(subject)).isupper()


@pytest.mark.parametrize(
    ("named", "watched"),
    [({"title"}, {"state", "title"}), ((), None)],
    ids=["that names its fields", "that names none"],
)
def test_a_condition_of_your_own_says_when_it_is_asked_again(named: Any, watched: Any) -> None:
    """At a change of its fields or of the state; one that names none at every change."""
    plan = CommunicationPlan("status", [rule(when=Loud(frozenset(named)) & ALWAYS)])
    assert plan.watched == watched
    quiet = Incident.open(id="1", title="mail is slow", by="kim", at=NINE)
    assert due_updates(plan, quiet, now=NINE + 90 * MINUTE) == ()
    loud = set_fields(quiet, at=NINE + 20 * MINUTE, by="ada", title="MAIL IS DOWN")
    due = [update.due_at for update in due_updates(plan, loud, now=NINE + 90 * MINUTE)]
    assert due == [NINE + 50 * MINUTE]


@attrs.frozen
class Stuck(Condition):
    """A condition of your own that always holds, and names an instant that is not ahead."""

    reads_time = True

    def test(self, subject: Any, at: Any) -> bool:  # noqa: D102
        return True

    def next_change(self, facts: Any, at: datetime) -> datetime:  # noqa: D102
        return at


def test_an_instant_that_is_not_ahead_hides_none_that_is() -> None:
    """From 9:20 on an update is owed after half an hour, so the next look is at 9:50."""
    plan = CommunicationPlan("status", [rule(when=Stuck() & reached("custom.x"))])
    record = Incident.open(id="1", title="x", by="kim", at=NINE, custom={"x": NINE + 20 * MINUTE})
    assert next_update_wakeup(plan, [record], now=NINE) == NINE + 50 * MINUTE


def test_the_pace_goes_on_while_a_record_is_on_hold_unless_it_has_another() -> None:
    """Every half hour, or every two hours on hold."""
    half, two = timedelta(minutes=30), timedelta(hours=2)
    steady = UpdateRule(name="all", audiences="customers", every=half)
    assert steady.span("next", on_hold=True) == half
    slower = attrs.evolve(steady, on_hold=two)
    assert (slower.span("next"), slower.span("next", on_hold=True)) == (half, two)
