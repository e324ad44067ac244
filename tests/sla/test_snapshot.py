"""The results of a status without its history and rules."""

from __future__ import annotations

import attrs

from incidentcore.sla import SlaDefinition, SlaSnapshot, evaluate_sla
from incidentcore.words import GERMAN

from .desk import ALWAYS_OPEN, HOUR, at, incident

FOUR = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN)


def test_a_snapshot_has_the_results_of_its_status() -> None:
    """By the same names; the definition by its name, and no event of the history."""
    record = incident(("mon 09:00", "new"), ("mon 11:00", "resolved"))
    status = evaluate_sla(FOUR, record, now=at("mon 12:00"))
    snapshot = SlaSnapshot.of(status)

    assert (snapshot.definition, snapshot.definition_hash) == ("resolution", FOUR.content_hash)
    assert (snapshot.elapsed, snapshot.remaining, snapshot.stage) == (2 * HOUR, 2 * HOUR, "stopped")
    assert [cycle.stopped_by for cycle in status.cycles] == [record.history[-1]]
    assert [cycle.stopped_by for cycle in snapshot.cycles] == [None]
    assert snapshot.cycles == status.cycles
    for name in attrs.fields_dict(SlaSnapshot):
        assert name == "definition" or getattr(snapshot, name) == getattr(status, name), name
    assert str(snapshot) == str(status.trace)
    assert snapshot.in_words(GERMAN) == status.trace.in_words(GERMAN) != str(snapshot)


def test_a_snapshot_where_nothing_applies_has_no_definition() -> None:
    """Neither a name nor a hash."""
    status = evaluate_sla(FOUR, incident(("mon 09:00", "new")), now=at("mon 08:00"))
    none = SlaSnapshot.of(attrs.evolve(status, definition=None))
    assert (none.definition, none.definition_hash, none.cycles) == (None, None, ())
