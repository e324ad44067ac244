"""Where two desks say different things: one change in a file, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.desk import diff_rules, load_desk
from incidentcore.desk.compare import RuleDifference, _alike
from incidentcore.values import FrozenMap, Impact, Priority, Urgency

TEXT = """desk = 1
name = "a"
zone = "UTC"
fields = { vip = "bool", site = ["MUC", "NYC"] }
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[priority]
matrix = "plain_3x3"
adjust = [{ name = "VIP", when = { vip = true }, at_least = "high" }]
[services.all]
calendar = "office"
resolution = { critical = "4h", else = "8h" }
[[agreements]]
service = "all"
[categories]
rules = [{ when = { vip = true }, category = "x", name = "vips" }]
[[escalation]]
name = "page"
when = { vip = true }
levels = [{ after = "1h", to = "group:a" }]
[[communication]]
name = "users"
when = { site = "MUC" }
to = "users"
updates = { first = "1h" }
[[approvals]]
when = { vip = true }
stages = [{ of = "person:ada" }]
[lifecycle.incident]
close_after = "2d"
"""
VIP, CRITICAL, HIGH = {"custom": {"vip": True}}, Priority.CRITICAL, Priority.HIGH
NORMAL = {"custom": {"vip": False}}
VIP_RULE = 'name = "VIP", when = { vip = true }, at_least = "high"'
# What is changed, into what, and each difference: its text, its attributes and its witness.
CHANGES: dict[str, tuple[str, str, list[tuple[str, tuple[str, ...], dict[str, Any] | None]]]] = {
    "another name": ('name = "a"', 'name = "b"', []),
    "a target": ('"4h"', '"5h"', [("resolution", ("target",), {"priority": CRITICAL})]),
    "the other targets": ('"8h"', '"9h"', [("resolution", ("target",), {"priority": HIGH})]),
    "a calendar": (
        'calendar = "office"',
        'calendar = "always"',
        [
            ("resolution", ("calendar",), {"priority": CRITICAL}),
            ("resolution", ("calendar",), {"priority": HIGH}),
        ],
    ),
    "fewer records": (
        "[[agreements]]",
        "[[agreements]]\nwhen = { vip = true }",
        [
            ("all resolution critical -> nothing", ("rule",), {**NORMAL, "priority": CRITICAL}),
            ("all resolution -> nothing", ("rule",), {**NORMAL, "priority": HIGH}),
        ],
    ),
    "a rule's name, words for people": ('"vips"', '"few"', []),
    "a category": ('"x"', '"y"', [("categories", ("category",), VIP)]),
    "levels": ('after = "1h"', 'after = "2h"', [("escalation.page", ("levels",), VIP)]),
    "an escalation's name": (
        '"page"',
        '"night"',
        [("page -> nothing", ("rule",), VIP), ("nothing -> night", ("rule",), VIP)],
    ),
    "updates": (
        'first = "1h"',
        'first = "2h"',
        [("communication.users", ("first",), {"custom": {"site": "MUC"}})],
    ),
    "whom updates are about": (
        'when = { site = "MUC" }',
        'when = { site = "NYC" }',
        [("communication.users", ("when",), {"custom": {"site": "MUC"}})],
    ),
    "a matrix": (
        "plain_3x3",
        "standard",
        [("low -> planning", ("cells",), {"impact": Impact.LOW, "urgency": Urgency.LOW})],
    ),
    "what lifts a priority": (
        'at_least = "high"',
        'at_least = "critical"',
        [("priority.adjust", ("at_least",), VIP)],
    ),
    "whose priority is lifted": (
        VIP_RULE,
        VIP_RULE.replace("true", "false"),
        [("priority.adjust", ("when",), VIP)],
    ),
    "one more adjustment": (
        "adjust = [",
        'adjust = [{ name = "n", when = { site = "NYC" }, raise = 1 }, ',
        [
            ("VIP -> n", ("raise_by", "at_least"), None),
            ("nothing -> VIP", ("rule",), None),
        ],
    ),
    "who approves": ("person:ada", "person:ben", [("approvals", ("stages",), VIP)]),
    "when it closes": ('"2d"', '"3d"', [("auto_close.incident", ("after",), None)]),
    "alerts": (
        "[[escalation]]",
        '[intake]\nname = "A"\n[[escalation]]',
        [("nothing -> A", ("rule",), None)],
    ),
}


def facts(plain: dict[str, Any]) -> FrozenMap[object]:
    """Return facts as a witness has them."""
    return FrozenMap(
        {name: FrozenMap(part) if isinstance(part, dict) else part for name, part in plain.items()}
    )


def test_a_witness_is_written_plainly() -> None:
    """The desk's own fields by their names, levels by theirs."""
    one, two = load_desk(TEXT), load_desk(TEXT.replace('after = "1h"', 'after = "2h"'))
    assert [str(found) for found in diff_rules(one, two)] == [
        "escalation.page for vip True: levels"
    ]


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_shown_with_a_record_that_it_is_about(what: str) -> None:
    """Both ways round: the second time what was said first comes after the arrow."""
    old, new, expected = CHANGES[what]
    assert TEXT.count(old) == 1
    one, two = load_desk(TEXT), load_desk(TEXT.replace(old, new))
    found = diff_rules(one, two)
    assert len(found) == len(expected)
    for difference, (text, attributes, witness) in zip(found, expected, strict=True):
        assert text in str(difference)
        assert difference.attributes == attributes
        if witness is not None:
            assert difference.witness == facts(witness)
        assert difference.answer == "yes"
    back = [(one.part, one.before, one.after) for one in diff_rules(two, one)]
    assert sorted(map(str, back)) == sorted(str((d.part, d.after, d.before)) for d in found)
    assert diff_rules(one, one) == ()


def test_a_narrower_condition_is_another_one() -> None:
    """It implies the wider one, which does not imply it; two ways to say the same are alike."""
    wide, other = field("tags").contains("vpn"), field("title").equals("x")
    assert not _alike(wide & other, wide, {})
    assert not _alike(wide, wide & other, {})
    assert _alike(wide & other, other & wide, {})
    assert _alike(wide, wide, {})


def test_a_difference_without_names_or_attributes_differs() -> None:
    """Else it says what on either side, or which attributes."""
    assert str(RuleDifference(part="p")) == "p: differs"
    assert str(RuleDifference(part="p", attributes=("a", "b"))) == "p: a, b"
