"""The register of actions: the overdue first, each review once."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import attrs

from incidentcore.improvement import (
    ActionOrigin,
    ImprovementAction,
    ImprovementRegister,
    KpiTarget,
)
from incidentcore.instants import Interval
from incidentcore.kpi import catalogue
from incidentcore.records import ActionItem, PostIncidentReview

from .desk import DAY, START

DUE = date(2027, 1, 15)


LATER = date(2027, 2, 1)


def action(id: str = "A-1", **given: Any) -> ImprovementAction:  # noqa: A002  the field's name
    default = {
        "title": "Rotate the logs",
        "owner": "ada",
        "due": DUE,
        "origin": ActionOrigin("problem", "PRB-1"),
    }
    return ImprovementAction(id=id, **{**default, **given})


def review(*items: ActionItem) -> PostIncidentReview:
    return PostIncidentReview(
        id="PIR-1", incidents=("INC-1",), summary="Mail was down.", actions=items
    )


ITEM = ActionItem(id="1", text="Rotate the logs", owner="ada", due=DUE)


BEFORE = Interval(START, START + 30 * DAY)


AFTER = Interval(START + 30 * DAY, START + 60 * DAY)


def test_a_review_comes_in_twice_without_a_trace() -> None:
    """Adding a review again changes nothing; what it says anew is taken over, the rest is kept.

    Rule I5.
    """
    register = ImprovementRegister([action()]).with_review(review(ITEM))
    assert register.with_review(review(ITEM)) == register
    measure = KpiTarget(kpi=catalogue.VOLUME, baseline=BEFORE, after=AFTER)
    worked = attrs.evolve(register.action("PIR-1/1"), measure=measure)
    register = register.with_action(worked.with_status("in_progress", on=DUE))
    told = review(attrs.evolve(ITEM, owner="ben", done_on=LATER))
    again = register.with_review(told).action("PIR-1/1")
    assert (again.owner, again.status, again.measure) == ("ben", "done", measure)
    assert [change.status for change in again.changes] == ["in_progress", "done"]
    assert register.with_review(told).with_review(told) == register.with_review(told)
    assert len(register) == 2


def test_the_overdue_come_first_and_the_longest_of_them_before() -> None:
    """The lists of a register: overdue by due date, and open."""
    register = ImprovementRegister(
        [
            action("C", due=LATER),
            action("B", due=DUE - DAY),
            action("A", due=DUE),
            action("D").with_status("done", on=DUE),
            action("E", due=DUE - DAY, origin=ActionOrigin("recurrence", "mx1")),
        ]
    )
    on = DUE + DAY
    assert [one.id for one in register] == ["A", "B", "C", "D", "E"]
    assert [one.id for one in register.overdue(on=on)] == ["B", "E", "A"]
    assert [one.id for one in register.open(on=on)] == ["A", "B", "C", "E"]
    (section,) = register.page(on=on).sections
    assert section.table is not None
    headings, cells, numbers = section.table
    assert headings == ["action", "status", "due", "late by", "owner", "origin", "what"]
    rest = ["ada", "problem PRB-1", "Rotate the logs"]
    assert cells == [
        ["B", "open", "2027-01-14", "2 d", *rest],
        ["E", "open", "2027-01-14", "2 d", "ada", "recurrence mx1", "Rotate the logs"],
        ["A", "open", "2027-01-15", "1 d", *rest],
        ["C", "open", "2027-02-01", "", *rest],
        ["D", "done", "2027-01-15", "", *rest],
    ]
    assert numbers == [heading == "late by" for heading in headings]
    assert str(ImprovementRegister().page(on=on)).endswith("No actions.")


def test_a_register_is_escaped_in_every_form() -> None:
    """A title is text in HTML and Markdown, and no formula in a spreadsheet."""
    register = ImprovementRegister([action("=A", title="<b>|x")])
    page = register.page(on=DUE)
    assert "&lt;b&gt;|x" in page.to_html()
    assert "&lt;b&gt;\\|x" in page.to_markdown()
    assert page.to_csv()["actions"].splitlines()[1].startswith("'=A,")
    assert pickle.loads(pickle.dumps(register)) == register  # noqa: S301  our own bytes
    assert isinstance(hash(register), int)
