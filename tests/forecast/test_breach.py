"""The chance of a breach: hand-worked answers, what it must not see, merging, documents."""

from __future__ import annotations

import random
from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.desk import load_desk
from incidentcore.errors import InvalidValueError
from incidentcore.forecast import (
    BreachModel,
    backtest_breach,
    breach_model,
    expected_resolution,
    merge_models,
    watch_list,
)
from incidentcore.lifecycle import advance
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.sla import ServiceLevel, SlaDefinition, SlaPolicy

from .history import AGREED, HOUR, PLAIN, START, exponential, ticket

SIX = [ticket(number, lasts=hours * HOUR) for number, hours in enumerate((1, 2, 3, 5, 6, 7))]
OPEN = ticket(9)
AS_OF = START + 10 * HOUR


def model_of(records: list[Incident], **options: object) -> BreachModel:
    options = {"as_of": AS_OF, "cells": PLAIN, "enough": 3, **options}
    return breach_model(AGREED, records, **options)


def test_a_chance_is_worked_out() -> None:
    """Of the seven that lasted two hours and more, five end; three of them after the target."""
    chance = model_of([*SIX, OPEN]).chance(ticket(10), now=START + HOUR)
    assert chance is not None
    assert chance.n == 6  # the open one is at risk as well; that of one hour is not
    assert chance.probability == pytest.approx((5 / 6) * (4 / 5))
    assert chance.low < chance.probability < chance.high
    assert (
        chance.why
        == "of 6 with any that had taken 1:00 there, 67% took more than the 3:00 that are left"
    )


def test_what_is_decided_is_certain() -> None:
    """It is 1 once breached, 0 once met, None where nothing is promised or not yet opened."""
    model = model_of([*SIX, OPEN])
    assert model(ticket(10), now=START + 5 * HOUR) == 1.0
    assert model(ticket(10, lasts=HOUR), now=START + 2 * HOUR) == 0.0
    assert model(ticket(10, opened=3 * HOUR), now=START + 2 * HOUR) is None
    canceled = advance(ticket(10), "cancel", at=START + HOUR, by="kim")
    assert model(canceled, now=START + 2 * HOUR) is None
    finding = model.why_not(canceled, now=START + 2 * HOUR)
    assert (finding.code, finding.message) == ("no_clock", "no clock counts")


def test_a_log_of_completed_records_answers_nothing() -> None:
    """Where no record is open, what takes long is missing."""
    model = model_of(SIX)
    assert [finding.code for finding in model.findings] == ["completed_only"]
    assert model.findings[0].message.startswith("all 6 records have ended")
    assert model.chance(OPEN, now=START + HOUR) is None
    assert model.why_not(OPEN, now=START + HOUR).code == "completed_only"


def test_a_record_without_a_clock_does_not_count() -> None:
    """The policy promises nothing to its group."""
    policy = SlaPolicy([(field("assignment_group").equals("Desk"), AGREED)])
    asked = [*SIX, OPEN, ticket(50, lasts=HOUR, group="Other")]
    model = breach_model(policy, asked, as_of=START + 9 * HOUR, cells=PLAIN, enough=1)
    assert (model.records, model.running) == (7, 1)


def test_a_log_that_is_mostly_open_answers_nothing() -> None:
    """Where most visits have no known end, too few show how long it takes."""
    model = model_of([*SIX[:2], *(ticket(number) for number in range(20, 26))])
    assert [finding.code for finding in model.findings] == ["mostly_censored"]
    assert model.findings[0].message.startswith("6 of 8 visits have no known end")
    assert model.chance(OPEN, now=START + HOUR) is None
    assert model.why_not(OPEN, now=START + HOUR).code == "mostly_censored"


