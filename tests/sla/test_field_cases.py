"""Clocks as users of service desks report them: each case with the right answer, worked by hand.

The ids are stable. 1 June 2026 is a Monday; office is Mon-Fri 09:00-17:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import during, field
from incidentcore.lifecycle import INCIDENT, Transition, advance
from incidentcore.records import (
    Incident,
    assign,
    comment,
    correct_event,
    log_update_sent,
    merge_duplicate,
    set_fields,
    unlink,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    SlaDefinition,
    SlaPolicy,
    SlaStatus,
    evaluate_sla,
    next_sla_wakeup,
)
from incidentcore.values import Actor

OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
ALWAYS_OPEN = BusinessCalendar.always()
KIM, TIMER, BOT = Actor("kim", "requester"), Actor("timer", "system"), Actor("bot", "bot")
FIX = {"resolution_code": "fixed", "resolution_notes": "Replaced the cable."}
HOUR = timedelta(hours=1)


def u(text: str) -> datetime:
    """Return an instant in UTC; a day alone of June 2026 may be given as "05 14:00"."""
    full = text if "T" in text else f"2026-06-{text.replace(' ', 'T')}"
    return datetime.fromisoformat(full).replace(tzinfo=UTC)


def opened(at: str = "01 09:00", id: str = "I", **more: Any) -> Incident:  # noqa: A002  the field's name
    return Incident.open(id=id, title="Mail is down", at=u(at), **{"by": KIM, **more})


def ask(rules: Any, record: Incident, now: str) -> SlaStatus:
    status = evaluate_sla(rules, record, now=u(now))
    assert isinstance(status, SlaStatus)
    return status


def hours(calendar: str) -> BusinessCalendar:
    return BusinessCalendar(zone="UTC", hours={"mon-fri": calendar})


def resolution(hours: float, calendar: Any = OFFICE, **more: Any) -> SlaDefinition:
    return SlaDefinition.resolution(hours=hours, calendar=calendar, **more)


def said(record: Incident, *story: tuple[str, str, Any]) -> Incident:
    for at, text, by in story:
        record = comment(record, text, at=u(at), by=by)
    return record


class TestChosenByTheHourOfReporting:
    """A time of day is asked of the opening, whatever happens later."""

    @pytest.mark.parametrize("verb", ["nothing", "comment", "assign", "set"])
    def test_sla_s24_a_comment_changes_no_shift(self, verb: str) -> None:
        """Appfire Time to SLA 1793557149; reported in the day shift, touched at 18:00."""
        day = hours("08:00-17:00")
        policy = SlaPolicy(
            [(during(day), resolution(9, ALWAYS_OPEN, name="day"))],
            default=resolution(9, day, name="night"),
        )
        at = u("01 18:00")
        record = opened("01 10:00")
        if verb == "comment":
            record = comment(record, "still waiting", at=at, by=KIM)
        elif verb == "assign":
            record = assign(record, assignee="ada", at=at, by=TIMER)
        elif verb == "set":
            record = set_fields(record, service="mail", at=at, by="ada")
        status = ask(policy, record, "01 19:30")
        assert status.definition is not None
        assert (status.definition.name, status.breached) == ("day", True)
        assert status.due_at == u("01 19:00")

    @pytest.mark.parametrize("commented", [False, True])
    def test_sla_a15_the_same_with_a_cut_off(self, commented: bool) -> None:  # noqa: FBT001
        """Reported before 14:00: by 16:00 the same day, also when the requester writes at 15:00."""
        early = hours("00:00-14:00")
        rows = {name: ByTimeOfDay("16:00", n) for n, name in enumerate(("same_day", "next_day"))}
        same, later = (
            SlaDefinition.resolution(name=name, target=target, calendar=OFFICE)
            for name, target in rows.items()
        )
        record = opened("01 13:00")
        if commented:
            record = comment(record, "still waiting", at=u("01 15:00"), by=KIM)
        status = ask(SlaPolicy([(during(early), same)], default=later), record, "01 16:30")
        assert status.definition == same
        assert (status.due_at, status.breached) == (u("01 16:00"), True)
        second = attrs.evolve(later, start=during(early))
        assert ask(second, opened("01 15:00"), "02 10:00").stage == "not_started"
        late = comment(opened("01 15:00"), "x", at=u("02 10:00"), by=KIM)
        assert ask(second, late, "02 11:00").stage == "not_started"

    @pytest.mark.parametrize("by_cut_off", [False, True])
    def test_sla_s56_two_days_or_three_by_the_hour(self, by_cut_off: bool) -> None:  # noqa: FBT001
        """ServiceNow relative durations; Wed 16:00 and Thu 16:00 whatever happens later."""
        two, three = (
            SlaDefinition.resolution(
                name=f"in_{n}", target=ByTimeOfDay("16:00", n), calendar=OFFICE
            )
            for n in (2, 3)
        )
        rules: Any = SlaPolicy([(during(hours("00:00-10:00")), two)], default=three)
        if by_cut_off:
            rules = attrs.evolve(two, target=ByTimeOfDay("16:00", 2, cut_off="10:00"))
        late = comment(opened("01 10:30"), "x", at=u("02 09:00"), by=KIM)
        dues = [ask(rules, record, "02 12:00").due_at for record in (opened("01 09:30"), late)]
        assert dues == [u("03 16:00"), u("04 16:00")]


class TestByATimeOfDay:
    """The start's own date counts, not the date of the next opening."""

    @pytest.mark.parametrize(
        ("target", "start", "due"),
        [
            (ByTimeOfDay("16:00", 1), "01 17:30", "02 16:00"),  # sla-s55
            (BusinessDays(1, end_of_day=True), "01 17:30", "02 17:00"),  # sla-s55
            (ByTimeOfDay("16:00", 1), "01 08:00", "02 16:00"),
            (ByTimeOfDay("16:00", 1), "05 18:00", "08 16:00"),
            (ByTimeOfDay("16:00", 1), "06 12:00", "08 16:00"),
            (ByTimeOfDay("16:00", 2), "06 12:00", "09 16:00"),
            (ByTimeOfDay("16:00", 0), "01 16:00", "01 16:00"),
            (ByTimeOfDay("16:00", 0), "01 16:01", "02 16:00"),
            (ByTimeOfDay("16:00", 0), "06 12:00", "08 16:00"),
            (ByTimeOfDay("16:00", 0, cut_off="14:00"), "01 13:59", "01 16:00"),
            (ByTimeOfDay("16:00", 0, cut_off="14:00"), "01 14:00", "02 16:00"),
            (ByTimeOfDay("16:00", 1, cut_off="10:00"), "06 09:00", "09 16:00"),
            (ByTimeOfDay("09:00", 1, cut_off="12:00"), "05 11:00", "08 09:00"),
        ],
    )
    def test_sla_s55_after_closing(self, target: Any, start: str, due: str) -> None:
        """ServiceNow, *Next business day by 4pm*, and its neighbors."""
        definition = SlaDefinition.resolution(target=target, calendar=OFFICE)
        assert ask(definition, opened(start), start).due_at == u(due)


