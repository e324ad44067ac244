"""The texts of the findings on a desk, and the possible values of its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from incidentcore._checks import need_kind
from incidentcore.conditions import Condition
from incidentcore.conditions.overlap import satisfiable
from incidentcore.desk.desk import Desk
from incidentcore.lifecycle import STANDARD
from incidentcore.values import LintFinding

TEXTS: Final[dict[str, str]] = {
    "no_service": "some records have no service; add a last agreement without when",
    "no_promise": "no target for {levels}; add else = a target",
    "undeclared": "{path}: the desk does not declare it; add {name} to {key}",
    "never_matches": "earlier rules match every record that it matches",
    "change_undecided": "{fields} may change during a ticket; set on_change = keep_elapsed, "
    "restart or retroactive",
    "clock_missing": "level {level} waits for the {clock} clock, which {who} does not have",
    "clock_missing.near": "level {level} waits for the {clock} clock, which {who} does not have; "
    "nearest: {near}",
    "target_order": "{clock} of {worse} is later than that of {milder}",
    "late_response": "the response of {level} ({one}) is later than its resolution ({other})",
    "warn_too_early": "{point} does not lie after the start of the {clock} clock of {target}",
    "point_far": "{point} lies far beyond the due time (clock: {clock})",
    "level_at_once": "level {level} is due at the same time as the one before; combine them",
    "level_after_clock": "level {level} counts from the one before, which waits for the {clock} "
    "clock; put levels that wait for a clock last, or set at = a later point",
    "many_approvers": "stage {stage} needs {need} approvals",
    "approval_long": "stage {stage} has {within}; no target is longer than {longest}",
    "update_order": "{worse} is longer than {milder}",
    "days_of_open_time": "{days} days of open time from {start} on end on {end}; for business "
    'days write "{days} business days"',
    "days_never_end": "{days} days of open time from {start} on never end; for business days "
    'write "{days} business days"',
    "closes_late": "it closes after {close}, but may be reopened only within {within}",
    "first_calendar": "its business days count in the calendar {calendar}, the first of {count}; "
    "set {key} to state which",
    "approval_counts": "its pause does not hold in {state}, so the wait for an approval counts",
    "holidays_end": "its holidays end in {year}; targets reach to {until}",
    "times_as_utc": "times without an offset are read as UTC, the zone of the desk; state {key} "
    "in {table}",
    "on_call_gap": "nobody is on call in {count} stretches within {days} days",
    "group_not_escalated": "records are routed to this group, and no escalation names it",
    "matrix_not_named": "the manual escalation moves {matrices}; name the one meant: matrix=",
    "state_without_clock": "no clock starts or runs in {state}",
    "state_without_updates": "no rule covers incidents in this state",
    "unused": "{why}",
    "name_taken": "{name} in a condition means the field that every record has; write {path} for "
    "your own field",
    "no_start": "nothing that depends on a date was checked; set {key} to check it",
}


def found(code: str, subject: str, witness: object = None, **data: object) -> LintFinding:
    """Return a finding with the text of its code."""
    texts = {code: TEXTS[f"{code}.near"]} if data.get("near") else TEXTS
    return LintFinding(code, subject, data, witness, texts=texts)


def desk_domains(desk: Desk) -> dict[str, tuple[object, ...]]:
    """Return the possible values of fields, by field, with which conditions are analyzed."""
    need_kind("desk", desk, Desk)
    states = [state for name in STANDARD for state in desk.lifecycle(name).states]
    domains: dict[str, tuple[object, ...]] = {
        "priority": (*desk.priority.levels, None),
        "state": tuple(dict.fromkeys(states)),
        "record_type": tuple(STANDARD),
    }
    for own in desk.fields:
        if own.kind == "word":
            domains[own.path] = (*own.words, None)
        elif own.kind == "bool":
            domains[own.path] = (True, False, None)
    return domains


def never(desk: Desk, conditions: Iterable[Condition]) -> bool:
    """Return whether it is proved that no record of a desk meets any of some conditions."""
    domains = desk_domains(desk)
    return all(satisfiable(condition, domains=domains).is_no for condition in conditions)
