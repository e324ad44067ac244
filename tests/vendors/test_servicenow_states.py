"""The states of a ServiceNow audit log and its two lifecycles."""

from __future__ import annotations

import pytest
from tests.vendors.audit_logs import load, load_audit_log, log

from incidentcore.lifecycle import check_history
from incidentcore.records import (
    StateChanged,
    correct_event,
)
from incidentcore.vendors import (
    AUDIT_LIFECYCLE,
    STRICT_LIFECYCLE,
    audit_log,
    audit_rows,
    check_states,
)
from incidentcore.vendors.audit_log import StateTally
from incidentcore.vendors.servicenow_states import AUDIT_STATES


def test_the_unknown_state_is_open_and_no_lifecycle_has_it() -> None:
    """Nothing is known of ``-100``: work is still owed, and every change from or to it is odd."""
    incident, _ = load(
        {},
        {"incident_state": "-100", "sys_mod_count": "1"},
        {"incident_state": "Resolved", "sys_mod_count": "2"},
    )
    entered = [event.state for event in incident.history if isinstance(event, StateChanged)]
    assert (entered[0].name, entered[0].open) == ("unknown_-100", True)
    codes = [finding.code for finding in check_history(incident, AUDIT_LIFECYCLE)]
    assert codes == ["unknown_state"]
    [changes] = StateTally([AUDIT_LIFECYCLE]).add(incident)
    assert changes == ["New -> unknown_-100", "unknown_-100 -> Resolved"]


def test_a_corrected_change_is_judged_by_itself() -> None:
    """Without the change that did not happen, the other one is allowed; both are observed."""
    odd, _ = load(
        {},
        {"incident_state": "-100", "sys_mod_count": "1"},
        {"incident_state": "Resolved", "sys_mod_count": "2"},
    )
    wrong = next(event.id for event in odd.history if isinstance(event, StateChanged))
    right = correct_event(odd, wrong, at=odd.updated_at, by="ada")
    tally = StateTally([AUDIT_LIFECYCLE])
    assert tally.add(odd) == [["New -> unknown_-100", "unknown_-100 -> Resolved"]]
    assert tally.add(right) == [[]]
    assert [check.incidents for check in tally.checks] == [1]


def test_a_log_of_a_header_has_no_incidents() -> None:
    """It has nothing but its columns."""
    incidents, _ = load_audit_log(log())
    assert incidents == ()


def test_a_long_log_is_read_alike_when_memory_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times and actors that repeat are remembered, but not endlessly."""
    rows = [{}, {"sys_updated_by": "Ben"}, {"sys_updated_by": "Desk 1", "sys_mod_count": "1"}]
    whole, _ = load(*rows)
    monkeypatch.setattr(audit_rows, "_CACHED", 1)
    assert load(*rows)[0].history == whole.history


def test_no_more_courses_are_kept_than_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of two; the second is judged anew each time, and counts alike."""
    monkeypatch.setattr(audit_log, "_CACHED", 1)
    tally = StateTally([AUDIT_LIFECYCLE])
    for state in ("Resolved", "-100", "-100"):
        incident, _ = load({}, {"incident_state": state, "sys_mod_count": "1"})
        wrong = [] if state == "Resolved" else ["New -> unknown_-100"]
        assert tally.add(incident) == [wrong]
        assert len(tally._judged) == 1
    assert [(check.observed, check.incidents) for check in tally.checks] == [(3, 2)]


ALL = {state.name for state in AUDIT_STATES}


WAITING = {name for name in ALL if name.startswith("Awaiting")}


GENEROUS = {
    *(("New", to) for to in ("Active", "Resolved", *WAITING)),
    *(("Active", to) for to in ("Resolved", *WAITING)),
    *((of, to) for of in WAITING for to in ("Active", "Resolved", *WAITING) if of != to),
    ("Resolved", "Closed"),
    ("Resolved", "Active"),
}


STRICT = {
    pair
    for pair in GENEROUS
    if (pair[0] != "New" and pair[0] not in WAITING) or pair[1] == "Active"
}


@pytest.mark.parametrize("before", sorted(ALL))
@pytest.mark.parametrize("after", sorted(ALL))
def test_the_lifecycles_are_the_stated_rules(before: str, after: str) -> None:
    """Each pair of states is allowed by the generous and the strict rule as they are written."""
    if before == after:
        return
    incident, _ = load({"incident_state": before}, {"incident_state": after, "sys_mod_count": "1"})
    for lifecycle, allowed in ((AUDIT_LIFECYCLE, GENEROUS), (STRICT_LIFECYCLE, STRICT)):
        check = check_states(lifecycle, [incident])
        assert check.observed == 1
        assert check.refused == ((before, after) not in allowed)


def test_a_state_first_seen_is_no_change_that_was_observed() -> None:
    """Of two incidents with the same states, the one whose log begins late has no change."""
    late, _ = load({"incident_state": "Resolved"})
    whole, _ = load({}, {"incident_state": "Resolved", "sys_mod_count": "1"})
    for both in ((late, whole), (whole, late)):
        assert check_states(AUDIT_LIFECYCLE, both).observed == 1