class TestInstantsInFields:
    """Clocks that start, pause or stop when an instant comes that a field holds."""

    def test_sla_s22_a_clock_that_starts_when_a_date_is_reached(self) -> None:
        """Atlassian community 3159836; nothing runs before the 15th, which is the wake-up."""
        from incidentcore.conditions import reached  # noqa: PLC0415

        record = opened(custom={"starts": u("15 09:00")})
        clock = SlaDefinition(
            name="onboarding",
            target=BusinessDays(5),
            calendar=OFFICE,
            start=reached("custom.starts"),
            stop=field("state.resolved").is_true(),
        )
        early = ask(clock, record, "02 09:00")
        assert (early.stage, early.due_at) == ("not_started", None)
        assert next_sla_wakeup(clock, [record], now=u("02 09:00")) == u("15 09:00")
        assert ask(clock, record, "15 09:00").due_at == u("22 09:00")
        moved = set_fields(record, custom={"starts": u("16 09:00")}, at=u("03 09:00"), by="ada")
        assert ask(clock, moved, "16 10:00").due_at == u("23 09:00")
        assert ask(clock, moved, "15 10:00").stage == "not_started"

    def test_sla_s23_a_clock_that_starts_before_the_record_was_made(self) -> None:
        """Atlassian community 3190668; glpi-project/glpi#4150."""
        record = opened("01 09:30", detected_at=u("01 09:00"))
        assert ask(resolution(4), record, "01 12:00").elapsed == 2.5 * HOUR
        clock = resolution(4, starts_from="detected_at")
        status = ask(clock, record, "01 12:00")
        assert (status.elapsed, status.started_at) == (3 * HOUR, u("01 09:00"))
        assert next(iter(status.trace)).interval.start == u("01 09:00")
        clock = resolution(4, ALWAYS_OPEN, starts_from="detected_at")
        moved = set_fields(record, detected_at=u("01 08:30"), at=u("01 13:30"), by="ada")
        assert ask(clock, moved, "01 12:59").crossings("due") == ()
        assert [c.at for c in ask(clock, moved, "01 15:00").crossings("due")] == [u("01 13:00")]
        assert ask(clock, moved, "01 15:00").due_at == u("01 12:30")
        sooner = set_fields(record, detected_at=u("01 08:30"), at=u("01 12:45"), by="ada")
        assert [c.at for c in ask(clock, sooner, "01 15:00").crossings("due")] == [u("01 12:45")]

    def test_a_start_that_is_moved_back_behind_the_opening(self) -> None:
        """Opened 09:00 to start at 10:00; at 12:00 it turns out to have been 11:00 (S1)."""
        clock = resolution(4, ALWAYS_OPEN, starts_from="custom.begun")
        record = opened("01 09:00", custom={"begun": u("01 10:00")})
        moved = set_fields(record, custom={"begun": u("01 11:00")}, at=u("01 12:00"), by="ada")
        for now, stage, due in (("11:30", "running", "14:00"), ("13:00", "running", "15:00")):
            status = ask(clock, moved, f"01 {now}")
            assert (status.stage, status.due_at) == (stage, u(f"01 {due}"))  # was not started

    def test_only_the_first_cycle_starts_from_a_field(self) -> None:
        """Detected at 8:30, solved at 10:00, reopened at 12:00: four hours from there (S5)."""
        clock = resolution(4, ALWAYS_OPEN, starts_from="detected_at", reopen="new_cycle")
        record = opened("01 09:00", detected_at=u("01 08:30"))
        done = {"resolution_code": "fixed", "resolution_notes": "restarted"}
        record = advance(record, "resolve", at=u("01 10:00"), by="ada", **done)
        record = advance(record, "reopen", at=u("01 12:00"), by="ada")
        status = ask(clock, record, "01 13:00")
        assert [cycle.started_at for cycle in status.cycles] == [u("01 08:30"), u("01 12:00")]
        assert (status.elapsed, status.due_at) == (HOUR, u("01 16:00"))

    def test_sla_a04_the_opening_is_the_one_that_was_corrected(self) -> None:
        """Reported at 07:30, as is found out at 13:00; as known before, opened at 11:00."""
        record = opened("01 11:00")
        fixed = correct_event(
            record, record.history[0].id, at=u("01 07:30"), by="ada", recorded_at=u("01 13:00")
        )
        assert fixed.opened_at == u("01 07:30")
        clock = resolution(4)
        assert ask(clock, fixed, "01 14:00").elapsed == 5 * HOUR
        before = evaluate_sla(clock, fixed, now=u("01 12:00"), known_at=u("01 12:30"))
        assert (before.elapsed, before.started_at) == (HOUR, u("01 11:00"))


