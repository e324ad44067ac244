"""What a record's source tells stays with the record, through history, documents and merges."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest

from incidentcore import Incident, dumps, loads
from incidentcore.errors import InvalidValueError
from incidentcore.records import Opened, StateChanged
from incidentcore.values import RESOLVED

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def imported(covers: object) -> Incident:
    """Return an incident whose source states what it covers."""
    opened = Incident.open(id="A", title="Mail", at=AT, by="kim").history[0]
    assert isinstance(opened, Opened)
    return Incident.from_history([attrs.evolve(opened, covers=covers)])


def test_a_record_of_ones_own_covers_everything() -> None:
    incident = Incident.open(id="A", title="Mail", at=AT, by="kim")
    assert incident.covers is None
    assert incident.is_covered("reopen_count")
    assert incident.is_covered("states")


@pytest.mark.parametrize(
    ("covers", "fact", "told"),
    [
        ({"moments"}, "resolved_at", True),
        ({"moments"}, "reopen_count", False),
        ({"moments"}, "reassignment_count", False),
        ({"moments"}, "first_response_at", False),
        ({"moments", "first_response_at"}, "first_response_at", True),
        ({"moments", "first_response_at"}, "agent_reply_count", False),
        ({"states"}, "resolved_at", True),
        ({"states"}, "reopen_count", True),
        ({"states"}, "acknowledged_at", False),
        ({"assignments"}, "reassignment_count", True),
        ({"comments"}, "requester_message_count", True),
        ({"states"}, "states", True),
        ({"moments"}, "states", False),
        (set(), "title", True),
        (set(), "closed_at", False),
    ],
)
def test_what_is_covered(covers: set[str], fact: str, *, told: bool) -> None:
    assert imported(covers).is_covered(fact) is told


def test_it_stays_with_the_record() -> None:
    """Later events do not change it, and documents bring it back."""
    incident = imported({"moments"}).with_event(
        StateChanged, at=AT, by="ada", action="resolve", state=RESOLVED
    )
    assert incident.covers == {"moments"}
    back = loads(dumps(incident), Incident)
    assert back.covers == {"moments"}
    assert back == incident


@pytest.mark.parametrize("wrong", ["states", {"everything"}, 7, [["states"]]])
def test_an_unknown_word_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidValueError, match="covers"):
        imported(wrong)
