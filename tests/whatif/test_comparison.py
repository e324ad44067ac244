"""A comparison counts, tests and reads as a page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import attrs
import pytest

from incidentcore.whatif import Comparison, Compliance
from incidentcore.whatif.comparison import FIXED, ComparisonChange


def comparison(better: int, worse: int) -> Comparison:
    pairs = [("breached", "met")] * better + [("met", "breached")] * worse
    changes = [
        ComparisonChange(
            record_id=f"I{n}", key="r", what="clock", before=a, after=b, why=f"from {a}"
        )
        for n, (a, b) in enumerate(pairs)
    ]
    outcomes = [("r", "breached", "met", better), ("r", "met", "breached", worse)]
    return Comparison(records=better + worse, outcomes=tuple(outcomes), changes=changes)


def test_a_change_ends_with_its_reason() -> None:
    """Without a reason there is no colon after it."""
    change = ComparisonChange(record_id="I1", key="r", what="clock", before="met", after="breached")
    assert change.text() == "I1 r: met -> breached"
    assert attrs.evolve(change, why="a longer pause").text().endswith("breached: a longer pause")


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        (0, 0, None),
        (1, 0, 1.0),
        (3, 3, 1.0),
        (5, 0, 2 / 2**5),
        (5, 1, 2 * (1 + 6) / 2**6),
        (1, 5, 2 * (1 + 6) / 2**6),
        (8, 2, 2 * (1 + 10 + 45) / 2**10),
    ],
)
def test_the_sign_test_is_exact(better: int, worse: int, expected: float | None) -> None:
    """Worked by adding binomial coefficients."""
    assert comparison(better, worse).sign_test == expected


def test_a_large_sign_test_is_quick_and_tiny() -> None:
    """The demo desk under another calendar: 128 against 8."""
    assert comparison(128, 8).sign_test == pytest.approx(6e-29, rel=0.1)


def test_shares_have_their_interval() -> None:
    """Wilson's for 8 of 10 is 49.0 % to 94.3 %, as textbooks have it."""
    low, high = Compliance(met=8, n=10).interval or (0, 0)

    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert (Compliance(met=0, n=0).share, str(Compliance(met=0, n=0))) == (None, "-")


def test_witnesses_show_every_kind_of_change() -> None:
    """The rare one is not lost behind twenty of the usual."""
    shown = comparison(20, 1).witnesses(3)

    assert [(one.record_id, one.after) for one in shown] == [
        ("I0", "met"),
        ("I20", "breached"),
        ("I1", "met"),
    ]


def test_the_page_says_that_behavior_is_held_fixed() -> None:
    """In each form, and ten witnesses at most."""
    page = comparison(20, 1).page()

    assert "Behavior is held fixed" in str(page)
    assert "Witnesses: 10 of 21" in page.to_markdown()
    assert len(json.loads(json.dumps(page.to_plain()))["witnesses"]) == 10
    assert "sign test" in page.to_html()


PAGE = """\
What would change
=================

records    7
changes    6
sign test  0.22
penalties  100 -> 40

Outcomes
--------
{fixed}

what  before    after     count
----  --------  --------  -------
r     breached  met             5
r     met       breached        1
r     met       none            1

Met
---
A clock that is past its target and still runs or is paused counts as not met here; a report leaves
it out of its compliance as running_breached or paused_breached.

clock  before                         after
-----  -----------------------------  -----------------------------
r      {two}  {five}

By group
--------
site    before    after     changes
------  --------  --------  -------
MUC     breached  met             5
(none)  met       breached        1

Why
---
changes  why
-------  -------------
      5  from breached
      1  from met

Witnesses: 2 of 6
-----------------
{first}
{second}"""


def test_a_page_word_by_word() -> None:
    """Two witnesses, one of each kind; groups and reasons by their number."""
    pairs = [("breached", "met", "MUC")] * 5 + [("met", "breached", None)]
    made = Comparison(
        records=7,
        outcomes=(
            ("r", "breached", "met", 5),
            ("r", "met", "breached", 1),
            ("r", "met", "none", 1),
        ),
        changes=[
            ComparisonChange(
                record_id=f"I{n}",
                key="r",
                what="clock",
                before=a,
                after=b,
                why=f"from {a}",
                group=(site,),
            )
            for n, (a, b, site) in enumerate(pairs)
        ],
        groups=("site",),
        penalties=(Decimal(100), Decimal(40)),
    )
    before, after = made.compliance["r"]
    assert ((before.met, before.n), (after.met, after.n)) == ((2, 7), (5, 6))
    page = PAGE.format(
        fixed=FIXED, two=before, five=after, first=made.changes[0], second=made.changes[5]
    )
    rule = re.compile(r"^[-= ]+$", re.MULTILINE)
    told = rule.sub("", str(made.page(witnesses=2)))
    assert told.split() == rule.sub("", page).split()
    keys = ["counts", "compliance", "groups", "reasons", "witnesses"]
    assert [section.key for section in made.page().sections] == keys
    text = made.page().to_markdown()
    assert "| what | before | after | count |\n| :--- | :--- | :--- | ---: |" in text
    plain = made.page(witnesses=1).to_plain()["witnesses"]
    assert [(row["record_id"], row["group"], row["since"]) for row in plain] == [
        ("I0", ["MUC"], None)
    ]
    since = datetime(2026, 6, 1, 9, tzinfo=UTC)
    dated = attrs.evolve(made, changes=[attrs.evolve(made.changes[0], since=since)])
    [row] = dated.page(witnesses=1).to_plain()["witnesses"]
    assert row["since"] == "2026-06-01T09:00:00+00:00"


def test_a_page_without_changes_has_its_counts_alone() -> None:
    made = Comparison(records=1, outcomes=(("r", "none", "none", 1),), changes=[])
    assert [section.key for section in made.page(title="x").sections] == ["counts"]
    assert made.counts == {("none", "none"): 1}
