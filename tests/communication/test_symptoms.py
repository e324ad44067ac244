"""What users of other tools reported about reminders (field asks, symptom 17), as facts here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidentcore.communication import (
    CommunicationPlan,
    UpdateRule,
    due_updates,
    missed_updates,
    next_update_wakeup,
)
from incidentcore.conditions import field
from incidentcore.instants import Interval
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, correct_event, log_update_sent, set_fields
from incidentcore.schedule import BusinessCalendar

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(zone=BERLIN, hours={"mon-fri": "09:00-17:00"})
DAYTIME = BusinessCalendar(zone=BERLIN, hours={"mon-sun": "07:00-22:00"})


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def opened(at: datetime) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)


def plan(**parts: object) -> CommunicationPlan:
    rule = {"name": "all", "audiences": "customers", **parts}
    return CommunicationPlan("status", UpdateRule(**rule))  # type: ignore[arg-type]


def told(rules: CommunicationPlan, record: Incident, polls: list[datetime]) -> list[datetime]:
    """Poll, note the keys, and return when each reminder came, in Berlin's time."""
    seen: set[str] = set()
    came: list[datetime] = []
    for now in polls:
        for one in due_updates(rules, record, now=now, already=seen):
            seen.add(one.key)
            came.append(now.astimezone(BERLIN))
    return came


def test_no_reminder_at_midnight_or_on_a_weekend_zammad_4432() -> None:
    """An SLA in office hours, polled each minute from Friday to Tuesday: reminders in hours only.

    Opened on Friday at 16:40 with four business hours, the reminder comes on Monday at 12:40.
    """
    friday = berlin(5, 16, 40)
    polls = [friday + minute * MINUTE for minute in range(0, 4 * 1440, 5)]

    assert told(plan(first=4 * HOUR, calendar=OFFICE, during=OFFICE), opened(friday), polls) == [
        berlin(8, 12, 40)
    ]


def test_what_falls_due_at_night_waits_for_the_morning_zammad_2157() -> None:
    """Counted on the wall clock, but told in contact hours: 23:10 becomes 07:00, and not 02:00.

    Rule U4.
    """
    record = opened(berlin(5, 21, 10))
    (one,) = due_updates(plan(first=2 * HOUR, during=DAYTIME), record, now=berlin(6, 12))

    assert one.due_at == berlin(6, 7).astimezone(UTC)
    assert not due_updates(plan(first=2 * HOUR, during=DAYTIME), record, now=berlin(6, 6, 59))


def test_who_writes_is_not_woken_and_still_has_time_to_write() -> None:
    """With ten minutes of notice it is told at 07:00 for 07:10, not at 06:50 (rule U4)."""
    rules = plan(first=2 * HOUR, during=DAYTIME, notice=10 * MINUTE)
    (one,) = due_updates(rules, opened(berlin(5, 21, 10)), now=berlin(6, 7))

    assert (one.listed_at, one.due_at) == (berlin(6, 7), berlin(6, 7, 10))


def test_a_weekend_without_a_poll_brings_no_storm_glpi_2408() -> None:
    """Every 30 minutes, nobody polled from Friday night to Monday: one reminder, not a hundred.

    Rule U1.
    """
    record = opened(berlin(5, 18))

    assert len(due_updates(plan(every=30 * MINUTE), record, now=berlin(8, 9))) == 1


def test_a_reminder_comes_once_however_often_it_is_polled_glpi_1996() -> None:
    """Two servers that poll each minute and share their keys remind once for each update."""
    record = opened(berlin(5, 10))
    polls = [berlin(5, 10) + minute * MINUTE for minute in range(240) for _ in range(2)]

    assert told(plan(every=30 * MINUTE), record, polls) == [berlin(5, 10, 30)]


def test_a_restart_repeats_nothing_helpdesk_2967() -> None:
    """Keys do not depend on who polls when: after a restart the same update has the same key.

    Rule U5.
    """
    record = log_update_sent(opened(berlin(5, 10)), "customers", at=berlin(5, 10, 12), by="ada")
    rules = plan(first=15 * MINUTE, every=30 * MINUTE)
    before = due_updates(rules, record, now=berlin(5, 10, 42))
    after = due_updates(rules, record, now=berlin(5, 14))

    assert [one.key for one in before] == [one.key for one in after]
    assert due_updates(rules, record, now=berlin(5, 14), already={before[0].key}) == ()


def test_a_resolved_or_canceled_record_reminds_nobody() -> None:
    """Zammad #4353: what is over must not escalate; a final update alone is still owed."""
    record = opened(berlin(5, 10))
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    resolved = advance(record, "resolve", at=berlin(5, 10, 20), by="ada", **fields)
    canceled = advance(record, "cancel", at=berlin(5, 10, 20), by="ada")

    for over in (resolved, canceled):
        assert due_updates(plan(every=30 * MINUTE), over, now=berlin(6, 10)) == ()
        assert next_update_wakeup(plan(every=30 * MINUTE), [over], now=berlin(5, 10, 20)) is None
    (final,) = due_updates(
        plan(every=30 * MINUTE, final=15 * MINUTE), resolved, now=berlin(5, 10, 35)
    )
    assert final.kind == "final"


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_cadence_is_real_time_on_the_days_that_clocks_change(
    day: datetime, due: datetime
) -> None:
    """One hour after 01:30 is at 03:30 in spring and at the first 02:30 in autumn."""
    (one,) = due_updates(plan(every=HOUR), opened(day), now=day.astimezone(UTC) + 2 * HOUR)

    assert one.due_at == due