class TestWhoAnswers:
    """Who counts as answering, since when, and on which record."""

    def test_sla_s17_a_bot_ends_a_wait_and_is_no_first_response(self) -> None:
        """chatwoot/chatwoot PR 13181."""
        record = said(
            opened("2025-12-12T16:20:14"),
            ("2025-12-12T16:20:14", "hi", KIM),
            ("2025-12-12T16:20:17", "answer", BOT),
            ("2025-12-26T22:25:45", "new question", KIM),
            ("2025-12-27T07:36:53", "human", "ada"),
        )
        clock = SlaDefinition.next_response(
            hours=24, calendar=ALWAYS_OPEN, answered_by=("agent", "bot")
        )
        status = ask(clock, record, "2025-12-27T08:00")
        assert (str(status.elapsed), status.breached) == ("9:11:08", False)
        assert [c.result for c in status.cycles] == ["met", "met"]
        first = SlaDefinition.first_response(hours=24, calendar=ALWAYS_OPEN)
        assert ask(first, record, "2025-12-27T08:00").breached

    def test_sla_s18_a_clock_for_each_assignment(self) -> None:
        """chatwoot/chatwoot#13515, #13516; between the reply and the next assignment none runs."""
        record = assign(opened(), assignee="ada", at=u("01 09:10"), by=TIMER)
        record = said(record, ("01 09:20", "hi", "ada"))
        record = assign(record, assignee="bob", at=u("01 10:00"), by=TIMER)
        clock = SlaDefinition(
            name="return",
            target=timedelta(minutes=30),
            calendar=OFFICE,
            start=field("assigned_at").present(),
            stop=field("last_public_update_at").later_than(field("assigned_at")),
            reset=field("kind").equals("assigned"),
            reopen="new_cycle",
        )
        between = ask(clock, record, "01 09:55")
        assert (between.stage, between.elapsed, between.breached) == ("stopped", HOUR / 6, False)
        after = ask(clock, record, "01 10:31")
        assert (after.stage, after.breached, after.due_at) == ("running", True, u("01 10:30"))

    def test_sla_s20_a_response_clock_after_a_reopening_without_words(self) -> None:
        """Atlassian community article 3246040; the reopening asks for an answer."""
        record = said(opened(), ("01 09:30", "a", "ada"))
        record = advance(record, "resolve", at=u("01 10:00"), by="ada", **FIX)
        record = advance(record, "reopen", at=u("02 09:00"), by=KIM)
        status = ask(SlaDefinition.next_response(hours=1, calendar=OFFICE), record, "02 12:00")
        assert (status.stage, status.breached, status.due_at) == ("running", True, u("02 10:00"))
        answered = field("last_public_update_at").later_than(field("reopened_at"))
        since = SlaDefinition(name="again", target=HOUR, calendar=OFFICE, stop=answered)
        since = attrs.evolve(since, start=field("reopened_at").present())
        assert ask(since, record, "02 12:00").due_at == u("02 10:00")

    def test_sla_s54_the_agent_spoke_first(self) -> None:
        """fivetran/dbt_zendesk PR 273; the first reply answers the first word of the caller."""
        record = opened(by=Actor("ada"), caller="kim")
        record = said(
            record,
            ("01 09:10", "opened for you", "ada"),
            ("01 11:00", "thanks, but", KIM),
            ("01 11:20", "answer", "ada"),
        )
        first = SlaDefinition.first_response
        assert ask(first(hours=1, calendar=OFFICE), record, "01 12:00").elapsed == HOUR / 6
        status = ask(first(hours=1, calendar=OFFICE, agent_spoke_first=True), record, "01 12:00")
        assert (status.stage, status.elapsed) == ("stopped", HOUR / 3)
        own = said(opened(), ("01 09:40", "answer", "ada"))
        clock = first(hours=1, calendar=OFFICE, agent_spoke_first=True)
        assert ask(clock, own, "01 12:00").elapsed == 40 * HOUR / 60

    def test_sla_a10_an_answer_on_the_duplicate(self) -> None:
        """The requester has heard from the desk, on the record that was merged."""
        first = said(opened(id="A"), ("01 09:20", "we are on it", "ada"))
        _, original = merge_duplicate(first, opened("01 10:00", id="B"), at=u("01 10:30"), by="ada")
        clock = SlaDefinition.first_response(hours=1, calendar=OFFICE, answers_from="duplicates")
        status = ask(clock, original, "01 12:00")
        assert (status.stage, status.breached, status.elapsed) == ("stopped", False, HOUR / 2)
        own = SlaDefinition.first_response(hours=1, calendar=OFFICE)
        assert ask(own, original, "01 12:00").stage == "running"
        _, silent = merge_duplicate(
            opened(id="A"), opened("01 10:00", id="B"), at=u("01 10:30"), by="ada"
        )
        assert ask(clock, silent, "01 12:00").breached

    def test_an_answer_on_a_duplicate_of_the_duplicate(self) -> None:
        """A was answered and merged into B, B into C: C is answered by its own merge."""
        first = said(opened(id="A"), ("01 09:20", "we are on it", "ada"))
        _, second = merge_duplicate(first, opened("01 10:00", id="B"), at=u("01 10:30"), by="ada")
        third = opened("01 10:10", id="C")
        _, third = merge_duplicate(second, third, at=u("01 10:40"), by="ada")
        clock = SlaDefinition.first_response(hours=1, calendar=OFFICE, answers_from="duplicates")
        status = ask(clock, third, "01 12:00")
        assert (status.stage, status.breached, status.elapsed) == ("stopped", False, HOUR / 2)
        parted = unlink(second, "has_duplicate", "A", at=u("01 10:35"), by="ada")
        _, fourth = merge_duplicate(parted, opened("01 10:10", id="D"), at=u("01 10:40"), by="ada")
        assert ask(clock, fourth, "01 12:00").stage == "running"

    def test_a_merge_that_is_undone_takes_its_answer_back(self) -> None:
        """The requester of B waits again, since the first message that nobody answered."""
        first = said(opened(id="A"), ("01 09:20", "we are on it", "ada"))
        record = said(opened("01 10:00", id="B"), ("01 10:20", "hello?", KIM))
        _, record = merge_duplicate(first, record, at=u("01 10:30"), by="ada")
        response, reply = (
            preset(hours=1, calendar=OFFICE, answers_from="duplicates")
            for preset in (SlaDefinition.first_response, SlaDefinition.next_response)
        )
        assert [ask(clock, record, "01 10:40").stage for clock in (response, reply)] == [
            "stopped",
            "stopped",
        ]
        record = unlink(record, "has_duplicate", "A", at=u("01 10:45"), by="ada")
        status = ask(response, record, "01 12:00")  # 30 min before the merge, 75 min after its end
        assert (status.stage, status.elapsed) == ("running", 1.75 * HOUR)
        waits = ask(reply, record, "01 11:00")
        assert (waits.stage, waits.started_at) == ("running", u("01 10:45"))
        later = said(record, ("01 11:30", "sorry", "ada"))
        assert ask(reply, later, "01 12:00").stage == "stopped"

    def test_sla_a30_an_update_by_the_status_page(self) -> None:
        """An update to stakeholders is an update, unless the clock is told which kinds are."""
        record = log_update_sent(
            opened(), "customers", channel="status page", at=u("01 10:00"), by="ada"
        )
        clock = SlaDefinition.update(every=2 * HOUR, calendar=OFFICE)
        status = ask(clock, record, "01 11:30")
        assert (status.due_at, status.breached) == (u("01 12:00"), False)
        words = SlaDefinition.update(hours=2, calendar=OFFICE, reset_by=("commented", "contacted"))
        assert ask(words, record, "01 11:30").due_at == u("01 11:00")


