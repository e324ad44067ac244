"""Reviews after an incident, their parts and their actions."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError, NaiveDatetimeError
from incidentcore.records import (
    ActionItem,
    Cause,
    Incident,
    PostIncidentReview,
    ReviewEntry,
    review_required,
    set_fields,
    set_major_status,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def entry(minutes: int, kind: str = "observation") -> ReviewEntry:
    return ReviewEntry(at=AT + timedelta(minutes=minutes), kind=kind, text="x", by="ada")


def action(number: str, done_on: date | None = None) -> ActionItem:
    return ActionItem(id=number, text="x", owner="ada", due=date(2026, 7, 1), done_on=done_on)


def test_a_review_is_a_value() -> None:
    """Its timeline is in order of time, and it pickles."""
    review = PostIncidentReview(
        id="PIR-1",
        incidents=["INC-1"],
        summary="Mail was down.",
        timeline=[entry(5, "action"), entry(1)],
        causes=[Cause("disk full", (Cause("logs"),))],
        actions=[action("1"), action("2", date(2026, 6, 20))],
    )

    assert [one.kind for one in review.timeline] == ["observation", "action"]
    assert pickle.loads(pickle.dumps(review)) == review  # noqa: S301  our own bytes
    assert hash(review) == hash(pickle.loads(pickle.dumps(review)))  # noqa: S301  the same


REVIEW: dict[str, Any] = {"id": "PIR-1", "incidents": ("INC-1",), "summary": "x"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: PostIncidentReview(**{**REVIEW, "id": ""}),
        lambda: PostIncidentReview(**{**REVIEW, "incidents": ()}),
        lambda: PostIncidentReview(**{**REVIEW, "incidents": (1,)}),
        lambda: PostIncidentReview(**{**REVIEW, "summary": ""}),
        lambda: PostIncidentReview(**REVIEW, actions=(action("1"), action("1"))),
        lambda: entry(1, "gossip"),
        lambda: ReviewEntry(at=AT, kind="message", text=""),
        lambda: ActionItem(id="1", text="x", owner="", due=date(2026, 7, 1)),
        lambda: ActionItem(id="1", text="x", owner="ada", due=AT),
        lambda: ActionItem(id="1", text="x", owner="ada", due=None),  # type: ignore[arg-type]
    ],
)
def test_a_review_needs_its_parts(make: Any) -> None:
    """Ids, texts, owners and dates."""
    with pytest.raises(InvalidValueError):
        make()


def test_a_reviews_times_are_aware() -> None:
    """Like all others (rule T1)."""
    with pytest.raises(NaiveDatetimeError):
        ReviewEntry(at=datetime(2026, 6, 1), kind="message", text="x")  # noqa: DTZ001  on purpose


def test_a_condition_decides_whether_a_review_is_due() -> None:
    """The caller's own rule."""
    rule = field("major_status").equals("accepted") | (field("reopen_count") >= 2)

    assert not review_required(incident(), rule)
    assert review_required(set_major_status(incident(), "accepted", at=AT, by="ada"), rule)
    assert not review_required(set_fields(incident(), title="x", at=AT, by="ada"), rule)


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"timeline": ["10:00"]}, "timeline"),
        ({"causes": ["dust"]}, "causes"),
        ({"actions": ["order"]}, "actions"),
        ({"actions": [action("1"), action("1")]}, "actions"),
        ({"held_on": AT}, "held_on"),
        ({"held_on": "today"}, "held_on"),
        ({"incidents": []}, "incidents"),
        ({"incidents": [""]}, "incidents"),
        ({"summary": ""}, "summary"),
        ({"id": ""}, "id"),
    ],
)
def test_an_error_names_the_part_of_a_review(part: dict[str, Any], where: str) -> None:
    """And what it may hold."""
    fields: dict[str, Any] = {"id": "PIR-1", "incidents": ["INC-1"], "summary": "x", **part}
    with pytest.raises(InvalidValueError, match=f"^{where}: "):
        PostIncidentReview(**fields)
