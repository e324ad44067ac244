"""From intents to records: what an alert becomes on the desk."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.builders import HOUR, MINUTE, T0, apply_intent
from tests.intake.drawn import intake_policies

from incidentcore.errors import (
    InvalidValueError,
    TransitionNotAllowedError,
)
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    IncidentIntent,
    IncidentReopened,
    IntakePolicy,
    apply_intents,
    fold_alerts,
    open_incident,
)
from incidentcore.lifecycle import INCIDENT, Allowed, advance, check_history, decide
from incidentcore.records import set_fields
from incidentcore.testing import alert_storms
from incidentcore.values import Actor, Impact, Urgency

TICK = timedelta.resolution


def alert(minutes=0, status="firing", **more):
    return Alert(key="disk", at=T0 + minutes * MINUTE, status=status, **more)


def alert_at(at, status, **more):
    return Alert(key="disk", at=at, status=status, **more)


FIXED = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def applied(policy, items, incidents=()):
    intents = fold_alerts(policy, items, until=T0 + timedelta(hours=1)).intents
    return apply_intents(intents, dict(incidents))


def test_an_alert_opens_an_incident():
    """Title, impact, urgency, priority and where it came from are the alert's."""
    incident = applied(IntakePolicy(), [alert(severity="critical", title="Disk full")])["alerts-1"]

    assert (incident.id, incident.title) == ("alerts-1", "Disk full")
    assert (incident.impact, incident.urgency) == (Impact.HIGH, Urgency.HIGH)
    assert incident.priority.name == "critical"
    assert (incident.source, incident.opened_by.role) == ("monitoring_alert", "system")
    assert (incident.opened_at, incident.detected_at) == (T0, T0)


def test_a_comment_says_what_the_alert_says():
    """Without a severity, a value or a source there is no place left for it."""
    whole = {"severity": "critical", "value": 2.5, "source": "west", "title": "Full"}
    for more, text in (
        ({"title": "Full"}, "Alert firing: Full (disk)"),
        (whole, "Alert firing: Full (west: disk, critical, value 2.5)"),
    ):
        incident = applied(IntakePolicy(), [alert()])["alerts-1"]
        again = apply_intent(IncidentIntent("add", T0, "alerts-1", "", alert(**more)), incident)
        texts = [event.text for event in again.history if event.kind == "commented"]
        assert texts == [text]


def test_an_open_incident_is_not_reopened():
    """People were quicker: the alert is written on it, and it stays as it is."""
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]
    intent = IncidentIntent("reopen", T0 + MINUTE, "alerts-1", "", alert(1))
    again = apply_intent(intent, incident)
    assert (again.state, again.reopen_count) == (incident.state, 0)
    assert "commented" in [event.kind for event in again.history[incident.version :]]


def test_a_late_alert_is_recorded_when_it_came():
    """What the record knew when is told apart from when it happened."""
    late = alert(recorded_at=T0 + 7 * MINUTE)
    incident = applied(IntakePolicy(), [late])["alerts-1"]

    assert {event.recorded_at for event in incident.history} == {T0 + 7 * MINUTE}


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


@pytest.mark.parametrize(
    ("within", "after", "kinds"),
    [
        (10 * MINUTE, 10 * MINUTE - TICK, ["open", "resolve", "reopen"]),
        (10 * MINUTE, 10 * MINUTE, ["open", "resolve", "reopen"]),
        (10 * MINUTE, 10 * MINUTE + TICK, ["open", "resolve", "open"]),
        (timedelta(0), TICK, ["open", "resolve", "open"]),
        (None, TICK, ["open", "resolve", "open"]),
    ],
)
def test_the_last_instant_of_reopen_within_is_inside(within, after, kinds):
    """Resolved at 09:05: at the end of the span an alert reopens it, a microsecond later not."""
    items = [alert(), alert(5, "resolved"), Alert(key="disk", at=T0 + 5 * MINUTE + after)]
    policy = IntakePolicy(reopen_within=within)
    intents = fold_alerts(policy, items, until=T0 + timedelta(hours=1)).intents
    assert [intent.kind for intent in intents if intent.kind != "add"] == kinds


