"""What users of pagers asked for in public, each answered by a worked example."""

from datetime import UTC, datetime, timedelta

from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    OnCallLayer,
    OnCallSchedule,
    OnClock,
    due_escalations,
    escalate_now,
    goalert_row,
    jira_row,
    pagerduty_row,
    servicenow_row,
)
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, acknowledge
from incidentcore.schedule import BusinessCalendar, Rotation
from incidentcore.sla import SlaDefinition, SlaThreshold
from incidentcore.values import Actor

from .chains import INCIDENT, MIN, T0, at, person


def of(row: EscalationRow) -> EscalationMatrix:
    return EscalationMatrix("m", [row])


CHAIN = (
    EscalationLevel(After(timedelta(0)), person("ann")),
    EscalationLevel(AfterPrevious(10 * MIN), person("ben")),
    EscalationLevel(AfterPrevious(20 * MIN), person("cat")),
)


def fired(rules: EscalationMatrix, record: Incident, minutes: float = 500, **options: object):
    due = due_escalations(rules, record, now=at(minutes), include_lapsed=True, **options)
    return [((one.due_at - T0) / MIN, (one.people or (str(one.targets[0]),))[0]) for one in due]


def test_several_reopenings_reach_the_second_level() -> None:
    """From the second reopening on another row applies, at once (frappe/helpdesk#2050)."""
    often = EscalationRow(
        "often", [EscalationLevel(After(timedelta(0), since="reopened_at"), "second level")],
        when=field("reopen_count") >= 2,
    )  # fmt: skip
    rules = EscalationMatrix("m", [often, EscalationRow("other", CHAIN)])
    record = acknowledge(INCIDENT, at=at(1), by="ann")
    agent = Actor("bot", "system")
    for start in (100, 200):
        record = advance(record, "resolve", at=at(start), by=agent,
                         resolution_code="a", resolution_notes="b")  # fmt: skip
        record = advance(record, "reopen", at=at(start + 50), by=agent)

    first = [(0, "ann"), (150, "ann"), (160, "ben"), (180, "cat")]  # a reopening starts again
    assert fired(rules, record, 249) == first
    assert fired(rules, record) == [*first, (250, "second level")]


def test_an_acknowledged_alert_is_not_forgotten() -> None:
    """Acknowledged at 5 and left alone, it goes on after an hour (goalert#3378, oncall#1792)."""
    record = acknowledge(INCIDENT, at=at(5), by="ann")

    assert fired(of(EscalationRow("r", CHAIN)), record) == [(0, "ann")]
    assert fired(of(EscalationRow("r", CHAIN, ack_timeout=60 * MIN)), record) == [
        (0, "ann"), (65, "ben"), (85, "cat"),
    ]  # fmt: skip


def test_everybody_on_call_must_acknowledge() -> None:
    """Two at once: while one of them is silent the next step is called (goalert#4545)."""
    weekly = Rotation(anchor=T0, zone="UTC", unit="weeks")
    both = OnCallSchedule(
        "both", [OnCallLayer(weekly, "ann"), OnCallLayer(weekly, "bo")], combine="all"
    )
    rules = of(
        goalert_row(
            "r", [(EscalationTarget.on_call(both), 10), (person("boss"), 10)], everybody=True
        )
    )
    one = acknowledge(INCIDENT, at=at(3), by="ann")

    assert fired(rules, one) == [(0, "ann"), (10, "boss")]
    assert fired(rules, acknowledge(one, at=at(9), by="bo")) == [(0, "ann")]


def test_an_answer_to_an_old_message_does_not_push_the_chain_further() -> None:
    """Told at 0, asked by telephone at 15 for level 1, due since 10: nothing (goalert#2775)."""
    rules = of(EscalationRow("r", CHAIN))
    stale = escalate_now(INCIDENT, "ben", at=at(15), by="ann", level=1)
    fresh = escalate_now(INCIDENT, "ben", at=at(5), by="ann", level=1)
    blind = escalate_now(INCIDENT, "next", at=at(15), by="ann")

    assert fired(rules, stale) == fired(rules, INCIDENT)
    assert fired(rules, fresh) == [(0, "ann"), (5, "ben"), (25, "cat")]
    assert fired(rules, blind) == [(0, "ann"), (10, "ben"), (15, "cat")]