def test_a_coarser_cell_answers_where_the_finer_has_too_few() -> None:
    """A group that is new is judged by all groups."""
    model = model_of([*SIX, OPEN], cells=(("assignment_group",), ()))
    chance = model.chance(ticket(10, group="Network"), now=START + HOUR)
    assert chance is not None
    assert (chance.cell, chance.n) == ("any", 6)
    assert model.chance(ticket(10), now=START + HOUR).cell == "assignment_group Desk"


def test_old_habits_fade() -> None:
    """With ``recent`` only what was observed lately counts, also of old records."""
    old = [ticket(number, lasts=HOUR) for number in range(10)]
    new = [ticket(number, 5 * HOUR, 2 * HOUR) for number in range(20, 24)]
    model = model_of([*old, *new, OPEN], recent=6 * HOUR)
    (history,) = model.histories
    assert (history.entered, len(history.left)) == ((-1, -1, -1, -1, 4 * 3_600_000_000), 5)


def test_the_expected_end_follows_the_calendar() -> None:
    """The median of what is left, laid along the calendar."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-16:00"})
    agreed = SlaDefinition.resolution(hours=8, calendar=office)
    history = [ticket(n, 8 * HOUR, n * HOUR) for n in (1, 2, 3, 4)] + [ticket(9, 8 * HOUR)]
    model = breach_model(agreed, history, as_of=START + 18 * HOUR, cells=PLAIN, enough=2)
    late = ticket(10, 14 * HOUR)
    assert expected_resolution(model, late, now=START + 14 * HOUR) == START + (24 + 9) * HOUR
    assert expected_resolution(model, late, now=START + 14 * HOUR, share=0.95) is None
    with pytest.raises(InvalidValueError, match="between 0 and 1"):
        expected_resolution(model, late, now=START, share=1.0)


def test_what_ends_before_its_clock_counts_is_expected_by_the_next_opening() -> None:
    """Six of ten were answered in the night they came: by 08:00 at the latest (X4)."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-16:00"})
    agreed = SlaDefinition.resolution(hours=8, calendar=office)
    history = [ticket(n, 20 * HOUR, (2 if n < 6 else 15) * HOUR) for n in range(10)]
    model = breach_model(agreed, [*history, OPEN], as_of=START + 48 * HOUR, cells=PLAIN, enough=2)
    late = ticket(20, 44 * HOUR)
    assert expected_resolution(model, late, now=START + 45 * HOUR) == START + 56 * HOUR
    assert expected_resolution(model, late, now=START + 56 * HOUR) == START + 59 * HOUR


def test_an_end_is_expected_only_where_the_history_reaches() -> None:
    """Not for a clock that has ended, nor where open time runs out; the coarser cell helps."""
    cells = (("assignment_group",), ())
    model = model_of([*SIX, OPEN], cells=cells)
    ended = ticket(10, lasts=HOUR)
    assert expected_resolution(model, ended, now=START + 2 * HOUR) is None
    rare = ticket(11, group="Network")
    assert expected_resolution(model, rare, now=START) == START + 5 * HOUR  # four of seven ended
    hidden = model_of([*SIX, OPEN], cells=cells, enough=100)
    assert expected_resolution(hidden, rare, now=START) is None

    once = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-01": "08:00-16:00"})
    agreed = SlaDefinition.resolution(hours=8, calendar=once)
    history = [ticket(n, 8 * HOUR, 7 * HOUR) for n in range(4)]
    model = breach_model(agreed, history, as_of=START + 18 * HOUR, cells=PLAIN, enough=2)
    assert (
        expected_resolution(model, ticket(9, 8 * HOUR), now=START + 8 * HOUR) == START + 15 * HOUR
    )
    assert expected_resolution(model, ticket(9, 12 * HOUR), now=START + 12 * HOUR) is None


