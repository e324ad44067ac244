"""Opening a record: the fields of its type, and a priority that the opener sets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.priority.policy import standing_override
from incidentcore.records import Incident, Link, Problem, Record, ServiceRequest, link, set_fields
from incidentcore.values import Actor, Impact, Priority, Urgency

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def opened(kind: Any = Incident, **fields: Any) -> Any:
    return kind.open(id="I", title="t", at=AT, by="kim", **fields)


def test_a_priority_at_the_opening_is_an_override_with_its_actor() -> None:
    """As if the opener had set it, and without a reason."""
    record = opened(priority=Priority.HIGH, computed_priority=Priority.LOW)
    override = standing_override(record)

    assert (record.priority, record.computed_priority) == (Priority.HIGH, Priority.LOW)
    assert override is not None
    assert (override.level, override.by) == (Priority.HIGH, Actor("kim", "requester"))
    with pytest.raises(InvalidValueError, match="priority or priority_override"):
        opened(priority=Priority.HIGH, priority_override=Priority.LOW)
    with pytest.raises(InvalidValueError, match=r"a Level such as Priority\.HIGH"):
        opened(priority="high")


def test_a_refused_priority_names_the_verb() -> None:
    """A priority is not a field to set."""
    with pytest.raises(InvalidValueError, match=r"prioritize\(\.\.\.\)"):
        set_fields(opened(), priority=Priority.HIGH, at=AT, by="ada")


@pytest.mark.parametrize(
    ("kind", "field"), [(Incident, "items"), (Problem, "items"), (ServiceRequest, "workaround")]
)
def test_a_record_opens_with_the_fields_of_its_type(kind: Any, field: str) -> None:
    """One body opens all three; each refuses what it does not have."""
    with pytest.raises(InvalidValueError, match=field):
        opened(kind, **{field: ()})


def test_the_base_cannot_be_opened() -> None:
    """Only the three types can be replayed."""
    with pytest.raises(InvalidValueError, match="Incident, Problem or ServiceRequest"):
        opened(Record)


def test_a_type_of_link_that_nobody_knows_is_refused() -> None:
    """It asks for the prefix of a caller's own, and names the nearest."""
    with pytest.raises(InvalidValueError, match=r"child_of.*custom\.childof"):
        link(opened(), "childof", "P", at=AT, by="ada")
    assert link(opened(), "custom.blocks", "P", at=AT, by="ada").links == {
        Link("custom.blocks", "P")
    }


def test_levels_are_found_by_name_and_the_error_explains_the_vocabulary() -> None:
    """The middle priority is moderate, the middle impact medium."""
    assert (Priority["high"], Impact["medium"], list(Urgency)) == (
        Priority.HIGH,
        Impact.MEDIUM,
        [Urgency.HIGH, Urgency.MEDIUM, Urgency.LOW],
    )
    words: Any = Priority
    with pytest.raises(AttributeError, match="the middle priority is MODERATE"):
        _ = words.MEDIUM
    words = Impact
    with pytest.raises(AttributeError, match="the middle impact and urgency is MEDIUM"):
        _ = words.MODERATE
    with pytest.raises(InvalidValueError, match="the middle priority is moderate"):
        Priority["medium"]


def test_a_missing_time_of_a_data_frame_is_an_error_of_ours() -> None:
    """Such a value is a datetime that equals nothing, not even itself."""

    class Missing(datetime):
        def __ne__(self, other: object) -> bool:
            return True

        __hash__ = datetime.__hash__

    with pytest.raises(InvalidValueError, match="leave a missing time out"):
        opened(detected_at=Missing(2026, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "at"),
    [({"assignee": "ada"}, AT), ({"assignment_group": "mail"}, AT), ({}, None)],
)
def test_who_is_named_at_the_opening_was_assigned_then(
    given: dict[str, str], at: datetime | None
) -> None:
    """A person alone, a group alone, and nobody."""
    assert opened(**given).assigned_at == at