def test_an_acknowledgement_of_an_old_message_may_count_for_its_own_level() -> None:
    """Answered at 15 to the message of level 0, while Ben has the call: Cat is still called."""
    record = acknowledge(INCIDENT, at=at(15), by="ann", level=0)

    assert fired(of(EscalationRow("r", CHAIN)), record) == [(0, "ann"), (10, "ben")]
    by_level = of(EscalationRow("r", CHAIN, acknowledged_by="level"))
    assert fired(by_level, record) == [(0, "ann"), (10, "ben"), (30, "cat")]


def test_a_hand_may_ask_for_a_level_further_up() -> None:
    """Asked at 3 for level 2: Ben and Cat both at once, for nobody is left out (goalert#3085)."""
    record = escalate_now(INCIDENT, "cat", at=at(3), by="kim", level=2)

    assert fired(of(EscalationRow("r", CHAIN)), record) == [(0, "ann"), (3, "ben"), (3, "cat")]


def test_passes_may_begin_at_any_step_and_wait_as_long_as_wanted() -> None:
    """Ann is called once; Ben and Cat every 45 minutes (oncall#3760, oncall#2464)."""
    row = EscalationRow("r", CHAIN, repeat=2, repeat_from=1, repeat_after=45 * MIN)

    assert fired(of(row), INCIDENT) == [
        (0, "ann"), (10, "ben"), (30, "cat"), (75, "ben"), (95, "cat"), (140, "ben"), (160, "cat"),
    ]  # fmt: skip


def test_reminders_keep_out_of_nights_and_weekends() -> None:
    """Friday 16:50 and an hour: Monday 09:00, once, however often it is asked (zammad#4432)."""
    office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    friday = datetime(2026, 6, 5, 14, 50, tzinfo=UTC)
    record = Incident.open(id="I", title="x", at=friday, by="kim")
    level = EscalationLevel(After(60 * MIN), "owner", during=office)
    rules = of(EscalationRow("r", [level]))
    delivered: set[str] = set()
    told = []
    for hour in range(0, 24 * 7, 3):
        new = due_escalations(
            rules, record, now=friday + hour * 60 * MIN, already=frozenset(delivered)
        )
        told += [one.due_at for one in new]
        delivered |= {one.key for one in new}

    assert told == [datetime(2026, 6, 8, 7, 0, tzinfo=UTC)]


def test_a_warning_before_the_due_goes_back_through_the_calendar() -> None:
    """An hour before a due of Tuesday 09:30 is Monday 16:30, not midnight (glpi#22678)."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    clock = SlaDefinition.resolution(hours=8.5, calendar=office)
    soon = SlaThreshold(name="soon", before_due=60 * MIN)
    rules = of(EscalationRow("r", [EscalationLevel(OnClock("resolution", soon), "owner")]))

    assert fired(rules, INCIDENT, 2000, slas=[clock]) == [(450, "owner")]


def test_four_systems_call_four_ways_for_one_incident() -> None:
    """Acknowledged at 3 and forgotten: who is called, and when, is in the fields of each row."""
    record = acknowledge(INCIDENT, at=at(3), by="ann")
    steps = [(person("ann"), 5), (person("ben"), 5)]
    pager = pagerduty_row("r", steps, num_loops=1)
    goalert = goalert_row("r", steps, repeat=1)
    jira = jira_row("r", [(0, "not_acknowledged", person("ann")), (5, "not_closed", person("ben"))])
    reminders = servicenow_row("r", [(person("ann"), 2, 5 * MIN), (person("ben"), 0, 5 * MIN)])

    assert fired(of(pager), record) == [(0, "ann"), (33, "ben"), (38, "ann"), (43, "ben")]
    assert fired(of(goalert), record) == [(0, "ann")]
    assert fired(of(jira), record) == [(0, "ann"), (5, "ben")]
    assert fired(of(reminders), INCIDENT) == [(0, "ann"), (15, "ben")]