def test_a_resolution_after_a_persons_changes_nothing():
    """What somebody resolved already is not resolved again."""
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    incident = advance(incident, "resolve", at=T0 + MINUTE, by="ada", **fields)
    intent = IncidentIntent("resolve", T0 + 2 * MINUTE, "alerts-1", "", None, "all_resolved")

    assert apply_intent(intent, incident) is incident


def test_a_resolved_record_swallows_nothing():
    """keep#2481: a firing alert is never noted on a record that is not open (rule A9)."""
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    incident = advance(incident, "resolve", at=T0 + MINUTE, by="ada", **fields)
    add = IncidentIntent("add", T0 + 2 * MINUTE, "alerts-1", "", alert(2))

    with pytest.raises(InvalidValueError):
        apply_intent(add, incident)
    reopened = apply_intent(
        IncidentIntent("reopen", T0 + 2 * MINUTE, "alerts-1", "", alert(2)), incident
    )
    assert reopened.state.open
    closed = advance(incident, "close", at=T0 + MINUTE, by="ada")
    with pytest.raises(TransitionNotAllowedError):
        apply_intent(IncidentIntent("reopen", T0 + 2 * MINUTE, "alerts-1", "", alert(2)), closed)


def test_work_that_began_before_the_fold_decided_is_no_obstacle():
    """Resolved 9:11, decided 9:22 for a lateness of 10 minutes; work began at 9:12 (rule A9).

    The whole batch was refused: a start at 9:12 does not follow a resolution at 9:11.
    """
    policy = IntakePolicy(lateness=10 * MINUTE)
    first = fold_alerts(policy, [alert()], until=T0 + 11 * MINUTE)
    incident = advance(
        apply_intents(first.intents, {})["alerts-1"], "start", at=T0 + 12 * MINUTE, by="a"
    )
    end = alert(11, "resolved")
    then = fold_alerts(policy, [end], state=first.state, until=T0 + 22 * MINUTE)
    incident = apply_intents(then.intents, {"alerts-1": incident})["alerts-1"]
    assert (incident.state.name, incident.resolved_at) == ("resolved", T0 + 12 * MINUTE)


def test_an_alert_from_before_a_persons_resolution_is_added_late():
    """Worse at 9:11, received 9:13, and resolved by a person at 9:12: it was open at 9:11 (A9).

    The whole batch was refused, although the fold knew of the resolution.
    """
    policy = IntakePolicy(lateness=10 * MINUTE)
    first = fold_alerts(policy, [alert(severity="warning")], until=T0 + 11 * MINUTE)
    (incident,) = apply_intents(first.intents, {}).values()
    ended = IncidentEnded("alerts-1", T0 + 12 * MINUTE)
    incident = advance(incident, "resolve", at=ended.at, by="ada", **FIXED)
    worse = alert(11, severity="critical", recorded_at=T0 + 13 * MINUTE)
    then = fold_alerts(policy, [ended, worse], state=first.state, until=T0 + 30 * MINUTE)
    (incident,) = apply_intents(then.intents, {"alerts-1": incident}).values()
    assert (incident.state.name, incident.impact) == ("resolved", Impact.HIGH)
    assert incident.custom["alert_count"] == 2


