"""What reading a document accepts and refuses."""

from __future__ import annotations

from typing import Any

import pytest
from tests.serialization.builders import OFFICE, document, incident

from incidentcore.errors import FormatError
from incidentcore.records import (
    Incident,
    replay,
)
from incidentcore.schedule import BusinessCalendar, Calendar
from incidentcore.serialization import (
    dumps,
    from_plain,
    loads,
    to_plain,
)
from incidentcore.values import State


def test_a_record_read_is_the_fold_of_its_history() -> None:
    """What loads gives has the history of the document, replayed."""
    found = loads(dumps(incident()), Incident)

    assert replay(found.history) == found
    assert incident().facts() == found.facts()


def test_a_calendar_reads_as_a_person_writes_it() -> None:
    """Ranges of weekdays, single texts and plain dates are read in a calendar's document."""
    text = document(
        {"zone": "Europe/Berlin", "hours": {"mon-fri": "09:00-17:00"}, "holidays": ["2026-12-25"]},
        "BusinessCalendar",
    )

    assert BusinessCalendar(
        zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"}, holidays=["2026-12-25"]
    ) == loads(text, BusinessCalendar)


def test_a_number_is_not_taken_for_a_flag_that_equals_it() -> None:
    """A state read before makes no difference to what is checked."""
    flags = {"open": True, "pauses": False, "resolved": False, "final": False}
    good = {"type": "State", "version": 1, "value": {"name": "new", **flags}}
    assert from_plain(good, State) == State("new", open=True)

    for wrong in (1, 1.0):
        bad = {**good, "value": {**good["value"], "open": wrong}}
        with pytest.raises(FormatError, match=r"true or false @ \$\.value\.open"):
            from_plain(bad, State)
    with pytest.raises(FormatError, match=r"not a field of State.* @ \$\.value\.more"):
        from_plain({**good, "value": {**good["value"], "more": 1}}, State)


def test_what_replay_refuses_is_refused() -> None:
    """Two openings are no history; the problem names it."""
    plain = to_plain(incident())
    plain["value"]["history"].append({**plain["value"]["history"][0], "id": "x", "sequence": 9})

    with pytest.raises(FormatError, match=r"Opened.* @ \$\.value\.history"):
        from_plain(plain, Incident)


@pytest.mark.parametrize("name", ["reopen_count", "resolved_at", "history", "nonsense"])
def test_no_document_sets_what_only_the_fold_sets(name: str) -> None:
    """Moments and counts cannot be smuggled in as fields of an event (rule H2)."""
    plain = to_plain(incident())
    plain["value"]["history"][0]["fields"][name] = 99

    with pytest.raises(FormatError, match=rf"@ \$\.value\.history\[0\]\.fields\.{name}"):
        from_plain(plain, Incident)


@pytest.mark.parametrize("fields", [None, [], "", 0, False])
def test_what_an_event_sets_is_an_object(fields: object) -> None:
    """Nothing that is only empty in another way."""
    plain = to_plain(incident())
    plain["value"]["history"][0]["fields"] = fields
    with pytest.raises(FormatError, match=r"allowed: an object @ \$\.value\.history\[0\]\.fields"):
        from_plain(plain, Incident)


def test_a_calendar_is_read_as_any_calendar() -> None:
    """A base or protocol stands for all the classes that belong to it."""
    assert loads(dumps(OFFICE), Calendar) == OFFICE  # type: ignore[type-abstract]  # a protocol


def test_a_record_has_a_history_alone() -> None:
    """A field beside a history that can be read is refused with its name."""
    plain = to_plain(incident())
    plain["value"]["title"] = "x"
    with pytest.raises(FormatError, match=r"not a field of Incident; .* @ \$\.value\.title$"):
        from_plain(plain, Incident)


def test_a_document_of_a_class_is_not_one_of_plain_types() -> None:
    """Only ``plain`` documents hold texts and numbers."""
    kind: Any = int | str
    with pytest.raises(FormatError, match="got 'Incident'; allowed: plain"):
        loads(dumps(incident()), kind)