class TestFollowing:
    """A due date and a calendar that follow their fields."""

    def test_sla_s25_a_due_date_that_is_renegotiated(self) -> None:
        """osTicket/osTicket-1.7#411; one agreed time, moved."""
        clock = SlaDefinition(
            name="date",
            target=DueDate("custom.due", follow=True),
            calendar=OFFICE,
            start=field("custom.due").present(),
            stop=field("state.resolved").is_true(),
        )
        record = opened(custom={"due": u("03 12:00")})
        moved = set_fields(record, custom={"due": u("10 12:00")}, at=u("02 10:00"), by="ada")
        status = ask(clock, moved, "05 10:00")
        assert (status.due_at, status.breached) == (u("10 12:00"), False)
        assert [c.result for c in status.cycles] == ["running"]
        late = set_fields(record, custom={"due": u("10 12:00")}, at=u("04 10:00"), by="ada")
        assert ask(clock, late, "03 13:00").breached
        assert not ask(clock, late, "05 10:00").breached
        assert [c.at for c in ask(clock, late, "05 10:00").crossings("due")] == [u("03 12:00")]
        fixed = attrs.evolve(clock, target=DueDate("custom.due"))
        assert ask(fixed, moved, "05 10:00").due_at == u("03 12:00")

    def test_sla_s26_the_calendar_follows_the_group(self) -> None:
        """osTicket/osTicket#4166; 3 h by eu, 5 h by us."""
        eu, us = hours("08:00-16:00"), hours("14:00-22:00")
        record = assign(
            opened("01 12:00", assignment_group="eu"), group="us", at=u("01 15:00"), by="ada"
        )
        table = {"eu": eu, "us": us}
        clock = resolution(8, CalendarByField("assignment_group", table, eu, follow=True))
        assert ask(clock, record, "01 16:00").due_at == u("01 20:00")
        still = resolution(8, CalendarByField("assignment_group", table, eu))
        assert ask(still, record, "01 16:00").due_at == u("02 12:00")


def test_sla_a29_canceled_by_mistake_and_restored() -> None:
    """As after a resolution, by the same ``reopen``: with the gap given back due 15:00."""
    back = Transition("restore", INCIDENT.state("canceled"), INCIDENT.state("in_progress"))
    own = attrs.evolve(INCIDENT, id="own", transitions=(*INCIDENT.transitions, back))
    record = own.open(Incident, id="I", title="Mail is down", at=u("01 09:00"), by=KIM)
    record = own.advance(record, "cancel", at=u("01 10:00"), by="ada")
    record = own.advance(record, "restore", at=u("01 12:00"), by="ada")
    status = ask(resolution(4), record, "01 13:00")
    assert (status.elapsed, status.due_at) == (2 * HOUR, u("01 15:00"))