def test_on_hold_the_pace_changes_and_does_not_start_anew() -> None:
    """Told at 10:00, on hold from 10:10 with a four-hour pace: next at 14:00, not 14:10.

    Back at work at 10:20 what was promised counts again: 10:30. So it does at 13:50, late by then:
    a hold postpones nothing for those who go on without having sent an update.
    """
    rules = plan(first=15 * MINUTE, every=30 * MINUTE, on_hold=4 * HOUR)
    record = log_update_sent(opened(berlin(5, 9, 50)), "customers", at=berlin(5, 10), by="ada")
    held = advance(record, "start", at=berlin(5, 10, 5), by="ada")
    held = advance(held, "hold", reason="awaiting_vendor", at=berlin(5, 10, 10), by="ada")
    assert next_update_wakeup(rules, [held], now=berlin(5, 13, 55)) == berlin(5, 14)
    assert missed_updates(rules, held, now=berlin(5, 14)) == ()

    for back in (berlin(5, 10, 20), berlin(5, 13, 50)):
        resumed = advance(held, "resume", at=back, by="ada")
        (due,) = due_updates(rules, resumed, now=berlin(5, 13, 55))
        assert due.due_at == berlin(5, 10, 30)


def test_a_raised_priority_is_told_in_its_own_first_time_but_never_later() -> None:
    """Hourly, told at 10:00; becomes urgent at 10:40 with 15 and 30 minutes: due at 10:55.

    At 10:55 instead, the old promise of 11:00 stands, since 11:10 would be later than that.

    Rule U2.
    """
    urgent = field("custom.urgent").is_true()
    rules = CommunicationPlan(
        "status",
        [
            UpdateRule(
                name="urgent",
                audiences="customers",
                when=urgent,
                first=15 * MINUTE,
                every=30 * MINUTE,
            ),
            UpdateRule(name="rest", audiences="customers", every=HOUR),
        ],
    )
    record = log_update_sent(opened(berlin(5, 9, 30)), "customers", at=berlin(5, 10), by="ada")
    for minute, due in ((40, berlin(5, 10, 55)), (55, berlin(5, 11))):
        raised = set_fields(record, custom={"urgent": True}, at=berlin(5, 10, minute), by="ada")
        assert next_update_wakeup(rules, [raised], now=berlin(5, 10, minute)) == due


def test_every_late_update_stays_on_record() -> None:
    """Due at 10:15, sent at 10:42, resolved since: 27 minutes late, whatever came after (U3)."""
    rules = plan(first=15 * MINUTE, every=30 * MINUTE)
    record = log_update_sent(opened(berlin(5, 10)), "customers", at=berlin(5, 10, 42), by="ada")
    record = log_update_sent(record, "customers", at=berlin(5, 11, 12), by="ada")
    fields = {"resolution_code": "fixed", "resolution_notes": "restarted"}
    record = advance(record, "resolve", at=berlin(5, 11, 20), by="ada", **fields)

    (late,) = missed_updates(rules, record, now=berlin(20, 0))

    assert (late.kind, late.late_by, late.sent_at) == ("first", 27 * MINUTE, berlin(5, 10, 42))


def test_what_became_known_late_is_not_held_against_whoever_sent_it() -> None:
    """A mail of 10:10 that was noted at 11:00 was on time; as of 10:30 it looked late."""
    rules = plan(first=15 * MINUTE)
    record = log_update_sent(
        opened(berlin(5, 10)),
        "customers",
        at=berlin(5, 10, 10),
        recorded_at=berlin(5, 11),
        by="ada",
    )

    assert missed_updates(rules, record, now=berlin(5, 12)) == ()
    assert (
        len(missed_updates(rules, record, now=berlin(5, 10, 30), known_at=berlin(5, 10, 30))) == 1
    )
    wrong = correct_event(record, "INC-1:2", by="ada", recorded_at=berlin(5, 12))
    assert len(missed_updates(rules, wrong, now=berlin(5, 12))) == 1


def test_maintenance_is_left_out_by_the_calendar() -> None:
    """Due at 11:30 in a window agreed until 12:00: due when it is over, with its notice."""
    quiet = DAYTIME - [Interval(berlin(5, 11), berlin(5, 12))]
    rules = plan(first=90 * MINUTE, during=quiet, notice=5 * MINUTE)
    record = opened(berlin(5, 10))

    assert next_update_wakeup(rules, [record], now=berlin(5, 10)) == berlin(5, 12)
    (one,) = due_updates(rules, record, now=berlin(5, 12))
    assert one.due_at == berlin(5, 12, 5)