@given(st.integers(0, 10_000), st.floats(1, 40))
def test_no_future_is_seen(seed: int, hours: float) -> None:
    """Shuffling, dropping and adding whatever came after the instant changes no answer."""
    as_of = START + timedelta(hours=hours)
    records = exponential(seed, 30, mean=6, days=2)
    chance = random.Random(seed)  # noqa: S311
    other = []
    for record in records:
        past = [event for event in record.history if event.at <= as_of]
        if not past or chance.random() < 0.2:
            other.append(type(record).from_history(past) if past else record)
            continue
        again = type(record).from_history(past)
        if not again.state.resolved:
            notes = {"resolution_code": "x", "resolution_notes": "Other."}
            late = as_of + timedelta(hours=0.001 + 9 * chance.random())
            again = advance(again, "resolve", at=late, by="bob", **notes)
        other.append(again)
    chance.shuffle(other)
    one, two = (breach_model(AGREED, rows, as_of=as_of, enough=3) for rows in (records, other))
    assert one == two
    by_id = {record.id: record for record in other}
    for record in records:
        if record.opened_at <= as_of:
            asked = one.chance(record, now=as_of), two.chance(by_id[record.id], now=as_of)
            assert asked[0] == asked[1]


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_models_of_parts_merge_to_the_model_of_the_whole(seed: int, parts: int) -> None:
    """Partials merge, in any order."""
    records = exponential(seed, 20, mean=6, days=1)
    as_of = START + timedelta(days=1)
    pieces = [breach_model(AGREED, records[n::parts], as_of=as_of) for n in range(parts)]
    assert merge_models(pieces[::-1]) == breach_model(AGREED, records, as_of=as_of)


def test_models_that_differ_do_not_merge() -> None:
    """Another instant makes another model."""
    other = attrs.evolve(model_of(SIX), as_of=AS_OF + HOUR)
    with pytest.raises(InvalidValueError, match="nothing but their records"):
        merge_models([model_of(SIX), other])


def test_a_model_is_a_document() -> None:
    """It is written and read back equal, and answers alike."""
    model = model_of([*SIX, OPEN], recent=timedelta(days=30))
    again = loads(dumps(model), BreachModel)
    assert again == model
    assert again(OPEN, now=START + HOUR) == model(OPEN, now=START + HOUR)


def test_options_are_checked() -> None:
    """A wrong option is refused with what is allowed."""
    for options in ({"recent": timedelta(0)}, {"enough": 0}, {"cells": (("no_such_field",),)}):
        with pytest.raises(InvalidValueError):
            model_of(SIX, **options)
    for cells in (None, 5, "priority"):
        with pytest.raises(InvalidValueError, match=r"^cells: got .*; allowed: combinations of f"):
            model_of(SIX, cells=cells)
    with pytest.raises(InvalidValueError, match="an SlaDefinition, or an SlaPolicy"):
        breach_model("4 hours", SIX, as_of=AS_OF)


def test_a_refused_definition_names_where_the_clocks_of_a_desk_are() -> None:
    """A desk, or all of its clocks together, is not the rules of one clock."""
    for rules in (load_desk("desk = 1\nname = 'd'"), ServiceLevel([AGREED])):
        with pytest.raises(InvalidValueError, match=r"one of desk\.service_level\.clocks"):
            breach_model(rules, SIX, as_of=AS_OF)


def test_chances_fit_a_desk_with_known_hazards() -> None:
    """Exponential times: of the chances said, about so many come, better than the base rate."""
    records = exponential(11, 1_200, mean=5, days=10)
    model = breach_model(AGREED, records, as_of=START + timedelta(days=5))
    asked = [START + timedelta(days=5, hours=hours) for hours in range(0, 96, 12)]
    score = backtest_breach(AGREED, records, chance=model, at=asked)
    assert score.questions > 100
    assert score.ece < 0.12
    assert score.brier < score.base_brier