def test_an_alert_from_before_a_persons_reopening_is_added_late():
    """Fired at 9:18, and resolved 9:13 to 9:26 by people; for the fold, it was open from 9:14.

    The batch was refused once they had resolved the incident again.
    """
    policy = IntakePolicy(lateness=12 * MINUTE, reopen_within=15 * MINUTE, deduplicate=0 * MINUTE)
    state, incidents = None, {}

    def fold(minute, *items):
        nonlocal state
        found = fold_alerts(policy, items, state=state, until=T0 + minute * MINUTE)
        state = found.state
        incidents.update(apply_intents(found.intents, incidents))

    def work(minute, action, **fields):
        (name,) = incidents
        at = T0 + minute * MINUTE
        incidents[name] = advance(incidents[name], action, at=at, by="ada", **fields)
        return IncidentEnded(name, at)

    fold(12, alert(0))
    fold(15, work(13, "resolve", **FIXED), alert(14), alert(18))
    work(26, "reopen")
    fold(26)
    fold(26, work(26, "resolve", **FIXED))
    fold(60)
    (incident,) = incidents.values()
    assert (incident.state.name, incident.custom["alert_count"]) == ("resolved", 3)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.sampled_from(("fire", "end", "start", "hold", "resume", "resolve", "reopen")),
            st.integers(0, 12),
        ),
        max_size=20,
    ),
    st.sampled_from((0, 5, 12)),
    st.sampled_from((None, 15 * MINUTE)),
    st.booleans(),
)
def test_people_and_alerts_may_work_on_one_record(steps, lateness, reopen_within, told):
    """Whatever people do while alerts are held back, each batch can be applied (rule A9)."""
    policy = IntakePolicy(
        lateness=lateness * MINUTE, reopen_within=reopen_within, deduplicate=0 * MINUTE
    )
    now, state, incidents = T0, None, {}
    for wait, what, age in steps:
        now += wait * MINUTE
        items = []
        if what in ("fire", "end"):
            status = "firing" if what == "fire" else "resolved"
            items.append(alert_at(now - min(age, lateness) * MINUTE, status, recorded_at=now))
        elif incidents:
            name = max(incidents)
            fields = {"resolve": FIXED, "hold": {"reason": "awaiting_vendor"}}.get(what, {})
            answer = decide(incidents[name], what, at=now, by=Actor("ada", "agent"), **fields)
            if isinstance(answer, Allowed):
                incidents[name] = answer.record
                items += [IncidentEnded(name, now)] if what == "resolve" else []
                if what == "reopen" and told:
                    group = answer.record.custom["alert_group"]
                    items.append(IncidentReopened(name, now, group))
        found = fold_alerts(policy, items, state=state, until=now)
        state = found.state
        incidents |= apply_intents(found.intents, incidents)
    last = fold_alerts(policy, [], state=state, until=now + 30 * MINUTE)
    incidents |= apply_intents(last.intents, incidents)
    for incident in incidents.values():
        assert check_history(incident, INCIDENT) == ()


def test_a_resolution_is_known_when_its_alert_was_received():
    """Resolved at 9:05, received at 9:50: as known at 9:49, it is open."""
    items = [alert(), alert(5, "resolved", recorded_at=T0 + 50 * MINUTE)]
    incident = applied(IntakePolicy(lateness=50 * MINUTE), items)["alerts-1"]
    assert incident.resolved_at == T0 + 5 * MINUTE
    for minute, is_open in ((49, True), (50, False)):
        timeline = incident.timeline(known_at=T0 + minute * MINUTE)
        assert timeline.facts_at(T0 + HOUR)["state"].open is is_open


@given(intake_policies(), alert_storms(min_size=12))
def test_every_storm_makes_legal_records(policy, storm):
    """For any storm, the records open, rise, resolve and reopen as the lifecycle allows."""
    intents = fold_alerts(policy, storm, until=T0 + timedelta(days=2)).intents
    incidents = apply_intents(intents, {}, severities=policy.severities)

    opened = [one.incident for one in intents if one.kind == "open"]
    assert sorted(incidents) == sorted(opened)
    for name, incident in incidents.items():
        mine = [one for one in intents if one.incident == name]
        assert check_history(incident, INCIDENT) == ()
        last = [one.kind for one in mine if one.kind not in ("add", "dropped")][-1]
        assert incident.state.open is (last != "resolve")
        assert incident.reopen_count == [one.kind for one in mine].count("reopen")
        alerts = [one.alert for one in mine if one.alert is not None]
        assert incident.custom["alert_count"] == len(alerts)
        taken = [one.alert for one in mine if one.kind != "dropped" and one.alert is not None]
        firing = [alert for alert in taken if alert.firing]
        worst = min(policy.severities.rank(one.severity) for one in firing)
        assert incident.impact >= policy.severities.rows[worst].impact


