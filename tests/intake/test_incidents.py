"""From intents to records: what an alert becomes on the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from incidentcore.errors import (
    DefinitionError,
    InvalidValueError,
    NaiveDatetimeError,
    TransitionNotAllowedError,
)
from incidentcore.intake import (
    STANDARD_SEVERITIES,
    Alert,
    Flapping,
    IncidentEnded,
    IncidentIntent,
    IntakePolicy,
    IntakeState,
    MaintenanceRule,
    SeverityRow,
    SeverityTable,
    apply_intent,
    apply_intents,
    fold_alerts,
    open_incident,
)
from incidentcore.intake.state import ConditionState
from incidentcore.lifecycle import INCIDENT, advance, check_history
from incidentcore.testing import alert_storms, intake_policies
from incidentcore.values import Impact, Urgency

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def alert(minutes=0, status="firing", **more):
    return Alert(key="disk", at=NINE + minutes * MINUTE, status=status, **more)


def applied(policy, items, incidents=()):
    intents = fold_alerts(policy, items, until=NINE + timedelta(hours=1)).intents
    return apply_intents(intents, dict(incidents))


def test_an_alert_opens_an_incident():
    """Title, impact, urgency, priority and where it came from are the alert's."""
    incident = applied(IntakePolicy(), [alert(severity="critical", title="Disk full")])["alerts-1"]

    assert (incident.id, incident.title) == ("alerts-1", "Disk full")
    assert (incident.impact, incident.urgency) == (Impact.HIGH, Urgency.HIGH)
    assert incident.priority.name == "critical"
    assert (incident.source, incident.opened_by.role) == ("monitoring_alert", "system")
    assert (incident.opened_at, incident.detected_at) == (NINE, NINE)


def test_a_late_alert_is_recorded_when_it_came():
    """What the record knew when is told apart from when it happened."""
    late = alert(recorded_at=NINE + 7 * MINUTE)
    incident = applied(IntakePolicy(), [late])["alerts-1"]

    assert {event.recorded_at for event in incident.history} == {NINE + 7 * MINUTE}


def test_a_worse_alert_raises_it():
    """Impact and urgency rise with the worst alert and do not fall again (rule A9)."""
    words = ("info", "critical", "warning")
    items = [alert(n, severity=word) for n, word in enumerate(words)]
    incident = applied(IntakePolicy(deduplicate=timedelta(0)), items)["alerts-1"]

    assert (incident.impact, incident.priority.name) == (Impact.HIGH, "critical")
    assert [event.kind for event in incident.history].count("commented") == 2


def test_its_alerts_resolve_and_reopen_it():
    """The record follows the standard lifecycle, and its history passes it."""
    policy = IntakePolicy(reopen_within=timedelta(minutes=10))
    items = [alert(), alert(5, "resolved"), alert(6), alert(9, "resolved")]
    incident = applied(policy, items)["alerts-1"]

    assert (incident.state.name, incident.reopen_count) == ("resolved", 1)
    assert incident.resolution_notes == "resolved by its alerts: all_resolved"
    assert check_history(incident, INCIDENT) == ()


def test_a_resolution_after_a_persons_changes_nothing():
    """What somebody resolved already is not resolved again."""
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    incident = advance(incident, "resolve", at=NINE + MINUTE, by="ada", **fields)
    intent = IncidentIntent("resolve", NINE + 2 * MINUTE, "alerts-1", "", None, "all_resolved")

    assert apply_intent(intent, incident) is incident


def test_a_resolved_record_swallows_nothing():
    """keep#2481: a firing alert is never noted on a record that is not open (rule A9)."""
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    incident = advance(incident, "resolve", at=NINE + MINUTE, by="ada", **fields)
    add = IncidentIntent("add", NINE + 2 * MINUTE, "alerts-1", "", alert(2))

    with pytest.raises(InvalidValueError):
        apply_intent(add, incident)
    reopened = apply_intent(
        IncidentIntent("reopen", NINE + 2 * MINUTE, "alerts-1", "", alert(2)), incident
    )
    assert reopened.state.open
    closed = advance(incident, "close", at=NINE + MINUTE, by="ada")
    with pytest.raises(TransitionNotAllowedError):
        apply_intent(IncidentIntent("reopen", NINE + 2 * MINUTE, "alerts-1", "", alert(2)), closed)


def test_intents_of_other_kinds_are_refused():
    """Only an opening opens, and dropped alerts are nobody's."""
    dropped = IncidentIntent("dropped", NINE, "", "", alert(), "duplicate")
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]

    with pytest.raises(InvalidValueError):
        open_incident(dropped)
    with pytest.raises(InvalidValueError):
        apply_intent(dropped, incident)
    with pytest.raises(InvalidValueError):
        apply_intents([IncidentIntent("add", NINE, "alerts-7", "", alert())], {})