@pytest.mark.parametrize("story", ["canceled", "replaced"])
def test_a_clock_without_an_end_has_no_chance(story: str) -> None:
    """It was canceled, or another definition took its place and has not started."""
    waits = attrs.evolve(
        AGREED, name="waits", swap="restart", start=field("custom.ready").present()
    )
    policy = SlaPolicy([(field("assignment_group").equals("Network"), waits)], default=AGREED)
    model = breach_model(policy, [*SIX, OPEN], as_of=AS_OF, cells=PLAIN, enough=3)
    record = ticket(1, moved=HOUR if story == "replaced" else None)
    if story == "canceled":
        record = advance(record, "cancel", at=START + HOUR, by="ada")
    for minutes, known in ((30, True), (90, False)):
        now = START + minutes * HOUR / 60
        why = model.why_not(record, now=now)
        assert (model.chance(record, now=now) is not None) is known
        assert (None if why is None else (why.code, why.subject)) == (
            None if known else ("no_clock", "INC-00001")
        )


@pytest.mark.parametrize(
    ("records", "enough", "code"),
    [
        ([*SIX, OPEN], 7, None),  # as many as are enough
        ([*SIX, OPEN], 8, "too_few"),
        (SIX, 6, "completed_only"),
        (SIX, 7, "too_few"),  # too few to tell whether the open ones were left out
        ([*SIX[:2], ticket(8), ticket(9)], 4, None),  # half of them still go on
        ([*SIX[:2], ticket(7), ticket(8), ticket(9)], 5, "mostly_censored"),
    ],
)
def test_what_a_history_is_too_thin_for(
    records: list[Incident], enough: int, code: str | None
) -> None:
    """Each bound is met exactly."""
    found = [finding.code for finding in model_of(records, enough=enough).findings]
    assert found == ([] if code is None else [code])


def test_at_its_due_time_a_clock_has_not_breached_yet() -> None:
    """Of the four that lasted four hours all took longer than the nothing that is left."""
    asked = ticket(2)
    chance = model_of([*SIX, OPEN]).chance(asked, now=START + 4 * HOUR)
    assert chance is not None
    assert (chance.probability, chance.n) == (1.0, 4)
    listed = watch_list(model_of([*SIX, OPEN]), [asked], now=START + 4 * HOUR)
    assert [item.left for item in listed.items] == ["0:00"]
    assert watch_list(model_of([*SIX, OPEN]), [asked], now=START + 5 * HOUR).items == ()


def test_a_group_that_was_never_seen_is_too_few_of_any() -> None:
    """No cell of the model has it, so that nothing else can be named."""
    model = model_of([*SIX, OPEN], cells=(("assignment_group",),))
    why = model.why_not(ticket(3, group="Unseen"), now=START + HOUR)
    assert why is not None
    assert (why.code, why.subject, dict(why.data)) == ("too_few", "any", {"n": 0, "enough": 3})
    assert why.message == "0 visits, fewer than 3"


def test_who_may_end_without_a_counted_minute_is_compared_while_no_time_counts() -> None:
    """Opened at 2:00, open from 9:00: three ended at night, one in 1 h, one in 6 h, one never.

    At night two of six took more than the 4 hours. From 9:00 on, two of the three that were left.
    """
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-18:00"})
    agreed = SlaDefinition.resolution(hours=4, calendar=office)
    lasted = [HOUR, HOUR, 2 * HOUR, 8 * HOUR, 13 * HOUR, None]
    history = [ticket(number, 2 * HOUR, lasts) for number, lasts in enumerate(lasted)]
    model = breach_model(agreed, history, as_of=START + 17 * HOUR, cells=PLAIN, enough=3)
    asked = ticket(10, 26 * HOUR)
    for hour, share, n in ((26, 2 / 6, 6), (32, 2 / 6, 6), (33, 2 / 3, 3)):
        chance = model.chance(asked, now=START + hour * HOUR)
        assert chance is not None
        assert (chance.probability, chance.n) == (pytest.approx(share), n), hour
    held = advance(asked, "start", at=START + 33 * HOUR, by="ada")
    held = advance(held, "hold", at=held.updated_at, by="ada", reason="awaiting_caller")
    assert model(held, now=START + 34 * HOUR) == pytest.approx(2 / 6)
