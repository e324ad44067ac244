"""A bot's steps make ordinary records, marked as the exercise's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.errors import InvalidValueError, TransitionNotAllowedError
from incidentcore.lifecycle import INCIDENT, check_history
from incidentcore.simulation import BotStep, Drill, rehearse
from incidentcore.values import Urgency

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def drill(*steps: tuple[int, str, dict[str, object]]) -> Drill:
    bot = [BotStep(at * MINUTE, do, "ada", fields=fields) for at, do, fields in steps]
    return Drill(name="mail-down", lasts=60 * MINUTE, bot=bot)


RESOLUTION = {"resolution_code": "fixed", "resolution_notes": "restarted"}
WHOLE = drill(
    (1, "open", {"title": "Mail is down", "urgency": "high"}),
    (2, "acknowledge", {}),
    (3, "assign", {"group": "mail"}),
    (4, "comment", {"text": "we are on it"}),
    (5, "accept", {"work_notes": "all sites", "business_impact": "no mail"}),
    (6, "update", {"audience": "users"}),
    (7, "set", {"tags": ["storm"]}),
    (8, "restored", {}),
    (9, "resolve", RESOLUTION),
)


def test_every_step_is_done_by_the_rules() -> None:
    """The history passes the check of the lifecycle."""
    (incident,) = rehearse(WHOLE, started_at=NINE)

    assert [event.at for event in incident.history] == [NINE + n * MINUTE for n in range(1, 10)]
    assert check_history(incident, INCIDENT) == ()
    assert (incident.exercise, incident.urgency) == ("mail-down", Urgency.HIGH)
    assert (incident.assignment_group, incident.major_status) == ("mail", "accepted")
    assert incident.tags == {"storm"}
    assert incident.state.name == "resolved"


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([(1, "acknowledge", {})], "open record 1 before acknowledge"),
        ([(1, "open", {"impact": "huge"})], "one of high, medium, low"),
        ([(1, "open", {}), (2, "comment", {})], "bot step comment"),
    ],
)
def test_a_step_that_cannot_be_done_is_named(
    steps: list[tuple[int, str, dict[str, object]]], message: str
) -> None:
    """A bot is data, so its faults are errors of the caller."""
    with pytest.raises(InvalidValueError, match=message):
        rehearse(drill(*steps), started_at=NINE)


def test_the_lifecycle_refuses_as_usual() -> None:
    """A new incident cannot be closed."""
    with pytest.raises(TransitionNotAllowedError, match="close"):
        rehearse(drill((1, "open", {}), (2, "close", {})), started_at=NINE)