def test_a_priority_may_be_left_to_others():
    """Without a policy of priorities the incident has impact and urgency alone."""
    opening = fold_alerts(IntakePolicy(), [alert(severity="critical")], until=T0).intents[0]

    assert open_incident(opening, priorities=None).priority is None

    mild = fold_alerts(IntakePolicy(), [alert(severity="info")], until=T0).intents[0]
    worse = attrs.evolve(opening, kind="add", incident="alerts-1")
    incident = apply_intent(worse, open_incident(mild, priorities=None), priorities=None)
    assert incident.priority is None


def test_an_alert_that_ended_makes_nothing_worse():
    """Its severity is that of what is over."""
    opening = fold_alerts(IntakePolicy(), [alert(severity="info")], until=T0).intents[0]
    incident = open_incident(opening)
    over = alert(1, "resolved", severity="critical")
    same = apply_intent(IncidentIntent("add", over.at, "alerts-1", "", over), incident)
    assert (same.impact, same.priority) == (incident.impact, incident.priority)
    worse = apply_intent(
        IncidentIntent("add", over.at, "alerts-1", "", attrs.evolve(over, status="firing")),
        incident,
    )
    assert (incident.impact, worse.impact) == (Impact.LOW, Impact.HIGH)


def test_a_count_of_alerts_must_be_one():
    """The field is the intake's own."""
    [incident] = applied(IntakePolicy(), [alert()]).values()
    spoiled = set_fields(incident, custom={"alert_count": "many"}, at=T0, by="ada")
    more = IncidentIntent("add", T0, incident.id, "", alert(1))
    with pytest.raises(InvalidValueError, match="alert_count: got 'many'"):
        apply_intent(more, spoiled)


def test_an_incident_may_have_an_id_of_ones_own():
    """Else it has that of its intent."""
    (intent,) = fold_alerts(IntakePolicy(), [alert()], until=T0).intents
    assert open_incident(intent).id == "alerts-1"
    assert open_incident(intent, id="INC-7").id == "INC-7"


def test_custom_fields_of_an_opened_incident_stand_beside_those_of_its_alert():
    """The count of alerts goes on, and the group is there; ``labels`` is replaced by name."""
    found = fold_alerts(IntakePolicy(), [alert(), alert(minutes=90)], until=T0 + 2 * HOUR)
    own = {"custom": {"team": "net", "labels": "none"}}
    record = apply_intents(found.intents, {}, fields=lambda _: own)["alerts-1"]

    assert dict(record.custom) == {
        "alert": "disk",
        "alert_count": 2,
        "alert_group": found.intents[0].group,
        "alert_source": "",
        "labels": "none",
        "team": "net",
    }
    with pytest.raises(InvalidValueError, match="custom"):
        apply_intents(found.intents, {}, fields=lambda _: {"custom": ["net"]})


def test_fields_of_opened_incidents_are_a_function():
    """A dict would be the same for each incident, so it is refused by name."""
    with pytest.raises(InvalidValueError, match=r"fields: got.*a function that takes an alert"):
        apply_intents([], {}, fields={"service": "shop"})


def test_an_intent_without_its_alert_is_refused():
    """To open, and to add to an incident."""
    (intent,) = fold_alerts(IntakePolicy(), [alert()], until=T0).intents
    with pytest.raises(InvalidValueError, match="an intent to open, with its alert"):
        open_incident(attrs.evolve(intent, alert=None))
    incident = open_incident(intent)
    for kind in ("add", "reopen"):
        with pytest.raises(InvalidValueError, match="an intent to add, reopen or resolve"):
            apply_intents([attrs.evolve(intent, kind=kind, alert=None)], {"alerts-1": incident})


def test_a_resolution_is_recorded_when_its_alert_was():
    """Over at 09:05, and said at 09:09."""
    opening = fold_alerts(IntakePolicy(), [alert()], until=T0).intents[0]
    over = alert(5, "resolved", recorded_at=T0 + 9 * MINUTE)
    intent = IncidentIntent("resolve", over.at, "alerts-1", "", over)
    resolved = apply_intent(intent, open_incident(opening))
    (event,) = [one for one in resolved.history if one.kind == "state_changed"]
    assert (event.at, event.recorded_at) == (T0 + 5 * MINUTE, T0 + 9 * MINUTE)