def test_severities_by_a_table():
    """Words are compared without case; the unknown one is the default's, and worse is earlier."""
    table = STANDARD_SEVERITIES
    assert table.row("PAGE").urgency == Urgency.HIGH
    assert table.row("strange") == table.row("warning") == table.row("")
    assert table.rank("critical") < table.rank("warning") < table.rank("info")
    own = SeverityTable([SeverityRow("p1", Impact.HIGH, Urgency.LOW)], default="P1")
    assert own.row("anything").urgency == Urgency.LOW


@pytest.mark.parametrize(
    "make",
    [
        lambda: SeverityTable([]),
        lambda: SeverityTable([SeverityRow("a", Impact.LOW, Urgency.LOW)] * 2, default="a"),
        lambda: SeverityTable([SeverityRow("a", Impact.LOW, Urgency.LOW)]),
        lambda: SeverityRow("", Impact.LOW, Urgency.LOW),
        lambda: SeverityRow("a", "high", Urgency.LOW),
        lambda: IntakePolicy(group_by=["service"]),
        lambda: IntakePolicy(window=timedelta(0)),
        lambda: IntakePolicy(window=timedelta(days=365)),
        lambda: IntakePolicy(threshold=0),
        lambda: IntakePolicy(deduplicate=-MINUTE),
        lambda: IntakePolicy(resolve_on="last"),
        lambda: IntakePolicy(silence=timedelta(0)),
        lambda: IntakePolicy(flapping=MINUTE),
        lambda: IntakePolicy(maintenance=["night"]),
        lambda: Flapping(within=MINUTE, start=2, stop=2),
        lambda: MaintenanceRule("", None),
        lambda: MaintenanceRule("night", "22:00-06:00"),
    ],
)
def test_definitions_that_cannot_be_used(make):
    """A table or policy that cannot work is refused when it is made."""
    with pytest.raises(DefinitionError):
        make()


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"key": ""}, InvalidValueError),
        ({"status": "pending"}, InvalidValueError),
        ({"severity": None}, InvalidValueError),
        ({"value": float("nan")}, InvalidValueError),
        ({"value": True}, InvalidValueError),
        ({"labels": {"a": 1}}, InvalidValueError),
        ({"at": datetime(2026, 6, 1)}, NaiveDatetimeError),  # noqa: DTZ001  that is the point
    ],
)
def test_alerts_that_are_none(fields, kind):
    """An alert without key, with another status or with odd values is refused."""
    with pytest.raises(kind):
        Alert(**{"key": "k", "at": NINE, **fields})


def test_a_state_must_hang_together():
    """A state that names an incident which is not there, or one twice, is refused."""
    one = ConditionState(source="", key="k", firing=True, last_at=NINE, heard_at=NINE, incident="x")
    with pytest.raises(InvalidValueError):
        IntakeState(conditions=[one])
    with pytest.raises(InvalidValueError):
        IntakeState(conditions=(ConditionState(**{**as_dict(one), "incident": ""}),) * 2)
    with pytest.raises(InvalidValueError):
        fold_alerts(IntakePolicy(), ["alert"])
    with pytest.raises(InvalidValueError):
        IncidentEnded("", NINE)


def as_dict(state):
    names = ("source", "key", "firing", "last_at", "heard_at")
    return {name: getattr(state, name) for name in names}


@given(intake_policies(), alert_storms(min_size=12))
def test_every_storm_makes_legal_records(policy, storm):
    """Whatever the storm, the records open, rise, resolve and reopen as the lifecycle allows."""
    intents = fold_alerts(policy, storm, until=NINE + timedelta(days=2)).intents
    incidents = apply_intents(intents, {}, severities=policy.severities)

    opened = [one.incident for one in intents if one.kind == "open"]
    assert sorted(incidents) == sorted(opened)
    for name, incident in incidents.items():
        mine = [one for one in intents if one.incident == name]
        assert check_history(incident, INCIDENT) == ()
        last = [one.kind for one in mine if one.kind != "add"][-1]
        assert incident.state.open is (last != "resolve")
        assert incident.reopen_count == [one.kind for one in mine].count("reopen")
        firing = [one.alert for one in mine if one.alert is not None and one.alert.firing]
        worst = min(policy.severities.rank(one.severity) for one in firing)
        assert incident.impact >= policy.severities.rows[worst].impact
